//! Consumers of what a run produces. None of them runs anything or decides anything.

pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod show;
pub mod style;
pub mod terminal;

use crate::record::RunRecord;

/// A file format for a whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// The complete record.
    Json,
    /// One event per line.
    Jsonl,
    /// JUnit XML.
    Junit,
    /// A summary for people.
    Md,
}

impl Kind {
    /// The run in this format.
    ///
    /// # Errors
    /// If it cannot be expressed, which is a bug.
    pub fn render(self, run: &RunRecord) -> anyhow::Result<String> {
        Ok(match self {
            Kind::Json => serde_json::to_string_pretty(run)? + "\n",
            Kind::Jsonl => jsonl::render(run)?,
            Kind::Junit => junit::render(run)?,
            Kind::Md => markdown::render(run),
        })
    }
}

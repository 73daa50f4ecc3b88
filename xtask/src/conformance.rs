//! The main job: every case on every engine, held against the committed scoreboards and counters.

use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::shell::{build_release, parallax, root, run_or_exit, target_dir};

/// Directories below `corpus/hosted`.
const HOSTED: [&str; 2] = ["tcl", "lisp"];

#[derive(Args)]
pub struct Options {
    /// Accept improvements: write the scoreboards, if nothing got worse
    #[arg(long)]
    bless_scoreboards: bool,
    /// Settings of the run, as declared in parallax.toml
    #[arg(long)]
    profile: Option<String>,
}

impl Options {
    /// What the harness does with the committed scoreboards.
    fn scoreboards(&self) -> &'static str {
        if self.bless_scoreboards { "--write-scoreboards" } else { "--gate" }
    }

    /// The gate, with the settings of profile `ci`.
    pub fn for_ci() -> Options {
        Options { bless_scoreboards: false, profile: Some("ci".to_owned()) }
    }
}

/// Exits with the harness's code: 0 green, 1 a verdict or the gate failed, 3 an engine is missing, 4 nothing ran, 5 incomplete.
pub fn run_all(options: &Options) -> anyhow::Result<()> {
    let bin_dir = build_release()?;
    run_or_exit(&mut suites(&bin_dir, options)?)?;
    run_or_exit(&mut counters(&bin_dir, options))?;
    for language in HOSTED {
        run_or_exit(&mut hosted(&bin_dir, language, options))?;
    }
    Ok(())
}

/// The suites of `parallax.toml`, with all reports.
fn suites(bin_dir: &Path, options: &Options) -> anyhow::Result<Command> {
    let reports = target_dir()?.join("parallax/reports");
    std::fs::create_dir_all(&reports)?;
    let mut command = parallax(bin_dir, "run");
    command.arg(options.scoreboards());
    if let Some(profile) = &options.profile {
        command.args(["--profile", profile]);
    }
    let kinds =
        [("json", "run.json"), ("jsonl", "events.jsonl"), ("junit", "junit.xml"), ("md", "report.md")];
    for (kind, file) in kinds {
        command.arg("--report").arg(format!("{kind}={}", reports.join(file).display()));
    }
    eprintln!("reports: {}", reports.display());
    Ok(command)
}

/// The counters of the run before.
fn counters(bin_dir: &Path, options: &Options) -> Command {
    let mut command = parallax(bin_dir, "perf");
    command.arg("gate");
    if options.bless_scoreboards {
        command.arg("--tighten");
    }
    command
}

/// The programs of a language that is written in ilo, with the engines that its own configuration declares.
fn hosted(bin_dir: &Path, language: &str, options: &Options) -> Command {
    let mut command = parallax(bin_dir, "run");
    command.arg("--config").arg(root().join("corpus/hosted").join(language).join("parallax.toml"));
    command.arg(options.scoreboards());
    command
}

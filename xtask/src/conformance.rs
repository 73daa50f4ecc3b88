//! The main job: every case on every engine, held against the committed scoreboards and counters.

use clap::Args;

use crate::shell::{build_release, parallax, run_or_exit, target_dir};

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
    /// The gate, with the settings of profile `ci`.
    pub fn for_ci() -> Options {
        Options { bless_scoreboards: false, profile: Some("ci".to_owned()) }
    }
}

/// Exits with the harness's code: 0 green, 1 a verdict or the gate failed, 3 an engine is missing, 4 nothing ran, 5 incomplete.
pub fn run_all(options: &Options) -> anyhow::Result<()> {
    let bin_dir = build_release()?;
    let reports = target_dir()?.join("parallax/reports");
    std::fs::create_dir_all(&reports)?;
    let mut command = parallax(&bin_dir, "run");
    command.arg(if options.bless_scoreboards { "--write-scoreboards" } else { "--gate" });
    if let Some(profile) = &options.profile {
        command.args(["--profile", profile]);
    }
    let kinds =
        [("json", "run.json"), ("jsonl", "events.jsonl"), ("junit", "junit.xml"), ("md", "report.md")];
    for (kind, file) in kinds {
        command.arg("--report").arg(format!("{kind}={}", reports.join(file).display()));
    }
    eprintln!("reports: {}", reports.display());
    run_or_exit(&mut command)?;
    let mut counters = parallax(&bin_dir, "perf");
    counters.arg("gate");
    if options.bless_scoreboards {
        counters.arg("--tighten");
    }
    if let Some(profile) = &options.profile {
        counters.args(["--profile", profile]);
    }
    run_or_exit(&mut counters)
}

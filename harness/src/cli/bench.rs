//! `parallax bench-harness`: hidden, for people who work on the harness itself.

use clap::Args;

use super::{Global, Outcome};
use crate::bench::{Setup, overhead};
use crate::exit::Exit;

#[derive(Debug, Args)]
pub struct BenchArgs {
    #[arg(long, default_value_t = 1000)]
    cases: usize,
    #[arg(long, default_value_t = 4)]
    engines: usize,
    #[arg(short, long)]
    jobs: Option<usize>,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Fail if a ratio is larger.
    #[arg(long, value_name = "RATIO")]
    limit: Option<f64>,
}

/// Prints the result as JSON on standard output and as a sentence on standard error.
pub fn bench(_: &Global, args: &BenchArgs) -> Outcome {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.unwrap_or(processors);
    let found =
        overhead(Setup { cases: args.cases, engines: args.engines, jobs, rounds: args.rounds.max(1) })?;
    println!("{}", serde_json::to_string_pretty(&found).map_err(anyhow::Error::from)?);
    eprintln!(
        "{} cells, {} jobs: harness {:.2} s wall, {:.2} s CPU; plain loop {:.2} s wall, {:.2} s CPU; ratios {:.2} and {:.2}",
        found.cells,
        found.jobs,
        found.harness.wall_seconds,
        found.harness.cpu_seconds,
        found.plain.wall_seconds,
        found.plain.cpu_seconds,
        found.wall_ratio,
        found.cpu_ratio
    );
    let worst = found.wall_ratio.max(found.cpu_ratio);
    Ok(if args.limit.is_some_and(|limit| worst > limit) { Exit::Failed } else { Exit::Success })
}

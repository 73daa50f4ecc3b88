//! Measurements: ratios within one run, never absolute times.

use clap::Subcommand;

use crate::shell::{build_release, parallax, run_or_exit};

#[derive(Subcommand)]
pub enum What {
    /// What the harness costs: trivial cases against a plain spawn-and-wait loop
    Harness {
        /// Fail if a ratio is larger
        #[arg(long, default_value = "1.5")]
        limit: String,
        #[arg(long, default_value = "1000")]
        cases: String,
    },
}

pub fn run(what: &What) -> anyhow::Result<()> {
    match what {
        What::Harness { limit, cases } => {
            let bin_dir = build_release()?;
            run_or_exit(parallax(&bin_dir, "bench-harness").args(["--cases", cases, "--limit", limit]))
        }
    }
}

//! All tests.

use crate::shell::{self, cargo, run_or_exit, target_dir};

/// How many damaged inputs the front end must survive; the default of `cargo test` is smaller.
const FUZZ_INPUTS: &str = "100000";

pub fn run_all() -> anyhow::Result<()> {
    run_or_exit(
        cargo().args(["test", "--workspace", "--no-fail-fast"]).env("ILO4_FUZZ_INPUTS", FUZZ_INPUTS),
    )?;
    let parallax = target_dir()?.join("debug/parallax");
    shell::run(std::process::Command::new(parallax).arg("selftest").current_dir(crate::shell::root()))
}

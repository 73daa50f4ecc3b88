//! The corpus under valgrind: no invalid read or write, nothing uninitialised decides anything.
//!
//! A run of the harness like any other, with the engines of `xtask/memcheck.toml`: each starts its program under valgrind, so a
//! case passes if memcheck finds nothing and it still does what it says. Every n-th program of suite `core` is taken, so that
//! all areas are in the sample.

use std::process::Command;

use anyhow::{Context, bail};
use clap::Args;

use crate::shell::{build_release, parallax, root, run_or_exit};

#[derive(Args)]
pub struct Options {
    /// How many cases
    #[arg(long, default_value_t = 50)]
    sample: usize,
    /// Only this engine (vm, jit, aot). May be repeated
    #[arg(short, long, value_name = "NAME")]
    engine: Vec<String>,
}

/// Exits with the harness's code.
pub fn run(options: &Options) -> anyhow::Result<()> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        bail!("valgrind is not installed (Debian, Ubuntu: `apt install valgrind`)");
    }
    let bin_dir = build_release()?;
    let with_valgrind = |verb: &str| {
        let mut command = parallax(&bin_dir, verb);
        command.arg("--config").arg(root().join("xtask/memcheck.toml"));
        command
    };
    let listed = with_valgrind("list").output()?;
    let listed = String::from_utf8(listed.stdout).context("case names are UTF-8")?;
    let cases = first_cases(&listed);
    let step = (cases.len() / options.sample).max(1);
    let mut command = with_valgrind("run");
    command.args(options.engine.iter().flat_map(|name| ["--engine", name]));
    // With the sign before the engine's name, a case's name is not the beginning of another's.
    command.args(cases.iter().step_by(step).take(options.sample).map(|case| format!("{case}@")));
    run_or_exit(&mut command)
}

/// The first case of each program that is run and not only checked, from what `parallax list` prints.
fn first_cases(listed: &str) -> Vec<&str> {
    let names = listed.lines().filter_map(|line| line.split_whitespace().next());
    let mut cases: Vec<&str> = names.filter(|name| name.starts_with("core::")).collect();
    cases.dedup_by_key(|case| program(case));
    cases.retain(|case| {
        let text = std::fs::read_to_string(root().join("corpus").join(program(case)));
        text.is_ok_and(|text| text.lines().any(|line| line.starts_with("-- run:")))
    });
    cases
}

/// The program's file below `corpus/`: a case is named by it, with a number if it has several.
fn program(case: &str) -> String {
    let end = case.rfind(".ilo").map_or(case.len(), |at| at + ".ilo".len());
    case["core::".len()..end].to_owned()
}

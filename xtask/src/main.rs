//! `cargo xtask VERB`: one file per verb; each prints the commands that it runs.

#![forbid(unsafe_code)]

mod bench;
mod ci;
mod conformance;
mod memcheck;
mod miri;
mod shell;
mod test;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's automation")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Build in release, run all suites on all engines, compare with the committed scoreboards, write reports
    Conformance(conformance::Options),
    /// All tests: unit, integration, documents, every cell, the harness's own villains
    Test,
    /// Everything that must be green before a change lands, in the order that fails fastest
    Ci,
    /// Measurements
    Bench {
        #[command(subcommand)]
        what: bench::What,
    },
    /// A sample of the corpus under valgrind's memcheck, on vm, jit and aot
    Memcheck(memcheck::Options),
    /// The runtime's unit tests under Miri, where a nightly toolchain has it
    Miri,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().verb {
        Verb::Conformance(options) => conformance::run_all(&options),
        Verb::Test => test::run_all(),
        Verb::Ci => ci::run_all(),
        Verb::Bench { what } => bench::run(&what),
        Verb::Memcheck(options) => memcheck::run(&options),
        Verb::Miri => miri::run(),
    }
}

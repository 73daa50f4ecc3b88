//! The `ilo4` command.

#![forbid(unsafe_code)]

mod builtins;
mod check;
mod cli;
mod compile;
mod emit;
mod explain;
mod fmt;
mod load;
mod registry;
mod repl;
mod run;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Verb};

/// Everything went as asked.
const SUCCESS: u8 = 0;
/// The tool could not do its job: no linker, no stack, a file that cannot be written.
const FAILURE: u8 = 1;
/// The program was rejected, or the command line is wrong.
const REJECTED: u8 = 2;

fn main() -> ExitCode {
    let (own, program_args) = match cli::split(std::env::args_os()) {
        Ok(split) => split,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(REJECTED);
        }
    };
    let cli = Cli::parse_from(own);
    let result = match cli.verb {
        Verb::Run(options) => run::run(&options, program_args),
        Verb::Build(options) => compile::build(&options),
        Verb::Check(options) => check::check(&options),
        Verb::Emit(options) => emit::emit(&options),
        Verb::Fmt(options) => fmt::fmt(&options),
        Verb::Repl(options) => repl::repl(&options),
        Verb::Builtins(options) => Ok(builtins::list(&options)),
        Verb::Explain { code } => Ok(explain::explain(&code)),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(FAILURE)
        }
    }
}

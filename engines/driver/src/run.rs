//! `ilo4 run`.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use ilo4_engine::stack::{PROGRAM_STACK_BYTES, StackRange, run_on_big_stack};
use ilo4_engine::{Engine, Program, Request};
use ilo4_runtime::{Fault, Runtime, Value, entry, settings, stats};
use ilo4_syntax::Source;

use crate::cli::{EngineName, RunOptions};
use crate::load::{self, Ready, Warnings};
use crate::{REJECTED, compile, registry};

/// Checks the program and runs it; the exit code is the program's.
pub fn run(options: &RunOptions, program_args: Vec<String>) -> anyhow::Result<u8> {
    let args = match entry::split_arguments(program_args.clone()) {
        Ok(args) => args,
        Err(unknown) => {
            eprintln!("error: {unknown}");
            return Ok(REJECTED);
        }
    };
    let Some(ready) = load::load_program(&options.program, Warnings::Report)? else { return Ok(REJECTED) };
    match registry::in_process(options.engine) {
        Some(engine) => in_process(&*engine, &ready, &args, options.stats.as_deref()),
        None => ahead_of_time(&ready, &program_args, options.stats.as_deref()),
    }
}

/// Runs one function without parameters and prints what it ends with; the exit code.
pub fn call(engine: EngineName, ready: &Ready, function: &str) -> anyhow::Result<u8> {
    let args = [function.to_owned()];
    match registry::in_process(engine) {
        Some(engine) => in_process(&*engine, ready, &args, None),
        None => ahead_of_time(ready, &args, None),
    }
}

fn in_process(
    engine: &(dyn Engine + Sync),
    ready: &Ready,
    args: &[String],
    stats: Option<&Path>,
) -> anyhow::Result<u8> {
    // The runtime keeps the excerpts' maker for as long as it lives, which is longer than a borrow may.
    let excerpts = excerpts(&ready.program, &ready.sources);
    let stack_bytes = settings::stack_bytes(PROGRAM_STACK_BYTES).map_err(anyhow::Error::msg)?;
    let (code, json) = run_on_big_stack(stack_bytes, |stack| {
        execute(engine, &ready.program, excerpts, args, stack, stats.is_some())
    })
    .context("no stack for the program")?;
    if let Some(path) = stats {
        std::fs::write(path, json)
            .with_context(|| format!("the counters cannot be written to {}", path.display()))?;
    }
    Ok(code as u8)
}

/// Excerpts are drawn when a fault happens, from copies of what they need.
fn excerpts(program: &Program, sources: &[Source]) -> Box<dyn Fn(u32) -> Option<String> + Send> {
    let (places, sources) = (program.places.clone(), sources.to_vec());
    Box::new(move |place| load::excerpt_of(places.span(place)?, &sources))
}

fn execute(
    engine: &dyn Engine,
    program: &Program,
    excerpts: Box<dyn Fn(u32) -> Option<String> + Send>,
    args: &[String],
    stack: StackRange,
    count_calls: bool,
) -> (i32, String) {
    let mut runtime = Runtime::new(&program.info);
    runtime.stack_limit = stack.limit;
    runtime.place_text = excerpts;
    let functions = &program.info.functions;
    let code = match entry::choose_function(functions, args) {
        Ok((function, args)) => {
            let converted = entry::convert_arguments(functions, function, args);
            let outcome: Result<Value, Fault> = converted
                .and_then(|args| engine.run(program, Request { function, args, count_calls }, &mut runtime));
            entry::finish(&mut runtime, function, outcome)
        }
        Err(fault) => entry::finish(&mut runtime, 0, Err(fault)),
    };
    let calls = runtime.calls;
    drop(runtime);
    (settings::checked_for_leaks(code), stats::to_json(engine.name(), calls))
}

/// Builds into a private directory and runs what was built.
fn ahead_of_time(ready: &Ready, args: &[String], stats: Option<&Path>) -> anyhow::Result<u8> {
    let directory = tempfile::Builder::new().prefix("ilo4-").tempdir().context("no private directory")?;
    let executable = directory.path().join("program");
    let image = compile::image(ready, None, String::new());
    let request =
        ilo4_aot::Request { program: &ready.program.mir, image: &image, count_calls: stats.is_some() };
    ilo4_aot::build(&request, &executable)?;
    let mut command = Command::new(&executable);
    command.args(args);
    if let Some(path) = stats {
        command.env("ILO4_STATS", path);
    }
    let status = command.status().context("the compiled program cannot be started")?;
    Ok(exit_code(status))
}

/// A program that died by a signal is reported as shells do.
fn exit_code(status: std::process::ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => code as u8,
        (None, signal) => {
            let signal = signal.unwrap_or(0);
            eprintln!("error: the compiled program was killed by signal {signal}");
            128u8.wrapping_add(signal as u8)
        }
    }
}

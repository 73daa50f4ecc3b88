//! Programs through the front end and an engine in this process.

use std::io;
use std::path::Path;

use ilo4_engine::stack::PROGRAM_STACK_BYTES;
use ilo4_engine::{Engine, Program, Request, run_on_big_stack};
use ilo4_runtime::counters::{self, Counters};
use ilo4_runtime::{Runtime, entry};
use ilo4_syntax::{Diagnostic, LoadError, Loader, Source, decode, parse_program};

/// Imported files, relative to the importing one.
pub struct Files;

impl Loader for Files {
    fn load(&self, importing: &str, path: &str) -> Result<(String, String), LoadError> {
        let failed = |reason: String| LoadError { reason };
        let file = Path::new(importing).parent().unwrap_or(Path::new("")).join(path);
        let bytes = std::fs::read(&file).map_err(|error| failed(error.to_string()))?;
        let text = decode(&bytes).map_err(|diagnostic| failed(diagnostic.message))?;
        Ok((file.to_string_lossy().into_owned(), text))
    }
}

/// Decodes, parses, checks and lowers. `None` if there is an error.
pub fn load(name: &str, bytes: &[u8], loader: Option<&dyn Loader>) -> Option<Program> {
    let text = decode(bytes).ok()?;
    let parsed = parse_program(Source { name: name.into(), text }, loader);
    let checked = ilo4_check::check(&parsed.program);
    let is_accepted = !parsed.diagnostics.iter().any(Diagnostic::is_error);
    checked.program.filter(|_| is_accepted).map(Program::new)
}

/// Runs to the end, printing nothing; what the counters of its thread say when everything is gone.
pub fn counters_of(engine: &(dyn Engine + Sync), program: &Program, args: &[String]) -> Counters {
    run_on_big_stack(PROGRAM_STACK_BYTES, |stack| {
        let mut runtime = Runtime::new(&program.info);
        runtime.stack_limit = stack.limit;
        runtime.output = Box::new(io::sink());
        runtime.errors = Box::new(io::sink());
        run(engine, program, args, &mut runtime);
        drop(runtime);
        counters::snapshot()
    })
    .expect("a thread for the program")
}

fn run(engine: &dyn Engine, program: &Program, args: &[String], runtime: &mut Runtime) {
    let Ok(args) = entry::split_arguments(args.iter().cloned()) else { return };
    let functions = &program.info.functions;
    let request = entry::choose_function(functions, &args).and_then(|(function, args)| {
        let args = entry::convert_arguments(functions, function, args)?;
        Ok(Request { function, args, count_calls: false })
    });
    let function = request.as_ref().map_or(0, |request| request.function);
    let outcome = request.and_then(|request| engine.run(program, request, runtime));
    entry::finish(runtime, function, outcome);
}

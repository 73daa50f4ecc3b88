//! One case in this process, as the driver would run it.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use ilo4_runtime::counters::{self, Counters};
use ilo4_runtime::{Runtime, entry};
use ilo4_syntax::{LoadError, Loader, Source, parse_program, render};

use super::blocks::{Block, Case, Invocation};
use crate::stack::PROGRAM_STACK_BYTES;
use crate::{Engine, Program, Request, run_on_big_stack};

/// What a case did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
    pub counters: Counters,
}

impl Execution {
    /// Does a line of standard error start with this?
    pub(super) fn has(&self, start: &str) -> bool {
        self.stderr.lines().any(|line| line.starts_with(start))
    }
}

/// Runs on a thread of its own, whose counters start at zero.
pub(super) fn execute(engine: &(dyn Engine + Sync), block: &Block, case: &Case) -> Execution {
    let run = |limit| {
        let (mut execution, program) = check(block);
        if let (Some(program), Invocation::Run(args)) = (program, &case.invocation) {
            let (out, err) = (Capture::default(), Capture::default());
            execution.code = run(engine, &program, args, limit, (&out, &err));
            execution.stdout += &out.text();
            execution.stderr += &err.text();
        }
        execution.counters = counters::snapshot();
        execution
    };
    run_on_big_stack(PROGRAM_STACK_BYTES, |stack| run(stack.limit)).expect("a thread for the program")
}

/// The static part: diagnostics as they are printed, and the program if there is no error.
fn check(block: &Block) -> (Execution, Option<Program>) {
    let main = Source { name: "main.ilo".into(), text: block.program.clone() };
    let parsed = parse_program(main.clone(), Some(&Files { main: &main, others: &block.files }));
    let checked = ilo4_check::check(&parsed.program);
    let diagnostics: Vec<_> = parsed.diagnostics.iter().chain(&checked.diagnostics).collect();
    let stderr = diagnostics.iter().map(|diagnostic| render(diagnostic, &parsed.sources, false)).collect();
    let has_error = diagnostics.iter().any(|diagnostic| diagnostic.is_error());
    let program = checked.program.filter(|_| !has_error).map(Program::new);
    let code = if has_error { 2 } else { 0 };
    (Execution { stdout: String::new(), stderr, code, counters: Counters::default() }, program)
}

fn run(
    engine: &dyn Engine,
    program: &Program,
    args: &[String],
    limit: usize,
    streams: (&Capture, &Capture),
) -> i32 {
    let mut runtime = Runtime::new(&program.info);
    runtime.stack_limit = limit;
    runtime.output = Box::new(streams.0.clone());
    runtime.errors = Box::new(streams.1.clone());
    let Ok(args) = entry::split_arguments(args.iter().cloned()) else { return entry::MISUSE };
    let request = entry::choose_function(runtime.functions(), &args).and_then(|(function, args)| {
        let args = entry::convert_arguments(runtime.functions(), function, args)?;
        Ok(Request { function, args, count_calls: false })
    });
    let function = request.as_ref().map_or(0, |request| request.function);
    let outcome = request.and_then(|request| engine.run(program, request, &mut runtime));
    entry::finish(&mut runtime, function, outcome)
}

/// The files of a block; imports are written relative to the directory that all of them are in.
struct Files<'a> {
    main: &'a Source,
    others: &'a [(String, String)],
}

impl Loader for Files<'_> {
    fn load(&self, _importing: &str, path: &str) -> Result<(String, String), LoadError> {
        if path == self.main.name {
            return Ok((self.main.name.clone(), self.main.text.clone()));
        }
        let found = self.others.iter().find(|(name, _)| name == path);
        found.cloned().ok_or_else(|| LoadError { reason: "no such file".into() })
    }
}

/// A stream kept in memory.
#[derive(Clone, Default)]
struct Capture(Rc<RefCell<Vec<u8>>>);

impl Capture {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow()).into_owned()
    }
}

impl io::Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

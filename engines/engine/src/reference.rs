//! The programs in the language documents, run through the front end and an engine in this process and held to what stands beside
//! them. For tests of engines (feature `reference`); the harness does the same with processes.

mod blocks;
mod execute;
mod workplace;

use crate::Engine;
use blocks::{Block, Case, Invocation};
use execute::execute;
use workplace::Workplace;

pub use blocks::extract;
pub use execute::Execution;

/// What running a document gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Cases that ran, wrong ones included.
    pub ran: usize,
    /// Cases of programs with a builtin that is not implemented yet (`ILO-N201`).
    pub not_yet: usize,
    /// What was wrong with each wrong case, ready to print.
    pub failures: Vec<String>,
}

/// Runs every case of `document` on `engine`.
///
/// Changes the working directory of the process: not for two threads at once.
pub fn run_document(engine: &(dyn Engine + Sync), document: &str) -> Report {
    let mut report = Report::default();
    for block in extract(document) {
        let place = Workplace::enter(&block.files);
        for case in &block.cases {
            let execution = execute(engine, &block, case);
            if execution.has("error[ILO-N201]") {
                report.not_yet += 1;
                continue;
            }
            report.ran += 1;
            let judgement = judge(case, &execution);
            if let Err(problem) = judgement {
                report.failures.push(describe(&block, case, &execution, &problem));
            }
        }
        drop(place);
    }
    report
}

/// Runs a program text with these command-line arguments.
pub fn run_text(engine: &(dyn Engine + Sync), program: &str, args: &[&str]) -> Execution {
    let args = args.iter().map(|arg| arg.to_string()).collect();
    let case = Case { invocation: Invocation::Run(args), ..Case::default() };
    execute(engine, &Block { program: program.into(), ..Block::default() }, &case)
}

fn judge(case: &Case, execution: &Execution) -> Result<(), String> {
    let out: String = case.out.iter().map(|line| format!("{line}\n")).collect();
    let code = match &case.diag {
        Some(code) if !code.starts_with("ILO-R") => 2,
        Some(_) => 1,
        None => i32::from(!case.err.is_empty()),
    };
    require(execution.stdout == out, || format!("standard output should be {out:?}"))?;
    require(execution.code == code, || format!("the exit code should be {code}"))?;
    for line in &case.err {
        require(execution.stderr.lines().any(|got| got == line), || {
            format!("no line {line:?} in standard error")
        })?;
    }
    if let Some(code) = &case.diag {
        let first = execution.stderr.lines().find_map(|line| line.strip_prefix("error["));
        require(first.is_some_and(|rest| rest.starts_with(code)), || {
            format!("the first error should be {code}")
        })?;
    }
    for code in &case.warn {
        require(execution.has(&format!("warning[{code}]")), || format!("no warning {code}"))?;
    }
    require(!case.clean || execution.stderr.is_empty(), || "there should be no diagnostics".into())?;
    require(execution.counters.live_objects == 0, || "every object should be dead".into())
}

fn require(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn describe(block: &Block, case: &Case, execution: &Execution, problem: &str) -> String {
    let invocation = match &case.invocation {
        Invocation::Check => "check".to_owned(),
        Invocation::Run(args) => format!("run {args:?}"),
    };
    format!("line {}: {invocation}: {problem}\n{}\n{execution:#?}\n", case.line, block.program)
}

//! `parallax explain CELL`: everything about one case, freshly run.

use anyhow::anyhow;
use clap::Args;

use super::{Failure, Global, Outcome, Session};
use crate::corpus::{Exit as ExpectedExit, Source, StderrRule, Stdout, join};
use crate::exec::{Execution, Limits, signal_name};
use crate::exit::Exit;
use crate::filter::{Filter, Past};
use crate::record::RunRecord;
use crate::report::show;
use crate::reproduce;
use crate::schedule::{self, CaseDone, Context, Interrupt, Options};
use crate::verdict::{Attempt, Rules, groups_text};

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A cell (`suite::case@engine`), a case, or a place such as `helper.x:12`. A part is enough if only one matches.
    cell: String,
}

pub fn explain(global: &Global, args: &ExplainArgs) -> Outcome {
    let session = Session::open(global)?;
    let opened = session.corpus()?;
    let (wanted, engine) = match args.cell.rsplit_once('@') {
        Some((case, engine)) if session.config.engine(engine).is_some() => (case, Some(engine)),
        _ => (args.cell.as_str(), None),
    };
    let name = session.one_case(&opened, wanted)?;
    let filter = Filter { substrings: vec![format!("{name}@")], past: Past::default(), ..Filter::default() };
    let roster = session.roster(&filter, &[]);
    let plan = session.plan(&opened, &roster, &filter);
    let context = Context { config: &session.config, corpus: &opened.corpus, roster: &roster, plan: &plan };
    let done = run_one(context)?;
    print_case(context, &done, engine);
    print_last(&session, &name);
    let failed = done.verdict.cells.iter().any(|cell| cell.verdict.fails());
    Ok(if failed { Exit::Failed } else { Exit::Success })
}

fn run_one(context: Context<'_>) -> Result<CaseDone, Failure> {
    let options = Options { jobs: 1, retries: 0, audit: 0.0, seed: 0, keep: None };
    let mut found = None;
    let interrupt = Interrupt::listen()?;
    schedule::run(context, &options, &interrupt, &|_| 0.0, &mut |done| found = Some(done))
        .map_err(Failure::environment)?;
    found.ok_or_else(|| Failure { exit: Exit::Incomplete, error: anyhow!("the case was not run to its end") })
}

fn print_case(context: Context<'_>, done: &CaseDone, engine: Option<&str>) {
    let planned = &context.plan.cases[done.case];
    let loaded = &context.corpus.suites[planned.suite];
    let case = &loaded.cases[planned.index];
    let program = &loaded.programs[case.program];
    println!("case      {}::{}", loaded.name, case.name);
    println!("place     {}:{}", program.file.display(), case.line);
    if let Source::Written(files) = &program.source {
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        println!("files     {}", names.join(", "));
    }
    for note in &case.notes {
        println!("note      {note}");
    }
    print_expectation(case);
    println!("engines   {}", groups_text(&done.verdict.groups));
    let rules = Rules::new(&context.config.suites[loaded.index], &context.config.rewrites);
    for (position, cell) in context.plan.cells[planned.cells.clone()].iter().enumerate() {
        let seat = context.seat(cell);
        if engine.is_some_and(|engine| engine != seat.engine.name) {
            continue;
        }
        let judged = &done.verdict.cells[position];
        println!("\n{}  {}  {}", seat.engine.name, judged.verdict, judged.why);
        println!("  version   {}", seat.identity.version.as_deref().unwrap_or("unknown"));
        println!("  limits    {}", limits_text(&context.limits(cell)));
        if let Ok(command) = reproduce::command(context, cell, &context.config.output.join("last/cells")) {
            println!("  command   {command}");
        }
        if let Attempt::Ran { execution, in_build, growth } = &done.attempts[position] {
            if let Some(series) = growth {
                let lines = crate::growth::show::table(&seat.engine.name, series, None);
                println!("  growth    {}", lines.join("\n            "));
            }
            print_execution(execution, *in_build, &rules, case);
        }
    }
}

fn print_expectation(case: &crate::corpus::Case) {
    let Some(expected) = &case.expectation else { return };
    match expected.exit {
        ExpectedExit::Status(status) => println!("expects   exit {status}"),
        ExpectedExit::Signal(signal) => println!("expects   {}", signal_name(signal)),
    }
    match &expected.stdout {
        Stdout::Exactly(bytes) => block("          stdout", bytes),
        Stdout::OneOf(all) => all.iter().for_each(|bytes| block("          stdout, one of", bytes)),
        Stdout::Any => println!("          any stdout"),
    }
    for rule in &expected.stderr {
        match rule {
            StderrRule::Line(line) => {
                println!("          stderr has the line {}", show::line(&[line, &b"\n"[..]].concat()))
            }
            StderrRule::Exactly(bytes) => block("          stderr", bytes),
            StderrRule::FirstError(code) => println!("          the first error is {code}"),
            StderrRule::Warning(code) => println!("          a warning {code}"),
            StderrRule::Clean => println!("          no error and no warning"),
        }
    }
}

fn print_execution(execution: &Execution, in_build: bool, rules: &Rules<'_>, case: &crate::corpus::Case) {
    let place = if in_build { " (the build step stands in for the run)" } else { "" };
    println!("  ended     {}{place}", execution.ending);
    let usage = &execution.usage;
    println!(
        "  used      {:.1} ms wall, {:.1} ms user, {:.1} ms system, {} KiB peak",
        usage.wall.as_secs_f64() * 1e3,
        usage.user.as_secs_f64() * 1e3,
        usage.system.as_secs_f64() * 1e3,
        usage.peak_bytes / 1024
    );
    for leak in &execution.leaks {
        println!("  leaked    process {} {}", leak.pid, leak.name);
    }
    for (name, bytes) in [("stdout", &execution.stdout), ("stderr", &execution.stderr)] {
        block(&format!("  {name}   "), bytes);
        let compared = rules.normalize(bytes, &case.normalize);
        if compared.as_ref() != &bytes[..] {
            block(&format!("  {name} as compared"), &compared);
        }
    }
}

fn block(title: &str, bytes: &[u8]) {
    if bytes.is_empty() {
        println!("{title} (empty)");
        return;
    }
    println!("{title}");
    show::head(bytes, 40).iter().for_each(|line| println!("            {line}"));
}

fn limits_text(limits: &Limits) -> String {
    let mut parts = vec![format!("wall {:?}", limits.wall), format!("output {} B", limits.output_bytes)];
    let optional = [
        ("CPU s", limits.cpu_seconds),
        ("memory B", limits.memory_bytes),
        ("file B", limits.file_bytes),
        ("processes", limits.processes),
        ("stack B", limits.stack_bytes),
    ];
    parts.extend(optional.iter().filter_map(|(name, value)| Some(format!("{name} {}", (*value)?))));
    parts.join(", ")
}

/// What the last run said about the same case.
fn print_last(session: &Session, name: &str) {
    let Ok(run) = RunRecord::read(&session.last_record()) else { return };
    let case = run
        .suites
        .iter()
        .find_map(|suite| suite.cases.iter().find(|case| name == format!("{}::{}", suite.name, case.case)));
    if let Some(case) = case {
        let words: Vec<String> =
            case.cells.iter().map(|(engine, cell)| join([format!("{engine}={}", cell.verdict)])).collect();
        println!("\nlast run  {}", words.join(" "));
    }
}

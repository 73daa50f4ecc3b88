//! `parallax run`.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::gate::{check_gate, write_scoreboards};
use super::{Failure, Global, Outcome, Selection, Session};
use crate::exit::Exit;
use crate::history::History;
use crate::ledger::Ledger;
use crate::record::{Circumstances, Recorder, RunRecord};
use crate::report::Kind;
use crate::report::terminal::Terminal;
use crate::roster::Roster;
use crate::schedule::{self, CaseDone, Context, Interrupt, Options, RunError};

#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub selection: Selection,
    /// Workers; as many as there are processors if absent.
    #[arg(short, long, value_name = "COUNT")]
    pub jobs: Option<usize>,
    /// How often a failing cell is tried again.
    #[arg(long, value_name = "COUNT")]
    pub retries: Option<u32>,
    /// Share of passing cells that is run twice to see whether they are deterministic.
    #[arg(long, value_name = "SHARE")]
    pub audit: Option<f64>,
    /// Chooses the cells that are run twice.
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Keep each cell's directory below this one.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Set a variable for one engine. Such a run never becomes a scoreboard.
    #[arg(long, value_name = "ENGINE:KEY=VALUE")]
    pub engine_env: Vec<String>,
    /// Compare with the committed scoreboards; only the gate decides then.
    #[arg(long)]
    pub gate: bool,
    /// Write the scoreboards if nothing got worse.
    #[arg(long)]
    pub write_scoreboards: bool,
    /// With --write-scoreboards: write also what got worse. Never a partial run.
    #[arg(long, requires = "write_scoreboards")]
    pub force: bool,
    /// Write a report: json, jsonl, junit or md. May be repeated.
    #[arg(long, value_name = "KIND=PATH")]
    pub report: Vec<String>,
    /// Write a report to standard output.
    #[arg(long, value_name = "KIND")]
    pub format: Option<Kind>,
    /// Show what would be run, and run nothing.
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

pub fn run(global: &Global, args: &RunArgs) -> Outcome {
    let session = Session::open(global)?;
    let extra =
        args.engine_env.iter().map(|text| engine_env(&session, text)).collect::<Result<Vec<_>, _>>()?;
    let reports = args.report.iter().map(|text| report(text)).collect::<Result<Vec<_>, _>>()?;
    let filter = session.filter(&args.selection)?;
    let opened = session.corpus()?;
    let roster = session.roster(&filter, &extra);
    let plan = session.plan(&opened, &roster, &filter);
    let context = Context { config: &session.config, corpus: &opened.corpus, roster: &roster, plan: &plan };
    if args.dry_run {
        plan.cells.iter().for_each(|cell| println!("{}", context.cell_name(cell)));
        eprintln!("{} cells planned, none run", plan.cells.len());
        return Ok(Exit::Success);
    }
    let partial = if extra.is_empty() { Vec::new() } else { vec!["--engine-env was given".to_string()] };
    let (record, interrupted) = execute(context, global, args, partial)?;
    keep_data(&session, &record)?;
    for (kind, path) in reports {
        let text = kind.render(&record)?;
        crate::files::replace(&path, text.as_bytes()).with_context(|| path.display().to_string())?;
    }
    if let Some(kind) = args.format {
        print!("{}", kind.render(&record)?);
    }
    step_summary(&record)?;
    conclude(&session, args, &record, &roster, interrupted)
}

fn execute(
    context: Context<'_>,
    global: &Global,
    args: &RunArgs,
    partial: Vec<String>,
) -> Result<(RunRecord, Option<i32>), Failure> {
    let config = context.config;
    let seed = args.seed.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |time| u64::from(time.subsec_nanos()))
    });
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options {
        jobs: args.jobs.or(config.jobs).unwrap_or(processors).max(1),
        retries: args.retries.unwrap_or(config.retries),
        audit: args.audit.unwrap_or(config.audit),
        seed,
        keep: args.keep.as_ref().map(|path| config.workspace.join(path)),
    };
    let history = History::read(&config.output);
    let weigh = |cell: usize| history.weight(&context.cell_name(&context.plan.cells[cell]));
    let interrupt = Interrupt::listen()?;
    let mut terminal = Terminal::new(context, global.quiet, global.verbose);
    let mut recorder = Recorder::new(context);
    let mut sink = |done: CaseDone| {
        terminal.case(&done);
        recorder.add(&done);
    };
    let summary = schedule::run(context, &options, &interrupt, &weigh, &mut sink).map_err(run_error)?;
    let record = recorder.finish(&summary, Circumstances { partial, jobs: options.jobs, seed });
    terminal.finish(&record);
    Ok((record, summary.interrupted))
}

fn run_error(error: RunError) -> Failure {
    Failure::environment(error)
}

/// Keeps the run's data for `gate`, `diff` and the next schedule. An interrupted run keeps what it has.
fn keep_data(session: &Session, record: &RunRecord) -> Result<(), Failure> {
    let text = serde_json::to_vec(record).context("the record has no JSON form")?;
    let path = session.last_record();
    crate::files::replace(&path, &text).with_context(|| path.display().to_string())?;
    let output = &session.config.output;
    History::read(output).update(record, output).with_context(|| output.display().to_string())?;
    Ok(())
}

/// The exit code, after the gate and the scoreboards have had their say.
fn conclude(
    session: &Session,
    args: &RunArgs,
    record: &RunRecord,
    roster: &Roster<'_>,
    interrupted: Option<i32>,
) -> Outcome {
    if let Some(signal) = interrupted {
        return Ok(Exit::Signal(signal));
    }
    if record.ledger.planned == 0 {
        eprintln!("parallax: nothing ran: no case matches");
        return Ok(Exit::Nothing);
    }
    if roster.has_trouble() {
        return Ok(Exit::Environment);
    }
    if !has_live_engine(record) {
        eprintln!("parallax: nothing ran: no engine was live in any case");
        return Ok(Exit::Nothing);
    }
    if !record.ledger.closes() {
        return Ok(Exit::Incomplete);
    }
    if args.write_scoreboards {
        return write_scoreboards(session, record, args.force);
    }
    if args.gate {
        return check_gate(session, record);
    }
    Ok(verdicts(&record.ledger))
}

fn verdicts(ledger: &Ledger) -> Exit {
    if ledger.failures() == 0 { Exit::Success } else { Exit::Failed }
}

fn has_live_engine(record: &RunRecord) -> bool {
    let mut cells = record.suites.iter().flat_map(|suite| &suite.cases).flat_map(|case| case.cells.values());
    cells.any(|cell| cell.measured.is_some())
}

fn engine_env(session: &Session, text: &str) -> Result<(String, String, String), Failure> {
    let parts = text.split_once(':').and_then(|(engine, pair)| {
        let (key, value) = pair.split_once('=')?;
        Some((engine.to_string(), key.to_string(), value.to_string()))
    });
    let (engine, key, value) =
        parts.ok_or_else(|| Failure::usage(anyhow!("--engine-env needs ENGINE:KEY=VALUE, not `{text}`")))?;
    if session.config.engine(&engine).is_none() {
        return Err(Failure::usage(anyhow!("--engine-env: there is no engine `{engine}`")));
    }
    Ok((engine, key, value))
}

fn report(text: &str) -> Result<(Kind, PathBuf), Failure> {
    use clap::ValueEnum;
    let (kind, path) = text.split_once('=').unwrap_or((text, ""));
    match (Kind::from_str(kind, true), path) {
        (Ok(_), "") | (Err(_), _) => Err(Failure::usage(anyhow!(
            "--report needs json=PATH, jsonl=PATH, junit=PATH or md=PATH, not `{text}`"
        ))),
        (Ok(kind), path) => Ok((kind, PathBuf::from(path))),
    }
}

/// Appends a summary where a hosted CI shows one.
fn step_summary(record: &RunRecord) -> Result<(), Failure> {
    use std::io::Write;
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY") else { return Ok(()) };
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(Kind::Md.render(record)?.as_bytes())?;
    Ok(())
}

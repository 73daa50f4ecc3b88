//! `parallax gate`, and what `run` does with scoreboards.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::{Failure, Global, Outcome, Session};
use crate::exit::Exit;
use crate::gate::{Finding, Report, compare, optional_failures};
use crate::record::RunRecord;
use crate::scoreboard::{Scoreboard, markdown};

/// Lines shown of each kind.
const SHOWN: usize = 50;

/// Which run is held against committed files, and whether these are written. `parallax perf gate` has the same options.
#[derive(Debug, Args)]
pub struct GateArgs {
    /// The record of a full run; the last one if absent.
    #[arg(long, value_name = "FILE")]
    run: Option<PathBuf>,
    /// Write the committed files anew if nothing got worse.
    #[arg(long)]
    pub tighten: bool,
    /// With --tighten: write also what got worse.
    #[arg(long, requires = "tighten")]
    pub force: bool,
}

impl GateArgs {
    /// The record, if it is of the corpus as it is now: a stale one proves nothing.
    pub fn record(&self, session: &Session) -> Result<RunRecord, Failure> {
        let incomplete = |message: String| Failure { exit: Exit::Incomplete, error: anyhow!(message) };
        let path = self.run.clone().unwrap_or_else(|| session.last_record());
        let record = RunRecord::read(&path)
            .map_err(|message| incomplete(format!("{message}; `parallax run` makes one")))?;
        for loaded in &session.corpus()?.corpus.suites {
            let ran = record.suites.iter().find(|suite| suite.name == loaded.name);
            if ran.is_some_and(|suite| suite.digest != loaded.digest) {
                let message = format!("suite `{}` has changed since that run; run it again", loaded.name);
                return Err(incomplete(message));
            }
        }
        Ok(record)
    }
}

pub fn gate(global: &Global, args: &GateArgs) -> Outcome {
    let session = Session::open(global)?;
    let record = args.record(&session)?;
    if args.tighten {
        write_scoreboards(&session, &record, args.force)
    } else {
        check_gate(&session, &record)
    }
}

/// The gate's opinion of a run: nothing is written.
pub fn check_gate(session: &Session, record: &RunRecord) -> Outcome {
    let boards = full(&record.without_optional())?;
    let reports = reports(session, record, &boards)?;
    for (suite, report) in &reports {
        say(suite, report);
    }
    if reports.iter().any(|(_, report)| report.as_ref().is_some_and(|report| !report.findings.is_empty())) {
        eprintln!("gate: shut");
        return Ok(Exit::Failed);
    }
    if reports.iter().any(|(_, report)| report.is_none()) {
        eprintln!("gate: shut, because a suite has no scoreboard yet; `parallax gate --tighten` writes it");
        return Ok(Exit::Failed);
    }
    eprintln!("gate: open");
    Ok(Exit::Success)
}

/// Writes the scoreboards of a full run, unless something got worse and `force` is not given.
pub fn write_scoreboards(session: &Session, record: &RunRecord, force: bool) -> Outcome {
    let standing = record.without_optional();
    let boards = full(&standing)?;
    let reports = reports(session, record, &boards)?;
    for (suite, report) in &reports {
        say(suite, report);
    }
    let worse =
        reports.iter().any(|(_, report)| report.as_ref().is_some_and(|report| !report.findings.is_empty()));
    if worse && !force {
        eprintln!("gate: shut; no scoreboard was written (--force writes them all the same)");
        return Ok(Exit::Failed);
    }
    let directory = &session.config.scoreboards;
    for (board, suite) in boards.iter().zip(&standing.suites) {
        for (extension, text) in [("json", board.to_json()), ("md", markdown(suite))] {
            let path = directory.join(format!("{}.{extension}", board.suite));
            crate::files::replace(&path, text.as_bytes()).with_context(|| path.display().to_string())?;
        }
        eprintln!("wrote {}", directory.join(format!("{}.json", board.suite)).display());
    }
    for suite in committed_suites(directory)? {
        if force && !boards.iter().any(|board| board.suite == suite) {
            for extension in ["json", "md"] {
                let _ = std::fs::remove_file(directory.join(format!("{suite}.{extension}")));
            }
            eprintln!("removed the scoreboard of `{suite}`, which is no suite any more");
        }
    }
    Ok(Exit::Success)
}

fn full(record: &RunRecord) -> Result<Vec<Scoreboard>, Failure> {
    Scoreboard::of(record).map_err(|error| Failure { exit: Exit::Incomplete, error: error.into() })
}

/// By suite; `None` where there is no committed scoreboard.
fn reports(
    session: &Session,
    record: &RunRecord,
    boards: &[Scoreboard],
) -> Result<Vec<(String, Option<Report>)>, Failure> {
    let directory = &session.config.scoreboards;
    let mut reports = Vec::new();
    for (board, suite) in boards.iter().zip(&record.suites) {
        let path = directory.join(format!("{}.json", board.suite));
        let report = match std::fs::read_to_string(&path) {
            Ok(text) => {
                let committed = Scoreboard::from_json(&text);
                let committed = committed.map_err(|message| {
                    Failure::usage(anyhow!("{}: {message}; nothing was compared or written", path.display()))
                })?;
                let mut report = compare(&committed, board);
                report.findings.extend(optional_failures(record, suite));
                Some(report)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::environment(anyhow!("{}: {error}", path.display()))),
        };
        reports.push((board.suite.clone(), report));
    }
    for suite in committed_suites(directory)? {
        if !boards.iter().any(|board| board.suite == suite) {
            let findings = vec![Finding::VanishedSuite { suite: suite.clone() }];
            reports.push((suite, Some(Report { findings, ..Report::default() })));
        }
    }
    Ok(reports)
}

fn committed_suites(directory: &Path) -> Result<Vec<String>, Failure> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let boards = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut names: Vec<String> =
        boards.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    // The counters lie beside the scoreboards and have a gate of their own.
    names.retain(|name| name != crate::growth::baseline::NAME);
    names.sort();
    Ok(names)
}

fn say(suite: &str, report: &Option<Report>) {
    let Some(report) = report else {
        eprintln!("{suite}: no scoreboard yet");
        return;
    };
    let show = |lines: Vec<String>, what: &str| {
        for line in lines.iter().take(SHOWN) {
            eprintln!("{suite}: {line}");
        }
        if lines.len() > SHOWN {
            eprintln!("{suite}: … {} more {what}", lines.len() - SHOWN);
        }
    };
    show(report.findings.iter().map(ToString::to_string).collect(), "findings");
    show(report.changes.iter().map(|change| format!("changed: {change}")).collect(), "changes");
    show(report.gains.iter().map(|gain| format!("new pass: {gain}")).collect(), "new passes");
    if !report.gains.is_empty() {
        eprintln!("{suite}: {} new passes; `parallax gate --tighten` writes them", report.gains.len());
    }
}

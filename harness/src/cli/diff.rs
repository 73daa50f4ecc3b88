//! `parallax diff A B`: two runs, or two scoreboards, case by case.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;

use super::{Failure, Global, Outcome};
use crate::exit::Exit;
use crate::gate::compare;
use crate::record::RunRecord;
use crate::scoreboard::Scoreboard;

#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The record of a run, or a scoreboard.
    before: PathBuf,
    /// The other one.
    after: PathBuf,
}

/// Exit 0 if nothing is worse in the second, 1 otherwise.
pub fn diff(_: &Global, args: &DiffArgs) -> Outcome {
    let (before, after) = (boards(&args.before)?, boards(&args.after)?);
    let mut is_worse = false;
    let mut is_same = true;
    for old in &before {
        let Some(new) = after.iter().find(|new| new.suite == old.suite) else {
            println!("{}: only in {}", old.suite, args.before.display());
            (is_worse, is_same) = (true, false);
            continue;
        };
        let report = compare(old, new);
        is_worse |= !report.findings.is_empty();
        let findings = report.findings.iter().map(ToString::to_string);
        let changes = report.changes.iter().map(|change| format!("changed: {change}"));
        let gains = report.gains.iter().map(|gain| format!("new pass: {gain}"));
        for line in findings.chain(changes).chain(gains) {
            is_same = false;
            println!("{}: {line}", old.suite);
        }
    }
    for new in after.iter().filter(|new| !before.iter().any(|old| old.suite == new.suite)) {
        is_same = false;
        println!("{}: only in {}", new.suite, args.after.display());
    }
    if is_same {
        eprintln!("no difference");
    }
    Ok(if is_worse { Exit::Failed } else { Exit::Success })
}

fn boards(path: &Path) -> Result<Vec<Scoreboard>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(anyhow!("{}: {error}", path.display())))?;
    match (Scoreboard::from_json(&text), RunRecord::read(path)) {
        (Ok(board), _) => Ok(vec![board]),
        (Err(_), Ok(run)) => Ok(run.suites.iter().map(Scoreboard::of_suite).collect()),
        (Err(board), Err(run)) => Err(Failure::usage(anyhow!(
            "{} is neither a scoreboard ({board}) nor a run ({run})",
            path.display()
        ))),
    }
}

//! `parallax perf`: counters against their baseline, and two commands against each other.

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};

use super::compare::{CompareArgs, compare};
use super::gate::GateArgs;
use super::{Failure, Global, Outcome, Session};
use crate::exit::Exit;
use crate::growth::baseline::{Baseline, Move, NAME};

/// Lines shown of each kind.
const SHOWN: usize = 50;

#[derive(Debug, Args)]
pub struct PerfArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Compare the counters of the last full run with the committed ones, in both directions.
    Gate(GateArgs),
    /// Run two commands by turns and say which costs more CPU time and memory, if that can be said.
    Compare(CompareArgs),
}

pub fn perf(global: &Global, args: &PerfArgs) -> Outcome {
    match &args.what {
        What::Gate(args) => gate(global, args),
        What::Compare(args) => compare(args),
    }
}

fn gate(global: &Global, args: &GateArgs) -> Outcome {
    let session = Session::open(global)?;
    let record = args.record(&session)?;
    if !record.is_full() {
        let message = format!("the run is not a full one: {}", record.partial.join("; "));
        return Err(Failure { exit: Exit::Incomplete, error: anyhow!(message) });
    }
    let now = Baseline::of(&record);
    if now.cells.is_empty() {
        return Err(Failure {
            exit: Exit::Nothing,
            error: anyhow!(
                "the run holds no counters: no suite has `cases = \"scale\"`, or no engine declares counters"
            ),
        });
    }
    let file = session.config.scoreboards.join(format!("{NAME}.json"));
    let committed = match std::fs::read_to_string(&file) {
        Ok(text) => Some(Baseline::from_json(&text).map_err(|message| {
            Failure::usage(anyhow!("{}: {message}; nothing was compared or written", file.display()))
        })?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::environment(anyhow!("{}: {error}", file.display()))),
    };
    let moves = committed
        .as_ref()
        .map(|committed| committed.compare(&now, &session.config.gains))
        .unwrap_or_default();
    say(&moves);
    if !args.tighten {
        return Ok(conclude(&moves, committed.is_none(), now.cells.len()));
    }
    if moves.iter().any(Move::is_worse) && !args.force {
        eprintln!("perf gate: shut; no counters were written (--force writes them all the same)");
        return Ok(Exit::Failed);
    }
    crate::files::replace(&file, now.to_json().as_bytes()).with_context(|| file.display().to_string())?;
    eprintln!("wrote {}", file.display());
    Ok(Exit::Success)
}

fn conclude(moves: &[Move], is_first: bool, cells: usize) -> Exit {
    if is_first {
        eprintln!(
            "perf gate: shut, because no counters are committed yet; `parallax perf gate --tighten` writes them"
        );
        return Exit::Failed;
    }
    let counting = moves.iter().filter(|one| one.counts()).count();
    if counting > 0 {
        eprintln!(
            "perf gate: shut by {counting} moves; `parallax perf gate --tighten` accepts those for the better"
        );
        return Exit::Failed;
    }
    eprintln!("perf gate: open ({cells} cells)");
    Exit::Success
}

fn say(moves: &[Move]) {
    for is_counting in [true, false] {
        let lines: Vec<&Move> = moves.iter().filter(|one| one.counts() == is_counting).collect();
        for line in lines.iter().take(SHOWN) {
            let is_small = !is_counting && matches!(line, Move::Changed { .. });
            eprintln!("{}{line}", if is_small { "within 2 %, " } else { "" });
        }
        if lines.len() > SHOWN {
            eprintln!("… {} more", lines.len() - SHOWN);
        }
    }
}

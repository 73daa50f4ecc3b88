//! `parallax bisect-step`: one step of somebody else's bisect, in the exit codes of `git bisect run`.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::bisect::{Question, git_failure, source};
use super::{Failure, Global, Outcome, Session};
use crate::bisect::git::Repository;
use crate::bisect::{Answer, Laboratory, Observation, Predicate, Seen, Site, Subject, Trial, TrialError};
use crate::config::parse_span;
use crate::exit::Exit;
use crate::schedule::Interrupt;

#[derive(Debug, Args)]
pub struct StepArgs {
    #[command(flatten)]
    question: Question,
    /// The checkout to build and test; that of the working directory if absent. With --config the case may come
    /// from elsewhere.
    #[arg(long, value_name = "DIR")]
    tree: Option<PathBuf>,
    /// For `cpu>R`: the CPU time that R is a multiple of.
    #[arg(long, value_name = "DURATION")]
    good_cpu: Option<String>,
}

/// Whether the command line is for this verb, even if nothing else in it can be read: `git bisect run` takes the
/// ordinary exit code of a usage error for "bad".
pub fn is_asked_for() -> bool {
    std::env::args().any(|word| word == "bisect-step")
}

/// Exit 0 good, 1 bad, 125 untestable, 128 stop. Never another: git would take it for "bad".
pub fn bisect_step(global: &Global, args: &StepArgs) -> Outcome {
    let attempt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| step(global, args)));
    match attempt {
        Ok(Ok(exit)) => Ok(exit),
        Ok(Err(Failure { exit: exit @ Exit::Signal(_), error })) => Err(Failure { exit, error }),
        Ok(Err(Failure { error, .. })) => Err(Failure { exit: Exit::Stop, error }),
        Err(_) => Err(Failure { exit: Exit::Stop, error: anyhow!("this is a bug in parallax") }),
    }
}

fn step(global: &Global, args: &StepArgs) -> Outcome {
    let question = &args.question;
    let predicate = question.predicate("verdict!=PASS")?;
    let good = good_end(&predicate, args)?;
    let here = args.tree.as_ref().map_or_else(std::env::current_dir, |tree| tree.canonicalize())?;
    let checkout = Repository::around(&here).map_err(git_failure)?;
    let session = match Session::open(global) {
        Ok(session) => session,
        // An old commit without a configuration, or with one that today's parallax cannot read.
        Err(failure) if global.config.is_none() => return Ok(untestable(&format!("{:#}", failure.error))),
        Err(failure) => return Err(failure),
    };
    let opened = match session.corpus() {
        Ok(opened) => opened,
        Err(failure) if global.config.is_none() => return Ok(untestable(&format!("{:#}", failure.error))),
        Err(failure) => return Err(failure),
    };
    if question.case.is_none() {
        return Err(Failure::usage(anyhow!("--case is needed")));
    }
    let case = match question.case(&session, &opened, false) {
        Ok(case) => case,
        Err(failure) if global.config.is_none() => return Ok(untestable(&format!("{:#}", failure.error))),
        Err(failure) => return Err(failure),
    };
    let prefix = Repository::around(&session.config.workspace).map(|own| own.prefix).unwrap_or_default();
    let workspace = checkout.root.join(prefix);
    let work =
        question.work.as_ref().map_or_else(|| Ok(session.config.bisect.work.clone()), std::path::absolute)?;
    let subject = Subject {
        case,
        engines: question.engine.clone(),
        runs: question.runs.unwrap_or(predicate.runs()),
        case_from_rev: false,
        probes: !question.no_probe,
        counts: predicate.counts(),
    };
    let scratch = work.join("counters");
    let laboratory = Laboratory {
        source: source(&session, &opened, global.profile.as_deref(), &subject, &workspace, &scratch)?,
        subject,
        recipe: question.recipe(&session)?,
        site: Site { workspace, target: work.join("target") },
        interrupt: Interrupt::listen()?,
        scratch,
    };
    let trial = match laboratory.look(&work.join("logs/step.log")) {
        Ok((trial, _)) => trial,
        Err(TrialError::Stopped(signal)) => {
            return Err(Failure { exit: Exit::Signal(signal), error: anyhow!("stopped") });
        }
        Err(error) => return Err(Failure::environment(error)),
    };
    Ok(conclude(&predicate, &good, &trial))
}

fn conclude(predicate: &Predicate, good: &Observation, trial: &Trial) -> Exit {
    let seen = match trial {
        Trial::Seen(seen) => seen,
        Trial::Untestable(why) => return untestable(why),
    };
    // Without the good end's figures each engine is compared with the same given time.
    let given = good.cells.first();
    let cells = seen.cells.iter().filter_map(|cell| {
        Some(Seen { engine: cell.engine.clone(), verdict: cell.verdict, ..given?.clone() })
    });
    let good = Observation { cells: cells.collect(), programs: Vec::new() };
    let decision = predicate.decide(&good, seen);
    let (word, exit) = match decision.answer {
        Answer::Good => ("good", Exit::Success),
        Answer::Bad => ("bad", Exit::Failed),
        Answer::Untestable => return untestable(&decision.why),
    };
    eprintln!("parallax bisect-step: {word}: {}", decision.why);
    exit
}

fn untestable(why: &str) -> Exit {
    eprintln!("parallax bisect-step: untestable: {why}");
    Exit::Untestable
}

/// What stands for the good end, which a single step does not see.
fn good_end(predicate: &Predicate, args: &StepArgs) -> Result<Observation, Failure> {
    if !predicate.compares() {
        return Ok(Observation::default());
    }
    let Predicate::Cpu(_) = predicate else {
        return Err(Failure::usage(anyhow!(
            "a single step has no good end for `{predicate}`; say `verdict!=PASS` or another verdict"
        )));
    };
    let Some(text) = &args.good_cpu else {
        return Err(Failure::usage(anyhow!("`{predicate}` needs --good-cpu, the time at the good end")));
    };
    let time = parse_span(text).ok_or_else(|| {
        Failure::usage(anyhow!("--good-cpu: `{text}` is not a duration; write for example `120ms`"))
    })?;
    let seen = Seen { cpu_us: vec![time.as_micros() as u64], ..Seen::default() };
    Ok(Observation { cells: vec![seen], programs: Vec::new() })
}

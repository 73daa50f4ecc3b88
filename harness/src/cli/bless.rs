//! `parallax bless`: accept what the engines agree on as the new expectation, after showing the difference.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use similar::TextDiff;

use super::{Failure, Global, Outcome, Selection, Session};
use crate::bless::{Change, apply, change};
use crate::exit::Exit;
use crate::report::style::is_ci;
use crate::schedule::{self, CaseDone, Context, Interrupt, Options};
use crate::verdict::{Rules, Verdict};

#[derive(Debug, Args)]
pub struct BlessArgs {
    #[command(flatten)]
    selection: Selection,
    /// Write without asking.
    #[arg(long)]
    yes: bool,
}

pub fn bless(global: &Global, args: &BlessArgs) -> Outcome {
    if is_ci() {
        return Err(Failure::usage(anyhow!("expectations are not rewritten in CI")));
    }
    let session = Session::open(global)?;
    let opened = session.corpus()?;
    let filter = session.filter(&args.selection)?;
    let roster = session.roster(&filter, &[]);
    let plan = session.plan(&opened, &roster, &filter);
    let context = Context { config: &session.config, corpus: &opened.corpus, roster: &roster, plan: &plan };
    if plan.cells.is_empty() {
        return Ok(Exit::Nothing);
    }
    let (changes, refused) = collect(context)?;
    for line in &refused {
        eprintln!("not blessed: {line}");
    }
    let rewritten = rewrite(&session, changes)?;
    if rewritten.is_empty() {
        eprintln!("nothing to bless");
        return Ok(if refused.is_empty() { Exit::Success } else { Exit::Failed });
    }
    for (path, old, new) in &rewritten {
        let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
        let shown = path.display().to_string();
        print!(
            "{}",
            TextDiff::from_lines(&old, &new).unified_diff().context_radius(2).header(&shown, &shown)
        );
    }
    if !args.yes && !confirmed(rewritten.len())? {
        eprintln!("nothing was written");
        return Ok(Exit::Failed);
    }
    for (path, _, new) in &rewritten {
        crate::files::replace(path, new)?;
    }
    eprintln!("{} files rewritten", rewritten.len());
    Ok(if refused.is_empty() { Exit::Success } else { Exit::Failed })
}

/// Runs the cases; returns what can be blessed, and why the rest cannot.
fn collect(context: Context<'_>) -> Result<(Vec<Change>, Vec<String>), Failure> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options { jobs: processors, retries: 0, audit: 0.0, seed: 0, keep: None };
    let interrupt = Interrupt::listen()?;
    let (mut changes, mut refused) = (Vec::new(), Vec::new());
    let mut sink = |done: CaseDone| {
        if done.verdict.cells.iter().any(|cell| cell.verdict == Verdict::Fail) {
            let planned = &context.plan.cases[done.case];
            let loaded = &context.corpus.suites[planned.suite];
            let suite = &context.config.suites[loaded.index];
            let rules = Rules::new(suite, &context.config.rewrites);
            match change(loaded, suite, planned.index, &rules, &done) {
                Ok(change) => changes.push(change),
                Err(reason) => {
                    refused.push(format!("{}::{}: {reason}", loaded.name, loaded.cases[planned.index].name))
                }
            }
        }
    };
    let summary =
        schedule::run(context, &options, &interrupt, &|_| 0.0, &mut sink).map_err(Failure::environment)?;
    if summary.interrupted.is_some() {
        return Err(Failure { exit: Exit::Incomplete, error: anyhow!("interrupted; nothing was written") });
    }
    Ok((changes, refused))
}

type Rewritten = Vec<(PathBuf, Vec<u8>, Vec<u8>)>;

fn rewrite(session: &Session, changes: Vec<Change>) -> Result<Rewritten, Failure> {
    let mut by_file: BTreeMap<PathBuf, Vec<Change>> = BTreeMap::new();
    for change in changes {
        by_file.entry(session.config.workspace.join(&change.file)).or_default().push(change);
    }
    let mut rewritten = Vec::new();
    for (path, changes) in by_file {
        let old = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let new = apply(&old, &changes);
        if new != old {
            rewritten.push((path, old, new));
        }
    }
    Ok(rewritten)
}

fn confirmed(files: usize) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        eprintln!("not a terminal: --yes writes without asking");
        return Ok(false);
    }
    eprint!("rewrite {files} files? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

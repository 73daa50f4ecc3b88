//! `parallax perf compare`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use clap::Args;
use serde_json::json;

use super::{Failure, Outcome};
use crate::command::Finder;
use crate::compare::{Comparison, Cost, FEWEST_PAIRS, judge, measure};
use crate::config::parse_span;
use crate::corpus::split;
use crate::exec::{Job, Limits};
use crate::exit::Exit;

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The commands A and B, each as one text that is split as a shell does it, and run without one. With --rev,
    /// one command, which runs in the worktree of each revision.
    #[arg(value_name = "CMD", required = true, num_args = 1..=2)]
    commands: Vec<String>,
    /// A git revision; given twice, the first is A.
    #[arg(long, value_name = "REV", num_args = 1)]
    rev: Vec<String>,
    /// With --rev: what to run in each worktree first.
    #[arg(long, value_name = "CMD", requires = "rev")]
    build: Option<String>,
    /// How often both are run.
    #[arg(long, value_name = "COUNT", default_value_t = 15)]
    pairs: usize,
    /// The longest that one run may take.
    #[arg(long, value_name = "SPAN", default_value = "10m")]
    timeout: String,
    /// Fail if B surely needs more than this many times A's CPU time.
    #[arg(long, value_name = "RATIO")]
    limit: Option<f64>,
    /// Write the result as JSON.
    #[arg(long)]
    json: bool,
}

pub fn compare(args: &CompareArgs) -> Outcome {
    let usage = |message: &str| Failure::usage(anyhow!(message.to_string()));
    if args.pairs < FEWEST_PAIRS {
        return Err(usage(&format!("fewer than {FEWEST_PAIRS} pairs say nothing")));
    }
    let wall =
        parse_span(&args.timeout).ok_or_else(|| usage("--timeout needs a duration, for example `2m`"))?;
    let here = std::env::current_dir()?;
    let pairs = match (&args.commands[..], &args.rev[..]) {
        ([a, b], []) => run(&[(a, here.clone()), (b, here)], args.pairs, wall)?,
        ([command], [a, b]) => {
            let trees = [Worktree::new(&here, a)?, Worktree::new(&here, b)?];
            for tree in &trees {
                tree.build(args.build.as_deref())?;
            }
            let place = |tree: &Worktree| (command, tree.path.clone());
            run(&[place(&trees[0]), place(&trees[1])], args.pairs, wall)?
        }
        _ => return Err(usage("give two commands, or one command and --rev twice")),
    };
    report(args, &pairs)
}

fn run(sides: &[(&String, PathBuf); 2], pairs: usize, wall: Duration) -> Result<Vec<(Cost, Cost)>, Failure> {
    let [a, b] = sides;
    let (a, b) = (job(a.0, &a.1, wall)?, job(b.0, &b.1, wall)?);
    measure(&a, &b, pairs).map_err(|message| Failure { exit: Exit::Incomplete, error: anyhow!(message) })
}

/// A command in a directory, with our own environment.
fn job(text: &str, cwd: &Path, wall: Duration) -> Result<Job, Failure> {
    let words = split(text).map_err(|message| Failure::usage(anyhow!("`{text}`: {message}")))?;
    let name = words.first().ok_or_else(|| Failure::usage(anyhow!("a command is empty")))?;
    let finder = Finder { workspace: cwd.to_path_buf(), bin_dirs: Vec::new() };
    let program = finder
        .find(name)
        .ok_or_else(|| Failure::environment(anyhow!("`{name}` is not in {} or PATH", cwd.display())))?;
    let env = std::env::vars_os().map(|(key, value)| format!("{}={}", key.display(), value.display()));
    Ok(Job {
        program: program.to_string_lossy().into_owned(),
        argv: words.into_iter().map(String::into_bytes).collect(),
        env: Arc::new(env.collect()),
        cwd: cwd.to_string_lossy().into_owned(),
        stdin: None,
        limits: Limits { wall, memory_bytes: None, ..Limits::default() },
    })
}

fn report(args: &CompareArgs, pairs: &[(Cost, Cost)]) -> Outcome {
    let of = |quantity: fn(&Cost) -> f64| {
        judge(&pairs.iter().map(|(a, b)| (quantity(a), quantity(b))).collect::<Vec<_>>())
    };
    let (cpu, peak) = (of(|cost| cost.cpu_seconds), of(|cost| cost.peak_bytes));
    if args.json {
        println!("{}", json!({ "pairs": pairs.len(), "cpu_seconds": cpu, "peak_bytes": peak }));
    } else {
        println!("{} pairs; medians, B / A with 95 % interval", pairs.len());
        show("cpu", cpu.as_ref(), 1e3, "ms");
        show("rss", peak.as_ref(), 1.0 / f64::from(1 << 20), "MiB");
    }
    let exceeds = matches!((cpu, args.limit), (Some(cpu), Some(limit)) if cpu.low > limit);
    Ok(if exceeds { Exit::Failed } else { Exit::Success })
}

fn show(name: &str, found: Option<&Comparison>, factor: f64, unit: &str) {
    match found {
        None => println!("{name}  too small to compare"),
        Some(it) => println!(
            "{name}  A {:.1} {unit}  B {:.1} {unit}  {:.3} ({:.3} to {:.3})  {}",
            it.a * factor,
            it.b * factor,
            it.ratio,
            it.low,
            it.high,
            it.opinion
        ),
    }
}

/// A checkout of one revision, removed when dropped.
struct Worktree {
    repository: PathBuf,
    path: PathBuf,
    _directory: tempfile::TempDir,
}

impl Worktree {
    fn new(repository: &Path, revision: &str) -> anyhow::Result<Worktree> {
        let directory = tempfile::Builder::new().prefix("parallax-rev-").tempdir()?;
        let path = directory.path().join("tree");
        let mut command = Command::new("git");
        command
            .current_dir(repository)
            .args(["worktree", "add", "--quiet", "--detach"])
            .arg(&path)
            .arg(revision);
        let status = command.status().context("git cannot be started")?;
        ensure!(status.success(), "git has no worktree for revision `{revision}`");
        Ok(Worktree { repository: repository.to_path_buf(), path, _directory: directory })
    }

    fn build(&self, command: Option<&str>) -> anyhow::Result<()> {
        let Some(text) = command else { return Ok(()) };
        let words = split(text).map_err(|message| anyhow!("`{text}`: {message}"))?;
        let (program, rest) = words.split_first().ok_or_else(|| anyhow!("the build command is empty"))?;
        let status = Command::new(program).args(rest).current_dir(&self.path).status();
        let status = status.with_context(|| format!("`{program}` cannot be started"))?;
        ensure!(status.success(), "`{text}` failed: {status}");
        Ok(())
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        let mut command = Command::new("git");
        command.current_dir(&self.repository).args(["worktree", "remove", "--force"]).arg(&self.path);
        // What cannot be removed is in the temporary directory, and `git worktree prune` forgets it.
        let _ = command.stderr(std::process::Stdio::null()).status();
    }
}

//! Every cell as a test of its own, for `cargo test` and nextest.
//!
//! A test is called `suite::case@engine`. With `--exact` only the file that the name points to is read, so running
//! one test does not cost a discovery of all. A cell is judged against its expectation alone; comparing engines is
//! what `parallax run` is for.
//!
//! A target may run a part of its cells unless it is asked for more: the others are shown as *ignored*, and run if the
//! command line names them or says `--include-ignored`, or if `PARALLAX_ALL` is set.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Conclusion, Failed, Trial};

use crate::command::Finder;
use crate::config::Config;
use crate::corpus::{self, Corpus, LoadedSuite};
use crate::filter::{Filter, cell_name};
use crate::plan::{Action, Plan, Unit};
use crate::report::show;
use crate::roster::Roster;
use crate::schedule::{Context, Executor, Interrupt, Workspace};
use crate::verdict::{Attempt, Rules, Seat, Verdict, judge};

/// Set: run every cell.
const ALL_VARIABLE: &str = "PARALLAX_ALL";

/// The whole `main` of a test target without a harness of its own.
///
/// Reads `config`, looks for engines in `bin_dir` first, and runs what the command line asks for.
pub fn main(config: &Path, bin_dir: &Path) -> ExitCode {
    main_choosing(config, bin_dir, |_| true)
}

/// Like [`main`], but cells whose name `by_default` declines are run only where they are asked for.
pub fn main_choosing(config: &Path, bin_dir: &Path, by_default: fn(&str) -> bool) -> ExitCode {
    crate::exec::run_if_asked();
    let arguments = Arguments::from_args();
    match World::open(config, bin_dir, &arguments) {
        Ok(world) => run(world, &arguments, by_default),
        Err(message) => {
            eprintln!("parallax: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(world: World, arguments: &Arguments, by_default: fn(&str) -> bool) -> ExitCode {
    let world: &'static World = Box::leak(Box::new(world));
    let needs_engines = !arguments.list;
    let roster: &'static Roster<'static> = Box::leak(Box::new(world.roster(needs_engines)));
    let plan: &'static Plan =
        Box::leak(Box::new(Plan::new(&world.corpus, roster, &world.suite_engines, &Filter::default())));
    let context = Context { config: &world.config, corpus: &world.corpus, roster, plan };
    let bench = Arc::new(Bench::new(context));
    let is_asked_for = arguments.filter.is_some() || std::env::var_os(ALL_VARIABLE).is_some();
    let is_wanted = |name: &str| is_asked_for || by_default(name);
    let trials = (0..plan.cells.len()).map(|cell| trial(&bench, cell, is_wanted)).collect();
    let conclusion: Conclusion = libtest_mimic::run(arguments, trials);
    // Workers must be gone before we are: what is never dropped is never cleaned up.
    bench.close();
    conclusion.exit_code()
}

/// What the tests are about.
struct World {
    config: Config,
    finder: Finder,
    corpus: Corpus,
    suite_engines: Vec<Vec<String>>,
}

impl World {
    fn open(path: &Path, bin_dir: &Path, arguments: &Arguments) -> Result<World, String> {
        let config = Config::load(path, None).map_err(|error| error.to_string())?;
        let bin_dirs =
            std::iter::once(bin_dir.to_path_buf()).chain(config.bin_dirs.iter().cloned()).collect();
        let finder = Finder { workspace: config.workspace.clone(), bin_dirs };
        let wanted = arguments.filter.as_ref().filter(|_| arguments.exact);
        let corpus = match wanted.and_then(|name| file_of(&config, name)) {
            Some((suite, file)) => {
                let loaded: Result<LoadedSuite, _> = corpus::load_file(&config, suite, &file);
                loaded.map(|suite| Corpus { suites: vec![suite] })
            }
            None => corpus::load(&config),
        };
        let corpus =
            corpus.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        let suite_engines =
            corpus.suites.iter().map(|suite| config.suites[suite.index].engines.clone()).collect();
        Ok(World { config, finder, corpus, suite_engines })
    }

    fn roster(&self, needs_engines: bool) -> Roster<'_> {
        if !needs_engines {
            return Roster::unidentified(&self.config);
        }
        let names: Vec<String> = self.config.engines.iter().map(|engine| engine.name.clone()).collect();
        Roster::assemble(&self.config, &self.finder, &names, &[])
    }
}

/// The file that the name of a cell points to: the longest part that names one.
fn file_of(config: &Config, name: &str) -> Option<(usize, PathBuf)> {
    let (suite, case) = name.split_once("::")?;
    let index = config.suites.iter().position(|known| known.name == suite)?;
    let case = case.rsplit_once('@').map_or(case, |(case, _)| case);
    let candidates =
        [Some(case), case.split_once('#').map(|(file, _)| file), case.rsplit_once(':').map(|(file, _)| file)];
    let found =
        candidates.into_iter().flatten().find(|file| config.suites[index].root.join(file).is_file())?;
    Some((index, PathBuf::from(found)))
}

/// Workers that tests borrow.
struct Bench {
    context: Context<'static>,
    idle: Mutex<Vec<Executor<'static>>>,
    scratch: Mutex<Option<tempfile::TempDir>>,
    rules: HashMap<usize, Rules<'static>>,
}

impl Bench {
    fn new(context: Context<'static>) -> Bench {
        let suites = context.corpus.suites.iter().enumerate();
        let rules = suites
            .map(|(index, suite)| {
                (index, Rules::new(&context.config.suites[suite.index], &context.config.rewrites))
            })
            .collect();
        Bench { context, idle: Mutex::new(Vec::new()), scratch: Mutex::new(None), rules }
    }

    fn worker(&self) -> Result<Executor<'static>, Failed> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        if let Some(executor) = idle {
            return Ok(executor);
        }
        let mut scratch = self.scratch.lock().map_err(|_| Failed::from("another test panicked"))?;
        let root = match &*scratch {
            Some(directory) => directory.path().to_path_buf(),
            None => {
                let directory = tempfile::Builder::new().prefix("parallax-test-").tempdir()?;
                scratch.insert(directory).path().to_path_buf()
            }
        };
        let place = tempfile::Builder::new().prefix("w").tempdir_in(root)?.keep();
        let workspace = Workspace::new(&place, None)?;
        let launcher = crate::exec::Launcher::start()?;
        Ok(Executor::new(self.context, launcher, workspace, Interrupt::default()))
    }

    fn run(&self, cell: usize) -> Result<(), Failed> {
        let context = self.context;
        let planned = &context.plan.cells[cell];
        if let Action::Error(message) = &planned.action {
            return Err(message.into());
        }
        let mut executor = self.worker()?;
        let case_index = planned.case;
        let suite = context.plan.cases[case_index].suite;
        let case = context.case(planned);
        let unit = Unit { suite, program: case.program, cells: vec![cell] };
        let attempt = executor.run_unit(&unit).pop().and_then(|done| done.attempt);
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(executor);
        }
        let attempt = attempt.ok_or("the cell was not run")?;
        let engine = context.seat(planned).engine;
        let seat = Seat { engine: &engine.name, refuse: engine.refuse.as_ref(), attempt: &attempt };
        let expect = &context.config.suites[context.corpus.suites[suite].index].expect;
        if case.expectation.is_none() {
            return alone(&attempt);
        }
        let judged = judge(case, expect, &self.rules[&suite], &[seat]).cells.remove(0);
        if judged.verdict.fails() {
            Err(message(&judged.verdict, &judged.why, &attempt).into())
        } else {
            Ok(())
        }
    }

    /// Ends all workers and removes their directories.
    fn close(&self) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.clear();
        }
        if let Ok(mut scratch) = self.scratch.lock() {
            drop(scratch.take());
        }
    }
}

/// Without an expectation a single cell can only show that it ran to an end.
fn alone(attempt: &Attempt) -> Result<(), Failed> {
    match attempt {
        Attempt::Ran { execution, .. } if execution.limit.is_none() => Ok(()),
        Attempt::Ran { execution, .. } => Err(format!("{}", execution.ending).into()),
        Attempt::Error(message) => Err(message.into()),
        Attempt::Skip(_) | Attempt::Abstain(_) => Ok(()),
    }
}

fn message(verdict: &Verdict, why: &str, attempt: &Attempt) -> String {
    let mut text = format!("{verdict}: {why}");
    if let Attempt::Ran { execution, .. } = attempt {
        for (name, bytes) in [("stdout", &execution.stdout), ("stderr", &execution.stderr)] {
            text.push_str(&format!("\n{name}:\n  {}", show::head(bytes, 20).join("\n  ")));
        }
    }
    text
}

fn trial(bench: &Arc<Bench>, cell: usize, is_wanted: impl Fn(&str) -> bool) -> Trial {
    let context = bench.context;
    let planned = &context.plan.cells[cell];
    let suite = &context.corpus.suites[context.plan.cases[planned.case].suite];
    let engine = &context.seat(planned).engine.name;
    let name = cell_name(&suite.name, &context.case(planned).name, engine);
    let is_ignored = matches!(planned.action, Action::Skip(_) | Action::Abstain(_)) || !is_wanted(&name);
    let bench = Arc::clone(bench);
    Trial::test(name, move || bench.run(cell)).with_ignored_flag(is_ignored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_cell_points_to_its_file() {
        let root = tempfile::tempdir().unwrap();
        for name in ["a.md", "d/x.t"] {
            std::fs::create_dir_all(root.path().join("d")).unwrap();
            std::fs::write(root.path().join(name), "").unwrap();
        }
        let text = "[suite.s]\nroot='.'\ninclude=['*']\n[engine.e]\nrun=['e']\n";
        let config = Config::parse(&root.path().join("parallax.toml"), text, None).unwrap();
        let file = |name: &str| file_of(&config, name).map(|(_, file)| file.display().to_string());
        assert_eq!(file("s::d/x.t@vm").as_deref(), Some("d/x.t"));
        assert_eq!(file("s::d/x.t:3@vm").as_deref(), Some("d/x.t"));
        assert_eq!(file("s::d/x.t#named@vm").as_deref(), Some("d/x.t"));
        assert_eq!(file("s::a.md#1.2-h/3/1@vm").as_deref(), Some("a.md"));
        assert_eq!(file("s::gone.t@vm"), None);
        assert_eq!(file("other::a.md@vm"), None);
    }
}

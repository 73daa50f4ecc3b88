//! Trying what is checked out at a site: build its engines, run the case on them, keep what they did.

use std::path::{Path, PathBuf};

use super::observation::{Observation, Seen, Started, Trial};
use super::recipe::{BuildError, Built, Recipe, Site};
use crate::config::{Config, Expect};
use crate::corpus::{self, Corpus};
use crate::filter::{Filter, cell_name};
use crate::plan::Plan;
use crate::roster::{Roster, Seated};
use crate::schedule::{self, CaseDone, Context, Interrupt, Options, RunError};
use crate::verdict::Attempt;

/// Which cells are looked at, and how.
#[derive(Debug, Clone)]
pub struct Subject {
    /// `suite::case`.
    pub case: String,
    /// Engines whose verdict counts; all of the suite's if empty.
    pub engines: Vec<String>,
    pub runs: usize,
    /// Take configuration and corpus from the commit too.
    pub case_from_rev: bool,
    /// Whether engines must prove first that the intended tier runs.
    pub probes: bool,
    /// Whether engines run in the way that makes them write their counters.
    pub counts: bool,
}

/// Where the case and the engines' commands come from unless the commit supplies them.
pub struct Source<'a> {
    /// Its workspace is the commit's, so that `{workspace}` and relative programs mean the commit's files.
    pub config: Config,
    pub corpus: &'a Corpus,
    /// Of the configuration file, from the workspace.
    pub config_name: PathBuf,
    pub profile: Option<&'a str>,
}

/// Everything that trying a commit needs.
pub struct Laboratory<'a> {
    pub subject: Subject,
    pub source: Source<'a>,
    pub recipe: Recipe,
    pub site: Site,
    pub interrupt: Interrupt,
    /// Where engines write their counters.
    pub scratch: PathBuf,
}

/// Why a commit could not be tried; says nothing about the commit.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("the place for counters cannot be prepared")]
    Scratch(#[source] std::io::Error),
    #[error("stopped by signal {0}")]
    Stopped(i32),
}

impl Subject {
    /// Makes the engines of `config` run the way this subject asks for. A `scale:` case counts on its own.
    pub fn prepare(&self, config: &mut Config, scratch: &Path) {
        for engine in &mut config.engines {
            if !self.probes {
                engine.probe = None;
            }
            let Some(counters) = engine.counters.as_ref().filter(|_| self.counts) else { continue };
            let stats = stats_file(scratch, &engine.name).to_string_lossy().into_owned();
            let filled = |text: &String| text.replace("{stats}", &stats);
            engine.run = counters.run.iter().map(filled).collect();
            engine.build = counters.build.clone().or(engine.build.take());
            engine.env.extend(counters.env.iter().map(|(key, value)| (key.clone(), filled(value))));
        }
    }
}

/// Where an engine writes its counters.
fn stats_file(scratch: &Path, engine: &str) -> PathBuf {
    scratch.join(format!("{engine}.json"))
}

impl Laboratory<'_> {
    /// Builds and runs. The build's log goes to `log`. Returns also the seconds that the build took.
    ///
    /// # Errors
    /// [`TrialError`] for our own and the machine's failures.
    pub fn look(&self, log: &Path) -> Result<(Trial, f64), TrialError> {
        let names = program_names(&self.source.config);
        let seconds = match self.recipe.build(&self.site, &names, &self.interrupt, log)? {
            Built::Done { seconds } => seconds,
            Built::Untestable(why) => return Ok((Trial::Untestable(why), 0.0)),
            Built::Stopped => return Err(self.stopped()),
        };
        if !self.subject.case_from_rev {
            return Ok((self.observe(&self.source.config, self.source.corpus)?, seconds));
        }
        let trial = match self.of_commit() {
            Ok((config, corpus)) => self.observe(&config, &corpus)?,
            Err(why) => Trial::Untestable(why),
        };
        Ok((trial, seconds))
    }

    fn stopped(&self) -> TrialError {
        TrialError::Stopped(self.interrupt.signal().unwrap_or(signal_hook::consts::SIGTERM))
    }

    /// The commit's own configuration and corpus, or why they cannot be used.
    fn of_commit(&self) -> Result<(Config, Corpus), String> {
        let path = self.site.workspace.join(&self.source.config_name);
        let mut config = Config::load(&path, self.source.profile)
            .map_err(|error| format!("its configuration cannot be used: {error}"))?;
        self.subject.prepare(&mut config, &self.scratch);
        let corpus = corpus::load(&config).map_err(|errors| {
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            format!("its corpus has {} mistakes, the first: {first}", errors.len())
        })?;
        Ok((config, corpus))
    }

    fn observe(&self, config: &Config, corpus: &Corpus) -> Result<Trial, TrialError> {
        let (suite_name, _) = self.subject.case.split_once("::").unwrap_or_default();
        let Some(suite) = config.suites.iter().find(|suite| suite.name == suite_name) else {
            return Ok(Trial::Untestable(format!("it has no suite `{suite_name}`")));
        };
        let watched = match self.subject.engines.is_empty() {
            true => suite.engines.clone(),
            false => self.subject.engines.clone(),
        };
        if let Some(missing) = watched.iter().find(|name| !suite.engines.contains(name)) {
            return Ok(Trial::Untestable(format!("its suite `{suite_name}` has no engine `{missing}`")));
        }
        let started = match suite.expect {
            Expect::Annotations | Expect::Sidecar => &watched,
            // The expectation comes from the other engines, so they all run.
            Expect::Consensus | Expect::Oracle(_) => &suite.engines,
        };
        let filter = Filter {
            substrings: vec![format!("{}@", self.subject.case)],
            suites: vec![suite_name.to_string()],
            engines: started.clone(),
            ..Filter::default()
        };
        let finder = self.recipe.finder(&self.site);
        let roster = Roster::assemble(config, &finder, started, &[]);
        let suite_engines: Vec<Vec<String>> =
            corpus.suites.iter().map(|suite| config.suites[suite.index].engines.clone()).collect();
        let plan = Plan::new(corpus, &roster, &suite_engines, &filter);
        let context = Context { config, corpus, roster: &roster, plan: &plan };
        let mut observation =
            Observation { cells: Vec::new(), programs: self.programs(&roster, &finder.bin_dirs) };
        for _ in 0..self.subject.runs.max(1) {
            self.clear_counters()?;
            let Some(done) = self.run(context)? else {
                return Ok(Trial::Untestable(format!("it has no case `{}`", self.subject.case)));
            };
            take_in(&mut observation, context, &done, &watched);
            self.read_counters(&mut observation);
        }
        Ok(Trial::Seen(observation))
    }

    /// No counters of an earlier run may be taken for the next one's.
    fn clear_counters(&self) -> Result<(), TrialError> {
        if !self.subject.counts {
            return Ok(());
        }
        let clear = || {
            if self.scratch.exists() {
                std::fs::remove_dir_all(&self.scratch)?;
            }
            std::fs::create_dir_all(&self.scratch)
        };
        clear().map_err(TrialError::Scratch)
    }

    fn read_counters(&self, observation: &mut Observation) {
        if !self.subject.counts {
            return;
        }
        for seen in &mut observation.cells {
            let text = std::fs::read(stats_file(&self.scratch, &seen.engine)).unwrap_or_default();
            // A file that is absent or no JSON object holds no counter; the predicate says so.
            let object: serde_json::Map<String, serde_json::Value> =
                serde_json::from_slice(&text).unwrap_or_default();
            let numbers = object.into_iter().filter_map(|(name, value)| Some((name, value.as_u64()?)));
            seen.counters.extend(numbers);
        }
    }

    /// Runs the case once on its engines; `None` if the plan does not hold it.
    fn run(&self, context: Context<'_>) -> Result<Option<CaseDone>, TrialError> {
        let options = Options { jobs: 1, retries: 0, audit: 0.0, seed: 0, keep: None };
        let mut found = None;
        let mut sink = |done: CaseDone| {
            let planned = &context.plan.cases[done.case];
            let loaded = &context.corpus.suites[planned.suite];
            if self.subject.case == format!("{}::{}", loaded.name, loaded.cases[planned.index].name) {
                found = Some(done);
            }
        };
        schedule::run(context, &options, &self.interrupt, &|_| 0.0, &mut sink)?;
        if self.interrupt.is_requested() {
            return Err(self.stopped());
        }
        Ok(found)
    }

    /// Which programs the engines start, and whether they are the commit's.
    fn programs(&self, roster: &Roster<'_>, bin_dirs: &[PathBuf]) -> Vec<Started> {
        let started = |seat: &Seated<'_>| {
            let path = seat.program.as_deref()?;
            let is_built =
                path.starts_with(&self.site.workspace) || bin_dirs.iter().any(|dir| path.starts_with(dir));
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Some(Started {
                engine: seat.engine.name.clone(),
                name,
                is_built,
                hash: seat.identity.hash.clone(),
            })
        };
        roster.seats.iter().filter_map(started).collect()
    }
}

/// Adds one run. Of several runs the first that failed is the one that is kept and shown.
fn take_in(observation: &mut Observation, context: Context<'_>, done: &CaseDone, watched: &[String]) {
    let cells = &context.plan.cells[context.plan.cases[done.case].cells.clone()];
    for (position, cell) in cells.iter().enumerate() {
        let engine = &context.seat(cell).engine.name;
        if !watched.contains(engine) {
            continue;
        }
        let place = observation.cells.iter().position(|seen| seen.engine == *engine);
        let is_first = place.is_none();
        let place = place.unwrap_or_else(|| {
            observation.cells.push(Seen { engine: engine.clone(), ..Seen::default() });
            observation.cells.len() - 1
        });
        let seen = &mut observation.cells[place];
        let judged = &done.verdict.cells[position];
        let is_shown = is_first || !seen.verdict.fails() && judged.verdict.fails();
        if is_shown {
            seen.verdict = judged.verdict;
            seen.why.clone_from(&judged.why);
        }
        if let Attempt::Ran { execution, in_build, growth } = &done.attempts[position] {
            if is_shown {
                seen.take_in(execution);
            }
            if let Some(series) = growth {
                seen.take_in_growth(series);
            }
            if !in_build {
                let time = execution.usage.user + execution.usage.system;
                seen.cpu_us.push(time.as_micros() as u64);
            }
        }
    }
}

/// The programs that the engines' commands look up by name.
fn program_names(config: &Config) -> Vec<String> {
    let mut names = Vec::new();
    for engine in &config.engines {
        let probe = engine.probe.as_ref().map(|probe| &probe.command);
        let commands =
            [Some(&engine.run), engine.build.as_ref(), engine.check.as_ref(), engine.version.as_ref(), probe];
        for name in commands.into_iter().flatten().filter_map(|words| words.first()) {
            if !name.contains(['/', '{']) && !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

/// The name of a cell of the subject, for messages.
pub fn shown_name(subject: &Subject) -> String {
    let (suite, case) = subject.case.split_once("::").unwrap_or_default();
    match subject.engines[..] {
        [] => subject.case.clone(),
        _ => cell_name(suite, case, &subject.engines.join("+")),
    }
}

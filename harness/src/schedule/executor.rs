//! One worker: runs the cells of a unit, one after another, building each program once per engine.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::interrupt::Interrupt;
use super::workspace::Workspace;
use crate::command::{Values, expand, fill};
use crate::config::{Config, with_limits};
use crate::corpus::{Case, Corpus, Invocation, Program};
use crate::exec::{Ending, Execution, Job, Launcher, LauncherError, Limits};
use crate::plan::{Cell, Plan, Unit};
use crate::roster::{Roster, Seated};
use crate::verdict::Attempt;

/// What all workers read.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub config: &'a Config,
    pub corpus: &'a Corpus,
    pub roster: &'a Roster<'a>,
    pub plan: &'a Plan,
}

impl<'a> Context<'a> {
    pub fn case(&self, cell: &Cell) -> &'a Case {
        let planned = &self.plan.cases[cell.case];
        &self.corpus.suites[planned.suite].cases[planned.index]
    }

    pub fn program(&self, cell: &Cell) -> (&'a Program, (usize, usize)) {
        let suite = self.plan.cases[cell.case].suite;
        let index = self.case(cell).program;
        (&self.corpus.suites[suite].programs[index], (suite, index))
    }

    pub fn seat(&self, cell: &Cell) -> &'a Seated<'a> {
        &self.roster.seats[cell.engine]
    }

    pub fn cell_name(&self, cell: &Cell) -> String {
        let suite = &self.corpus.suites[self.plan.cases[cell.case].suite].name;
        crate::filter::cell_name(suite, &self.case(cell).name, &self.seat(cell).engine.name)
    }

    /// The limits of one cell's run: engine, suite, overrides, the case's own time-out.
    pub fn limits(&self, cell: &Cell) -> Limits {
        let loaded = &self.corpus.suites[self.plan.cases[cell.case].suite];
        let (case, seat) = (self.case(cell), self.seat(cell));
        let mut limits = seat.engine.limits.clone();
        if let Some(table) = &self.config.suites[loaded.index].limits {
            limits = with_limits(&limits, table);
        }
        for rule in &self.config.overrides {
            let concerns = rule.suite.as_ref().is_none_or(|suite| *suite == loaded.name)
                && rule.cases.as_ref().is_none_or(|cases| cases.is_match(&case.name))
                && rule.engines.as_ref().is_none_or(|engines| engines.contains(&seat.engine.name));
            if concerns {
                limits = with_limits(&limits, &rule.limits);
            }
        }
        if let Some(timeout) = case.timeout {
            limits.wall = timeout;
        }
        limits
    }
}

/// What became of a cell; `None` if the run was stopped first.
pub struct Done {
    pub cell: usize,
    pub attempt: Option<Attempt>,
    /// Wall time of its share of the build, in seconds.
    pub build_seconds: f64,
}

/// A build, as its cases see it.
pub(super) enum Built {
    Artifact {
        path: PathBuf,
        /// What belongs in front of the standard error of each run.
        stderr: Vec<u8>,
    },
    /// The build ended in another way and stands in for the runs.
    StandsIn(Box<Execution>),
    Error(String),
}

/// How a cell's processes are started.
pub(super) struct How<'h> {
    /// Makes the artifact that `run` names, if it names one.
    pub build: Option<&'h Vec<String>>,
    pub run: &'h [String],
    pub args: &'h [String],
    /// Besides the cell's own environment.
    pub env: Vec<(String, String)>,
}

/// Builds of one unit by engine and command, each with its wall time in seconds.
pub(super) type Builds = HashMap<(usize, Vec<String>), (Built, f64)>;

/// A worker's hands.
pub struct Executor<'a> {
    context: Context<'a>,
    launcher: Option<Launcher>,
    workspace: Workspace,
    interrupt: Interrupt,
    /// The environment by engine, as long as no case adds to it.
    environments: HashMap<usize, Arc<Vec<String>>>,
}

impl<'a> Executor<'a> {
    pub fn new(
        context: Context<'a>,
        launcher: Launcher,
        workspace: Workspace,
        interrupt: Interrupt,
    ) -> Executor<'a> {
        interrupt.watch(launcher.stopper());
        Executor { context, launcher: Some(launcher), workspace, interrupt, environments: HashMap::new() }
    }

    /// Runs the cells of `unit`.
    pub fn run_unit(&mut self, unit: &Unit) -> Vec<Done> {
        let mut builds = Builds::new();
        let mut done = Vec::with_capacity(unit.cells.len());
        let context = self.context;
        let (growing, plain): (Vec<usize>, Vec<usize>) =
            unit.cells.iter().partition(|cell| super::growth::scale_of(context, **cell).is_some());
        for cells in super::growth::by_case(context, &growing) {
            done.extend(self.measure_growth(&cells, &mut builds));
        }
        for cell in plain {
            if self.interrupt.is_requested() {
                done.push(Done { cell, attempt: None, build_seconds: 0.0 });
                continue;
            }
            let (attempt, build_seconds) = self.run_cell(cell, &mut builds);
            done.push(Done { cell, attempt, build_seconds });
        }
        for (built, _) in builds.values() {
            if let Built::Artifact { path, .. } = built {
                // A build result that cannot be removed costs space, not correctness.
                let _ = std::fs::remove_file(path);
            }
        }
        done
    }

    fn run_cell(&mut self, index: usize, builds: &mut Builds) -> (Option<Attempt>, f64) {
        let context = self.context;
        let cell = &context.plan.cells[index];
        let (case, seat) = (context.case(cell), context.seat(cell));
        let (_, args) = words_of(&case.invocation);
        let template = match (&case.invocation, &seat.check) {
            (Invocation::Check, Some(check)) => check,
            (Invocation::Check, None) => return (Some(Attempt::Abstain("no `check` command".into())), 0.0),
            (Invocation::Entry { .. } | Invocation::Main { .. } | Invocation::Scale(_), _) => &seat.run,
        };
        let how = How { build: seat.build.as_ref(), run: template, args, env: Vec::new() };
        self.run_as(index, &how, builds)
    }

    /// Runs a cell once, in the given way; `None` if the run was stopped.
    pub(super) fn run_as(
        &mut self,
        index: usize,
        how: &How<'_>,
        builds: &mut Builds,
    ) -> (Option<Attempt>, f64) {
        let context = self.context;
        let cell = &context.plan.cells[index];
        let case = context.case(cell);
        let (program, key) = context.program(cell);
        let name = context.cell_name(cell);
        let file = match self.workspace.prepare(key, &program.source, &name) {
            Ok(file) => file,
            Err(error) => return (Some(Attempt::Error(format!("cannot write the program: {error}"))), 0.0),
        };
        let (entry, _) = words_of(&case.invocation);
        let (template, args) = (how.run, how.args);
        let mut artifact = String::new();
        let mut build_seconds = 0.0;
        let mut said_before = Vec::new();
        if let (Some(build), true) = (how.build, template.iter().any(|word| word.contains("{artifact}"))) {
            let identity = (cell.engine, expand(build, &self.values(&file, entry, args, "{artifact}")));
            let ordinal = builds.len();
            let (built, seconds) = match builds.entry(identity) {
                std::collections::hash_map::Entry::Occupied(known) => {
                    let (built, _) = known.into_mut();
                    (built, 0.0)
                }
                std::collections::hash_map::Entry::Vacant(slot) => {
                    let started = Instant::now();
                    let label = format!("{}-{}-{}-{index}-{ordinal}", key.0, key.1, cell.engine);
                    let words = slot.key().1.clone();
                    let Some(built) = self.build(cell, &words, &label) else { return (None, 0.0) };
                    let seconds = started.elapsed().as_secs_f64();
                    (&mut slot.insert((built, seconds)).0, seconds)
                }
            };
            build_seconds = seconds;
            match built {
                Built::Artifact { path, stderr } => {
                    artifact = path.to_string_lossy().into_owned();
                    said_before.clone_from(stderr);
                }
                Built::StandsIn(execution) => {
                    let execution = execution.as_ref().clone();
                    return (Some(Attempt::Ran { execution, in_build: true, growth: None }), build_seconds);
                }
                Built::Error(message) => return (Some(Attempt::Error(message.clone())), build_seconds),
            }
        }
        // The build may have littered the directory; the run starts from a clean one.
        if let Err(error) = self.workspace.prepare(key, &program.source, &name) {
            return (Some(Attempt::Error(format!("cannot write the program: {error}"))), build_seconds);
        }
        let argv = expand(template, &self.values(&file, entry, args, &artifact));
        let own: Vec<(String, String)> = case.env.iter().chain(&how.env).cloned().collect();
        let env = self.environment(cell.engine, &own);
        let limits = context.limits(cell);
        let attempt = self.launch(argv, env, case.stdin.clone(), limits);
        (
            attempt.map(|found| match found {
                Ok(mut execution) => {
                    execution.stderr.splice(0..0, said_before);
                    Attempt::Ran { execution, in_build: false, growth: None }
                }
                Err(message) => Attempt::Error(message),
            }),
            build_seconds,
        )
    }

    fn values<'v>(
        &'v self,
        file: &'v str,
        entry: Option<&'v str>,
        args: &'v [String],
        artifact: &'v str,
    ) -> Values<'v> {
        Values {
            file,
            entry,
            args,
            artifact,
            dir: self.workspace.cell().to_str().unwrap_or_default(),
            workspace: self.context.config.workspace.to_str().unwrap_or_default(),
        }
    }

    /// Builds a program. `None` if the run was stopped.
    fn build(&mut self, cell: &Cell, words: &[String], label: &str) -> Option<Built> {
        let artifact = match self.workspace.artifact(label) {
            Ok(path) => path,
            Err(error) => {
                return Some(Built::Error(format!("an old build result cannot be removed: {error}")));
            }
        };
        let shown = artifact.to_string_lossy().into_owned();
        let argv = words.iter().map(|word| word.replace("{artifact}", &shown)).collect();
        let env = self.environment(cell.engine, &[]);
        let limits = self.context.seat(cell).engine.build_limits.clone();
        let execution = match self.launch(argv, env, None, limits)? {
            Ok(execution) => execution,
            Err(message) => return Some(Built::Error(message)),
        };
        let succeeded = execution.ending == Ending::Exited(0) && execution.limit.is_none();
        Some(match (succeeded, artifact.exists()) {
            (true, true) => {
                let counts = self.context.seat(cell).engine.build_stderr;
                Built::Artifact { path: artifact, stderr: if counts { execution.stderr } else { Vec::new() } }
            }
            (true, false) => Built::Error("the build step succeeded but left no artifact".into()),
            (false, _) => Built::StandsIn(Box::new(execution)),
        })
    }

    fn environment(&mut self, engine: usize, own: &[(String, String)]) -> Arc<Vec<String>> {
        if let (Some(known), true) = (self.environments.get(&engine), own.is_empty()) {
            return Arc::clone(known);
        }
        let seat = &self.context.roster.seats[engine];
        let values = self.values("", None, &[], "");
        let place = |path: &std::path::Path| path.to_string_lossy().into_owned();
        let private = [
            ("HOME".to_string(), place(self.workspace.home())),
            ("TMPDIR".to_string(), place(self.workspace.tmp())),
        ];
        let mut all: Vec<(String, String)> = Vec::new();
        let engine_env = seat.engine.env.iter().map(|(key, value)| (key.clone(), fill(value, &values)));
        let layers = self.context.roster.base_env.iter().cloned().chain(private).chain(engine_env);
        for (key, value) in layers.chain(seat.extra_env.iter().cloned()).chain(own.iter().cloned()) {
            all.retain(|(known, _)| *known != key);
            all.push((key, value));
        }
        let env = Arc::new(all.into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>());
        if own.is_empty() {
            self.environments.insert(engine, Arc::clone(&env));
        }
        env
    }

    /// Runs one process. `None` if the run was stopped, an error message if our own machinery failed.
    fn launch(
        &mut self,
        argv: Vec<String>,
        env: Arc<Vec<String>>,
        stdin: Option<Vec<u8>>,
        limits: Limits,
    ) -> Option<Result<Execution, String>> {
        let job = Job {
            program: argv.first().cloned().unwrap_or_default(),
            argv: argv.into_iter().map(String::into_bytes).collect(),
            env,
            cwd: self.workspace.cell().to_string_lossy().into_owned(),
            stdin,
            limits,
        };
        let started = Instant::now();
        let result = self.run_job(&job);
        if let Err(error) = self.workspace.restore(started) {
            return Some(Err(format!("cannot clean up after the cell: {error}")));
        }
        match result {
            Ok(execution) => Some(Ok(execution)),
            Err(_) if self.interrupt.is_requested() => None,
            Err(error) => Some(Err(error.to_string())),
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.interrupt.is_requested()
    }

    pub(super) fn context(&self) -> Context<'a> {
        self.context
    }

    /// A path outside the cell's directory for a file that a cell writes; nothing is there.
    pub(super) fn scratch_file(&self, name: &str) -> std::io::Result<PathBuf> {
        self.workspace.artifact(name)
    }

    fn run_job(&mut self, job: &Job) -> Result<Execution, LauncherError> {
        let launcher = match &mut self.launcher {
            Some(launcher) => launcher,
            None => {
                let launcher = Launcher::start()?;
                self.interrupt.watch(launcher.stopper());
                self.launcher.insert(launcher)
            }
        };
        let result = launcher.run(job);
        if result.is_err() {
            // A launcher that failed once is not trusted again; the next cell gets a new one.
            self.launcher = None;
        }
        result
    }
}

/// What placeholders need of an invocation.
pub fn words_of(invocation: &Invocation) -> (Option<&str>, &[String]) {
    match invocation {
        Invocation::Check => (None, &[]),
        Invocation::Entry { entry, args } => (Some(entry), args),
        Invocation::Main { args } => (None, args),
        Invocation::Scale(scale) => (Some(&scale.entry), &scale.largest),
    }
}

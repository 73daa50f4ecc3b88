//! The dispatcher: hands units to workers, collects what they did, judges each case when its last cell is in.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::executor::{Context, Done, Executor};
use super::interrupt::Interrupt;
use super::workspace::Workspace;
use crate::exec::{Launcher, LauncherError};
use crate::growth::{Kind, Series};
use crate::ledger::Ledger;
use crate::plan::{Action, Unit};
use crate::verdict::{Attempt, CaseVerdict, Rules, Seat, Verdict, is_same, judge};

/// How to run a plan.
#[derive(Debug, Clone)]
pub struct Options {
    pub jobs: usize,
    pub retries: u32,
    /// Share of passing cells that runs twice.
    pub audit: f64,
    pub seed: u64,
    /// Keep every cell's directory below this one.
    pub keep: Option<PathBuf>,
}

/// One case, judged.
pub struct CaseDone {
    /// Index into the plan's cases.
    pub case: usize,
    pub verdict: CaseVerdict,
    /// What each cell did, in the order of the plan.
    pub attempts: Vec<Attempt>,
    /// What happened besides, by cell: a retry, a second run.
    pub notes: Vec<String>,
    /// Seconds of build time charged to each cell.
    pub build_seconds: Vec<f64>,
}

/// The end of a run.
#[derive(Debug)]
pub struct Summary {
    pub ledger: Ledger,
    /// The signal that stopped it early.
    pub interrupted: Option<i32>,
    pub wall: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Launcher(#[from] LauncherError),
    #[error("cannot make private directories in {}", .path.display())]
    Workspace {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// Runs the plan. `weigh` estimates the seconds of a cell; `sink` gets every case as soon as it is judged for good.
///
/// # Errors
/// [`RunError`] if the workers cannot be set up. What happens to cells is never an error.
pub fn run(
    context: Context<'_>,
    options: &Options,
    interrupt: &Interrupt,
    weigh: &dyn Fn(usize) -> f64,
    sink: &mut dyn FnMut(CaseDone),
) -> Result<Summary, RunError> {
    let started = Instant::now();
    let units = context.plan.units(context.corpus, weigh);
    let scratch = tempfile::Builder::new()
        .prefix("parallax-")
        .tempdir()
        .map_err(|source| RunError::Workspace { path: std::env::temp_dir(), source })?;
    let executors = executors(context, options, interrupt, scratch.path(), units.len())?;
    let mut desk = Desk::new(context, options);
    let mut sink_case = |done: CaseDone, ledger: &mut Ledger| {
        done.verdict.cells.iter().for_each(|cell| ledger.count(cell.verdict));
        sink(done);
    };
    for case in desk.without_runs() {
        let done = desk.judge_case(case);
        sink_case(done, &mut desk.ledger);
    }
    let mut again = Vec::new();
    let spare = work(executors, &units, |batch| {
        for case in desk.receive(batch) {
            let done = desk.judge_case(case);
            match desk.wants_more(&done) {
                true => again.push(done),
                false => sink_case(done, &mut desk.ledger),
            }
        }
    });
    if let Some(mut executor) = spare {
        for done in again {
            let done = desk.second_look(done, &mut executor, interrupt);
            sink_case(done, &mut desk.ledger);
        }
    }
    Ok(Summary { ledger: desk.ledger, interrupted: interrupt.signal(), wall: started.elapsed() })
}

fn executors<'a>(
    context: Context<'a>,
    options: &Options,
    interrupt: &Interrupt,
    scratch: &Path,
    units: usize,
) -> Result<Vec<Executor<'a>>, RunError> {
    let count = options.jobs.min(units).max(1);
    (0..count)
        .map(|worker| {
            let path = scratch.join(format!("w{worker}"));
            let workspace = Workspace::new(&path, options.keep.clone())
                .map_err(|source| RunError::Workspace { path, source })?;
            Ok(Executor::new(context, Launcher::start()?, workspace, interrupt.clone()))
        })
        .collect()
}

/// Lets the workers run all units; `collect` sees the results on this thread. Returns one worker for later.
fn work<'a>(
    executors: Vec<Executor<'a>>,
    units: &[Unit],
    mut collect: impl FnMut(Vec<Done>),
) -> Option<Executor<'a>> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        let handles: Vec<_> = executors
            .into_iter()
            .map(|mut executor| {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || {
                    while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if sender.send(executor.run_unit(unit)).is_err() {
                            break;
                        }
                    }
                    executor
                })
            })
            .collect();
        drop(sender);
        receiver.iter().for_each(&mut collect);
        let mut back = handles.into_iter().filter_map(|handle| handle.join().ok());
        back.next()
    })
}

/// Whether load alone can have done it: time ran out, or a clock raised an alarm. Counters know no load.
fn may_be_load(done: &CaseDone, position: usize) -> bool {
    let cell = &done.verdict.cells[position];
    let is_exact = cell.alarms.iter().any(|alarm| alarm.kind == Kind::Exact);
    let is_by_clock = cell.verdict == Verdict::Fail && !cell.alarms.is_empty();
    !is_exact && (cell.verdict == Verdict::Timeout || is_by_clock)
}

/// All counters of a cell that was measured.
fn counts(series: Option<&Series>) -> Vec<&BTreeMap<String, u64>> {
    series.iter().flat_map(|series| &series.points).map(|point| &point.counters).collect()
}

/// The dispatcher's books.
struct Desk<'a> {
    context: Context<'a>,
    options: Options,
    rules: Vec<Rules<'a>>,
    /// By cell; taken out when its case is judged.
    attempts: Vec<Option<Attempt>>,
    build_seconds: Vec<f64>,
    /// By case: cells that are still out. A case whose run was stopped never reaches zero.
    missing: Vec<usize>,
    ledger: Ledger,
}

impl<'a> Desk<'a> {
    fn new(context: Context<'a>, options: &Options) -> Desk<'a> {
        let plan = context.plan;
        let attempts: Vec<Option<Attempt>> = plan
            .cells
            .iter()
            .map(|cell| match &cell.action {
                Action::Run => None,
                Action::Skip(reason) => Some(Attempt::Skip(reason.clone())),
                Action::Abstain(reason) => Some(Attempt::Abstain(reason.clone())),
                Action::Error(reason) => Some(Attempt::Error(reason.clone())),
            })
            .collect();
        let out =
            |cells: &std::ops::Range<usize>| attempts[cells.clone()].iter().filter(|a| a.is_none()).count();
        let missing = plan.cases.iter().map(|case| out(&case.cells)).collect();
        let suites = context.corpus.suites.iter().map(|suite| &context.config.suites[suite.index]);
        Desk {
            context,
            options: options.clone(),
            rules: suites.map(|suite| Rules::new(suite, &context.config.rewrites)).collect(),
            build_seconds: vec![0.0; attempts.len()],
            attempts,
            missing,
            ledger: Ledger::new(plan.cells.len()),
        }
    }

    fn without_runs(&self) -> Vec<usize> {
        (0..self.missing.len()).filter(|case| self.missing[*case] == 0).collect()
    }

    /// Books a batch and returns the cases that are now complete.
    fn receive(&mut self, batch: Vec<Done>) -> Vec<usize> {
        let mut complete = Vec::new();
        for done in batch {
            let Some(attempt) = done.attempt else { continue };
            let case = self.context.plan.cells[done.cell].case;
            self.attempts[done.cell] = Some(attempt);
            self.build_seconds[done.cell] = done.build_seconds;
            self.missing[case] -= 1;
            if self.missing[case] == 0 {
                complete.push(case);
            }
        }
        complete
    }

    fn judge_case(&mut self, case: usize) -> CaseDone {
        let cells = self.context.plan.cases[case].cells.clone();
        let taken = cells.clone().map(|cell| self.attempts[cell].take());
        let attempts: Vec<Attempt> = taken
            .map(|attempt| attempt.unwrap_or_else(|| Attempt::Error("its result was lost".into())))
            .collect();
        CaseDone {
            case,
            verdict: self.verdict(case, &attempts),
            notes: vec![String::new(); attempts.len()],
            build_seconds: self.build_seconds[cells].to_vec(),
            attempts,
        }
    }

    fn verdict(&self, case: usize, attempts: &[Attempt]) -> CaseVerdict {
        let planned = &self.context.plan.cases[case];
        let loaded = &self.context.corpus.suites[planned.suite];
        let cells = &self.context.plan.cells[planned.cells.clone()];
        let seats: Vec<Seat<'_>> = cells
            .iter()
            .zip(attempts)
            .map(|(cell, attempt)| {
                let engine = self.context.seat(cell).engine;
                Seat { engine: &engine.name, refuse: engine.refuse.as_ref(), attempt }
            })
            .collect();
        let expect = &self.context.config.suites[loaded.index].expect;
        judge(&loaded.cases[planned.index], expect, &self.rules[planned.suite], &seats)
    }

    fn cell_of(&self, done: &CaseDone, position: usize) -> usize {
        self.context.plan.cases[done.case].cells.start + position
    }

    /// Whether a cell passes but is among those that are run twice.
    fn is_audited(&self, done: &CaseDone, position: usize) -> bool {
        if self.options.audit <= 0.0 || done.verdict.cells[position].verdict != Verdict::Pass {
            return false;
        }
        let cell = &self.context.plan.cells[self.cell_of(done, position)];
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.options.seed.to_le_bytes()).update(self.context.cell_name(cell).as_bytes());
        let mut word = [0; 4];
        word.copy_from_slice(&hasher.finalize().as_bytes()[..4]);
        f64::from(u32::from_le_bytes(word)) < self.options.audit * f64::from(u32::MAX)
    }

    fn wants_more(&self, done: &CaseDone) -> bool {
        (0..done.attempts.len()).any(|position| {
            let verdict = done.verdict.cells[position].verdict;
            let ran = matches!(done.attempts[position], Attempt::Ran { .. });
            let failed = verdict.fails() && verdict != Verdict::Xpass && self.options.retries > 0;
            ran && (failed || may_be_load(done, position) || self.is_audited(done, position))
        })
    }

    /// Runs what timed out, failed or was chosen for an audit again, alone.
    fn second_look(
        &mut self,
        mut done: CaseDone,
        executor: &mut Executor<'_>,
        interrupt: &Interrupt,
    ) -> CaseDone {
        let first: Vec<Verdict> = done.verdict.cells.iter().map(|cell| cell.verdict).collect();
        let mut flaky = HashMap::new();
        for (position, verdict) in first.iter().copied().enumerate() {
            if interrupt.is_requested() {
                break;
            }
            let is_audited = self.is_audited(&done, position);
            if is_audited {
                self.audit(&mut done, position, executor);
            } else if verdict.fails() && matches!(done.attempts[position], Attempt::Ran { .. }) {
                let tries = self.options.retries.max(u32::from(may_be_load(&done, position)));
                if let Some(tries) = self.retry(&mut done, position, tries, executor) {
                    flaky.insert(position, tries);
                }
            }
        }
        let audited: Vec<Option<_>> = done
            .verdict
            .cells
            .iter()
            .map(|cell| (cell.verdict == Verdict::Nondet).then(|| cell.clone()))
            .collect();
        done.verdict = self.verdict(done.case, &done.attempts);
        for (position, cell) in done.verdict.cells.iter_mut().enumerate() {
            if let Some(found) = &audited[position] {
                *cell = found.clone();
            }
            if let (Some(tries), Verdict::Pass) = (flaky.get(&position), cell.verdict) {
                // Time that ran out or grew under load is the machine's failure; it passed when it was alone.
                let is_growth = matches!(&done.attempts[position], Attempt::Ran { growth: Some(_), .. });
                if first[position] == Verdict::Timeout || is_growth {
                    let word = if is_growth { "grew too fast" } else { "timed out" };
                    done.notes[position] = format!("{word} under load, passed alone");
                } else {
                    cell.verdict = Verdict::Flaky;
                    cell.why = format!("{} at first, passed on try {}", first[position].word(), tries + 1);
                }
            }
        }
        done
    }

    /// Runs a cell up to `tries` times; the number of the try that passed.
    fn retry(
        &mut self,
        done: &mut CaseDone,
        position: usize,
        tries: u32,
        executor: &mut Executor<'_>,
    ) -> Option<u32> {
        for number in 1..=tries {
            let attempt = self.rerun(done, position, executor)?;
            let before = std::mem::replace(&mut done.attempts[position], attempt);
            let verdict = self.verdict(done.case, &done.attempts).cells[position].verdict;
            if verdict == Verdict::Pass {
                return Some(number);
            }
            // The first failure is the one to show.
            done.attempts[position] = before;
        }
        None
    }

    fn audit(&mut self, done: &mut CaseDone, position: usize, executor: &mut Executor<'_>) {
        let Some(Attempt::Ran { execution: again, growth: regrown, .. }) =
            self.rerun(done, position, executor)
        else {
            return;
        };
        let Attempt::Ran { execution: first, growth, .. } = &done.attempts[position] else { return };
        let planned = &self.context.plan.cases[done.case];
        let case = &self.context.corpus.suites[planned.suite].cases[planned.index];
        let same = is_same(first, &again, &self.rules[planned.suite], case)
            && counts(growth.as_deref()) == counts(regrown.as_deref());
        done.notes[position] = "run twice".into();
        if !same {
            let cell = &mut done.verdict.cells[position];
            cell.verdict = Verdict::Nondet;
            cell.why = "passed, and behaved differently when run again".into();
        }
    }

    fn rerun(&self, done: &CaseDone, position: usize, executor: &mut Executor<'_>) -> Option<Attempt> {
        let cell = self.cell_of(done, position);
        let planned = &self.context.plan.cases[done.case];
        let (_, (_, program)) = self.context.program(&self.context.plan.cells[cell]);
        let unit = Unit { suite: planned.suite, program, cells: vec![cell] };
        executor.run_unit(&unit).pop().and_then(|done| done.attempt)
    }
}

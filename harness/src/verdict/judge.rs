//! One case on all its engines: a verdict for each cell, and who agreed with whom.

use super::Verdict;
use super::compare::{Mismatch, Rules};
use super::group::{Group, group_by};
use crate::config::{Expect, Refusal};
use crate::corpus::{Case, Exit, Expectation, Invocation, StderrRule, Stdout};
use crate::exec::{Ending, Execution, LimitHit};
use crate::growth::{self, Alarm, Series};

/// What was done about one cell.
#[derive(Debug, Clone)]
pub enum Attempt {
    /// It ran, or its build did and stands in for it.
    Ran {
        execution: Execution,
        in_build: bool,
        /// Of a `scale:` case; the execution is then the last one at the largest size, or the one that cut it short.
        growth: Option<Box<Series>>,
    },
    Skip(String),
    Abstain(String),
    /// The engine could not be used; the message says why.
    Error(String),
}

/// The conclusion about one cell, with its grounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub verdict: Verdict,
    /// A sentence for people; empty for an ordinary pass.
    pub why: String,
    pub mismatches: Vec<Mismatch>,
    /// Of a `scale:` case.
    pub alarms: Vec<Alarm>,
}

/// The conclusion about one case.
#[derive(Debug, Clone)]
pub struct CaseVerdict {
    /// One for each engine, in the order given.
    pub cells: Vec<Judged>,
    /// Engines by equal execution, the odd one first; only those that ran to an end.
    pub groups: Vec<Group>,
    /// How many engines took part in the comparison.
    pub live: usize,
}

/// One engine's part in a case.
pub struct Seat<'a> {
    pub engine: &'a str,
    pub refuse: Option<&'a Refusal>,
    pub attempt: &'a Attempt,
}

impl Judged {
    pub fn new(verdict: Verdict, why: impl Into<String>) -> Judged {
        Judged { verdict, why: why.into(), mismatches: Vec::new(), alarms: Vec::new() }
    }
}

/// Judges one case.
pub fn judge(case: &Case, expect: &Expect, rules: &Rules<'_>, seats: &[Seat<'_>]) -> CaseVerdict {
    let mut cells: Vec<Option<Judged>> = seats.iter().map(|seat| without_comparison(seat, case)).collect();
    let live: Vec<usize> = (0..seats.len()).filter(|i| takes_part(seats[*i].attempt, &cells[*i])).collect();
    let keyed: Vec<(usize, Behaviour)> = live
        .iter()
        .filter_map(|i| ran(seats[*i].attempt).map(|execution| (*i, Behaviour::of(execution, rules, case))))
        .collect();
    let groups = group_by(&keyed);
    match (&case.expectation, expect) {
        _ if matches!(case.invocation, Invocation::Scale(_)) => by_growth(case, seats, &mut cells, &groups),
        (Some(expected), _) => against(expected, case, rules, seats, &mut cells, &groups),
        (None, Expect::Oracle(oracle)) => against_oracle(oracle, case, rules, seats, &mut cells, &groups),
        (None, _) => by_majority(seats, &mut cells, &groups),
    }
    let cells = cells
        .into_iter()
        .zip(seats)
        .map(|(cell, seat)| {
            let cell = cell.unwrap_or_else(|| Judged::new(Verdict::Pass, ""));
            excuse(cell, case, seat.engine)
        })
        .collect();
    let named = |members: &Vec<usize>| members.iter().map(|i| seats[*i].engine.to_string()).collect();
    CaseVerdict { cells, groups: groups.iter().map(named).collect(), live: keyed.len() }
}

/// Whether two executions of a case did the same, as far as its rules let one tell.
pub fn is_same(a: &Execution, b: &Execution, rules: &Rules<'_>, case: &Case) -> bool {
    Behaviour::of(a, rules, case) == Behaviour::of(b, rules, case)
}

/// What engines are compared by.
#[derive(PartialEq)]
struct Behaviour {
    ending: Ending,
    /// `None` where several answers are permitted: then each may give its own.
    stdout: Option<Vec<u8>>,
    stderr: Option<Vec<u8>>,
}

impl Behaviour {
    fn of(execution: &Execution, rules: &Rules<'_>, case: &Case) -> Behaviour {
        let has_choice = matches!(&case.expectation, Some(Expectation { stdout: Stdout::OneOf(_), .. }));
        Behaviour {
            ending: execution.ending,
            stdout: (!has_choice).then(|| rules.normalize(&execution.stdout, &case.normalize).into_owned()),
            stderr: rules
                .compare_stderr
                .then(|| rules.normalize(&execution.stderr, &case.normalize).into_owned()),
        }
    }
}

fn ran(attempt: &Attempt) -> Option<&Execution> {
    match attempt {
        Attempt::Ran { execution, .. } => Some(execution),
        Attempt::Skip(_) | Attempt::Abstain(_) | Attempt::Error(_) => None,
    }
}

/// Crashes are compared too: two engines may crash alike.
fn takes_part(attempt: &Attempt, cell: &Option<Judged>) -> bool {
    let verdict = cell.as_ref().map(|cell| cell.verdict);
    ran(attempt).is_some() && matches!(verdict, None | Some(Verdict::Crash))
}

/// The verdict of a cell whose ending needs no expectation to be understood.
fn without_comparison(seat: &Seat<'_>, case: &Case) -> Option<Judged> {
    let (execution, in_build) = match seat.attempt {
        Attempt::Skip(reason) => return Some(Judged::new(Verdict::Skip, reason)),
        Attempt::Abstain(reason) => return Some(Judged::new(Verdict::Abstain, reason)),
        Attempt::Error(reason) => return Some(Judged::new(Verdict::Error, reason)),
        Attempt::Ran { execution, in_build, .. } => (execution, *in_build),
    };
    let place = if in_build { " in the build step" } else { "" };
    if let Some(limit) = execution.limit {
        let verdict = match limit {
            LimitHit::Wall => Verdict::Timeout,
            LimitHit::Memory => Verdict::Oom,
            LimitHit::Cpu | LimitHit::Output | LimitHit::FileSize => Verdict::Limit,
        };
        return Some(Judged::new(verdict, format!("exceeded its {} limit{place}", limit.name())));
    }
    if seat.refuse.is_some_and(|refusal| refuses(refusal, execution)) {
        return Some(Judged::new(Verdict::Refused, format!("the engine does not support this{place}")));
    }
    match execution.ending {
        Ending::NotStarted(_) => Some(Judged::new(Verdict::Error, format!("{}{place}", execution.ending))),
        Ending::Signaled(signal) => {
            let expected = case.expectation.as_ref().is_some_and(|e| e.exit == Exit::Signal(signal));
            let hint = if signal == libc::SIGKILL { ", not sent by us; probably out of memory" } else { "" };
            (!expected)
                .then(|| Judged::new(Verdict::Crash, format!("killed by {}{place}{hint}", execution.ending)))
        }
        Ending::Exited(_) => None,
    }
}

fn refuses(refusal: &Refusal, execution: &Execution) -> bool {
    let exit_matches = refusal.exit.is_none_or(|status| execution.ending == Ending::Exited(status));
    let text_matches = refusal.stderr.as_ref().is_none_or(|pattern| pattern.is_match(&execution.stderr));
    let says_something = refusal.exit.is_some() || refusal.stderr.is_some();
    says_something && exit_matches && text_matches
}

/// Every open cell against one expectation; those that meet it are then compared with each other.
fn against(
    expected: &Expectation,
    case: &Case,
    rules: &Rules<'_>,
    seats: &[Seat<'_>],
    cells: &mut [Option<Judged>],
    groups: &[Vec<usize>],
) {
    for (cell, seat) in cells.iter_mut().zip(seats) {
        let (None, Attempt::Ran { execution, in_build, .. }) = (&cell, seat.attempt) else { continue };
        let mismatches = rules.compare(expected, execution, &case.normalize);
        if !mismatches.is_empty() {
            let why = describe(&mismatches, execution, *in_build);
            *cell = Some(Judged { mismatches, ..Judged::new(Verdict::Fail, why) });
        }
    }
    diverge(seats, cells, &still_open(cells, groups));
}

/// Where cells that are all acceptable differ, everyone outside the one largest group diverges.
fn diverge(seats: &[Seat<'_>], cells: &mut [Option<Judged>], groups: &[Vec<usize>]) {
    if groups.len() < 2 {
        return;
    }
    let largest = groups.iter().map(Vec::len).max().unwrap_or(0);
    let unique = groups.iter().filter(|members| members.len() == largest).count() == 1;
    let named: Vec<Group> =
        groups.iter().map(|members| members.iter().map(|i| seats[*i].engine.to_string()).collect()).collect();
    let why = format!("the engines do not do the same: {}", super::groups_text(&named));
    for members in groups.iter().filter(|members| !(unique && members.len() == largest)) {
        for index in members {
            cells[*index] = Some(Judged::new(Verdict::Diverge, why.clone()));
        }
    }
}

fn against_oracle(
    oracle: &str,
    case: &Case,
    rules: &Rules<'_>,
    seats: &[Seat<'_>],
    cells: &mut [Option<Judged>],
    groups: &[Vec<usize>],
) {
    let found = seats.iter().position(|seat| seat.engine == oracle).filter(|i| cells[*i].is_none());
    let Some(execution) = found.and_then(|index| ran(seats[index].attempt)) else {
        for cell in cells.iter_mut().filter(|cell| cell.is_none()) {
            *cell = Some(Judged::new(Verdict::Abstain, format!("the oracle `{oracle}` gave no answer")));
        }
        return;
    };
    let exit = match execution.ending {
        Ending::Exited(status) | Ending::NotStarted(status) => Exit::Status(status),
        Ending::Signaled(signal) => Exit::Signal(signal),
    };
    let stderr = rules.compare_stderr.then(|| StderrRule::Exactly(execution.stderr.clone()));
    let expected = Expectation {
        stdout: Stdout::Exactly(execution.stdout.clone()),
        exit,
        stderr: stderr.into_iter().collect(),
    };
    against(&expected, case, rules, seats, cells, groups);
}

/// Every cell by how its cost grows; one that was cut short keeps its verdict and says what grew until then. What
/// the engines print at the largest size must agree too.
fn by_growth(case: &Case, seats: &[Seat<'_>], cells: &mut [Option<Judged>], groups: &[Vec<usize>]) {
    let Invocation::Scale(scale) = &case.invocation else { return };
    let mut engines = Vec::new();
    for (index, seat) in seats.iter().enumerate() {
        if let Attempt::Ran { growth: Some(series), execution, .. } = seat.attempt {
            engines.push((index, seat.engine, series.as_ref()));
            if let Some(size) = series.cut_at {
                let cell = cells[index].get_or_insert_with(|| {
                    let why = format!("could not be measured at every size: {}", execution.ending);
                    Judged::new(Verdict::Fail, why)
                });
                cell.why.push_str(&format!(" at n = {size}"));
            }
        }
    }
    let measured: Vec<(&str, &Series)> = engines.iter().map(|(_, name, series)| (*name, *series)).collect();
    for ((index, ..), alarms) in engines.iter().zip(growth::alarms(scale, &measured)) {
        if !alarms.is_empty() {
            let text = alarms.iter().map(Alarm::to_string).collect::<Vec<_>>().join("; ");
            let cell = match cells[*index].take() {
                Some(cell) => Judged { why: format!("{}; until then {text}", cell.why), ..cell },
                None => Judged::new(Verdict::Fail, text),
            };
            cells[*index] = Some(Judged { alarms, ..cell });
        }
    }
    diverge(seats, cells, &still_open(cells, groups));
}

/// The groups without the cells that have a verdict already.
fn still_open(cells: &[Option<Judged>], groups: &[Vec<usize>]) -> Vec<Vec<usize>> {
    groups
        .iter()
        .map(|members| members.iter().copied().filter(|i| cells[*i].is_none()).collect::<Vec<_>>())
        .filter(|members| !members.is_empty())
        .collect()
}

/// Without an expectation the largest group is right; without a quorum nobody is.
fn by_majority(seats: &[Seat<'_>], cells: &mut [Option<Judged>], groups: &[Vec<usize>]) {
    let open =
        |cells: &[Option<Judged>]| (0..cells.len()).filter(|i| cells[*i].is_none()).collect::<Vec<_>>();
    if open(cells).len() < 2 {
        for index in open(cells) {
            cells[index] = Some(Judged::new(Verdict::Error, "no quorum: agreement needs two live engines"));
        }
        return;
    }
    let abstaining =
        |verdict| matches!(verdict, Verdict::Refused | Verdict::Timeout | Verdict::Oom | Verdict::Limit);
    for cell in cells.iter_mut().flatten().filter(|cell| abstaining(cell.verdict)) {
        *cell = Judged::new(Verdict::Abstain, format!("{}: {}", cell.verdict, cell.why));
    }
    diverge(seats, cells, &still_open(cells, groups));
}

fn excuse(cell: Judged, case: &Case, engine: &str) -> Judged {
    let Some(stated) = case.xfail.iter().find(|exception| exception.covers(engine)) else { return cell };
    if cell.verdict.is_expectable_failure() {
        return Judged { verdict: Verdict::Xfail, why: stated.reason.clone(), ..cell };
    }
    if cell.verdict == Verdict::Pass {
        return Judged::new(Verdict::Xpass, format!("passes although stated to fail: {}", stated.reason));
    }
    cell
}

fn describe(mismatches: &[Mismatch], execution: &Execution, in_build: bool) -> String {
    let parts: Vec<String> = mismatches
        .iter()
        .map(|mismatch| match mismatch {
            Mismatch::Stdout => "stdout differs".to_string(),
            Mismatch::Exit { expected: Exit::Status(status) } => {
                format!("exit {status} expected, got {}", execution.ending)
            }
            Mismatch::Exit { expected: Exit::Signal(signal) } => {
                format!("{} expected, got {}", crate::exec::signal_name(*signal), execution.ending)
            }
            Mismatch::Stderr(rule) => match rule {
                StderrRule::Line(line) => {
                    format!("no line {:?} on stderr", String::from_utf8_lossy(line))
                }
                StderrRule::Exactly(_) => "stderr differs".to_string(),
                StderrRule::FirstError(code) => format!("the first error is not {code}"),
                StderrRule::Warning(code) => format!("no warning {code}"),
                StderrRule::Clean => "errors or warnings where none are expected".to_string(),
            },
        })
        .collect();
    let place = if in_build { " (the build step stands in for the run)" } else { "" };
    format!("{}{place}", parts.join("; "))
}

#[cfg(test)]
mod tests;

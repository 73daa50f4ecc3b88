//! May this run replace the committed scoreboard? Case by case, by name; never by sums.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::{RunRecord, SuiteRecord};
use crate::scoreboard::{Row, Scoreboard};
use crate::verdict::Verdict;

/// A reason for the gate to stay shut.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// A cell that passed and does not any more.
    LostPass { case: String, engine: String, now: Verdict, why: String },
    /// A cell that fails and did not before.
    NewFailure { case: String, engine: String, before: Option<Verdict>, now: Verdict },
    /// A cell of an engine that has no place in the scoreboard, and fails.
    OptionalFails { case: String, engine: String, now: Verdict },
    /// A case is not there any more.
    Vanished { case: String },
    /// A case has fewer cells than it had.
    MissingCell { case: String, engine: String },
    /// A growth case passes more than it did.
    LooserBound { case: String, before: f64, now: f64 },
    /// A failure is stated, and it passes.
    StaleXfail { case: String, engine: String },
    /// An engine is not there any more.
    FewerEngines { engine: String },
    /// A suite is not there any more.
    VanishedSuite { suite: String },
}

/// What the gate has to say about one suite.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    pub findings: Vec<Finding>,
    /// Cells that pass now and did not, or were not there.
    pub gains: Vec<String>,
    /// Cells that changed from one verdict to another without passing or failing anew.
    pub changes: Vec<String>,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Finding::LostPass { case, engine, now, why } => {
                write!(f, "lost pass: {case}@{engine} passed before, now {now}")?;
                if why.is_empty() { Ok(()) } else { write!(f, " ({why})") }
            }
            Finding::NewFailure { case, engine, before: Some(before), now } => {
                write!(f, "new failure: {case}@{engine} was {before}, now {now}")
            }
            Finding::NewFailure { case, engine, before: None, now } => {
                write!(f, "new failure: {case}@{engine} is new and {now}")
            }
            Finding::OptionalFails { case, engine, now } => {
                write!(f, "optional engine: {case}@{engine} is {now}")
            }
            Finding::Vanished { case } => {
                write!(f, "vanished case: {case} is in the scoreboard and not in the run")
            }
            Finding::MissingCell { case, engine } => {
                write!(f, "changed denominator: {case} had a cell for {engine}, the run has none")
            }
            Finding::LooserBound { case, before, now } => {
                write!(f, "looser bound: {case} allowed n^{before}, now n^{now}")
            }
            Finding::StaleXfail { case, engine } => {
                write!(f, "stale xfail: {case}@{engine} passes; remove the xfail")
            }
            Finding::FewerEngines { engine } => {
                write!(f, "fewer engines: {engine} is in the scoreboard and not in the run")
            }
            Finding::VanishedSuite { suite } => {
                write!(f, "vanished suite: {suite} has a scoreboard and is not in the run")
            }
        }
    }
}

/// Compares a run of a suite with its committed scoreboard.
pub fn compare(committed: &Scoreboard, now: &Scoreboard) -> Report {
    let mut report = Report::default();
    for engine in committed.engines.iter().filter(|engine| !now.engines.contains(engine)) {
        report.findings.push(Finding::FewerEngines { engine: engine.clone() });
    }
    let before: BTreeMap<&str, &Row> = committed.cases.iter().map(|row| (row.case.as_str(), row)).collect();
    let after: BTreeMap<&str, &Row> = now.cases.iter().map(|row| (row.case.as_str(), row)).collect();
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    for name in names {
        match (before.get(name), after.get(name)) {
            (Some(_), None) => report.findings.push(Finding::Vanished { case: name.to_string() }),
            (old, Some(new)) => compare_case(old.copied(), new, now, &mut report),
            (None, None) => {}
        }
    }
    report
}

/// What fails on engines that need not be there. Scoreboards know nothing of them, so any failure is a new one.
pub fn optional_failures(run: &RunRecord, suite: &SuiteRecord) -> Vec<Finding> {
    let cells = suite.cases.iter().flat_map(|case| case.cells.iter().map(move |cell| (case, cell)));
    let failing = cells.filter(|(_, (engine, cell))| cell.verdict.fails() && run.is_optional(engine));
    failing
        .map(|(case, (engine, cell))| Finding::OptionalFails {
            case: case.case.clone(),
            engine: engine.clone(),
            now: cell.verdict,
        })
        .collect()
}

fn compare_case(old: Option<&Row>, new: &Row, now: &Scoreboard, report: &mut Report) {
    let missing =
        old.iter().flat_map(|row| row.cells.keys()).filter(|engine| !new.cells.contains_key(*engine));
    for engine in missing.filter(|engine| now.engines.contains(engine)) {
        report.findings.push(Finding::MissingCell { case: new.case.clone(), engine: engine.clone() });
    }
    if let Some(before) = old.and_then(|row| row.bound) {
        // A case that is not measured any more has no bound at all.
        let bound = new.bound.unwrap_or(f64::INFINITY);
        if bound > before {
            report.findings.push(Finding::LooserBound { case: new.case.clone(), before, now: bound });
        }
    }
    for (engine, verdict) in &new.cells {
        let before = old.and_then(|row| row.cells.get(engine)).copied();
        let (case, engine) = (new.case.clone(), engine.clone());
        let name = format!("{case}@{engine}");
        match (before, *verdict) {
            (Some(before), now) if before == now && now != Verdict::Xpass => {}
            (_, Verdict::Xpass) => report.findings.push(Finding::StaleXfail { case, engine }),
            (Some(Verdict::Pass), now) => {
                let why = new.why.get(&engine).cloned().unwrap_or_default();
                report.findings.push(Finding::LostPass { case, engine, now, why });
            }
            (None, Verdict::Pass) => report.gains.push(format!("{name} is new and passes")),
            (Some(before), Verdict::Pass) => report.gains.push(format!("{name} was {before} and passes")),
            (before, now) if now.fails() && !before.is_some_and(Verdict::fails) => {
                report.findings.push(Finding::NewFailure { case, engine, before, now });
            }
            (Some(before), now) => report.changes.push(format!("{name} was {before}, now {now}")),
            (None, now) => report.changes.push(format!("{name} is new and {now}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `case: tree vm` per line, verdicts by word.
    fn board(text: &str) -> Scoreboard {
        let engines = ["tree", "vm"];
        let word = |word: &str| Verdict::ALL.into_iter().find(|verdict| verdict.word() == word);
        let rows: Vec<Row> = text
            .split_terminator(';')
            .map(|line| {
                let (case, verdicts) = line.trim().split_once(':').unwrap();
                let cells = engines.iter().zip(verdicts.split_whitespace());
                let cells =
                    cells.filter_map(|(engine, text)| Some(((*engine).to_string(), word(text)?))).collect();
                Row { case: case.to_string(), bound: None, cells, why: BTreeMap::new() }
            })
            .collect();
        let engines = engines.map(str::to_string).to_vec();
        Scoreboard { schema: 1, suite: "s".into(), engines, totals: BTreeMap::new(), cases: rows }
    }

    #[track_caller]
    fn check(before: &str, after: &str, findings: &[&str], gains: usize) {
        let report = compare(&board(before), &board(after));
        let shown: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), findings.len(), "{shown:?}");
        for (found, expected) in shown.iter().zip(findings) {
            assert!(found.contains(expected), "{found:?} does not say {expected:?}");
        }
        assert_eq!(report.gains.len(), gains, "{:?}", report.gains);
    }

    #[test]
    fn nothing_changed_nothing_said() {
        check("a: PASS FAIL; b: XFAIL SKIP", "a: PASS FAIL; b: XFAIL SKIP", &[], 0);
    }

    #[test]
    fn each_kind_of_loss_has_its_message() {
        check("a: PASS PASS", "a: PASS FAIL", &["lost pass: a@vm passed before, now FAIL"], 0);
        check("a: PASS PASS", "a: PASS SKIP", &["lost pass: a@vm passed before, now SKIP"], 0);
        check("a: PASS PASS", "a: PASS XFAIL", &["lost pass"], 0);
        check("a: PASS PASS; b: PASS PASS", "a: PASS PASS", &["vanished case: b"], 0);
        check("a: PASS PASS", "a: PASS", &["changed denominator: a had a cell for vm"], 0);
        check("a: PASS XFAIL", "a: PASS XPASS", &["stale xfail: a@vm"], 0);
        check("a: PASS XPASS", "a: PASS XPASS", &["stale xfail: a@vm"], 0);
        check("a: PASS PASS", "a: PASS PASS; c: CRASH PASS", &["new failure: c@tree is new and CRASH"], 1);
        check("a: PASS XFAIL", "a: PASS TIMEOUT", &["new failure: a@vm was XFAIL, now TIMEOUT"], 0);
    }

    #[test]
    fn a_bound_may_only_get_tighter() {
        let bounded = |bound| {
            let mut it = board("a: PASS PASS");
            it.cases[0].bound = bound;
            it
        };
        assert!(compare(&bounded(Some(1.3)), &bounded(Some(1.15))).findings.is_empty());
        for looser in [Some(1.5), None] {
            let report = compare(&bounded(Some(1.3)), &bounded(looser));
            assert!(report.findings[0].to_string().contains("looser bound: a allowed n^1.3"));
        }
    }

    #[test]
    fn a_gain_does_not_pay_for_a_loss() {
        check("a: PASS FAIL", "a: FAIL PASS", &["lost pass: a@tree"], 1);
    }

    #[test]
    fn gains_and_sideways_moves_are_reported_only() {
        check("a: FAIL XFAIL", "a: PASS PASS; b: PASS SKIP", &[], 3);
        let report = compare(&board("a: FAIL PASS"), &board("a: CRASH PASS"));
        assert_eq!((report.findings.len(), report.changes.len()), (0, 1));
    }

    #[test]
    fn an_engine_that_is_gone_is_one_finding() {
        let mut now = board("a: PASS");
        now.engines.pop();
        let report = compare(&board("a: PASS PASS"), &now);
        assert_eq!(report.findings, [Finding::FewerEngines { engine: "vm".into() }]);
    }
}

//! What is going to be run: fixed, counted and hashed before the first cell starts.

use std::collections::HashMap;

use crate::corpus::{Corpus, Invocation};
use crate::filter::{Filter, Subject};
use crate::roster::Roster;

/// What to do about a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Run,
    Skip(String),
    Abstain(String),
    Error(String),
}

/// One case on one engine.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Index into [`Plan::cases`].
    pub case: usize,
    /// Index into the roster.
    pub engine: usize,
    pub action: Action,
}

/// One planned case.
#[derive(Debug, Clone)]
pub struct PlannedCase {
    /// Index into the corpus.
    pub suite: usize,
    /// Index into the suite's cases.
    pub index: usize,
    /// Its cells, as a range of [`Plan::cells`].
    pub cells: std::ops::Range<usize>,
}

/// Cells that share a program, and so its build.
#[derive(Debug, Clone)]
pub struct Unit {
    pub suite: usize,
    pub program: usize,
    /// By engine, then by case.
    pub cells: Vec<usize>,
}

/// All cells of one invocation.
#[derive(Debug)]
pub struct Plan {
    pub cases: Vec<PlannedCase>,
    pub cells: Vec<Cell>,
    /// Of everything that decides a verdict, apart from the engines.
    pub hash: String,
    /// Whether some of the suites' cells were left out.
    pub is_filtered: bool,
}

impl Plan {
    /// Plans every cell that `filter` admits.
    pub fn new(corpus: &Corpus, roster: &Roster<'_>, suite_engines: &[Vec<String>], filter: &Filter) -> Plan {
        let mut plan = Plan { cases: Vec::new(), cells: Vec::new(), hash: String::new(), is_filtered: false };
        let mut hasher = blake3::Hasher::new();
        for (suite_index, suite) in corpus.suites.iter().enumerate() {
            hasher.update(suite.name.as_bytes()).update(suite.digest.as_bytes());
            for (index, case) in suite.cases.iter().enumerate() {
                let first = plan.cells.len();
                let case_index = plan.cases.len();
                let program = &suite.programs[case.program];
                let (file, program_line) = (program.file.as_path(), program.line);
                for engine in &suite_engines[suite_index] {
                    let subject = Subject { suite: &suite.name, case, file, program_line, engine };
                    let seat = roster.seats.iter().position(|seat| seat.engine.name == *engine);
                    let (Some(seat), true) = (seat, filter.admits(&subject)) else {
                        plan.is_filtered = true;
                        continue;
                    };
                    let action = action(case, roster, seat);
                    hasher.update(case.name.as_bytes()).update(engine.as_bytes());
                    plan.cells.push(Cell { case: case_index, engine: seat, action });
                }
                if plan.cells.len() > first {
                    plan.cases.push(PlannedCase {
                        suite: suite_index,
                        index,
                        cells: first..plan.cells.len(),
                    });
                }
            }
        }
        plan.hash = hasher.finalize().to_hex()[..16].to_string();
        plan
    }

    /// The cells to run, in units, the longest first according to `seconds`; what failed last time comes before all.
    pub fn units(&self, corpus: &Corpus, seconds: &dyn Fn(usize) -> f64) -> Vec<Unit> {
        /// A unit that takes longer than this is split by engine, so that one program cannot hold up the end.
        const SPLIT_SECONDS: f64 = 2.0;
        let mut by_program: HashMap<(usize, usize), Vec<usize>> = HashMap::new();
        let mut order = Vec::new();
        for (cell, planned) in self.cells.iter().enumerate().filter(|(_, cell)| cell.action == Action::Run) {
            let case = &self.cases[planned.case];
            let key = (case.suite, corpus.suites[case.suite].cases[case.index].program);
            by_program
                .entry(key)
                .or_insert_with(|| {
                    order.push(key);
                    Vec::new()
                })
                .push(cell);
        }
        let mut weighed = Vec::new();
        for key in order {
            let mut cells = by_program.remove(&key).unwrap_or_default();
            cells.sort_by_key(|cell| self.cells[*cell].engine);
            let weight: f64 = cells.iter().map(|cell| seconds(*cell)).sum();
            // Growth is measured on all engines by turns, so such a unit stays together.
            let grows = |cell: &usize| {
                let case = &self.cases[self.cells[*cell].case];
                let invocation = &corpus.suites[case.suite].cases[case.index].invocation;
                matches!(invocation, Invocation::Scale(_))
            };
            let is_split = weight > SPLIT_SECONDS && weight.is_finite() && !cells.iter().any(grows);
            let parts: Vec<Vec<usize>> = if is_split {
                cells
                    .chunk_by(|a, b| self.cells[*a].engine == self.cells[*b].engine)
                    .map(<[usize]>::to_vec)
                    .collect()
            } else {
                vec![cells]
            };
            for cells in parts {
                let weight: f64 = cells.iter().map(|cell| seconds(*cell)).sum();
                weighed.push((weight, Unit { suite: key.0, program: key.1, cells }));
            }
        }
        weighed.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        weighed.into_iter().map(|(_, unit)| unit).collect()
    }
}

fn action(case: &crate::corpus::Case, roster: &Roster<'_>, seat: usize) -> Action {
    let seated = &roster.seats[seat];
    if let Some(skip) = case.skip.iter().find(|skip| skip.covers(&seated.engine.name)) {
        return Action::Skip(skip.reason.clone());
    }
    if let Some(absent) = &seated.identity.absent {
        return Action::Skip(format!("absent: {absent}"));
    }
    if let Some(trouble) = &seated.identity.trouble {
        return Action::Error(trouble.clone());
    }
    if case.invocation == Invocation::Check && seated.check.is_none() {
        return Action::Abstain("the engine has no `check` command".into());
    }
    Action::Run
}

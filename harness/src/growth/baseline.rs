//! Committed counters: what each case of a growth suite costs on each engine at its smallest size.
//!
//! Counters are the same on every run and every machine, so they are compared exactly, in both directions: a cost that
//! rose is a loss, and one that fell is a gain that must be written down before it can be lost again unnoticed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::record::RunRecord;

/// Version of the format.
pub const SCHEMA: u32 = 1;

/// Moves below this share of the committed value are shown and do not shut the gate.
pub const TOLERANCE: f64 = 0.02;

/// The file's name in the directory of scoreboards, without its extension.
pub const NAME: &str = "counters";

/// All counters of a run, sorted by case and engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    pub schema: u32,
    pub cells: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// `suite::case`.
    pub case: String,
    pub engine: String,
    /// The size at which was counted.
    pub n: u64,
    pub counters: BTreeMap<String, u64>,
}

/// A difference between two baselines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// A counter of a cell that both have.
    Changed {
        case: String,
        engine: String,
        counter: String,
        old: u64,
        new: u64,
        /// Whether more of it is better.
        is_gain: bool,
    },
    /// A cell or counter that only one of them has.
    Gone {
        what: String,
    },
    New {
        what: String,
    },
    /// The same cell, counted at another size.
    Resized {
        case: String,
        engine: String,
        old: u64,
        new: u64,
    },
}

impl Move {
    /// Whether this shuts the gate.
    pub fn counts(&self) -> bool {
        match self {
            Move::Changed { old, new, .. } => old.abs_diff(*new) as f64 >= TOLERANCE * (*old).max(1) as f64,
            Move::Gone { .. } | Move::Resized { .. } => true,
            Move::New { .. } => false,
        }
    }

    /// Whether writing it down would accept a loss.
    pub fn is_worse(&self) -> bool {
        match self {
            Move::Changed { old, new, is_gain, .. } => self.counts() && (new > old) != *is_gain,
            Move::Gone { .. } => true,
            Move::New { .. } | Move::Resized { .. } => false,
        }
    }
}

impl std::fmt::Display for Move {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Move::Changed { case, engine, counter, old, new, .. } => {
                let word = if new > old { "more" } else { "less" };
                write!(f, "{word}: {case}@{engine} {counter} was {old}, now {new} (")?;
                match old {
                    0 => write!(f, "from nothing)"),
                    _ => write!(f, "× {:.3})", *new as f64 / *old as f64),
                }
            }
            Move::Gone { what } => write!(f, "vanished: {what} is in the baseline and not in the run"),
            Move::New { what } => write!(f, "new: {what}"),
            Move::Resized { case, engine, old, new } => {
                write!(f, "other size: {case}@{engine} was counted at n = {old}, now at n = {new}")
            }
        }
    }
}

impl Baseline {
    /// The counters of every measured cell of a run.
    pub fn of(run: &RunRecord) -> Baseline {
        let mut cells = Vec::new();
        for suite in &run.suites {
            for case in &suite.cases {
                for (engine, cell) in &case.cells {
                    let Some(point) = cell.growth.as_ref().and_then(|growth| growth.points.first()) else {
                        continue;
                    };
                    if point.counters.is_empty() {
                        continue;
                    }
                    cells.push(Row {
                        case: format!("{}::{}", suite.name, case.case),
                        engine: engine.clone(),
                        n: point.n,
                        counters: point.counters.clone(),
                    });
                }
            }
        }
        cells.sort_by(|a, b| key(a).cmp(&key(b)));
        Baseline { schema: SCHEMA, cells }
    }

    /// The text of the file: one line per cell.
    pub fn to_json(&self) -> String {
        let line = |row: &Row| serde_json::to_string(row).expect("text and numbers have a JSON form");
        let lines: Vec<String> = self.cells.iter().map(line).collect();
        format!("{{\n\"schema\": {},\n\"cells\": [\n{}\n]\n}}\n", self.schema, lines.join(",\n"))
    }

    /// Reads a committed baseline.
    ///
    /// # Errors
    /// A message that says what is wrong with it.
    pub fn from_json(text: &str) -> Result<Baseline, String> {
        let found: Baseline =
            serde_json::from_str(text).map_err(|error| format!("not a baseline of counters: {error}"))?;
        if found.schema != SCHEMA {
            return Err(format!("schema {} (this version reads {SCHEMA})", found.schema));
        }
        if !found.cells.is_sorted_by(|a, b| key(a) < key(b)) {
            return Err("its cells are not sorted, or one occurs twice".into());
        }
        Ok(found)
    }

    /// Everything that differs in `now`, by case, engine and counter. `gains`: the counters of which more is better.
    pub fn compare(&self, now: &Baseline, gains: &BTreeSet<String>) -> Vec<Move> {
        let before: BTreeMap<_, &Row> = self.cells.iter().map(|row| (key(row), row)).collect();
        let after: BTreeMap<_, &Row> = now.cells.iter().map(|row| (key(row), row)).collect();
        let keys: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
        let mut moves = Vec::new();
        for (case, engine) in keys {
            match (before.get(&(case, engine)), after.get(&(case, engine))) {
                (Some(old), Some(new)) => compare_rows(old, new, gains, &mut moves),
                (Some(_), None) => moves.push(Move::Gone { what: format!("{case}@{engine}") }),
                (None, _) => moves.push(Move::New { what: format!("{case}@{engine}") }),
            }
        }
        moves
    }
}

fn key(row: &Row) -> (&str, &str) {
    (&row.case, &row.engine)
}

fn compare_rows(old: &Row, new: &Row, gains: &BTreeSet<String>, moves: &mut Vec<Move>) {
    let (case, engine) = (new.case.clone(), new.engine.clone());
    if old.n != new.n {
        return moves.push(Move::Resized { case, engine, old: old.n, new: new.n });
    }
    let names: BTreeSet<&String> = old.counters.keys().chain(new.counters.keys()).collect();
    for name in names {
        let what = || format!("{case}@{engine} {name}");
        match (old.counters.get(name), new.counters.get(name)) {
            (Some(before), Some(now)) if before != now => moves.push(Move::Changed {
                case: case.clone(),
                engine: engine.clone(),
                counter: name.clone(),
                old: *before,
                new: *now,
                is_gain: gains.contains(name),
            }),
            (Some(_), Some(_)) | (None, None) => {}
            (Some(_), None) => moves.push(Move::Gone { what: what() }),
            (None, Some(_)) => moves.push(Move::New { what: what() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(rows: &[(&str, &str, u64, u64)]) -> Baseline {
        let cells = rows.iter().map(|(case, engine, n, copies)| Row {
            case: (*case).to_string(),
            engine: (*engine).to_string(),
            n: *n,
            counters: BTreeMap::from([("copies".to_string(), *copies)]),
        });
        Baseline { schema: SCHEMA, cells: cells.collect() }
    }

    #[track_caller]
    fn check(
        before: &[(&str, &str, u64, u64)],
        after: &[(&str, &str, u64, u64)],
        said: &[(&str, bool, bool)],
    ) {
        let moves = baseline(before).compare(&baseline(after), &BTreeSet::new());
        assert_eq!(moves.len(), said.len(), "{moves:?}");
        for (found, (text, counts, is_worse)) in moves.iter().zip(said) {
            assert!(found.to_string().contains(text), "{found} does not say {text:?}");
            assert_eq!((found.counts(), found.is_worse()), (*counts, *is_worse), "{found}");
        }
    }

    #[test]
    fn both_directions_count_and_only_more_is_worse() {
        let before = [("p::a", "vm", 100, 1000)];
        check(&before, &before, &[]);
        check(
            &before,
            &[("p::a", "vm", 100, 2500)],
            &[("more: p::a@vm copies was 1000, now 2500 (× 2.500)", true, true)],
        );
        check(
            &before,
            &[("p::a", "vm", 100, 980)],
            &[("less: p::a@vm copies was 1000, now 980", true, false)],
        );
        check(&before, &[("p::a", "vm", 100, 1019)], &[("now 1019 (× 1.019)", false, false)]);
        check(&[("p::a", "vm", 100, 0)], &[("p::a", "vm", 100, 1)], &[("from nothing", true, true)]);
    }

    #[test]
    fn of_a_gain_less_is_worse() {
        let gains = BTreeSet::from(["copies".to_string()]);
        let moves = |old, new| {
            baseline(&[("p::a", "vm", 1, old)]).compare(&baseline(&[("p::a", "vm", 1, new)]), &gains)
        };
        let judge = |found: &Move| (found.counts(), found.is_worse());
        assert_eq!(judge(&moves(100, 200)[0]), (true, false));
        assert_eq!(judge(&moves(200, 100)[0]), (true, true));
        assert_eq!(judge(&moves(200, 199)[0]), (false, false));
    }

    #[test]
    fn cells_come_and_go() {
        let before = [("p::a", "jit", 100, 1), ("p::a", "vm", 100, 1)];
        let after = [("p::a", "vm", 200, 1), ("p::b", "vm", 100, 1)];
        let said =
            [("vanished: p::a@jit", true, true), ("other size", true, false), ("new: p::b@vm", false, false)];
        check(&before, &after, &said);
    }

    #[test]
    fn text_is_stable_and_reads_back() {
        let it = baseline(&[("p::a", "vm", 100, 7), ("p::b", "vm", 100, 8)]);
        let text = it.to_json();
        assert!(
            text.contains("{\"case\":\"p::a\",\"engine\":\"vm\",\"n\":100,\"counters\":{\"copies\":7}},\n")
        );
        assert_eq!(Baseline::from_json(&text), Ok(it));
        let twice = baseline(&[("p::a", "vm", 1, 1), ("p::a", "vm", 1, 1)]).to_json();
        assert!(Baseline::from_json(&twice).unwrap_err().contains("twice"));
        assert!(Baseline::from_json("{}").unwrap_err().contains("not a baseline"));
    }
}

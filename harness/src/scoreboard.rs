//! The committed summary of a full run of one suite: deterministic, sorted, one line per case.
//!
//! It holds no time, no version and no fact about a machine, so that it only changes when a verdict does.

mod markdown;

pub use markdown::markdown;

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::record::{RunRecord, SuiteRecord};
use crate::verdict::Verdict;

/// Version of the format.
pub const SCHEMA: u32 = 1;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoreboard {
    pub schema: u32,
    pub suite: String,
    pub engines: Vec<String>,
    /// Verdicts by engine; must agree with the rows.
    pub totals: BTreeMap<String, BTreeMap<Verdict, usize>>,
    pub cases: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub case: String,
    /// Of a `scale:` case: the largest exponent that passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    pub cells: BTreeMap<String, Verdict>,
    /// Reasons of skips and stated failures, by engine.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub why: BTreeMap<String, String>,
}

/// A run that is not full has no scoreboard.
#[derive(Debug, thiserror::Error)]
#[error("the run is not a full one, so it has no scoreboard: {}", .reasons.join("; "))]
pub struct PartialRun {
    pub reasons: Vec<String>,
}

impl Scoreboard {
    /// The scoreboards of a full run, one per suite.
    ///
    /// # Errors
    /// [`PartialRun`] if anything was left out.
    pub fn of(run: &RunRecord) -> Result<Vec<Scoreboard>, PartialRun> {
        if !run.is_full() {
            return Err(PartialRun { reasons: run.partial.clone() });
        }
        Ok(run.suites.iter().map(Scoreboard::of_suite).collect())
    }

    /// The rows of one suite of a run, full or not. For comparing, never for writing.
    pub fn of_suite(suite: &SuiteRecord) -> Scoreboard {
        let mut cases: Vec<Row> = suite
            .cases
            .iter()
            .map(|case| {
                let cells = case.cells.iter().map(|(engine, cell)| (engine.clone(), cell.verdict)).collect();
                let excused = |verdict| matches!(verdict, Verdict::Skip | Verdict::Xfail);
                let why = case.cells.iter().filter(|(_, cell)| excused(cell.verdict));
                let why = why.map(|(engine, cell)| (engine.clone(), cell.why.clone())).collect();
                Row { case: case.case.clone(), bound: case.bound, cells, why }
            })
            .collect();
        cases.sort_by(|a, b| a.case.cmp(&b.case));
        let totals = totals(&suite.engines, &cases);
        Scoreboard {
            schema: SCHEMA,
            suite: suite.name.clone(),
            engines: suite.engines.clone(),
            totals,
            cases,
        }
    }

    /// The text of the file.
    pub fn to_json(&self) -> String {
        let json = |value: &dyn erased::Json| value.text();
        let mut text = String::from("{\n");
        let _ = writeln!(text, "\"schema\": {},", self.schema);
        let _ = writeln!(text, "\"suite\": {},", json(&self.suite));
        let _ = writeln!(text, "\"engines\": {},", json(&self.engines));
        text.push_str("\"totals\": {\n");
        let rows: Vec<String> = self
            .engines
            .iter()
            .filter_map(|engine| Some(format!("{}: {}", json(engine), json(self.totals.get(engine)?))))
            .collect();
        let _ = writeln!(text, "{}\n}},", rows.join(",\n"));
        let rows: Vec<String> = self.cases.iter().map(|row| self.row(row)).collect();
        let _ = write!(text, "\"cases\": [\n{}\n]\n}}\n", rows.join(",\n"));
        text
    }

    /// One line, cells in the order of the engines.
    fn row(&self, row: &Row) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let cells = self.engines.iter().filter_map(|engine| Some((engine, row.cells.get(engine)?)));
        let cells: Vec<String> =
            cells.map(|(engine, verdict)| format!("{}:\"{verdict}\"", quoted(engine))).collect();
        let why = self.engines.iter().filter_map(|engine| Some((engine, row.why.get(engine)?)));
        let why: Vec<String> =
            why.map(|(engine, reason)| format!("{}:{}", quoted(engine), quoted(reason))).collect();
        let why = if why.is_empty() { String::new() } else { format!(",\"why\":{{{}}}", why.join(",")) };
        let bound = row.bound.map(|bound| format!("\"bound\":{bound},")).unwrap_or_default();
        format!("{{\"case\":{},{bound}\"cells\":{{{}}}{why}}}", quoted(&row.case), cells.join(","))
    }

    /// Reads a committed scoreboard and checks that it agrees with itself.
    ///
    /// # Errors
    /// A message that says what is wrong with it.
    pub fn from_json(text: &str) -> Result<Scoreboard, String> {
        let board: Scoreboard =
            serde_json::from_str(text).map_err(|error| format!("not a scoreboard: {error}"))?;
        if board.schema != SCHEMA {
            return Err(format!("schema {} (this version reads {SCHEMA})", board.schema));
        }
        if !board.cases.is_sorted_by(|a, b| a.case < b.case) {
            return Err("its cases are not sorted, or one occurs twice".into());
        }
        if board.totals != totals(&board.engines, &board.cases) {
            return Err("its totals do not agree with its rows".into());
        }
        Ok(board)
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.cases.iter().map(|row| row.cells.len()).sum()
    }
}

fn totals(engines: &[String], rows: &[Row]) -> BTreeMap<String, BTreeMap<Verdict, usize>> {
    let mut totals: BTreeMap<String, BTreeMap<Verdict, usize>> =
        engines.iter().map(|engine| (engine.clone(), BTreeMap::new())).collect();
    for (engine, verdict) in rows.iter().flat_map(|row| &row.cells) {
        *totals.entry(engine.clone()).or_default().entry(*verdict).or_insert(0) += 1;
    }
    totals
}

/// One spelling for several types.
mod erased {
    pub trait Json {
        fn text(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn text(&self) -> String {
            serde_json::to_string(self).expect("strings and numbers have a JSON form")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn board(rows: &[(&str, &[(&str, Verdict)])]) -> Scoreboard {
        let engines = vec!["tree".to_string(), "vm".to_string()];
        let cases: Vec<Row> = rows
            .iter()
            .map(|(case, cells)| Row {
                case: (*case).to_string(),
                bound: None,
                cells: cells.iter().map(|(engine, verdict)| ((*engine).to_string(), *verdict)).collect(),
                why: BTreeMap::new(),
            })
            .collect();
        Scoreboard { schema: SCHEMA, suite: "s".into(), totals: totals(&engines, &cases), engines, cases }
    }

    #[test]
    fn text_is_stable_and_reads_back() {
        let mut it = board(&[
            ("a \"b\"", &[("vm", Verdict::Fail), ("tree", Verdict::Pass)]),
            ("b", &[("tree", Verdict::Skip), ("vm", Verdict::Pass)]),
        ]);
        it.cases[1].why.insert("tree".into(), "because".into());
        it.cases[1].bound = Some(1.15);
        let text = it.to_json();
        assert!(
            text.contains("{\"case\":\"a \\\"b\\\"\",\"cells\":{\"tree\":\"PASS\",\"vm\":\"FAIL\"}},\n"),
            "{text}"
        );
        assert!(text.contains("\"why\":{\"tree\":\"because\"}"));
        assert_eq!(Scoreboard::from_json(&text).unwrap(), it);
    }

    #[test]
    fn a_scoreboard_that_contradicts_itself_is_refused() {
        let text = board(&[("a", &[("vm", Verdict::Fail)])]).to_json();
        assert!(
            Scoreboard::from_json(&text.replace("{\"FAIL\":1}", "{\"PASS\":1}"))
                .unwrap_err()
                .contains("totals")
        );
        assert!(
            Scoreboard::from_json(&text.replace("\"schema\": 1", "\"schema\": 9"))
                .unwrap_err()
                .contains("schema")
        );
        assert!(Scoreboard::from_json("{}").unwrap_err().contains("not a scoreboard"));
    }
}

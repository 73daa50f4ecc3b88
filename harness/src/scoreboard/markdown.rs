//! The scoreboard as people read it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Row, Scoreboard};
use crate::record::SuiteRecord;
use crate::verdict::{Verdict, groups_text};

/// Totals per engine and area, red cells, engine groups, and every skip and stated failure with its reason.
pub fn markdown(suite: &SuiteRecord) -> String {
    let board = Scoreboard::of_suite(suite);
    let mut text = format!("# Suite `{}`\n\n", board.suite);
    let _ = writeln!(
        text,
        "{} cases × {} engines = {} cells.\n",
        board.cases.len(),
        board.engines.len(),
        board.cells()
    );
    totals(&board, &mut text);
    areas(&board, &mut text);
    red(&board, &mut text);
    bounds(&board, &mut text);
    groups(suite, &mut text);
    excused(&board, &mut text);
    text
}

fn head(first: &str, columns: impl Iterator<Item = String>) -> String {
    let columns: Vec<String> = columns.collect();
    format!("| {first} | {} |\n|---|{}\n", columns.join(" | "), "---:|".repeat(columns.len()))
}

fn totals(board: &Scoreboard, text: &mut String) {
    let used: Vec<Verdict> =
        Verdict::ALL.into_iter().filter(|v| board.totals.values().any(|row| row.contains_key(v))).collect();
    text.push_str(&head("engine", used.iter().map(ToString::to_string)));
    for engine in &board.engines {
        let count = |verdict| board.totals.get(engine).and_then(|row| row.get(verdict)).copied().unwrap_or(0);
        let row: Vec<String> = used.iter().map(|verdict| count(verdict).to_string()).collect();
        let _ = writeln!(text, "| {engine} | {} |", row.join(" | "));
    }
    text.push('\n');
}

/// The part of a name that cases of one kind share: folder, or document and heading.
fn area(case: &str) -> &str {
    if let Some((document, (heading, _))) =
        case.split_once('#').and_then(|(d, rest)| Some((d, rest.split_once('/')?)))
    {
        return &case[..document.len() + 1 + heading.len()];
    }
    case.split('#').next().unwrap_or(case).rsplit_once('/').map_or("(top)", |(folder, _)| folder)
}

fn areas(board: &Scoreboard, text: &mut String) {
    let mut areas: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &board.cases {
        areas.entry(area(&row.case)).or_default().push(row);
    }
    text.push_str("## Areas\n\nPassed of all, by engine.\n\n");
    text.push_str(&head("area", board.engines.iter().cloned()));
    for (area, rows) in areas {
        let of = |engine: &String| {
            let cells = rows.iter().filter_map(|row| row.cells.get(engine));
            let passed = cells.clone().filter(|verdict| **verdict == Verdict::Pass).count();
            format!("{passed}/{}", cells.count())
        };
        let columns: Vec<String> = board.engines.iter().map(of).collect();
        let _ = writeln!(text, "| {area} | {} |", columns.join(" | "));
    }
    text.push('\n');
}

fn red(board: &Scoreboard, text: &mut String) {
    let red: Vec<&Row> =
        board.cases.iter().filter(|row| row.cells.values().any(|verdict| verdict.fails())).collect();
    if red.is_empty() {
        text.push_str("No cell is red.\n\n");
        return;
    }
    text.push_str("## Red cells\n\n");
    text.push_str(&head("case", board.engines.iter().cloned()));
    for row in red {
        let of = |engine| row.cells.get(engine).map_or("", |verdict| verdict.word());
        let columns: Vec<&str> = board.engines.iter().map(of).collect();
        let _ = writeln!(text, "| {} | {} |", row.case, columns.join(" | "));
    }
    text.push('\n');
}

fn bounds(board: &Scoreboard, text: &mut String) {
    let mut cases: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for row in &board.cases {
        if let Some(bound) = row.bound {
            cases.entry(format!("n^{bound:.2}")).or_default().push(&row.case);
        }
    }
    if cases.is_empty() {
        return;
    }
    text.push_str("## Bounds\n\nHow fast the cost of each case may grow.\n\n| bound | cases |\n|---|---|\n");
    for (bound, cases) in cases {
        let _ = writeln!(text, "| {bound} | {} |", cases.join(", "));
    }
    text.push('\n');
}

fn groups(suite: &SuiteRecord, text: &mut String) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for case in &suite.cases {
        *counts.entry(groups_text(&case.groups)).or_insert(0) += 1;
    }
    counts.remove("");
    text.push_str("## Engine groups\n\nWhich engines did the same, over all cases.\n\n");
    text.push_str(&head("groups", ["cases".to_string()].into_iter()));
    for (groups, count) in counts {
        let _ = writeln!(text, "| {groups} | {count} |");
    }
    text.push('\n');
}

fn excused(board: &Scoreboard, text: &mut String) {
    let mut reasons: BTreeMap<(&str, &str), BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for row in &board.cases {
        for (engine, reason) in &row.why {
            let word = row.cells.get(engine).map_or("", |verdict| verdict.word());
            reasons.entry((word, reason)).or_default().entry(&row.case).or_default().push(engine);
        }
    }
    if reasons.is_empty() {
        text.push_str("No case is skipped or expected to fail.\n");
        return;
    }
    text.push_str("## Skipped and expected to fail\n");
    for ((word, reason), cases) in reasons {
        let _ = writeln!(text, "\n{word}: {reason}\n");
        for (case, engines) in cases {
            let all = engines.len() == board.engines.len();
            let engines = if all { "all".to_string() } else { engines.join(", ") };
            let _ = writeln!(text, "- {case} ({engines})");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::area;

    #[test]
    fn areas_are_folders_or_headings() {
        assert_eq!(area("maps/deep/x:3"), "maps/deep");
        assert_eq!(area("x"), "(top)");
        assert_eq!(area("b.md#4.1-conv/2/3"), "b.md#4.1-conv");
        assert_eq!(area("maps/x#named"), "maps");
    }
}

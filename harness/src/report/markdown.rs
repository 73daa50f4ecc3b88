//! A run as Markdown, for a CI step summary or a message.

use std::fmt::Write;

use crate::record::RunRecord;
use crate::verdict::{Verdict, groups_text};

/// Red cases shown; the rest is counted.
const SHOWN: usize = 100;

pub fn render(run: &RunRecord) -> String {
    let mut text = format!("# Parallax\n\n{}\n\n", run.ledger.tally());
    if !run.is_full() {
        let _ = writeln!(text, "Not a full run: {}.\n", run.partial.join("; "));
    }
    matrix(run, &mut text);
    suspects(run, &mut text);
    red(run, &mut text);
    text
}

fn matrix(run: &RunRecord, text: &mut String) {
    let cells = || {
        run.suites.iter().flat_map(|s| s.cases.iter().flat_map(move |c| c.cells.iter().map(move |x| (s, x))))
    };
    let used: Vec<Verdict> =
        Verdict::ALL.into_iter().filter(|v| cells().any(|(_, (_, cell))| cell.verdict == *v)).collect();
    let columns: Vec<&str> = used.iter().map(|verdict| verdict.word()).collect();
    let _ = writeln!(
        text,
        "| suite | engine | {} |\n|---|---|{}",
        columns.join(" | "),
        "---:|".repeat(used.len())
    );
    for suite in &run.suites {
        for engine in &suite.engines {
            let count = |verdict: &Verdict| {
                let own = suite.cases.iter().filter_map(|case| case.cells.get(engine));
                own.filter(|cell| cell.verdict == *verdict).count().to_string()
            };
            let row: Vec<String> = used.iter().map(count).collect();
            let _ = writeln!(text, "| {} | {engine} | {} |", suite.name, row.join(" | "));
        }
    }
    text.push('\n');
}

fn suspects(run: &RunRecord, text: &mut String) {
    if run.clusters.is_empty() {
        return;
    }
    text.push_str("## Suspects\n\n| cases | what they have in common | smallest |\n|---:|---|---|\n");
    for cluster in run.clusters.iter().take(SHOWN) {
        let key = cluster.key.replace('|', "\\|");
        let _ = writeln!(text, "| {} | {key} | {} |", cluster.members.len(), cluster.smallest);
    }
    text.push('\n');
}

fn red(run: &RunRecord, text: &mut String) {
    let mut rows = Vec::new();
    for suite in &run.suites {
        for case in &suite.cases {
            for (engine, cell) in case.cells.iter().filter(|(_, cell)| cell.verdict.fails()) {
                let (groups, why) = (groups_text(&case.groups), cell.why.replace('|', "\\|"));
                rows.push(format!("| {} | {}@{engine} | {why} | {groups} |", cell.verdict, case.case));
            }
        }
    }
    if rows.is_empty() {
        text.push_str("No cell is red.\n");
        return;
    }
    text.push_str("## Red cells\n\n| verdict | cell | why | engines |\n|---|---|---|---|\n");
    for row in rows.iter().take(SHOWN) {
        let _ = writeln!(text, "{row}");
    }
    if rows.len() > SHOWN {
        let _ = writeln!(text, "\n… and {} more.", rows.len() - SHOWN);
    }
}

//! The run as a stream of events, one JSON object per line.

use serde_json::json;

use crate::record::RunRecord;

/// `run-started`, one `cell` per cell, `suspect`s, `run-finished`.
///
/// # Errors
/// If a value has no JSON form, which is a bug.
pub fn render(run: &RunRecord) -> serde_json::Result<String> {
    let mut text = String::new();
    let mut event = |value: serde_json::Value| {
        text.push_str(&value.to_string());
        text.push('\n');
    };
    event(json!({"event": "run-started", "schema": run.schema, "tool": run.tool, "plan": run.plan,
        "planned": run.ledger.planned, "engines": run.engines, "seed": run.seed}));
    for suite in &run.suites {
        for case in &suite.cases {
            for (engine, cell) in &case.cells {
                event(json!({"event": "cell", "suite": suite.name, "case": case.case, "engine": engine,
                    "file": case.file, "line": case.line, "verdict": cell.verdict, "why": cell.why,
                    "note": cell.note, "measured": cell.measured, "leaks": cell.leaks}));
            }
        }
    }
    for cluster in &run.clusters {
        event(json!({"event": "suspect", "cluster": cluster}));
    }
    event(json!({"event": "run-finished", "ledger": run.ledger, "not_run": run.ledger.not_run(),
        "partial": run.partial, "wall_ms": run.wall_ms}));
    Ok(text)
}

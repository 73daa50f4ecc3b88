//! Every example of the documents checks as it says.

use std::collections::BTreeSet;

use ilo4_syntax::Diagnostic;

use crate::blocks::{self, Block, MAIN};

/// Reported while a builtin of the documents has no implementation yet.
const NOT_YET: &str = "ILO-N201";

#[test]
fn every_block_reports_what_it_states() {
    let failures: Vec<String> = blocks::all().iter().filter_map(failure).collect();
    assert!(failures.is_empty(), "{} blocks:\n{}", failures.len(), failures.join("\n"));
}

fn failure(block: &Block) -> Option<String> {
    let (checked, all) = block.check();
    let errors: Vec<&Diagnostic> = all.iter().filter(|d| d.is_error()).collect();
    let first_error = errors.iter().find(|d| d.code != NOT_YET).map(|d| d.code);
    let warnings: BTreeSet<String> =
        all.iter().filter(|d| !d.is_error()).map(|d| d.code.to_string()).collect();
    let is_right = match &block.first_error {
        Some(code) => first_error == Some(code),
        None => first_error.is_none() && warnings == block.warnings,
    };
    let is_consistent = checked.program.is_none() == checked.diagnostics.iter().any(Diagnostic::is_error);
    let is_clean = !block.is_clean || all.iter().all(|d| d.code == NOT_YET);
    if is_right && is_consistent && is_clean {
        return None;
    }
    let found: Vec<String> = all.iter().map(|d| format!("{}: {}", d.code, d.message)).collect();
    let expected = block.first_error.as_deref().unwrap_or("no error");
    Some(format!("{}: expected {expected}, found {found:#?}\n{}", block.place, block.files[MAIN]))
}

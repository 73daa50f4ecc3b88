//! What the corpus covers: for every builtin, operator, form of statement, expression and pattern, and every diagnostic code, how many
//! cases there are, how they end, and on how many engines they pass. Committed as `scoreboards/coverage.md`; nothing may be at zero.
//!
//! `ILO4_BLESS=1 cargo test -p ilo4 --test coverage` writes the table.

#[path = "coverage/constructs.rs"]
mod constructs;
#[path = "coverage/table.rs"]
mod table;

use std::path::{Path, PathBuf};

use table::Table;

/// Codes that no case can show, and why.
const UNREACHABLE: [(&str, &str); 2] = [
    ("ILO-P002", "not reachable by ordinary programs (9.2 of the language document)"),
    ("ILO-E801", "reported by `build` only; covered by the driver's tests"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn everything_is_covered_and_the_committed_table_is_current() {
    let table = Table::collect(&root());
    let missing: Vec<&str> =
        table.at_zero().filter(|name| UNREACHABLE.iter().all(|(code, _)| code != name)).collect();
    assert!(missing.is_empty(), "no case shows: {}", missing.join(", "));
    let path = root().join("scoreboards/coverage.md");
    let text = table.to_markdown(&UNREACHABLE);
    if std::env::var_os("ILO4_BLESS").is_some() {
        std::fs::write(&path, &text).expect("the table can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "scoreboards/coverage.md is not current; look at what changed and write it with ILO4_BLESS=1"
    );
}

//! Every example of the documents parses, or is rejected with exactly the code it states.

use crate::blocks;

#[test]
fn every_block_parses_or_reports_its_code_first() {
    let mut failures = Vec::new();
    for block in blocks::all() {
        let found = block.parse().diagnostics.first().map(|d| (d.code.to_string(), d.message.clone()));
        let expected = block.first_code.as_deref().unwrap_or("");
        let code = found.as_ref().map(|(code, _)| code.as_str());
        let is_right = if expected.starts_with("ILO-L") || expected.starts_with("ILO-P") {
            code == Some(expected)
        } else if expected == "ILO-N200" {
            // `tool` and `$` are the parser's, the reserved builtins the checker's.
            code.is_none_or(|code| code == expected)
        } else {
            code.is_none()
        };
        if !is_right {
            failures.push(format!(
                "{}: expected {expected:?}, found {found:?}\n{}",
                block.place,
                block.files[blocks::MAIN]
            ));
        }
    }
    assert!(failures.is_empty(), "{} blocks:\n{}", failures.len(), failures.join("\n"));
}

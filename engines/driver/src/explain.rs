//! `ilo4 explain CODE`: what the language document says of a code, and its examples.

use crate::{REJECTED, SUCCESS};

/// The authority; its section 9 lists every code, and its examples say which code they must report.
const DOCUMENTS: [&str; 2] = [
    include_str!("../../../docs/language/syntax-and-semantics.md"),
    include_str!("../../../docs/language/builtins.md"),
];

/// How many examples to print.
const MOST_EXAMPLES: usize = 2;

/// Prints the condition and some examples.
pub fn explain(code: &str) -> u8 {
    let code = normalised(code);
    let Some(condition) = condition(&code) else {
        eprintln!("error: there is no code {code}; section 9 of the language document lists all of them");
        return REJECTED;
    };
    println!("{code}: {condition}");
    for example in examples(&code).into_iter().take(MOST_EXAMPLES) {
        println!("\nFor instance:\n");
        example.lines().for_each(|line| println!("    {line}"));
    }
    SUCCESS
}

/// `t004`, `T004` and `ilo-t004` mean `ILO-T004`.
fn normalised(code: &str) -> String {
    let code = code.to_uppercase();
    if code.starts_with("ILO-") { code } else { format!("ILO-{code}") }
}

/// The second cell of the table row whose first cell names the code, in full or after one that is (`ILO-T015` `T016`).
fn condition(code: &str) -> Option<String> {
    let short = code.strip_prefix("ILO-")?;
    let names_it = |cell: &str| cell.split('`').any(|word| word == code || word == short);
    DOCUMENTS.iter().flat_map(|document| document.lines()).find_map(|line| {
        let cells = cells(line)?;
        let is_row = cells[0].starts_with("`ILO-") && cells.len() >= 2 && names_it(&cells[0]);
        is_row.then(|| cells[1].clone())
    })
}

/// The cells of a table row; `\|` is a bar in a cell.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?.replace("\\|", "\u{1}");
    Some(inner.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect())
}

fn examples(code: &str) -> Vec<String> {
    let directive = [format!("-- diag: {code}"), format!("-- warn: {code}")];
    let blocks = DOCUMENTS.iter().flat_map(|document| document.split("```ilo\n").skip(1));
    let blocks = blocks.filter_map(|block| block.split("```").next());
    let shows = |block: &&str| block.lines().any(|line| directive.iter().any(|directive| line == directive));
    let mut examples: Vec<String> = blocks.filter(shows).map(str::to_owned).collect();
    examples.sort_by_key(String::len);
    examples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_faults_and_examples_is_explained() {
        let directives = DOCUMENTS.iter().flat_map(|document| document.lines());
        let codes =
            directives.filter_map(|line| line.strip_prefix("-- diag: ").or(line.strip_prefix("-- warn: ")));
        for code in codes.filter(|code| code.len() == 8) {
            assert!(condition(code).is_some(), "{code} is not in the tables");
        }
        for code in ilo4_builtins::FaultCode::ALL {
            assert!(condition(code.as_str()).is_some(), "{}", code.as_str());
        }
    }

    #[test]
    fn a_code_may_be_written_short() {
        assert_eq!(normalised("t004"), "ILO-T004");
        assert!(condition("ILO-T016").is_some());
        assert_eq!(condition("ILO-T999"), None);
    }
}

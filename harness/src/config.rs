//! `parallax.toml`: what is written, checked and resolved.
//!
//! [`mod@file`] mirrors the document key by key. [`Config`] is what the rest of the harness uses: defaults filled in,
//! profile applied, patterns compiled, engine commands still as templates.

mod error;
pub mod file;
mod resolve;
mod units;

pub use error::ConfigError;
pub use resolve::{
    Bisect, CaseKind, CodeExit, Config, Counters, Engine, Expect, Format, Override, Probe, Refusal, Rewrite,
    Suite, XfailRule, with_limits,
};
pub use units::{ByteSize, Span, parse_bytes, parse_span};

/// The names under which a configuration file is looked for, in each directory upwards.
pub const FILE_NAMES: [&str; 2] = ["parallax.toml", ".config/parallax.toml"];

/// The closest of `known` to `word`, if it is close enough to be meant.
pub fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = if word.len() <= 4 { 1 } else { 2 };
    let near = known.into_iter().map(|candidate| (edit_distance(word, candidate), candidate));
    near.filter(|(distance, _)| (1..=limit).contains(distance)).min().map(|(_, candidate)| candidate)
}

/// Levenshtein distance, with a swap of neighbours counting as one.
pub fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let substitute = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = substitute.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_near_and_never_equal() {
        assert_eq!(suggestion("otu", ["out", "run"]), Some("out"));
        assert_eq!(suggestion("wrn", ["warn", "out"]), Some("warn"));
        assert_eq!(suggestion("include", ["include"]), None);
        assert_eq!(suggestion("note", ["out", "run", "name"]), None, "an ordinary word");
        assert_eq!(suggestion("normalise", ["normalize"]), Some("normalize"));
        assert_eq!(suggestion("example", ["out", "run"]), None);
    }
}

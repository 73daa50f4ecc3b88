//! From many red cells to few suspects.
//!
//! Cases that fail in the same way share a key: which engines stand against which, in what they differ, and the
//! first difference with its particulars (numbers, quoted text, paths) blotted out.

use std::collections::BTreeMap;

use bstr::ByteSlice;
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::compare::first_difference;
use super::judge::Judged;
use super::{Mismatch, Verdict};
use crate::corpus::{Case, Stdout};
use crate::exec::Execution;

/// Cases that probably fail for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    pub key: String,
    /// The member with the smallest program.
    pub smallest: String,
    pub members: Vec<String>,
}

/// One failing case, as clustering sees it.
pub struct Member {
    pub name: String,
    pub key: String,
    /// Size of its program, to show the smallest first.
    pub size: usize,
}

/// Groups failing cases by key, the largest cluster first.
pub fn cluster(members: &[Member]) -> Vec<Cluster> {
    let mut by_key: BTreeMap<&str, Vec<&Member>> = BTreeMap::new();
    for member in members {
        by_key.entry(&member.key).or_default().push(member);
    }
    let mut clusters: Vec<Cluster> = by_key
        .into_iter()
        .map(|(key, members)| Cluster {
            key: key.to_string(),
            smallest: members
                .iter()
                .min_by_key(|m| (m.size, &m.name))
                .map(|m| m.name.clone())
                .unwrap_or_default(),
            members: members.iter().map(|m| m.name.clone()).collect(),
        })
        .collect();
    clusters.sort_by_key(|cluster| std::cmp::Reverse(cluster.members.len()));
    clusters
}

/// The key of one failing case: red engines with the way they fail, and the first difference.
pub fn key(case: &Case, cells: &[(&str, &Judged, Option<&Execution>)], groups: &str) -> String {
    let mut parts = Vec::new();
    let mut difference = String::new();
    for (engine, judged, execution) in cells.iter().filter(|(_, judged, _)| judged.verdict.fails()) {
        parts.push(format!("{engine} {}", kind(judged)));
        if let (true, Some(execution)) = (difference.is_empty(), execution) {
            difference = blot(&first_line(case, judged, execution));
        }
    }
    parts.dedup();
    format!("{groups} | {} | {difference}", parts.join(", "))
}

fn kind(judged: &Judged) -> String {
    let kinds: Vec<&str> = judged
        .mismatches
        .iter()
        .map(|mismatch| match mismatch {
            Mismatch::Stdout => "output",
            Mismatch::Exit { .. } => "status",
            Mismatch::Stderr(_) => "stderr",
        })
        .collect();
    match judged.verdict {
        Verdict::Fail => kinds.join("+"),
        other => other.word().to_lowercase(),
    }
}

fn first_line(case: &Case, judged: &Judged, execution: &Execution) -> String {
    let text = |bytes: &[u8]| bytes.trim_end().to_str_lossy().into_owned();
    let expected = match case.expectation.as_ref().map(|expected| &expected.stdout) {
        Some(Stdout::Exactly(bytes)) if judged.mismatches.contains(&Mismatch::Stdout) => bytes,
        _ => return complaint(execution),
    };
    // An early end says more on stderr than in the output that is missing.
    if execution.stdout.is_empty() && !execution.stderr.is_empty() {
        return complaint(execution);
    }
    first_difference(expected, &execution.stdout)
        .map(|(_, a, b)| format!("{} → {}", text(a), text(b)))
        .unwrap_or_default()
}

/// The first line of standard error that says something.
fn complaint(execution: &Execution) -> String {
    let line = execution.stderr.lines().find(|line| !line.trim().is_empty());
    line.map(|line| line.trim_end().to_str_lossy().into_owned()).unwrap_or_default()
}

/// Replaces what is particular to one case.
fn blot(line: &str) -> String {
    use std::sync::LazyLock;
    static QUOTED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#""[^"]*"|'[^']*'|`[^`]*`"#).expect("constant"));
    static PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\w.-]*(/[\w.-]+)+").expect("constant"));
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(0x[0-9a-fA-F]+|\d+(\.\d+)?)\b").expect("constant"));
    let line = QUOTED.replace_all(line, "“…”");
    let line = PATH.replace_all(&line, "PATH");
    NUMBER.replace_all(&line, "N").chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particulars_are_blotted_out() {
        assert_eq!(blot("error[E-R009]: at 12: no `foo` in /a/b.x"), "error[E-R009]: at N: no “…” in PATH");
        assert_eq!(blot("1 → 22"), blot("7 → 3.5"));
    }

    #[test]
    fn members_with_one_key_become_one_suspect() {
        let member = |name: &str, key: &str, size| Member { name: name.into(), key: key.into(), size };
        let clusters = cluster(&[member("a", "x", 9), member("b", "y", 1), member("c", "x", 3)]);
        assert_eq!(clusters.len(), 2);
        assert_eq!(clusters[0].members, ["a", "c"]);
        assert_eq!(clusters[0].smallest, "c");
    }
}

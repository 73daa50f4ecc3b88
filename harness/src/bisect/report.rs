//! What a person reads: one line for each commit while it goes on, and the end with both outputs side by side.

use super::git::{Description, GitError};
use super::{Answer, Bisection, Effort, Ending, Found, Progress, Seen, Trial, bound};
use crate::corpus::join;
use crate::report::show;

/// Lines of each stream that are shown.
const LINES: usize = 12;

/// One line for one commit.
pub fn progress(progress: &Progress<'_>, subject: &str) -> String {
    let word = match progress.decision.answer {
        Answer::Good => "good",
        Answer::Bad => "BAD",
        Answer::Untestable => "untestable",
    };
    let short: String = progress.commit.chars().take(10).collect();
    let built = match progress.build_seconds {
        Some(seconds) if seconds >= 0.05 => format!("  [built in {seconds:.1} s]"),
        Some(_) => String::new(),
        None => "  [known]".to_string(),
    };
    let left = match progress.left {
        Some((1, _)) | None => String::new(),
        Some((commits, steps)) => format!("  ({commits} left, at most {steps} more)"),
    };
    let (why, rest) = match progress.decision.why.split_once('\n') {
        Some((first, rest)) => (first, format!("\n{rest}")),
        None => (progress.decision.why.as_str(), String::new()),
    };
    format!("{:<9} {short}  {subject}\n          {word}  {why}{built}{left}{rest}", progress.label)
}

/// The end of a bisect, for standard output.
///
/// # Errors
/// If git cannot describe a commit any more.
pub fn ending(bisection: &Bisection<'_>, found: &Found) -> Result<String, GitError> {
    let mut lines = Vec::new();
    let bad = match &found.ending {
        Ending::Found(place) => {
            let id = &found.commits[*place].id;
            let commit = bisection.repository.describe(id)?;
            lines.push(format!("first bad commit: {}", commit.id));
            lines.extend(description(&commit));
            id
        }
        Ending::Range(places) => {
            lines.push(format!("the first bad commit is one of these {}:", places.len()));
            for place in places {
                let id = &found.commits[*place].id;
                let commit = bisection.repository.describe(id)?;
                let why = found.untestable.get(place).and_then(|why| why.lines().next()).unwrap_or("bad");
                lines.push(format!("  {}  {}  ({why})", commit.short, commit.subject));
            }
            let last = places.last().copied().unwrap_or_default();
            &found.commits[last].id
        }
    };
    lines.push(String::new());
    lines.extend(side_by_side(bisection, &found.last_good, bad)?);
    lines.push(String::new());
    lines.push(effort(found));
    lines.push(format!("to see the change   {}", join(["git", "diff", &found.last_good[..10], &bad[..10]])));
    lines.push(format!("to repeat           {}", repeat(bisection, &found.last_good, bad)));
    Ok(lines.join("\n") + "\n")
}

fn description(commit: &Description) -> [String; 3] {
    [
        format!("  author   {}", commit.author),
        format!("  date     {}", commit.date),
        format!("  subject  {}", commit.subject),
    ]
}

fn effort(found: &Found) -> String {
    let Effort { answered, untestable, tried_now } = found.effort;
    format!(
        "searched {} with {} (at most {} needed) and {untestable} untestable, besides the 2 ends; \
         {tried_now} built now",
        counted(found.commits.len(), "commit"),
        counted(answered as usize, "answer"),
        bound(found.commits.len())
    )
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The command that tries the two neighbours again.
pub fn repeat(bisection: &Bisection<'_>, good: &str, bad: &str) -> String {
    let asked = &bisection.state.asked;
    let mut words = vec!["parallax".to_string(), "bisect".into(), "--case".into(), asked.case.clone()];
    for engine in &asked.engines {
        words.extend(["--engine".into(), engine.clone()]);
    }
    words.extend(["--good".into(), good[..10].into(), "--bad".into(), bad[..10].into()]);
    if asked.predicate != "verdict" {
        words.extend(["--predicate".into(), asked.predicate.clone()]);
    }
    if asked.runs != bisection.predicate.runs() {
        words.extend(["--runs".into(), asked.runs.to_string()]);
    }
    let flags = [
        (asked.case_from_rev, "--case-from-rev"),
        (!asked.first_parent, "--all-parents"),
        (!asked.probes, "--no-probe"),
    ];
    words.extend(flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| (*flag).to_string()));
    if let Some(profile) = &asked.profile {
        words.extend(["--profile".into(), profile.clone()]);
    }
    join(words)
}

/// What each engine did at the two commits, in two columns; engines that did the same at both are left out.
fn side_by_side(bisection: &Bisection<'_>, good: &str, bad: &str) -> Result<Vec<String>, GitError> {
    let seen = |id: &str| match bisection.state.trials.get(id) {
        Some(Trial::Seen(observation)) => observation.cells.clone(),
        Some(Trial::Untestable(_)) | None => Vec::new(),
    };
    let (left, right) = (seen(good), seen(bad));
    let title = |word: &str, id: &str| {
        let commit = bisection.repository.describe(id)?;
        Ok::<_, GitError>(format!("{word} {}  {}", commit.short, commit.subject))
    };
    let mut table = Table::new(&title("last good", good)?, &title("first bad", bad)?);
    let differs = |a: &Seen, b: &Seen| (a.verdict, &a.stdout, &a.stderr) != (b.verdict, &b.stdout, &b.stderr);
    let pairs: Vec<(&Seen, &Seen)> = left
        .iter()
        .filter_map(|cell| Some((cell, right.iter().find(|other| other.engine == cell.engine)?)))
        .collect();
    let is_any = pairs.iter().any(|(a, b)| differs(a, b));
    for (before, after) in pairs.iter().filter(|(a, b)| !is_any || differs(a, b)) {
        table.rule();
        table.rows(&columns(before), &columns(after));
        table.block("stdout", &before.stdout, &after.stdout);
        table.block("stderr", &before.stderr, &after.stderr);
    }
    Ok(table.lines)
}

fn columns(seen: &Seen) -> Vec<String> {
    let ending = seen.ending.map_or_else(|| "did not run".to_string(), |ending| ending.to_string());
    let mut lines = vec![format!("{}  {}", seen.engine, seen.verdict_and_why())];
    lines.push(format!("{ending}, CPU {:.3} s, peak {} KiB", seen.cpu_seconds(), seen.peak_kib));
    lines.extend(seen.exponents.iter().map(|(name, exponent)| format!("{name} grows as n^{exponent:.2}")));
    lines.extend(seen.counters.iter().map(|(name, count)| format!("{name} = {count}")));
    lines
}

/// Two columns of equal width.
struct Table {
    width: usize,
    lines: Vec<String>,
}

impl Table {
    fn new(left: &str, right: &str) -> Table {
        let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(110usize);
        let mut table = Table { width: columns.clamp(60, 240) / 2 - 2, lines: Vec::new() };
        table.row(left, right);
        table
    }

    fn rule(&mut self) {
        self.lines.push(format!("{}-+-{}", "-".repeat(self.width), "-".repeat(self.width)));
    }

    /// One row; what is too long is cut.
    fn row(&mut self, left: &str, right: &str) {
        let (left, right) = (self.cut(left), self.cut(right));
        let pad = self.width - left.chars().count();
        self.lines.push(format!("{left}{} | {right}", " ".repeat(pad)).trim_end().to_string());
    }

    fn cut(&self, text: &str) -> String {
        match text.chars().count() > self.width {
            true => text.chars().take(self.width - 1).chain(['…']).collect(),
            false => text.to_string(),
        }
    }

    /// A stream on both sides; nothing if both are empty.
    fn block(&mut self, name: &str, left: &str, right: &str) {
        if left.is_empty() && right.is_empty() {
            return;
        }
        let lines = |text: &str| match text.is_empty() {
            true => vec![format!("{name} (empty)")],
            false => {
                let head = show::head(text.as_bytes(), LINES);
                std::iter::once(name.to_string()).chain(head.iter().map(|line| format!("  {line}"))).collect()
            }
        };
        self.rows(&lines(left), &lines(right));
    }

    /// As many rows as the longer side has.
    fn rows(&mut self, left: &[String], right: &[String]) {
        for place in 0..left.len().max(right.len()) {
            let at = |all: &[String]| all.get(place).cloned().unwrap_or_default();
            self.row(&at(left), &at(right));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_columns_have_the_same_width_and_long_lines_are_cut() {
        let mut table = Table { width: 10, lines: Vec::new() };
        table.row("good", "bad");
        table.row("a line that is long", "é");
        table.block("stdout", "1\n", "");
        table.block("stderr", "", "");
        let expected = ["good       | bad", "a line th… | é", "stdout     | stdout (e…", "  1        |"];
        assert_eq!(table.lines, expected);
    }
}

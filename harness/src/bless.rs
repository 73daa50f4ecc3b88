//! From what the engines agree on to the lines that state it.
//!
//! Only lines that do not hold are replaced; a permitted answer, a rule or a warning that still holds stays as it is.

use std::path::PathBuf;

use bstr::ByteSlice;

use crate::config::{Expect, Format, Suite};
use crate::corpus::{Edit, LoadedSuite, Part, StderrRule};
use crate::exec::{Ending, Execution, signal_name};
use crate::schedule::CaseDone;
use crate::verdict::{Attempt, Mismatch, Rules};

/// A rewrite of one file, given relative to the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub file: PathBuf,
    pub rewrite: Rewrite,
}

/// What is done to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewrite {
    /// All of it is replaced.
    Content(Vec<u8>),
    /// Some lines of one case are.
    Lines(Lines),
}

/// New lines for one case. `None` keeps the lines of that part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    pub edit: Edit,
    pub stdout: Option<Vec<Vec<u8>>>,
    pub ending: Option<Vec<Vec<u8>>>,
    /// Codes of warnings that do not come any more.
    pub lost_warnings: Vec<String>,
}

/// The change that makes a failing case hold.
///
/// # Errors
/// Why the case cannot be blessed.
pub fn change(
    loaded: &LoadedSuite,
    suite: &Suite,
    index: usize,
    rules: &Rules<'_>,
    done: &CaseDone,
) -> Result<Change, String> {
    let case = &loaded.cases[index];
    if done.verdict.groups.len() != 1 {
        return Err("the engines do not agree".into());
    }
    let failing = done.verdict.cells.iter().zip(&done.attempts).find(|(cell, _)| !cell.mismatches.is_empty());
    let Some((cell, Attempt::Ran { execution, .. })) = failing else {
        return Err("no engine ran to an end".into());
    };
    let file = loaded.programs[case.program].file.as_ref().clone();
    if suite.expect == Expect::Sidecar && suite.format == Format::Plain {
        return sidecar(file, &cell.mismatches, execution);
    }
    let has = |wanted: fn(&Mismatch) -> bool| cell.mismatches.iter().any(wanted);
    let stdout = has(|m| matches!(m, Mismatch::Stdout)).then(|| stdout_lines(execution)).transpose()?;
    let ends_differently = has(|m| match m {
        Mismatch::Exit { .. } => true,
        Mismatch::Stderr(rule) => !matches!(rule, StderrRule::Warning(_)),
        Mismatch::Stdout => false,
    });
    let ending = ends_differently.then(|| ending_lines(execution, suite, rules)).transpose()?;
    let broken = cell.mismatches.iter().filter_map(|mismatch| match mismatch {
        Mismatch::Stderr(StderrRule::Warning(code)) => Some(code.clone()),
        Mismatch::Stdout | Mismatch::Exit { .. } | Mismatch::Stderr(_) => None,
    });
    let lines = Lines { edit: case.edit.clone(), stdout, ending, lost_warnings: broken.collect() };
    Ok(Change { file, rewrite: Rewrite::Lines(lines) })
}

fn sidecar(file: PathBuf, mismatches: &[Mismatch], execution: &Execution) -> Result<Change, String> {
    match mismatches {
        [Mismatch::Stdout] => Ok(Change {
            file: file.with_extension("out"),
            rewrite: Rewrite::Content(execution.stdout.clone()),
        }),
        [Mismatch::Stderr(_)] => Ok(Change {
            file: file.with_extension("err"),
            rewrite: Rewrite::Content(execution.stderr.clone()),
        }),
        [Mismatch::Exit { .. }] => match execution.ending {
            Ending::Exited(status) => {
                let content = format!("{status}\n").into_bytes();
                Ok(Change { file: file.with_extension("exit"), rewrite: Rewrite::Content(content) })
            }
            Ending::Signaled(_) | Ending::NotStarted(_) => Err("a signal has no sidecar form".into()),
        },
        _ => Err("more than one of output, stderr and status changed; bless one after the other".into()),
    }
}

/// `out:` lines, or `silent`.
fn stdout_lines(execution: &Execution) -> Result<Vec<Vec<u8>>, String> {
    if execution.stdout.is_empty() {
        return Ok(if execution.ending == Ending::Exited(0) { vec![b"silent".to_vec()] } else { Vec::new() });
    }
    if !execution.stdout.ends_with(b"\n") {
        return Err("its output does not end in a newline, which `out:` lines cannot say".into());
    }
    let line = |line: &[u8]| if line.is_empty() { b"out:".to_vec() } else { [b"out: ", line].concat() };
    Ok(execution.stdout.lines().map(line).collect())
}

/// `diag:`, `err:`, `exit:` or `signal:` lines; none for a plain success.
fn ending_lines(execution: &Execution, suite: &Suite, rules: &Rules<'_>) -> Result<Vec<Vec<u8>>, String> {
    let status = match execution.ending {
        Ending::Exited(status) => status,
        Ending::Signaled(signal) => return Ok(vec![format!("signal: {}", signal_name(signal)).into_bytes()]),
        Ending::NotStarted(_) => return Err("the engine did not start".into()),
    };
    if status == 0 {
        return Ok(Vec::new());
    }
    let exit = format!("exit: {status}").into_bytes();
    if let Some(code) = rules.first_error(&execution.stderr) {
        let rule = suite.diag_exit.iter().find(|rule| rule.pattern.is_match(code.as_bytes()));
        let implied = rule.is_some_and(|rule| rule.exit == status);
        let diag = format!("diag: {code}").into_bytes();
        return Ok(if implied { vec![diag] } else { vec![diag, exit] });
    }
    let first = execution.stderr.lines().next().map(|line| [b"err: ", line].concat());
    Ok(match first {
        Some(line) if status == 1 => vec![line],
        first => first.into_iter().chain([exit]).collect(),
    })
}

/// The file with all changes made.
pub fn apply(old: &[u8], changes: &[Change]) -> Vec<u8> {
    let lines: Vec<&[u8]> = old.lines_with_terminator().collect();
    let mut dropped = vec![false; lines.len() + 1];
    let mut inserted: Vec<Vec<u8>> = vec![Vec::new(); lines.len() + 1];
    for change in changes {
        let new = match &change.rewrite {
            Rewrite::Content(content) => return content.clone(),
            Rewrite::Lines(new) => new,
        };
        let goes = |part: &Part| match part {
            Part::Stdout => new.stdout.is_some(),
            Part::Ending => new.ending.is_some(),
            Part::Warning(code) => new.lost_warnings.contains(code),
        };
        let gone: Vec<usize> =
            new.edit.lines.iter().filter(|(_, part)| goes(part)).map(|(number, _)| *number).collect();
        gone.iter().filter(|number| **number <= lines.len()).for_each(|number| dropped[*number] = true);
        let place = gone.first().map_or(new.edit.after, |number| number - 1).min(lines.len());
        for line in new.stdout.iter().chain(&new.ending).flatten() {
            inserted[place].extend([new.edit.prefix.as_bytes(), line, b"\n"].concat());
        }
    }
    let mut text = inserted[0].clone();
    for (index, line) in lines.iter().enumerate() {
        if !dropped[index + 1] {
            text.extend_from_slice(line);
        }
        if !inserted[index + 1].is_empty() && !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        text.extend_from_slice(&inserted[index + 1]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(edit: Edit, stdout: Option<&[&str]>, ending: Option<&[&str]>) -> Change {
        let bytes = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
        let rewrite =
            Lines { edit, stdout: stdout.map(bytes), ending: ending.map(bytes), lost_warnings: Vec::new() };
        Change { file: "f".into(), rewrite: Rewrite::Lines(rewrite) }
    }

    fn edit(parts: &[(usize, Part)], after: usize) -> Edit {
        Edit { lines: parts.to_vec(), after, prefix: "-- ".into() }
    }

    #[test]
    fn only_the_part_that_changed_is_replaced() {
        let old = b"p\n-- run: f\n-- out: 1\n-- out: 2\n-- exit: 3\nq\n";
        let parts = [(3, Part::Stdout), (4, Part::Stdout), (5, Part::Ending)];
        let new = apply(old, &[lines(edit(&parts, 2), Some(&["out: x"]), None)]);
        assert_eq!(new, b"p\n-- run: f\n-- out: x\n-- exit: 3\nq\n");
        let new = apply(old, &[lines(edit(&parts, 2), None, Some(&[]))]);
        assert_eq!(new, b"p\n-- run: f\n-- out: 1\n-- out: 2\nq\n");
    }

    #[test]
    fn new_lines_go_behind_the_case_and_a_missing_newline_is_added() {
        let new = apply(b"-- run: f", &[lines(edit(&[], 1), Some(&["silent"]), None)]);
        assert_eq!(new, b"-- run: f\n-- silent\n");
    }

    #[test]
    fn several_cases_of_a_file_are_rewritten_at_once() {
        let old = b"-- run: f\n-- out: 1\n-- run: g\n-- out: 2\n";
        let changes = [
            lines(edit(&[(2, Part::Stdout)], 1), Some(&["out: a", "out: b"]), None),
            lines(edit(&[(4, Part::Stdout)], 3), Some(&["out: c"]), None),
        ];
        assert_eq!(apply(old, &changes), b"-- run: f\n-- out: a\n-- out: b\n-- run: g\n-- out: c\n");
    }
}

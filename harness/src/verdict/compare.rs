//! One execution against one expectation.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bstr::ByteSlice;
use regex::bytes::Regex;

use crate::config::{Rewrite, Suite};
use crate::corpus::{Exit, Expectation, StderrRule, Stdout};
use crate::exec::{Ending, Execution};

/// A way in which an execution is not what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    Stdout,
    Exit { expected: Exit },
    Stderr(StderrRule),
}

/// A suite's way of reading output.
#[derive(Debug)]
pub struct Rules<'a> {
    error_line: Regex,
    warning_line: Regex,
    pub compare_stderr: bool,
    rewrites: &'a BTreeMap<String, Rewrite>,
    suite_rewrites: &'a [String],
}

impl<'a> Rules<'a> {
    pub fn new(suite: &'a Suite, rewrites: &'a BTreeMap<String, Rewrite>) -> Rules<'a> {
        let line = |pattern: &str| {
            let general = format!("(?m){}", pattern.replace("{code}", r"(?P<code>[A-Za-z0-9._-]+)"));
            Regex::new(&general).expect("patterns are checked when the configuration is read")
        };
        Rules {
            error_line: line(&suite.diag_line),
            warning_line: line(&suite.warn_line),
            compare_stderr: suite.compare_stderr,
            rewrites,
            suite_rewrites: &suite.normalize,
        }
    }

    /// `bytes` after the suite's and the case's rewrite rules.
    pub fn normalize<'b>(&self, bytes: &'b [u8], own: &[String]) -> Cow<'b, [u8]> {
        let mut text = Cow::Borrowed(bytes);
        for rule in self.suite_rewrites.iter().chain(own).filter_map(|name| self.rewrites.get(name)) {
            if let Cow::Owned(new) = rule.pattern.replace_all(&text, rule.replace.as_bytes()) {
                text = Cow::Owned(new);
            }
        }
        text
    }

    fn codes(pattern: &Regex, stderr: &[u8]) -> Vec<Vec<u8>> {
        let codes = pattern.captures_iter(stderr).filter_map(|found| found.name("code"));
        codes.map(|code| code.as_bytes().to_vec()).collect()
    }

    fn holds(&self, rule: &StderrRule, stderr: &[u8]) -> bool {
        match rule {
            StderrRule::Line(line) => stderr.lines().any(|l| l == &line[..]),
            StderrRule::Exactly(all) => stderr == &all[..],
            StderrRule::FirstError(code) => {
                let first = self.error_line.captures(stderr).and_then(|found| found.name("code"));
                first.is_some_and(|first| first.as_bytes() == code.as_bytes())
            }
            StderrRule::Warning(code) => {
                Rules::codes(&self.warning_line, stderr).iter().any(|found| found == code.as_bytes())
            }
            StderrRule::Clean => !self.error_line.is_match(stderr) && !self.warning_line.is_match(stderr),
        }
    }

    /// The code of the first reported error, for rewriting an expectation.
    pub fn first_error(&self, stderr: &[u8]) -> Option<String> {
        let first = self.error_line.captures(stderr)?.name("code")?;
        Some(first.as_bytes().to_str_lossy().into_owned())
    }

    /// Every way in which `execution` differs from `expected`.
    pub fn compare(&self, expected: &Expectation, execution: &Execution, own: &[String]) -> Vec<Mismatch> {
        let mut found = Vec::new();
        let stdout = self.normalize(&execution.stdout, own);
        let permitted = |bytes: &[u8]| self.normalize(bytes, own) == stdout;
        let stdout_ok = match &expected.stdout {
            Stdout::Exactly(bytes) => permitted(bytes),
            Stdout::OneOf(all) => all.iter().any(|bytes| permitted(bytes)),
            Stdout::Any => true,
        };
        if !stdout_ok {
            found.push(Mismatch::Stdout);
        }
        let exit_ok = match (expected.exit, execution.ending) {
            (Exit::Status(expected), Ending::Exited(status)) => expected == status,
            (Exit::Signal(expected), Ending::Signaled(signal)) => expected == signal,
            (Exit::Status(_) | Exit::Signal(_), _) => false,
        };
        if !exit_ok {
            found.push(Mismatch::Exit { expected: expected.exit });
        }
        let stderr = self.normalize(&execution.stderr, own);
        let broken = expected.stderr.iter().filter(|rule| !self.holds(rule, &stderr));
        found.extend(broken.cloned().map(Mismatch::Stderr));
        found
    }
}

/// The first line in which two texts differ, one-based, with both versions. A missing line is empty.
pub fn first_difference<'t>(expected: &'t [u8], actual: &'t [u8]) -> Option<(usize, &'t [u8], &'t [u8])> {
    let (mut a, mut b) = (expected.lines_with_terminator(), actual.lines_with_terminator());
    let mut number = 0;
    loop {
        number += 1;
        match (a.next(), b.next()) {
            (None, None) => return None,
            (x, y) if x == y => {}
            (x, y) => return Some((number, x.unwrap_or_default(), y.unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::exec::Usage;

    pub fn execution(ending: Ending, stdout: &str, stderr: &str) -> Execution {
        Execution {
            ending,
            limit: None,
            stdout: stdout.into(),
            stderr: stderr.into(),
            stdout_total: stdout.len() as u64,
            stderr_total: stderr.len() as u64,
            usage: Usage::default(),
            leaks: Vec::new(),
        }
    }

    #[track_caller]
    fn check(rule: StderrRule, stderr: &str, holds: bool) {
        let text = "[suite.s]\nroot='.'\ninclude=['*']\n[engine.e]\nrun=['e']\n[normalize.hex]\npattern='0x[0-9a-f]+'\nreplace='HEX'\n";
        let config = Config::parse(std::path::Path::new("/w/p.toml"), text, None).unwrap();
        let rules = Rules::new(&config.suites[0], &config.rewrites);
        let expected = Expectation { stdout: Stdout::Any, exit: Exit::Status(0), stderr: vec![rule] };
        let found = rules.compare(&expected, &execution(Ending::Exited(0), "", stderr), &["hex".to_string()]);
        assert_eq!(found.is_empty(), holds, "{found:?}");
    }

    #[test]
    fn rules_about_standard_error() {
        check(StderrRule::Line(b"^".to_vec()), "x\n^\n", true);
        check(StderrRule::Line(b"^".to_vec()), "x^\n", false);
        check(StderrRule::Line(b"at HEX".to_vec()), "at 0x12ff\n", true);
        check(StderrRule::FirstError("A1".into()), "warning[W]: x\nerror[A1]: y\nerror[B2]: z\n", true);
        check(StderrRule::FirstError("B2".into()), "error[A1]: y\nerror[B2]: z\n", false);
        check(StderrRule::FirstError("A1".into()), "error[A11]: y\n", false);
        check(StderrRule::FirstError("A1".into()), "", false);
        check(StderrRule::Warning("W2".into()), "warning[W1]: x\nwarning[W2]: x\n", true);
        check(StderrRule::Warning("W3".into()), "warning[W1]: x\n", false);
        check(StderrRule::Clean, "a hint\n", true);
        check(StderrRule::Clean, "warning[W1]: x\n", false);
        check(StderrRule::Clean, "error[E1]: x\n", false);
    }

    #[test]
    fn the_first_difference_counts_the_last_newline() {
        assert_eq!(first_difference(b"a\nb\n", b"a\nb"), Some((2, &b"b\n"[..], &b"b"[..])));
        assert_eq!(first_difference(b"a\n", b"a\n"), None);
        assert_eq!(first_difference(b"", b"x\n"), Some((1, &b""[..], &b"x\n"[..])));
    }
}

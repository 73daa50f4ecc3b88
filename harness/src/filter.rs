//! Which cells a person means: substrings, engine names, and expressions such as
//! `suite(core) & engine(jit) & not xfail()`.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use globset::{GlobBuilder, GlobMatcher};

use crate::config::parse_span;
use crate::corpus::Case;

/// A cell, as filters see it.
pub struct Subject<'a> {
    pub suite: &'a str,
    pub case: &'a Case,
    pub file: &'a Path,
    /// The line on which its program starts.
    pub program_line: usize,
    pub engine: &'a str,
}

/// What earlier runs know.
#[derive(Debug, Default)]
pub struct Past {
    /// `suite::case@engine` of the cells that failed.
    pub failed: HashSet<String>,
    /// Wall time by the same key.
    pub durations: HashMap<String, Duration>,
}

/// `suite::case@engine`, the full name of a cell.
pub fn cell_name(suite: &str, case: &str, engine: &str) -> String {
    format!("{suite}::{case}@{engine}")
}

/// A condition on cells. The default admits all of them.
#[derive(Debug, Default)]
pub struct Filter {
    /// Any of these must occur in the cell's name or place.
    pub substrings: Vec<String>,
    pub suites: Vec<String>,
    pub engines: Vec<String>,
    pub expression: Option<Expression>,
    pub past: Past,
}

#[derive(Debug)]
pub enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Suite(GlobMatcher),
    Engine(GlobMatcher),
    Case(GlobMatcher),
    Tag(GlobMatcher),
    Xfail,
    Skip,
    Failed,
    Slower(Duration),
}

impl Filter {
    pub fn admits(&self, subject: &Subject<'_>) -> bool {
        let among = |list: &[String], name: &str| list.is_empty() || list.iter().any(|entry| entry == name);
        among(&self.suites, subject.suite)
            && among(&self.engines, subject.engine)
            && self.has_substring(subject)
            && self.expression.as_ref().is_none_or(|expression| expression.holds(subject, &self.past))
    }

    fn has_substring(&self, subject: &Subject<'_>) -> bool {
        if self.substrings.is_empty() {
            return true;
        }
        let name = cell_name(subject.suite, &subject.case.name, subject.engine);
        let lines = [subject.case.line, subject.program_line];
        let places = lines.map(|line| format!("{}:{line}", subject.file.display()));
        let is_place = |wanted: &str| {
            places
                .iter()
                .any(|place| place.ends_with(wanted) || place.contains(wanted) && !wanted.contains(':'))
        };
        self.substrings.iter().any(|wanted| name.contains(wanted.as_str()) || is_place(wanted))
    }
}

impl Expression {
    fn holds(&self, subject: &Subject<'_>, past: &Past) -> bool {
        let name = || cell_name(subject.suite, &subject.case.name, subject.engine);
        match self {
            Expression::And(a, b) => a.holds(subject, past) && b.holds(subject, past),
            Expression::Or(a, b) => a.holds(subject, past) || b.holds(subject, past),
            Expression::Not(a) => !a.holds(subject, past),
            Expression::Suite(glob) => glob.is_match(subject.suite),
            Expression::Engine(glob) => glob.is_match(subject.engine),
            Expression::Case(glob) => glob.is_match(&subject.case.name),
            Expression::Tag(glob) => subject.case.tags.iter().any(|tag| glob.is_match(tag)),
            Expression::Xfail => subject.case.xfail.iter().any(|stated| stated.covers(subject.engine)),
            Expression::Skip => subject.case.skip.iter().any(|stated| stated.covers(subject.engine)),
            Expression::Failed => past.failed.contains(&name()),
            Expression::Slower(bound) => past.durations.get(&name()).is_some_and(|wall| wall > bound),
        }
    }

    /// Reads an expression.
    ///
    /// # Errors
    /// A message with the position.
    pub fn parse(text: &str) -> Result<Expression, String> {
        let mut parser = Parser { text, at: 0 };
        let expression = parser.or()?;
        parser.blanks();
        if parser.at < text.len() {
            return Err(parser.wrong("`&`, `|` or the end"));
        }
        Ok(expression)
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

const TERMS: &str = "suite(…), engine(…), case(…), tag(…), xfail(), skip(), failed(), slower(…)";

impl Parser<'_> {
    fn wrong(&self, expected: &str) -> String {
        let caret = format!("{:>1$}", "^", self.at + 1);
        format!("in the filter, column {}: expected {expected}\n  {}\n  {caret}", self.at + 1, self.text)
    }

    fn blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, tokens: &[&str]) -> bool {
        self.blanks();
        for token in tokens {
            let Some(rest) = self.text[self.at..].strip_prefix(token) else { continue };
            let is_word = token.chars().all(|c| c.is_ascii_alphabetic());
            if is_word && rest.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                continue;
            }
            self.at += token.len();
            return true;
        }
        false
    }

    fn or(&mut self) -> Result<Expression, String> {
        let mut left = self.and()?;
        while self.eat(&["|", "or"]) {
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut left = self.not()?;
        while self.eat(&["&", "and"]) {
            left = Expression::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expression, String> {
        if self.eat(&["!", "not"]) {
            return Ok(Expression::Not(Box::new(self.not()?)));
        }
        if self.eat(&["("]) {
            let inner = self.or()?;
            return if self.eat(&[")"]) { Ok(inner) } else { Err(self.wrong("`)`")) };
        }
        self.term()
    }

    fn term(&mut self) -> Result<Expression, String> {
        self.blanks();
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let name = &rest[..end];
        let argument = rest[end..].strip_prefix('(').and_then(|inner| inner.split_once(')'));
        let Some((argument, after)) = argument else { return Err(self.wrong(&format!("one of {TERMS}"))) };
        let argument = argument.trim();
        let glob = || {
            let glob = GlobBuilder::new(argument).build();
            glob.map(|glob| glob.compile_matcher()).map_err(|error| format!("in the filter: {error}"))
        };
        let contains = || {
            let pattern =
                if argument.contains(['*', '?']) { argument.to_string() } else { format!("*{argument}*") };
            let glob = GlobBuilder::new(&pattern).build();
            glob.map(|glob| glob.compile_matcher()).map_err(|error| format!("in the filter: {error}"))
        };
        let term = match name {
            "suite" => Expression::Suite(glob()?),
            "engine" => Expression::Engine(glob()?),
            "case" => Expression::Case(contains()?),
            "tag" => Expression::Tag(glob()?),
            "xfail" => Expression::Xfail,
            "skip" => Expression::Skip,
            "failed" => Expression::Failed,
            "slower" => {
                Expression::Slower(parse_span(argument).ok_or_else(|| self.wrong("slower(DURATION)"))?)
            }
            _ => return Err(self.wrong(&format!("one of {TERMS}"))),
        };
        self.at = self.text.len() - after.len();
        Ok(term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Edit, Exception, Invocation};

    fn case(name: &str) -> Case {
        Case {
            name: name.into(),
            program: 0,
            line: 12,
            invocation: Invocation::Check,
            stdin: None,
            env: Vec::new(),
            timeout: None,
            expectation: None,
            normalize: Vec::new(),
            tags: vec!["slow".into()],
            skip: Vec::new(),
            xfail: vec![Exception { engines: Some(vec!["jit".into()]), reason: "r".into() }],
            notes: Vec::new(),
            edit: Edit::default(),
        }
    }

    #[track_caller]
    fn check(expression: &str, engine: &str, admitted: bool) {
        let filter = Filter { expression: Some(Expression::parse(expression).unwrap()), ..Filter::default() };
        let case = case("maps/helper:3");
        let subject =
            Subject { suite: "core", case: &case, file: Path::new("maps/helper"), program_line: 3, engine };
        assert_eq!(filter.admits(&subject), admitted, "{expression}");
    }

    #[test]
    fn expressions() {
        check("suite(core) & engine(jit) & not xfail()", "jit", false);
        check("suite(core) & engine(vm) & not xfail()", "vm", true);
        check("engine(j*) | engine(vm)", "vm", true);
        check("!(engine(jit) or engine(vm))", "vm", false);
        check("case(helper) and tag(slow)", "vm", true);
        check("case(maps/*:3)", "vm", true);
        check("case(lists)", "vm", false);
        check("failed()", "vm", false);
        check("slower(1s)", "vm", false);
    }

    #[test]
    fn mistakes_are_explained() {
        for bad in ["", "engin(x)", "engine(x", "engine(x) engine(y)", "slower(soon)", "(xfail()"] {
            assert!(Expression::parse(bad).unwrap_err().contains("filter"), "{bad}");
        }
    }

    #[test]
    fn substrings_match_names_and_places() {
        let case = case("maps/helper:3");
        let subject = Subject {
            suite: "core",
            case: &case,
            file: Path::new("maps/helper.x"),
            program_line: 3,
            engine: "vm",
        };
        for (text, admitted) in [
            ("helper", true),
            ("helper.x:12", true),
            ("helper.x:3", true),
            ("helper.x:1", false),
            ("core::maps", true),
            (":3@vm", true),
            ("nope", false),
        ] {
            let filter = Filter { substrings: vec![text.into()], ..Filter::default() };
            assert_eq!(filter.admits(&subject), admitted, "{text}");
        }
    }
}

//! Regular expressions (section 13 of the builtins document): the language and the engine of the `regex` crate.

use std::collections::HashMap;

use regex::{Captures, Regex};

use super::Runtime;
use crate::argument::{Outcome, text};
use crate::fault::Fault;
use crate::hash::FixedState;
use crate::value::Value;

/// So many compiled patterns are kept; a program that computes more pays for compiling again.
const KEPT: usize = 256;

/// The compiled patterns of a run.
#[derive(Default)]
pub(crate) struct Patterns(HashMap<String, Regex, FixedState>);

impl Patterns {
    /// The pattern compiled; a clone of a `Regex` shares everything.
    fn get(&mut self, operation: &str, pattern: &str) -> Outcome<Regex> {
        if let Some(regex) = self.0.get(pattern) {
            return Ok(regex.clone());
        }
        let regex = Regex::new(pattern)
            .map_err(|error| Fault::argument(operation, format!("bad pattern: {}", last_line(&error))))?;
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        self.0.insert(pattern.to_string(), regex.clone());
        Ok(regex)
    }
}

/// The crate draws the pattern and puts the reason last.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default();
    reason.strip_prefix("error: ").unwrap_or(reason).to_string()
}

fn prepare<'a>(
    rt: &mut Runtime,
    operation: &str,
    pattern: &Value,
    subject: &'a Value,
) -> Outcome<(Regex, &'a str)> {
    let regex = rt.patterns.get(operation, text(operation, pattern)?)?;
    Ok((regex, text(operation, subject)?))
}

fn has_groups(regex: &Regex) -> bool {
    regex.captures_len() > 1
}

/// The texts of the groups that took part.
fn groups(captures: &Captures<'_>) -> Value {
    Value::list(captures.iter().skip(1).flatten().map(|group| Value::text(group.as_str())).collect())
}

pub(crate) fn rgx(rt: &mut Runtime, pattern: &Value, subject: &Value) -> Outcome<Value> {
    let (regex, subject) = prepare(rt, "rgx", pattern, subject)?;
    if has_groups(&regex) {
        return Ok(regex.captures(subject).map_or_else(|| Value::list(Vec::new()), |first| groups(&first)));
    }
    Ok(whole_matches(&regex, subject))
}

fn whole_matches(regex: &Regex, subject: &str) -> Value {
    Value::list(regex.find_iter(subject).map(|found| Value::text(found.as_str())).collect())
}

pub(crate) fn rgxall(rt: &mut Runtime, pattern: &Value, subject: &Value) -> Outcome<Value> {
    let (regex, subject) = prepare(rt, "rgxall", pattern, subject)?;
    if has_groups(&regex) {
        return Ok(Value::list(regex.captures_iter(subject).map(|captures| groups(&captures)).collect()));
    }
    let single = |found: regex::Match<'_>| Value::list(vec![Value::text(found.as_str())]);
    Ok(Value::list(regex.find_iter(subject).map(single).collect()))
}

pub(crate) fn rgxall1(rt: &mut Runtime, pattern: &Value, subject: &Value) -> Outcome<Value> {
    let (regex, subject) = prepare(rt, "rgxall1", pattern, subject)?;
    match regex.captures_len() {
        1 => Ok(whole_matches(&regex, subject)),
        2 => {
            let group = |captures: Captures<'_>| captures.get(1).map(|group| Value::text(group.as_str()));
            Ok(Value::list(regex.captures_iter(subject).filter_map(group).collect()))
        }
        more => Err(Fault::argument(
            "rgxall1",
            format!("the pattern has {} groups, at most 1 is possible", more - 1),
        )),
    }
}

pub(crate) fn rgxsub(
    rt: &mut Runtime,
    pattern: &Value,
    replacement: &Value,
    subject: &Value,
) -> Outcome<Value> {
    let (regex, content) = prepare(rt, "rgxsub", pattern, subject)?;
    let replacement = text("rgxsub", replacement)?;
    Ok(Value::text(&regex.replace_all(content, replacement)))
}

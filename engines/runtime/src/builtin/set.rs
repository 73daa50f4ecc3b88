//! Lists used as sets (section 9 of the builtins document).
//!
//! Elements are compared exactly; the order of the result is by kind, then by text: `10` comes before `2`.

use std::collections::HashSet;

use super::Runtime;
use super::unique::{ExactKey, exact_key};
use crate::argument::{self, Outcome};
use crate::fault::Fault;
use crate::hash::FixedState;
use crate::number_text;
use crate::value::{Value, View};

type Keys<'a> = HashSet<ExactKey<'a>, FixedState>;

/// An element with its key.
type Member<'a> = (ExactKey<'a>, &'a Value);

fn members<'a>(operation: &str, list: &'a Value) -> Outcome<Vec<Member<'a>>> {
    let elements = argument::list(operation, list)?.iter();
    elements
        .map(|element| match exact_key(element) {
            Some(key) => Ok((key, element)),
            None => {
                let got = element.kind().with_article();
                Err(Fault::argument(
                    operation,
                    format!("elements must be texts, numbers or booleans, one is {got}"),
                ))
            }
        })
        .collect()
}

pub(crate) fn setunion(_: &mut Runtime, left: &Value, right: &Value) -> Outcome<Value> {
    let mut all = members("setunion", left)?;
    all.extend(members("setunion", right)?);
    Ok(in_order(all, |_| true))
}

pub(crate) fn setinter(_: &mut Runtime, left: &Value, right: &Value) -> Outcome<Value> {
    let (left, right) = (members("setinter", left)?, members("setinter", right)?);
    let right: Keys<'_> = right.into_iter().map(|(key, _)| key).collect();
    Ok(in_order(left, |key| right.contains(key)))
}

pub(crate) fn setdiff(_: &mut Runtime, left: &Value, right: &Value) -> Outcome<Value> {
    let (left, right) = (members("setdiff", left)?, members("setdiff", right)?);
    let right: Keys<'_> = right.into_iter().map(|(key, _)| key).collect();
    Ok(in_order(left, |key| !right.contains(key)))
}

/// The members wanted, each once, in the order of sets.
fn in_order(members: Vec<Member<'_>>, wanted: impl Fn(&ExactKey<'_>) -> bool) -> Value {
    let mut seen = Keys::default();
    let kept = members.into_iter().filter(|(key, _)| wanted(key) && seen.insert(*key));
    let mut kept: Vec<_> = kept.map(|(_, element)| (sort_key(element), element)).collect();
    kept.sort_by(|a, b| a.0.cmp(&b.0));
    Value::list(kept.into_iter().map(|(_, element)| element.clone()).collect())
}

/// Bools, then numbers by their display, then texts.
fn sort_key(element: &Value) -> (u8, String) {
    match element.view() {
        View::Bool(truth) => (u8::from(truth), String::new()),
        View::Number(number) => {
            let mut text = String::new();
            number_text::display(&mut text, number);
            (2, text)
        }
        _ => (3, element.as_str().unwrap_or_default().to_string()),
    }
}

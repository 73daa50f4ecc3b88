//! Elements that occur for the first time: `unq`, `uniqby`.

use std::collections::{HashMap, HashSet};

use super::Runtime;
use crate::argument::{Outcome, wrong_kind};
use crate::counters;
use crate::equality;
use crate::hash::FixedState;
use crate::value::{Value, View};

pub(crate) fn unq(rt: &mut Runtime, value: Value) -> Outcome<Value> {
    match value.view() {
        View::List(elements) => {
            let first = first_occurrences(rt, elements);
            Ok(keep(value, &first))
        }
        View::Text(text) => {
            let mut seen = HashSet::<char>::new();
            Ok(Value::text(&text.chars().filter(|character| seen.insert(*character)).collect::<String>()))
        }
        _ => Err(wrong_kind("unq", "a list or a text", &value)),
    }
}

/// For each element: is it the same as none before it?
fn first_occurrences(rt: &Runtime, elements: &[Value]) -> Vec<bool> {
    // By hash: the latest element with it; `earlier` links the ones before.
    let mut latest: HashMap<u64, usize, FixedState> = HashMap::default();
    let mut earlier: Vec<Option<usize>> = Vec::with_capacity(elements.len());
    let mut first = Vec::with_capacity(elements.len());
    for (position, element) in elements.iter().enumerate() {
        let head = latest.get(&equality::hash(element)).copied();
        let is_first = !chain(head, &earlier).any(|other| equality::equal(rt, &elements[other], element));
        earlier.push(if is_first { head } else { None });
        if is_first {
            latest.insert(equality::hash(element), position);
        }
        first.push(is_first);
    }
    first
}

fn chain(head: Option<usize>, earlier: &[Option<usize>]) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(head, |position| earlier[*position])
}

/// The elements marked, in place if solely owned.
fn keep(mut value: Value, marked: &[bool]) -> Value {
    let mut marks = marked.iter().copied();
    if value.is_unique() {
        value.update_list(|elements| elements.retain(|_| marks.next().unwrap_or(false)));
        return value;
    }
    let elements = value.as_list().unwrap_or_default();
    let kept: Vec<Value> = elements.iter().filter(|_| marks.next().unwrap_or(false)).cloned().collect();
    counters::copied(size_of_val(kept.as_slice()));
    Value::list(kept)
}

/// A text, number or bool as a key of its kind: -0 is 0, NaN is NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ExactKey<'a> {
    Bool(bool),
    Number(u64),
    Text(&'a str),
}

/// The key of a value; `None` for other kinds.
pub(super) fn exact_key(value: &Value) -> Option<ExactKey<'_>> {
    match value.view() {
        View::Bool(truth) => Some(ExactKey::Bool(truth)),
        View::Number(number) if number.is_nan() => Some(ExactKey::Number(f64::NAN.to_bits())),
        View::Number(number) => Some(ExactKey::Number((number + 0.0).to_bits())),
        View::Text(text) => Some(ExactKey::Text(text)),
        _ => None,
    }
}

pub(crate) fn unique_by_keys(_: &mut Runtime, list: Value, keys: &Value) -> Value {
    let mut seen: HashSet<ExactKey<'_>, FixedState> = HashSet::default();
    let keys = keys.as_list().unwrap_or_default();
    // The keys have passed `expect_unique_key`.
    let first: Vec<bool> =
        keys.iter().map(|key| exact_key(key).is_some_and(|key| seen.insert(key))).collect();
    keep(list, &first)
}

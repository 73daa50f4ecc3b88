//! Lists (section 6 of the builtins document): size, membership, whole-list rearrangement, building.

use super::Runtime;
use crate::argument::{self, Outcome, strict_count, wrong_kind};
use crate::counters;
use crate::equality;
use crate::fault::Fault;
use crate::value::{Value, View};

/// The longest list that `range` makes.
const LONGEST_RANGE: i64 = 1_000_000;

pub(crate) fn len(_: &mut Runtime, value: &Value) -> Outcome<f64> {
    match value.view() {
        View::List(elements) => Ok(elements.len() as f64),
        View::Text(text) => Ok(text.len() as f64),
        View::Map(table) => Ok(table.len() as f64),
        _ => Err(wrong_kind("len", "a list, a map or a text", value)),
    }
}

pub(crate) fn has(rt: &mut Runtime, value: &Value, wanted: &Value) -> Outcome<bool> {
    match value.view() {
        View::List(elements) => Ok(elements.iter().any(|element| equality::equal(rt, element, wanted))),
        View::Text(text) => match wanted.as_str() {
            Some(part) => Ok(text.contains(part)),
            None => Err(wrong_kind("has", "a text to look for in a text", wanted)),
        },
        _ => Err(wrong_kind("has", "a list or a text", value)),
    }
}

pub(crate) fn lst(_: &mut Runtime, mut list: Value, index: f64, element: Value) -> Outcome<Value> {
    let length = argument::list("lst", &list)?.len();
    // Also false for NaN.
    let in_range = index >= 0.0 && index < length as f64;
    if !in_range || index.fract() != 0.0 {
        let problem = format!("{index} is no index of a list of length {length}");
        return Err(Fault::argument("lst", problem));
    }
    list.elements_mut()[index as usize] = element;
    Ok(list)
}

pub(crate) fn rev(_: &mut Runtime, mut value: Value) -> Outcome<Value> {
    if value.update_ascii_text(|bytes| bytes.reverse()) {
        return Ok(value);
    }
    match value.view() {
        View::List(_) if value.is_unique() => {
            value.elements_mut().reverse();
            Ok(value)
        }
        View::List(elements) => {
            counters::copied(size_of_val(elements));
            Ok(Value::list(elements.iter().rev().cloned().collect()))
        }
        View::Text(text) => Ok(Value::text(&text.chars().rev().collect::<String>())),
        _ => Err(wrong_kind("rev", "a list or a text", &value)),
    }
}

pub(crate) fn flat(_: &mut Runtime, value: Value) -> Outcome<Value> {
    let elements = argument::list("flat", &value)?;
    let mut flat = Vec::with_capacity(elements.len());
    for element in elements {
        match element.as_list() {
            Some(inner) => flat.extend_from_slice(inner),
            None => flat.push(element.clone()),
        }
    }
    Ok(Value::list(flat))
}

pub(crate) fn range(_: &mut Runtime, from: f64, to: f64) -> Outcome<Value> {
    let start = strict_count("range", "the start", from)?;
    let end = strict_count("range", "the end", to)?;
    let count = i128::from(end) - i128::from(start);
    if count > i128::from(LONGEST_RANGE) {
        return Err(Fault::argument("range", format!("more than {LONGEST_RANGE} elements")));
    }
    Ok(Value::list((0..count as i64).map(|step| Value::number(from + step as f64)).collect()))
}

fn pair(first: Value, second: Value) -> Value {
    Value::list(vec![first, second])
}

pub(crate) fn zip(_: &mut Runtime, left: &Value, right: &Value) -> Outcome<Value> {
    let (left, right) = (argument::list("zip", left)?, argument::list("zip", right)?);
    Ok(Value::list(left.iter().zip(right).map(|(left, right)| pair(left.clone(), right.clone())).collect()))
}

pub(crate) fn enumerate(_: &mut Runtime, list: &Value) -> Outcome<Value> {
    let elements = argument::list("enumerate", list)?;
    let pairs = elements.iter().enumerate();
    Ok(Value::list(
        pairs.map(|(index, element)| pair(Value::number(index as f64), element.clone())).collect(),
    ))
}

pub(crate) fn window(_: &mut Runtime, size: f64, list: &Value) -> Outcome<Value> {
    let size = group_size("window", size)?;
    let elements = argument::list("window", list)?;
    Ok(Value::list(elements.windows(size).map(|part| Value::list(part.to_vec())).collect()))
}

pub(crate) fn chunks(_: &mut Runtime, size: f64, list: &Value) -> Outcome<Value> {
    let size = group_size("chunks", size)?;
    let elements = argument::list("chunks", list)?;
    Ok(Value::list(elements.chunks(size).map(|part| Value::list(part.to_vec())).collect()))
}

fn group_size(operation: &str, size: f64) -> Outcome<usize> {
    let size = strict_count(operation, "the size", size)?;
    match usize::try_from(size) {
        Ok(size) if size > 0 => Ok(size),
        _ => Err(Fault::argument(operation, format!("the size must be at least 1, not {size}"))),
    }
}

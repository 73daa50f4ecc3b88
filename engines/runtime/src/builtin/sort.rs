//! Sorting (2.8 and 6.4 of the builtins document): all numbers or all texts, stable in both directions, NaN last ascending.

use std::cmp::Ordering;

use super::Runtime;
use crate::argument::{self, Outcome, wrong_kind};
use crate::fault::Fault;
use crate::value::{Value, View};

#[derive(Clone, Copy)]
enum Direction {
    Ascending,
    Descending,
}

/// Generic over the order, so that it is inlined into the sort.
fn sort_stably<T>(items: &mut [T], direction: Direction, order: impl Fn(&T, &T) -> Ordering) {
    match direction {
        Direction::Ascending => items.sort_by(order),
        // Swapped operands, not a reversed list: ties keep their order.
        Direction::Descending => items.sort_by(|a, b| order(b, a)),
    }
}

pub(crate) fn srt(_: &mut Runtime, value: Value) -> Outcome<Value> {
    sort("srt", value, Direction::Ascending)
}

pub(crate) fn rsrt(_: &mut Runtime, value: Value) -> Outcome<Value> {
    sort("rsrt", value, Direction::Descending)
}

fn sort(operation: &str, mut value: Value, direction: Direction) -> Outcome<Value> {
    match value.view() {
        View::List(elements) => {
            let kind = kind_of(operation, elements)?;
            match kind {
                Keys::Numbers => sort_stably(value.elements_mut(), direction, number_order),
                Keys::Texts => sort_stably(value.elements_mut(), direction, text_order),
            }
            Ok(value)
        }
        View::Text(text) => {
            let mut characters: Vec<char> = text.chars().collect();
            sort_stably(&mut characters, direction, char::cmp);
            Ok(Value::text(&characters.into_iter().collect::<String>()))
        }
        _ => Err(wrong_kind(operation, "a list or a text", &value)),
    }
}

/// What is compared.
enum Keys {
    Numbers,
    Texts,
}

/// What these values are; a fault unless all are numbers or all are texts.
fn kind_of(operation: &str, keys: &[Value]) -> Outcome<Keys> {
    if keys.iter().all(|key| key.as_number().is_some()) {
        Ok(Keys::Numbers)
    } else if keys.iter().all(|key| key.as_str().is_some()) {
        Ok(Keys::Texts)
    } else {
        Err(Fault::argument(operation, "only numbers alone or texts alone can be put in order"))
    }
}

fn number_order(a: &Value, b: &Value) -> Ordering {
    compare_numbers(a.as_number().unwrap_or(f64::NAN), b.as_number().unwrap_or(f64::NAN))
}

/// Numerically; NaN after everything else and a tie with itself, -0 a tie with 0.
pub(super) fn compare_numbers(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn text_order(a: &Value, b: &Value) -> Ordering {
    a.as_str().map(str::as_bytes).cmp(&b.as_str().map(str::as_bytes))
}

pub(crate) fn sort_by_keys(_: &mut Runtime, list: Value, keys: &Value) -> Outcome<Value> {
    by_keys("srt", list, keys, Direction::Ascending)
}

pub(crate) fn sort_by_keys_descending(_: &mut Runtime, list: Value, keys: &Value) -> Outcome<Value> {
    by_keys("rsrt", list, keys, Direction::Descending)
}

fn by_keys(operation: &str, mut list: Value, keys: &Value, direction: Direction) -> Outcome<Value> {
    let keys = argument::list(operation, keys)?;
    let kind = kind_of(operation, keys)?;
    let count = argument::list(operation, &list)?.len().min(keys.len());
    let mut places: Vec<usize> = (0..count).collect();
    match kind {
        Keys::Numbers => sort_stably(&mut places, direction, |a, b| number_order(&keys[*a], &keys[*b])),
        Keys::Texts => sort_stably(&mut places, direction, |a, b| text_order(&keys[*a], &keys[*b])),
    }
    let elements = list.elements_mut();
    let mut unsorted: Vec<Value> = elements.iter_mut().map(std::mem::take).collect();
    for (element, place) in elements.iter_mut().zip(places) {
        *element = std::mem::take(&mut unsorted[place]);
    }
    Ok(list)
}

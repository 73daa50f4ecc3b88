//! Sorting (2.8 and 6.4 of the builtins document): all numbers or all texts, stable in both directions, NaN last ascending.

use std::cmp::Ordering;

use super::Runtime;
use crate::argument::{self, Outcome, wrong_kind};
use crate::fault::Fault;
use crate::value::{Value, View};

#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Ascending,
    Descending,
}

impl Direction {
    fn apply(self, order: Ordering) -> Ordering {
        match self {
            Direction::Ascending => order,
            Direction::Descending => order.reverse(),
        }
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
            let order = order_of(operation, elements)?;
            value.update_list(|elements| elements.sort_by(|a, b| direction.apply(order(a, b))));
            Ok(value)
        }
        View::Text(text) => {
            let mut characters: Vec<char> = text.chars().collect();
            characters.sort_by(|a, b| direction.apply(a.cmp(b)));
            Ok(Value::text(&characters.into_iter().collect::<String>()))
        }
        _ => Err(wrong_kind(operation, "a list or a text", &value)),
    }
}

type Order = fn(&Value, &Value) -> Ordering;

/// The order for these elements; a fault unless all are numbers or all are texts.
fn order_of(operation: &str, elements: &[Value]) -> Outcome<Order> {
    if elements.iter().all(|element| element.as_number().is_some()) {
        Ok(number_order)
    } else if elements.iter().all(|element| element.as_str().is_some()) {
        Ok(text_order)
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
    let order = order_of(operation, keys)?;
    let count = argument::list(operation, &list)?.len().min(keys.len());
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| direction.apply(order(&keys[*a], &keys[*b])));
    list.update_list(|elements| {
        let mut unsorted: Vec<Value> = elements.iter_mut().map(std::mem::take).collect();
        for (element, place) in elements.iter_mut().zip(places) {
            *element = std::mem::take(&mut unsorted[place]);
        }
    });
    Ok(list)
}

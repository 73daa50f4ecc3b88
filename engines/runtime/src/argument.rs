//! What builtins do with their arguments before they do anything else: check kinds, make integers of numbers.

use ilo4_builtins::FaultCode;

use crate::fault::Fault;
use crate::map_table::{Key, KeyRef, MapTable};
use crate::value::{Value, View};

pub(crate) type Outcome<T> = Result<T, Fault>;

#[cold]
pub(crate) fn wrong_kind(operation: &str, wanted: &str, got: &Value) -> Fault {
    Fault::wrong_kind(FaultCode::R009, operation, wanted, got)
}

pub(crate) fn list<'a>(operation: &str, value: &'a Value) -> Outcome<&'a [Value]> {
    value.as_list().ok_or_else(|| wrong_kind(operation, "a list", value))
}

pub(crate) fn text<'a>(operation: &str, value: &'a Value) -> Outcome<&'a str> {
    value.as_str().ok_or_else(|| wrong_kind(operation, "a text", value))
}

pub(crate) fn map<'a>(operation: &str, value: &'a Value) -> Outcome<&'a MapTable> {
    value.as_map().ok_or_else(|| wrong_kind(operation, "a map", value))
}

/// The numbers of a list; a fault on another value or another element.
pub(crate) fn numbers(operation: &str, value: &Value) -> Outcome<Vec<f64>> {
    let elements = value.as_list().ok_or_else(|| wrong_kind(operation, "a list of numbers", value))?;
    elements.iter().map(|element| number_element(operation, element)).collect()
}

pub(crate) fn number_element(operation: &str, element: &Value) -> Outcome<f64> {
    element.as_number().ok_or_else(|| {
        let got = element.kind().with_article();
        Fault::argument(operation, format!("every element must be a number, one is {got}"))
    })
}

/// The floor index rule (2.5): NaN is 0, far values saturate.
pub(crate) fn floor_index(number: f64) -> i64 {
    // Most are whole already, and rounding is a call on machines without an instruction for it.
    let whole = number as i64;
    if whole as f64 == number { whole } else { number.floor() as i64 }
}

/// The strict count rule (2.5): finite and integral. Values beyond 64 bits saturate.
pub(crate) fn strict_count(operation: &str, what: &str, number: f64) -> Outcome<i64> {
    if number.is_finite() && number.fract() == 0.0 {
        return Ok(number as i64);
    }
    let mut shown = String::new();
    crate::number_text::display(&mut shown, number);
    Err(Fault::argument(operation, format!("{what} must be a whole number, not {shown}")))
}

/// The key that a value stands for in a map (2.6).
pub(crate) fn key<'a>(operation: &str, value: &'a Value) -> Outcome<KeyRef<'a>> {
    match value.view() {
        View::Text(text) => Ok(KeyRef::Text(text)),
        View::Number(number) if number.is_finite() => Ok(KeyRef::Integer(floor_index(number))),
        View::Number(_) => Err(Fault::argument(operation, "a map key must be a finite number or a text")),
        _ => Err(Fault::argument(
            operation,
            format!("a map key must be a text or a number, not {}", value.kind().with_article()),
        )),
    }
}

/// The same key, kept.
pub(crate) fn owned_key(operation: &str, value: Value) -> Outcome<Key> {
    match key(operation, &value)? {
        KeyRef::Integer(key) => Ok(Key::Integer(key)),
        KeyRef::Text(_) => Ok(Key::Text(value)),
    }
}

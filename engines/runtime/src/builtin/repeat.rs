//! What loops and higher-order builtins are lowered to (section 8 of the builtins document).

use ilo4_builtins::FaultCode;

use super::Runtime;
use crate::argument::{self, Outcome, wrong_kind};
use crate::fault::Fault;
use crate::map_table::{Key, KeyRef};
use crate::value::{Kind, Value, View};

pub(crate) fn expect_loop_list(_: &mut Runtime, value: &Value) -> Outcome<bool> {
    match value.as_list() {
        Some(_) => Ok(true),
        None => Err(Fault::wrong_kind(FaultCode::R007, "@", "a list to go through", value)),
    }
}

pub(crate) fn expect_list(_: &mut Runtime, value: &Value) -> Outcome<bool> {
    expect(value, Kind::List, "a list to go through")
}

pub(crate) fn expect_function(_: &mut Runtime, value: &Value) -> Outcome<bool> {
    expect(value, Kind::Function, "a function")
}

fn expect(value: &Value, kind: Kind, wanted: &str) -> Outcome<bool> {
    if value.kind() == kind {
        return Ok(true);
    }
    Err(Fault::new(FaultCode::R009, format!("expected {wanted}, got {}", value.kind().with_article())))
}

pub(crate) fn expect_bool(_: &mut Runtime, value: &Value) -> Outcome<bool> {
    value.as_bool().ok_or_else(|| {
        let got = value.kind().with_article();
        Fault::new(FaultCode::R009, format!("the function must return true or false, it returned {got}"))
    })
}

pub(crate) fn expect_result(_: &mut Runtime, value: &Value) -> Outcome<bool> {
    match value.kind() {
        Kind::Ok => Ok(true),
        Kind::Err => Ok(false),
        other => Err(Fault::new(
            FaultCode::R009,
            format!("the function must return an Ok or Err value, it returned {}", other.with_article()),
        )),
    }
}

pub(crate) fn list_length(_: &mut Runtime, list: &Value) -> f64 {
    list.as_list().map_or(0.0, |elements| elements.len() as f64)
}

pub(crate) fn list_set(_: &mut Runtime, mut list: Value, index: f64, element: Value) -> Value {
    list.elements_mut()[index as usize] = element;
    list
}

pub(crate) fn list_truncate(_: &mut Runtime, mut list: Value, count: f64) -> Value {
    list.update_list(|elements| elements.truncate(count as usize));
    list
}

pub(crate) fn extend(_: &mut Runtime, mut list: Value, more: Value) -> Outcome<Value> {
    if more.as_list().is_none() {
        return Err(wrong_kind("flatmap", "a function that returns lists", &more));
    }
    list.update_list(|elements| elements.append(&mut more.into_elements()));
    Ok(list)
}

pub(crate) fn group_key(_: &mut Runtime, value: Value) -> Outcome<Value> {
    match value.view() {
        View::Text(_) => Ok(value),
        View::Bool(truth) => Ok(Value::text(if truth { "true" } else { "false" })),
        View::Number(number) if number.is_finite() => Ok(Value::number(number.floor())),
        View::Number(_) => Err(Fault::new(FaultCode::R009, "a group key must be a finite number")),
        _ => Err(bad_key("a group key", &value)),
    }
}

#[cold]
fn bad_key(what: &str, value: &Value) -> Fault {
    let got = value.kind().with_article();
    Fault::new(FaultCode::R009, format!("{what} must be a text, a number or a boolean, not {got}"))
}

pub(crate) fn group_push(_: &mut Runtime, mut groups: Value, key: Value, element: Value) -> Value {
    // Keys come from `group_key`, so they are good ones.
    let Ok(key) = argument::owned_key("grp", key) else { return groups };
    groups.update_map(|table| match table.get_mut(key.as_ref()) {
        Some(group) => group.push(element),
        None => {
            table.insert(key, Value::list(vec![element]));
        }
    });
    groups
}

pub(crate) fn expect_unique_key(_: &mut Runtime, value: &Value) -> Outcome<bool> {
    match value.kind() {
        Kind::Text | Kind::Number | Kind::Bool => Ok(true),
        _ => Err(bad_key("a key of `uniqby`", value)),
    }
}

/// The map key of a group, as text, for counting.
pub(super) fn count_key(value: &Value) -> Outcome<Key> {
    match value.view() {
        View::Text(_) => Ok(Key::Text(value.clone())),
        View::Bool(truth) => Ok(Key::Text(Value::text(if truth { "true" } else { "false" }))),
        View::Number(number) if number.is_finite() => Ok(Key::Integer(argument::floor_index(number))),
        View::Number(_) => Err(Fault::argument("frq", "every number must be finite")),
        _ => Err(bad_key("an element of `frq`", value)),
    }
}

/// The same key, only looked at; `None` where it has to be made.
pub(super) fn count_key_ref(value: &Value) -> Option<KeyRef<'_>> {
    match value.view() {
        View::Text(text) => Some(KeyRef::Text(text)),
        View::Bool(truth) => Some(KeyRef::Text(if truth { "true" } else { "false" })),
        View::Number(number) if number.is_finite() => Some(KeyRef::Integer(argument::floor_index(number))),
        _ => None,
    }
}

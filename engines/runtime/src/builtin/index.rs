//! Indexing: `a.0`, `a.?0`, `at`, `hd`.

use ilo4_builtins::FaultCode;

use super::Runtime;
use crate::argument::{Outcome, floor_index, wrong_kind};
use crate::fault::Fault;
use crate::value::{Value, View};

pub(crate) fn index(_: &mut Runtime, list: &Value, index: f64) -> Outcome<Value> {
    let Some(elements) = list.as_list() else {
        return Err(Fault::wrong_kind(FaultCode::R006, "index access", "a list", list));
    };
    // A literal index is a small whole number; anything else is past the end.
    let element = usize::try_from(index as i64).ok().and_then(|index| elements.get(index));
    element.cloned().ok_or_else(|| {
        Fault::new(
            FaultCode::R006,
            format!("index {index} is past the end of a list of length {}", elements.len()),
        )
    })
}

pub(crate) fn index_tolerant(rt: &mut Runtime, list: &Value, position: f64) -> Outcome<Value> {
    if list.is_nil() { Ok(Value::nil()) } else { index(rt, list, position) }
}

pub(crate) fn at(_: &mut Runtime, value: &Value, index: f64) -> Outcome<Value> {
    let index = floor_index(index);
    let found = match value.view() {
        View::List(elements) => from_either_end(index, elements.len()).map(|index| elements[index].clone()),
        View::Text(text) => character_at(text, value.is_ascii_text(), index),
        _ => return Err(wrong_kind("at", "a list or a text", value)),
    };
    found.ok_or_else(|| Fault::argument("at", format!("index {index} is out of range")))
}

/// The position that a possibly negative index means, if there is one.
fn from_either_end(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 { index.checked_add(length as i64)? } else { index };
    usize::try_from(index).ok().filter(|index| *index < length)
}

fn character_at(text: &str, ascii: bool, index: i64) -> Option<Value> {
    if ascii {
        let start = from_either_end(index, text.len())?;
        return Some(Value::text(&text[start..=start]));
    }
    let character = match usize::try_from(index) {
        Ok(index) => text.chars().nth(index),
        Err(_) => text.chars().nth_back(usize::try_from(index.checked_neg()? - 1).ok()?),
    };
    character.map(|character| Value::text(character.encode_utf8(&mut [0; 4])))
}

pub(crate) fn hd(_: &mut Runtime, value: &Value) -> Outcome<Value> {
    let first = match value.view() {
        View::List(elements) => elements.first().cloned(),
        View::Text(text) => character_at(text, false, 0),
        _ => return Err(wrong_kind("hd", "a list or a text", value)),
    };
    first.ok_or_else(|| Fault::argument("hd", format!("{} is empty", value.kind().with_article())))
}

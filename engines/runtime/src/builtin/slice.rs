//! Parts of lists and texts (6.2, 6.3 of the builtins document): `tl`, `slc`, `take`, `drop`.

use std::ops::Range;

use super::Runtime;
use crate::argument::{Outcome, strict_count, wrong_kind};
use crate::counters;
use crate::fault::Fault;
use crate::value::{Value, View};

/// Number of elements or characters.
fn length(operation: &str, value: &Value) -> Outcome<i64> {
    match value.view() {
        View::List(elements) => Ok(elements.len() as i64),
        View::Text(text) if value.is_ascii_text() => Ok(text.len() as i64),
        View::Text(text) => Ok(text.chars().count() as i64),
        _ => Err(wrong_kind(operation, "a list or a text", value)),
    }
}

/// The elements or characters of a range that lies inside the value.
fn part(mut value: Value, range: Range<i64>) -> Value {
    let range = range.start as usize..range.end as usize;
    match value.view() {
        View::List(elements) if value.is_unique() => {
            let whole = elements.len();
            if range != (0..whole) {
                value.update_list(|elements| {
                    elements.truncate(range.end);
                    elements.drain(..range.start);
                });
            }
            value
        }
        View::List(elements) => {
            if range == (0..elements.len()) {
                return value;
            }
            let part = elements[range].to_vec();
            counters::copied(size_of_val(part.as_slice()));
            Value::list(part)
        }
        View::Text(text) => {
            let bytes = byte_range(text, value.is_ascii_text(), range);
            if bytes == (0..text.len()) { value } else { value.cut_text(bytes.start, bytes.end) }
        }
        _ => value,
    }
}

fn byte_range(text: &str, ascii: bool, characters: Range<usize>) -> Range<usize> {
    if ascii {
        return characters;
    }
    let offset = |text: &str, count| text.char_indices().nth(count).map_or(text.len(), |(offset, _)| offset);
    let start = offset(text, characters.start);
    start..start + offset(&text[start..], characters.len())
}

pub(crate) fn tl(_: &mut Runtime, value: Value) -> Outcome<Value> {
    match length("tl", &value)? {
        0 => Err(Fault::argument("tl", format!("{} is empty", value.kind().with_article()))),
        length => Ok(part(value, 1..length)),
    }
}

pub(crate) fn slc(_: &mut Runtime, value: Value, from: f64, to: f64) -> Outcome<Value> {
    let length = length("slc", &value)?;
    let from = bound(strict_count("slc", "the start", from)?, length);
    let to = bound(strict_count("slc", "the end", to)?, length);
    Ok(part(value, from.min(to)..to))
}

/// A negative bound counts from the end; both are clamped.
fn bound(position: i64, length: i64) -> i64 {
    let position = if position < 0 { position.saturating_add(length) } else { position };
    position.clamp(0, length)
}

pub(crate) fn take(_: &mut Runtime, count: f64, value: Value) -> Outcome<Value> {
    let count = strict_count("take", "the count", count)?;
    let length = length("take", &value)?;
    Ok(part(value, 0..bound(count, length)))
}

pub(crate) fn drop_first(_: &mut Runtime, count: f64, value: Value) -> Outcome<Value> {
    let count = strict_count("drop", "the count", count)?;
    let length = length("drop", &value)?;
    Ok(part(value, bound(count, length)..length))
}

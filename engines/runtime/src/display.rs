//! The display form of values (section 8 of the language document).
//!
//! Nesting is followed on a stack of our own, so the depth of a value is limited by memory only.

use crate::map_table::{Key, KeyRef};
use crate::number_text;
use crate::runtime::Runtime;
use crate::shapes::Shape;
use crate::value::{Value, View};

/// A container that has been opened and not closed.
enum Open<'a> {
    List(std::slice::Iter<'a, Value>),
    Map(std::vec::IntoIter<(&'a Key, &'a Value)>),
    Record(&'a Shape, std::iter::Enumerate<std::slice::Iter<'a, Value>>),
}

/// The display of a value.
pub fn display(runtime: &Runtime, value: &Value) -> String {
    let mut out = String::new();
    write(runtime, value, &mut out);
    out
}

/// Appends the display of a value.
pub fn write(runtime: &Runtime, value: &Value, out: &mut String) {
    let mut open = Vec::new();
    write_until_nested(runtime, value, out, &mut open);
    while let Some(container) = open.last_mut() {
        match next_child(runtime, container, out) {
            Some(child) => write_until_nested(runtime, child, out, &mut open),
            None => {
                open.pop();
            }
        }
    }
}

/// Writes what stands before the next child and answers the child; closes the container if there is none.
fn next_child<'a>(
    runtime: &Runtime,
    container: &mut (bool, Open<'a>),
    out: &mut String,
) -> Option<&'a Value> {
    let (started, container) = container;
    let first = !std::mem::replace(started, true);
    match container {
        Open::List(elements) => {
            let Some(element) = elements.next() else {
                out.push(']');
                return None;
            };
            separate(out, first, ", ");
            Some(element)
        }
        Open::Map(entries) => {
            let Some((key, value)) = entries.next() else {
                out.push('}');
                return None;
            };
            separate(out, first, "; ");
            write_key(key.as_ref(), out);
            out.push_str(": ");
            Some(value)
        }
        Open::Record(shape, fields) => {
            let Some((slot, value)) = fields.next() else {
                out.push('}');
                return None;
            };
            separate(out, first, ", ");
            out.push_str(runtime.shapes().name(shape.fields()[slot]));
            out.push_str(": ");
            Some(value)
        }
    }
}

fn separate(out: &mut String, first: bool, separator: &str) {
    if !first {
        out.push_str(separator);
    }
}

/// Appends the text form of a map key.
pub(crate) fn write_key(key: KeyRef<'_>, out: &mut String) {
    match key {
        KeyRef::Integer(key) => number_text::integer(out, key),
        KeyRef::Text(key) => out.push_str(key),
    }
}

/// Writes a value up to the first container in it, which is opened.
fn write_until_nested<'a>(
    runtime: &'a Runtime,
    value: &'a Value,
    out: &mut String,
    open: &mut Vec<(bool, Open<'a>)>,
) {
    let mut value = value;
    loop {
        match value.view() {
            View::Nil => out.push_str("nil"),
            View::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
            View::Number(number) => number_text::display(out, number),
            View::Text(text) => out.push_str(text),
            View::Ok(payload) => {
                out.push('~');
                value = payload;
                continue;
            }
            View::Err(payload) => {
                out.push('^');
                value = payload;
                continue;
            }
            View::List(elements) => {
                out.push('[');
                open.push((false, Open::List(elements.iter())));
            }
            View::Map(table) => {
                out.push('{');
                open.push((false, Open::Map(table.sorted().into_iter())));
            }
            View::Record { shape, fields } => {
                let shape = runtime.shapes().shape(shape);
                out.push_str(shape.name());
                out.push_str(" {");
                open.push((false, Open::Record(shape, fields.iter().enumerate())));
            }
            View::Function { function, .. } => {
                let name = runtime.functions().get(function as usize).map_or("?", |info| info.name.as_str());
                out.push_str("<function ");
                out.push_str(name);
                out.push('>');
            }
        }
        return;
    }
}

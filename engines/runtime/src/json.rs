//! JSON (section 14 of the builtins document): reading with the parser of `serde_json`, whose messages are normative, and
//! writing with a writer of our own, whose numbers and layout are.

use std::borrow::Cow;
use std::fmt;

use serde_core::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use crate::display::write_key;
use crate::map_table::{KeyRef, MapTable};
use crate::runtime::Runtime;
use crate::shapes::Shapes;
use crate::value::{Value, View};

/// The value of a JSON text: objects become records of type `json`, fields ascending by name.
///
/// # Errors
/// The parser's message, with line and column.
pub(crate) fn parse(shapes: &mut Shapes, text: &str) -> Result<Value, String> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = Reader(shapes).deserialize(&mut parser).map_err(|error| error.to_string())?;
    parser.end().map_err(|error| error.to_string())?;
    Ok(value)
}

/// Makes values of what the parser finds.
struct Reader<'a>(&'a mut Shapes);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: serde_core::Deserializer<'de>>(self, parser: D) -> Result<Value, D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::nil())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element_seed(Reader(self.0))? {
            elements.push(element);
        }
        Ok(Value::list(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut fields: Vec<(u32, Value)> = Vec::new();
        while let Some(name) = access.next_key_seed(Name(self.0))? {
            fields.push((name, access.next_value_seed(Reader(self.0))?));
        }
        Ok(record(self.0, fields))
    }
}

/// Makes name ids of keys.
struct Name<'a>(&'a mut Shapes);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = u32;

    fn deserialize<D: serde_core::Deserializer<'de>>(self, parser: D) -> Result<u32, D::Error> {
        parser.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<u32, E> {
        Ok(self.0.intern(name))
    }
}

/// A record of type `json`; of fields with the same name the last one counts.
fn record(shapes: &mut Shapes, mut fields: Vec<(u32, Value)>) -> Value {
    // Stable, so that the last of equal names stays last.
    fields.sort_by(|a, b| shapes.name(a.0).cmp(shapes.name(b.0)));
    fields.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            std::mem::swap(&mut later.1, &mut earlier.1);
        }
        same
    });
    let shape = shapes.json(fields.iter().map(|(name, _)| *name).collect());
    Value::record(shape, fields.into_iter().map(|(_, value)| value))
}

/// How a document is laid out.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Layout {
    /// No blanks (`jdmp`).
    Compact,
    /// One element or entry per line, two spaces of indentation (`wr` as `"json"`).
    Indented,
}

/// A container that has been opened and not closed; how many of its children are written.
struct Open<'a> {
    written: usize,
    children: Children<'a>,
}

enum Children<'a> {
    Array(std::slice::Iter<'a, Value>),
    Object(std::vec::IntoIter<Entry<'a>>),
}

/// The text of a key, and the value.
type Entry<'a> = (Cow<'a, str>, &'a Value);

/// The JSON form of a value. Nesting is followed on a stack of our own.
pub(crate) fn write(runtime: &Runtime, value: &Value, layout: Layout) -> String {
    let mut writer = Writer { shapes: runtime.shapes(), layout, out: String::new(), open: Vec::new() };
    writer.value(value);
    while let Some(container) = writer.open.last_mut() {
        let first = container.written == 0;
        container.written += 1;
        let child = match &mut container.children {
            Children::Array(elements) => elements.next().map(|element| (None, element)),
            Children::Object(entries) => entries.next().map(|(name, value)| (Some(name), value)),
        };
        match child {
            Some((name, child)) => {
                writer.separate(first);
                writer.entry(name.as_deref(), child);
            }
            None => writer.close(first),
        }
    }
    writer.out
}

struct Writer<'a> {
    shapes: &'a Shapes,
    layout: Layout,
    out: String,
    open: Vec<Open<'a>>,
}

impl<'a> Writer<'a> {
    fn separate(&mut self, first: bool) {
        if !first {
            self.out.push(',');
        }
        self.new_line(self.open.len());
    }

    fn new_line(&mut self, depth: usize) {
        if self.layout == Layout::Indented {
            self.out.push('\n');
            (0..depth).for_each(|_| self.out.push_str("  "));
        }
    }

    fn entry(&mut self, name: Option<&str>, value: &'a Value) {
        if let Some(name) = name {
            string(&mut self.out, name);
            self.out.push_str(if self.layout == Layout::Indented { ": " } else { ":" });
        }
        self.value(value);
    }

    fn close(&mut self, empty: bool) {
        let Some(container) = self.open.pop() else { return };
        if !empty {
            self.new_line(self.open.len());
        }
        self.out.push(match container.children {
            Children::Array(_) => ']',
            Children::Object(_) => '}',
        });
    }

    /// Writes a value up to the first container in it, which is opened.
    fn value(&mut self, value: &'a Value) {
        let mut value = value;
        while let Some(payload) = value.payload() {
            value = payload;
        }
        match value.view() {
            View::Bool(truth) => self.out.push_str(if truth { "true" } else { "false" }),
            View::Number(number) => self::number(&mut self.out, number),
            View::Text(text) => string(&mut self.out, text),
            View::List(elements) => {
                self.out.push('[');
                self.push(Children::Array(elements.iter()));
            }
            View::Map(table) => {
                self.out.push('{');
                self.push(Children::Object(map_entries(table).into_iter()));
            }
            View::Record { shape, fields } => {
                self.out.push('{');
                let entries = record_entries(self.shapes, shape, fields);
                self.push(Children::Object(entries.into_iter()));
            }
            // A function has no JSON form; the payloads of Ok and Err have been entered above.
            View::Nil | View::Function { .. } | View::Ok(_) | View::Err(_) => self.out.push_str("null"),
        }
    }

    fn push(&mut self, children: Children<'a>) {
        self.open.push(Open { written: 0, children });
    }
}

/// The entries by the text of their keys; a text key hides an integer key with the same text.
fn map_entries(table: &MapTable) -> Vec<Entry<'_>> {
    let text_of = |key: &KeyRef<'_>| matches!(key, KeyRef::Text(_));
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| match key.as_ref() {
            KeyRef::Text(text) => (Cow::Borrowed(text), key.as_ref(), value),
            integer => {
                let mut text = String::new();
                write_key(integer, &mut text);
                (Cow::Owned(text), integer, value)
            }
        })
        .collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0).then(text_of(&b.1).cmp(&text_of(&a.1))));
    entries.dedup_by(|later, earlier| later.0 == earlier.0);
    entries.into_iter().map(|(text, _, value)| (text, value)).collect()
}

fn record_entries<'a>(shapes: &'a Shapes, shape: u32, fields: &'a [Value]) -> Vec<Entry<'a>> {
    let names = shapes.shape(shape).fields().iter().map(|name| Cow::Borrowed(shapes.name(*name)));
    let mut entries: Vec<_> = names.zip(fields).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries
}

/// Whole numbers below this are written as integers.
const INTEGERS_BELOW: f64 = 1e15;
/// The decimal exponents of numbers written without an exponent.
const POSITIONAL: std::ops::RangeInclusive<i32> = -5..=15;

fn number(out: &mut String, number: f64) {
    if !number.is_finite() {
        out.push_str("null");
    } else if number.fract() == 0.0 && number.abs() < INTEGERS_BELOW {
        crate::number_text::integer(out, number as i64);
    } else {
        let scientific = format!("{number:e}");
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        if POSITIONAL.contains(&exponent) {
            crate::number_text::shortest(out, number);
            if number.fract() == 0.0 {
                out.push_str(".0");
            }
        } else {
            let sign = if exponent < 0 { "" } else { "+" };
            out.push_str(&format!("{digits}e{sign}{exponent}"));
        }
    }
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (position, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            8 => "\\b",
            12 => "\\f",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..32 => "",
            _ => continue,
        };
        out.push_str(&text[plain..position]);
        plain = position + 1;
        if short.is_empty() {
            out.push_str(&format!("\\u{byte:04x}"));
        } else {
            out.push_str(short);
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

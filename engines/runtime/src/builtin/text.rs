//! Text (section 4 of the builtins document).

use super::Runtime;
use crate::argument::{self, Outcome, strict_count, text};
use crate::display;
use crate::fault::Fault;
use crate::number_text;
use crate::value::{Value, View};

/// Wider than anything sensible, and still an answer instead of an exhausted machine.
const WIDEST: i64 = 1 << 30;

pub(crate) fn str(_: &mut Runtime, number: f64) -> Value {
    let mut out = String::new();
    number_text::str(&mut out, number);
    Value::text(&out)
}

pub(crate) fn num(_: &mut Runtime, value: &Value) -> Outcome<Value> {
    let written = text("num", value)?;
    let digits = written.trim_matches([' ', '\t', '\n', '\x0C', '\r']);
    Ok(match digits.parse::<f64>() {
        Ok(number) => Value::ok(Value::number(number)),
        Err(_) => Value::err(value.clone()),
    })
}

pub(crate) fn ord(_: &mut Runtime, value: &Value) -> Outcome<f64> {
    let first = text("ord", value)?.chars().next();
    first
        .map(|character| f64::from(u32::from(character)))
        .ok_or_else(|| Fault::argument("ord", "the text is empty"))
}

pub(crate) fn chr(_: &mut Runtime, code: f64) -> Outcome<Value> {
    let code = strict_count("chr", "the code point", code)?;
    let character = u32::try_from(code).ok().and_then(char::from_u32);
    match character {
        Some(character) => Ok(Value::text(character.encode_utf8(&mut [0; 4]))),
        None => Err(Fault::argument("chr", format!("{code} is not a Unicode scalar value"))),
    }
}

pub(crate) fn chars(_: &mut Runtime, value: &Value) -> Outcome<Value> {
    let characters = text("chars", value)?.chars();
    Ok(Value::list(characters.map(|character| Value::text(character.encode_utf8(&mut [0; 4]))).collect()))
}

pub(crate) fn upr(_: &mut Runtime, value: &Value) -> Outcome<Value> {
    Ok(Value::text(&text("upr", value)?.to_uppercase()))
}

pub(crate) fn lwr(_: &mut Runtime, value: &Value) -> Outcome<Value> {
    Ok(Value::text(&text("lwr", value)?.to_lowercase()))
}

pub(crate) fn cap(_: &mut Runtime, value: Value) -> Outcome<Value> {
    let mut rest = text("cap", &value)?.chars();
    let Some(first) = rest.next() else { return Ok(value) };
    let mut upper = first.to_uppercase();
    if upper.len() == 1 && upper.next() == Some(first) {
        return Ok(value);
    }
    let upper: String = first.to_uppercase().collect();
    Ok(Value::text_of_two(&upper, rest.as_str()))
}

pub(crate) fn trm(_: &mut Runtime, value: Value) -> Outcome<Value> {
    let whole = text("trm", &value)?;
    let start = whole.len() - whole.trim_start().len();
    let end = start + whole.trim().len();
    if start == 0 && end == whole.len() {
        return Ok(value);
    }
    Ok(value.cut_text(start, end))
}

pub(crate) fn padl(rt: &mut Runtime, value: Value, width: f64) -> Outcome<Value> {
    padl_with(rt, value, width, &Value::text(" "))
}

pub(crate) fn padr(rt: &mut Runtime, value: Value, width: f64) -> Outcome<Value> {
    padr_with(rt, value, width, &Value::text(" "))
}

pub(crate) fn padl_with(_: &mut Runtime, value: Value, width: f64, pad: &Value) -> Outcome<Value> {
    let padding = padding("padl", &value, width, pad)?;
    if padding.is_empty() {
        return Ok(value);
    }
    Ok(Value::text_of_two(&padding, text("padl", &value)?))
}

pub(crate) fn padr_with(_: &mut Runtime, value: Value, width: f64, pad: &Value) -> Outcome<Value> {
    let padding = padding("padr", &value, width, pad)?;
    Ok(if padding.is_empty() { value } else { value.append_text(&padding) })
}

/// What has to be added to make the text `width` characters wide.
fn padding(operation: &str, value: &Value, width: f64, pad: &Value) -> Outcome<String> {
    let content = text(operation, value)?;
    let width = strict_count(operation, "the width", width)?;
    let pad = text(operation, pad)?;
    if pad.chars().count() != 1 {
        return Err(Fault::argument(operation, "the padding must be one character"));
    }
    if !(0..=WIDEST).contains(&width) {
        return Err(Fault::argument(operation, format!("{width} is no possible width")));
    }
    let present = if value.is_ascii_text() { content.len() } else { content.chars().count() };
    Ok(pad.repeat((width as usize).saturating_sub(present)))
}

pub(crate) fn spl(_: &mut Runtime, value: &Value, separator: &Value) -> Outcome<Value> {
    let (content, separator) = (text("spl", value)?, text("spl", separator)?);
    // With an empty separator Rust's pieces are the documented ones: empty, every character, empty.
    Ok(Value::list(content.split(separator).map(Value::text).collect()))
}

pub(crate) fn cat(_: &mut Runtime, value: &Value, separator: &Value) -> Outcome<Value> {
    let items = argument::list("cat", value)?;
    let separator = text("cat", separator)?;
    let mut bytes = separator.len() * items.len().saturating_sub(1);
    for item in items {
        bytes += cat_item(item)?.len();
    }
    if items.is_empty() {
        return Ok(Value::text(""));
    }
    let mut joined = Value::text_with_capacity(bytes);
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            joined = joined.append_unique_text(separator);
        }
        joined = joined.append_unique_text(cat_item(item)?);
    }
    Ok(joined)
}

fn cat_item(item: &Value) -> Outcome<&str> {
    item.as_str().ok_or_else(|| {
        Fault::argument("cat", format!("every item must be a text, one is {}", item.kind().with_article()))
    })
}

pub(crate) fn fmt(rt: &mut Runtime, template: &Value, arguments: Value) -> Outcome<Value> {
    let template = text("fmt", template)?;
    if template.contains("{:") {
        return Err(Fault::argument("fmt", "`{:…}` format specifications are not part of the language"));
    }
    let mut arguments = arguments.as_list().unwrap_or_default().iter();
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{}") {
        out.push_str(before);
        match arguments.next().map(|argument| (argument, argument.view())) {
            Some((_, View::Text(text))) => out.push_str(text),
            Some((argument, _)) => display::write(rt, argument, &mut out),
            None => out.push_str("{}"),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(Value::text(&out))
}

pub(crate) fn fmt2(_: &mut Runtime, number: f64, digits: f64) -> Value {
    // A cast to an integer drops the fraction and maps NaN and what is negative to 0.
    let digits = if digits.is_finite() { (digits as u64).min(20) as usize } else { 0 };
    let mut out = String::new();
    number_text::fixed(&mut out, number, digits);
    Value::text(&out)
}

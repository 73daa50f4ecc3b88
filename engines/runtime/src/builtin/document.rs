//! JSON as builtins (section 14 of the builtins document): `jdmp`, `jpar`, `jpth`, `jkeys`.

use super::Runtime;
use crate::argument::{Outcome, text};
use crate::json::{self, Layout};
use crate::value::Value;

pub(crate) fn jdmp(rt: &mut Runtime, value: &Value) -> Value {
    Value::text(&json::write(rt, value, Layout::Compact))
}

pub(crate) fn jpar(rt: &mut Runtime, value: &Value) -> Outcome<Value> {
    let content = text("jpar", value)?;
    Ok(parsed(rt, content))
}

/// The Ok or Err value of a JSON text.
pub(super) fn parsed(rt: &mut Runtime, content: &str) -> Value {
    result(json::parse(rt.shapes_mut(), content))
}

/// An error text becomes the content of an Err value.
pub(super) fn result(outcome: Result<Value, String>) -> Value {
    match outcome {
        Ok(value) => Value::ok(value),
        Err(message) => Value::err(Value::text(&message)),
    }
}

pub(crate) fn jpth(rt: &mut Runtime, document: &Value, path: &Value) -> Outcome<Value> {
    let (document, path) = (text("jpth", document)?, text("jpth", path)?);
    Ok(result(value_at(rt, document, path, path.split('.'))))
}

pub(crate) fn jkeys(rt: &mut Runtime, document: &Value, path: &Value) -> Outcome<Value> {
    let (document, path) = (text("jkeys", document)?, text("jkeys", path)?);
    let segments = path.split('.').filter(|_| !path.is_empty());
    let names = value_at(rt, document, path, segments).and_then(|value| match value.as_record() {
        Some((shape, _)) => {
            let shapes = rt.shapes();
            let names = shapes.shape(shape).fields().iter().map(|name| Value::text(shapes.name(*name)));
            Ok(Value::list(names.collect()))
        }
        None => Err("jkeys: value at path is not a JSON object".to_string()),
    });
    Ok(result(names))
}

/// The value that the segments of a path lead to.
fn value_at<'a>(
    rt: &mut Runtime,
    document: &str,
    path: &str,
    segments: impl Iterator<Item = &'a str>,
) -> Result<Value, String> {
    if looks_like_json_path(path) {
        return Err(format!("jpth is dot-path only, `{path}` looks like JSONPath"));
    }
    let mut value = json::parse(rt.shapes_mut(), document)?;
    for segment in segments {
        value = step(rt, &value, segment).ok_or_else(|| format!("key not found: {segment}"))?;
    }
    Ok(value)
}

fn looks_like_json_path(path: &str) -> bool {
    path.starts_with("$.") || path.starts_with("$[") || path.contains(['*', '['])
}

/// Digits index an array and nothing else; any other segment is the key of an object.
fn step(rt: &Runtime, value: &Value, segment: &str) -> Option<Value> {
    if !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.as_list()?.get(segment.parse::<usize>().ok()?).cloned();
    }
    let (shape, fields) = value.as_record()?;
    let slot = rt.shapes().shape(shape).slot(rt.shapes().find(segment)?)?;
    Some(fields[slot].clone())
}

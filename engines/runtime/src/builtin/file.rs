//! Files (section 15 of the builtins document).

use std::fs;
use std::path::Path;

use super::Runtime;
use super::document::{parsed, result};
use crate::argument::{self, Outcome, text};
use crate::csv;
use crate::fault::Fault;
use crate::json::{self, Layout};
use crate::value::Value;

/// How a file or text is read.
#[derive(Clone, Copy, PartialEq)]
enum Format {
    Csv,
    Tsv,
    Json,
    Text,
}

impl Format {
    fn named(name: &str) -> Format {
        match name {
            "csv" => Format::Csv,
            "tsv" => Format::Tsv,
            "json" => Format::Json,
            _ => Format::Text,
        }
    }

    /// By the lower-cased extension.
    fn of_path(path: &str) -> Format {
        let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
        Format::named(&extension.unwrap_or_default().to_lowercase())
    }
}

/// The Ok or Err value of decoding a text.
fn decoded(rt: &mut Runtime, content: &str, format: Format) -> Value {
    match format {
        Format::Csv => Value::ok(csv::parse(content, ',')),
        Format::Tsv => Value::ok(csv::parse(content, '\t')),
        Format::Json => parsed(rt, content),
        Format::Text => Value::ok(Value::text(content)),
    }
}

fn read(rt: &mut Runtime, path: &str, format: Format) -> Value {
    match fs::read_to_string(path) {
        Ok(content) => decoded(rt, &content, format),
        Err(error) => result(Err(error.to_string())),
    }
}

pub(crate) fn rd(rt: &mut Runtime, path: &Value) -> Outcome<Value> {
    let path = text("rd", path)?;
    Ok(read(rt, path, Format::of_path(path)))
}

pub(crate) fn rd_as(rt: &mut Runtime, path: &Value, format: &Value) -> Outcome<Value> {
    let (path, format) = (text("rd", path)?, text("rd", format)?);
    Ok(read(rt, path, Format::named(format)))
}

pub(crate) fn rdb(rt: &mut Runtime, content: &Value, format: &Value) -> Outcome<Value> {
    let (content, format) = (text("rdb", content)?, text("rdb", format)?);
    Ok(decoded(rt, content, Format::named(format)))
}

pub(crate) fn rdl(_: &mut Runtime, path: &Value) -> Outcome<Value> {
    let path = text("rdl", path)?;
    let lines = |content: String| Value::list(content.lines().map(Value::text).collect());
    Ok(result(fs::read_to_string(path).map(lines).map_err(|error| error.to_string())))
}

pub(crate) fn rdjl(rt: &mut Runtime, path: &Value) -> Outcome<Value> {
    let path = text("rdjl", path)?;
    let content =
        fs::read_to_string(path).map_err(|error| Fault::argument("rdjl", format!("`{path}`: {error}")))?;
    let lines = content.split('\n').filter(|line| !line.is_empty());
    Ok(Value::list(lines.map(|line| parsed(rt, line)).collect()))
}

/// Replaces the file; the Ok value of the path, or the Err value of what the system said.
fn replace(path: &Value, content: &str) -> Value {
    let written = fs::write(path.as_str().unwrap_or_default(), content);
    result(written.map(|()| path.clone()).map_err(|error| error.to_string()))
}

pub(crate) fn wr(_: &mut Runtime, path: &Value, content: &Value) -> Outcome<Value> {
    text("wr", path)?;
    Ok(replace(path, text("wr", content)?))
}

pub(crate) fn wr_as(rt: &mut Runtime, path: &Value, data: &Value, format: &Value) -> Outcome<Value> {
    text("wr", path)?;
    let rows = |separator| csv::write(rt, data, separator).map_err(|problem| Fault::argument("wr", problem));
    let content = match text("wr", format)? {
        "csv" => rows(',')?,
        "tsv" => rows('\t')?,
        "json" => json::write(rt, data, Layout::Indented),
        other => {
            let problem = format!("unsupported format `{other}`; possible are csv, tsv and json");
            return Err(Fault::argument("wr", problem));
        }
    };
    Ok(replace(path, &content))
}

pub(crate) fn wrl(_: &mut Runtime, path: &Value, lines: &Value) -> Outcome<Value> {
    text("wrl", path)?;
    let mut content = String::new();
    for line in argument::list("wrl", lines)? {
        content.push_str(text("wrl", line)?);
        content.push('\n');
    }
    Ok(replace(path, &content))
}

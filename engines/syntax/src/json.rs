//! A diagnostic as a JSON object, for programs that read diagnostics.

use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Severity};
use crate::render::position;
use crate::span::{Source, Span};

/// One JSON object on one line, without a newline at its end.
///
/// Members: `code`, `severity`, `message`, `place` (null when it is about the program as a whole), `labels` (places
/// with a `text` each), `notes`, `help` (null or a text). A place has `file`, `line`, `column`, `end_line`,
/// `end_column` (from 1, columns in characters) and the byte range `start`, `end`.
pub fn to_json(diagnostic: &Diagnostic, sources: &[Source]) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = diagnostic.span.map_or("null".to_string(), |span| format!("{{{}}}", place(span, sources)));
    let labels = diagnostic
        .labels
        .iter()
        .map(|(span, text)| format!("{{\"text\":{},{}}}", quote(text), self::place(*span, sources)))
        .collect::<Vec<_>>();
    let notes = diagnostic.notes.iter().map(|note| quote(note)).collect::<Vec<_>>();
    let help = diagnostic.help.as_deref().map_or("null".to_string(), quote);
    format!(
        "{{\"code\":{},\"severity\":\"{severity}\",\"message\":{},\"place\":{place},\"labels\":[{}],\"notes\":[{}],\"help\":{help}}}",
        quote(diagnostic.code),
        quote(&diagnostic.message),
        labels.join(","),
        notes.join(","),
    )
}

/// The members of a place, without braces.
fn place(span: Span, sources: &[Source]) -> String {
    let (name, text) =
        sources.get(usize::from(span.source.0)).map_or(("", ""), |source| (&source.name, &source.text));
    let start = position(text, span.start);
    let end = position(text, span.end);
    format!(
        "\"file\":{},\"line\":{},\"column\":{},\"end_line\":{},\"end_column\":{},\"start\":{},\"end\":{}",
        quote(name),
        start.line,
        start.column,
        end.line,
        end.column,
        span.start,
        span.end
    )
}

fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

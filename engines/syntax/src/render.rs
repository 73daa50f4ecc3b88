//! A diagnostic as a person reads it; carets are drawn here and nowhere else.

use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Severity};
use crate::span::{Source, Span};

/// Source lines wider than this are shown through a window around the place in question.
const WIDTH_MAX: usize = 160;

/// What is kept before the place when a line is windowed.
const LEAD: usize = 40;

/// Tabs are shown as this many blanks, whatever their column.
const TAB: &str = "    ";

/// The text of `diagnostic`, several lines, closed by a newline.
///
/// The first line is `error[CODE]: MESSAGE` or `warning[CODE]: MESSAGE`; then the place with its source line and
/// carets, further labelled places, notes, help. `colour` adds terminal escapes and changes nothing else.
pub fn render(diagnostic: &Diagnostic, sources: &[Source], colour: bool) -> String {
    let paint = Paint { colour };
    let (word, style) = match diagnostic.severity {
        Severity::Error => ("error", "\x1b[1;31m"),
        Severity::Warning => ("warning", "\x1b[1;33m"),
    };
    let mut out = String::new();
    let head = paint.with(style, &format!("{word}[{}]", diagnostic.code));
    let _ = writeln!(out, "{head}: {}", paint.with("\x1b[1m", &diagnostic.message));
    let mut gutter = 1;
    if let Some(span) = diagnostic.span {
        gutter = place(&mut out, span, "", sources, "-->", style, paint).max(gutter);
    }
    for (span, label) in &diagnostic.labels {
        gutter = place(&mut out, *span, label, sources, ":::", "\x1b[1;34m", paint).max(gutter);
    }
    let notes = diagnostic.notes.iter().map(|note| ("note", note));
    for (word, text) in notes.chain(diagnostic.help.iter().map(|help| ("help", help))) {
        let _ = writeln!(out, "{:gutter$} = {}: {text}", "", paint.with("\x1b[1m", word));
    }
    out
}

#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    fn with(self, style: &str, text: &str) -> String {
        if self.colour { format!("{style}{text}\x1b[0m") } else { text.to_string() }
    }
}

/// A place in a source, as people count: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub line: usize,
    pub column: usize,
}

/// The position of byte `offset`; an offset inside of a character or behind the end counts as the one before.
pub(crate) fn position(text: &str, offset: u32) -> Position {
    let offset = floor_boundary(text, offset as usize);
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
    Position { line, column: before[line_start..].chars().count() + 1 }
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Writes one place; returns the width of its line number.
fn place(
    out: &mut String,
    span: Span,
    label: &str,
    sources: &[Source],
    arrow: &str,
    style: &str,
    paint: Paint,
) -> usize {
    let Some(source) = sources.get(usize::from(span.source.0)) else { return 0 };
    let text = &source.text;
    let start = floor_boundary(text, span.start as usize);
    let end = floor_boundary(text, span.end as usize).max(start);
    let at = position(text, span.start);
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let line = Excerpt::new(&text[line_start..line_end], start - line_start, end.min(line_end) - line_start);

    let number = at.line.to_string();
    let gutter = number.len();
    let blue = |text: &str| paint.with("\x1b[34m", text);
    let _ = writeln!(out, "{:gutter$}{} {}:{}:{}", "", blue(arrow), source.name, at.line, at.column);
    let _ = writeln!(out, "{:gutter$} {}", "", blue("|"));
    let _ = writeln!(out, "{} {} {}", blue(&number), blue("|"), line.shown);
    let carets =
        format!("{}{}{label}", "^".repeat(line.marked_width), if label.is_empty() { "" } else { " " });
    let carets = paint.with(style, &carets);
    let _ = writeln!(out, "{:gutter$} {} {:indent$}{carets}", "", blue("|"), "", indent = line.indent);
    gutter
}

/// One source line as it is shown.
struct Excerpt {
    shown: String,
    /// Columns on the terminal before the carets.
    indent: usize,
    /// How many carets; at least one, so that an empty range is visible.
    marked_width: usize,
}

impl Excerpt {
    /// `from..to` is the byte range of `line` to be marked.
    fn new(line: &str, from: usize, to: usize) -> Excerpt {
        let is_wide = width(line) > WIDTH_MAX;
        let first = if is_wide { back(line, from, LEAD) } else { 0 };
        let last = if is_wide { forward(line, first, WIDTH_MAX) } else { line.len() };
        let mut shown = String::new();
        if first > 0 {
            shown.push('…');
        }
        let before = width(&shown);
        line[first..last].chars().for_each(|c| push_visible(&mut shown, c));
        if last < line.len() {
            shown.push('…');
        }
        let marked = &line[from..to.min(last).max(from)];
        Excerpt { shown, indent: before + width(&line[first..from]), marked_width: width(marked).max(1) }
    }
}

/// The start of the `count` characters before `from`.
fn back(line: &str, from: usize, count: usize) -> usize {
    line[..from].char_indices().rev().take(count).last().map_or(from, |(i, _)| i)
}

/// The end of the characters from `first` on that fit into `columns`.
fn forward(line: &str, first: usize, columns: usize) -> usize {
    let mut used = 0;
    for (i, c) in line[first..].char_indices() {
        used += char_width(c);
        if used > columns {
            return first + i;
        }
    }
    line.len()
}

/// Tabs widened, other control characters replaced: nothing of the source steers the terminal.
fn push_visible(out: &mut String, c: char) {
    match c {
        '\t' => out.push_str(TAB),
        c if c.is_control() => out.push('\u{fffd}'),
        c => out.push(c),
    }
}

fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Columns a character takes on a terminal: an approximation of Unicode's East Asian Width that needs no tables.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x09 => TAB.len(),
        0x0300..=0x036f | 0x200b..=0x200f | 0x20d0..=0x20ff | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::SourceId;

    #[test]
    fn positions_count_characters() {
        let text = "ab\n\"é\"x";
        assert_eq!(position(text, 0), Position { line: 1, column: 1 });
        assert_eq!(position(text, 7), Position { line: 2, column: 4 });
        assert_eq!(position(text, 5), Position { line: 2, column: 2 });
        assert_eq!(position(text, 99), Position { line: 2, column: 5 });
    }

    #[test]
    fn every_range_of_every_text_can_be_shown() {
        let text = format!("\tä{}\n漢\u{301}\u{0}", "x".repeat(400));
        let sources = [Source { name: "a".into(), text: text.clone() }];
        for start in 0..=text.len() + 2 {
            for length in [0, 1, 7, 500] {
                let span = Span::new(SourceId(0), start, start + length);
                let shown = render(&Diagnostic::error("ILO-P009", span, "m"), &sources, false);
                assert!(shown.lines().all(|line| width(line) <= WIDTH_MAX + 12), "{shown}");
                assert!(shown.contains('^'));
            }
        }
    }
}

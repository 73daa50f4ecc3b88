//! Output made visible: blanks at line ends, tabs, control characters, a missing last newline; and bounded differences.

use std::time::Duration;

use bstr::ByteSlice;
use similar::{Algorithm, ChangeTag, TextDiff};

/// Lines of a difference that are shown.
const MAX_LINES: usize = 24;
/// Characters of a line that are shown.
const MAX_WIDTH: usize = 160;

/// One line with everything invisible made visible.
pub fn line(bytes: &[u8]) -> String {
    let (body, end) = match bytes.strip_suffix(b"\n") {
        Some(body) => (body, ""),
        None => (bytes, "⏎̸ (no newline)"),
    };
    let trailing = body.len() - body.trim_end_with(|c| c == ' ').len();
    let mut text = String::new();
    for (start, stop, c) in body.char_indices() {
        match c {
            '\t' => text.push('→'),
            ' ' if start >= body.len() - trailing => text.push('·'),
            '\u{fffd}' => body[start..stop].iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}"))),
            c if c.is_control() => text.push_str(&c.escape_default().to_string()),
            c => text.push(c),
        }
    }
    if text.chars().count() > MAX_WIDTH {
        text = text.chars().take(MAX_WIDTH).collect::<String>() + "…";
    }
    text + end
}

/// The lines in which `actual` differs from `expected`, with a little context, bounded in size and time.
pub fn difference(expected: &[u8], actual: &[u8]) -> Vec<String> {
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .timeout(Duration::from_millis(200))
        .diff_lines(expected, actual);
    let mut shown = Vec::new();
    for group in diff.grouped_ops(2) {
        let first = group.first().map_or(0, |op| op.old_range().start);
        shown.push(format!("@ line {}", first + 1));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            shown.push(format!("{sign} {}", line(change.value())));
        }
    }
    bound(shown)
}

/// The first lines of a text.
pub fn head(bytes: &[u8], lines: usize) -> Vec<String> {
    let mut shown: Vec<String> = bytes.lines_with_terminator().take(lines).map(line).collect();
    let rest = bytes.lines_with_terminator().count().saturating_sub(lines);
    if rest > 0 {
        shown.push(format!("… {rest} more lines"));
    }
    shown
}

fn bound(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > MAX_LINES {
        let rest = lines.len() - MAX_LINES;
        lines.truncate(MAX_LINES);
        lines.push(format!("… {rest} more lines of difference"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_invisible() {
        assert_eq!(line(b"a b  \n"), "a b··");
        assert_eq!(line(b"\ta\x07\xff\n"), "→a\\u{7}\\xff");
        assert_eq!(line("é".as_bytes()), "é⏎̸ (no newline)");
    }

    #[test]
    fn differences_are_bounded() {
        assert_eq!(difference(b"a\nb\n", b"a\nc\n"), ["@ line 1", "  a", "- b", "+ c"]);
        let many: Vec<u8> = (0..500).flat_map(|n| format!("{n}\n").into_bytes()).collect();
        assert_eq!(difference(b"", &many).len(), MAX_LINES + 1);
    }
}

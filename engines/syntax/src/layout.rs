//! Layout (1.3): which newlines separate statements and which are line boundaries.
//!
//! The pass looks at characters, before there are tokens, and does not rewrite the text: it returns marks, so that
//! every span stays a range of the source as it was written.

/// What a newline means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// A `;` is inserted here.
    Separator,
    /// A declaration may start here (2.2).
    Boundary,
}

/// A newline with a meaning; all others are white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Byte offset of the newline character.
    pub offset: usize,
    pub kind: MarkKind,
}

/// All marks of `source`, in order. Total: ill-formed text is left to the lexer.
pub(crate) fn marks(source: &str) -> Vec<Mark> {
    let bytes = source.as_bytes();
    let mut marks = Vec::new();
    let mut open = 0_usize;
    // The last character that is neither blank nor part of a comment.
    let mut last_visible = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' if open == 0 => {
                let Some(line) = next_line(bytes, at + 1) else { break };
                if let Some(kind) = meaning(bytes, line, last_visible) {
                    marks.push(Mark { offset: at, kind });
                }
                at = line.first_visible;
                continue;
            }
            b'"' => {
                at = end_of_text(bytes, at);
                last_visible = Some(b'"');
                continue;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                at = end_of_line(bytes, at);
                continue;
            }
            b'(' | b'[' => open += 1,
            b')' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        if !matches!(byte, b' ' | b'\t' | b'\n') {
            last_visible = Some(byte);
        }
        at += 1;
    }
    marks
}

/// A line that holds more than blanks and comments.
#[derive(Clone, Copy)]
struct Line {
    first_visible: usize,
    indented: bool,
}

fn next_line(bytes: &[u8], mut start: usize) -> Option<Line> {
    loop {
        let first_visible = bytes[start..].iter().position(|b| !matches!(b, b' ' | b'\t'))? + start;
        if bytes[first_visible] == b'\n' {
            start = first_visible + 1;
        } else if bytes[first_visible..].starts_with(b"--") {
            start = end_of_line(bytes, first_visible) + 1;
            if start >= bytes.len() {
                return None;
            }
        } else {
            return Some(Line { first_visible, indented: first_visible > start });
        }
    }
}

/// The table of 1.3.
fn meaning(bytes: &[u8], line: Line, last_visible: Option<u8>) -> Option<MarkKind> {
    let rest = &bytes[line.first_visible..];
    if rest[0] == b'}' {
        None
    } else if !line.indented {
        Some(MarkKind::Boundary)
    } else if rest.starts_with(b">>") || matches!(last_visible, Some(b'{' | b';')) {
        None
    } else {
        Some(MarkKind::Separator)
    }
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |n| from + n)
}

/// The offset behind the text literal that opens at `open`; the end of the source if it is not closed.
fn end_of_text(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes `;` for a separator and `|` for a boundary in place of the newline, a blank for any other newline.
    #[track_caller]
    fn check(source: &str, expected: &str) {
        let mut shown: Vec<u8> = source.replace('\n', " ").into_bytes();
        for mark in marks(source) {
            shown[mark.offset] = if mark.kind == MarkKind::Separator { b';' } else { b'|' };
        }
        assert_eq!(String::from_utf8(shown).unwrap(), expected);
    }

    #[test]
    fn an_indented_line_is_a_statement() {
        check("f>n\n  x=1\n  x\ng>n", "f>n;  x=1;  x|g>n");
    }

    #[test]
    fn brackets_suspend_newlines_and_braces_do_not() {
        check("f\n x=[1,\n 2]\n y{\n  a\n  b\n }", "f; x=[1,  2]; y{   a;  b  }");
        check("f(\n a)\ng", "f(  a)|g");
    }

    #[test]
    fn chains_comments_and_written_separators_insert_nothing() {
        check("f\n  x\n    >>g", "f;  x     >>g");
        check("f;y=1;  -- c\n  y", "f;y=1;  -- c   y");
        check("f\n  -- c\n\n  y -- \"d\n", "f;  -- c    y -- \"d ");
    }

    #[test]
    fn texts_are_left_alone() {
        check("f;\"a\n  -- ( \\\" \"\ng", "f;\"a   -- ( \\\" \"|g");
    }
}

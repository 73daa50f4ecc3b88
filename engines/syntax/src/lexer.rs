//! Source text → tokens (1.4 to 1.9).
//!
//! Every byte belongs to a token, to white space or to a comment. A lexical error is final: the first one is returned
//! and there are no tokens (9.1).

use crate::diagnostic::Diagnostic;
use crate::layout::{self, Mark, MarkKind};
use crate::span::{SourceId, Span};
use crate::token::{Token, TokenKind, classify_word};

/// All tokens of `source`, closed by one [`TokenKind::End`].
///
/// # Errors
/// `ILO-L001`, `ILO-L002` or `ILO-L003` for the first thing that is not a token.
pub fn lex(source: &str, id: SourceId) -> Result<Vec<Token>, Box<Diagnostic>> {
    if source.len() >= u32::MAX as usize {
        let message = "a source file must be smaller than 4 GiB";
        return Err(Box::new(Diagnostic::error("ILO-L001", Span::new(id, 0, 0), message)));
    }
    let lexer = Lexer {
        source,
        bytes: source.as_bytes(),
        id,
        marks: layout::marks(source),
        next_mark: 0,
        at: 0,
        tokens: Vec::with_capacity(source.len() / 3 + 1),
        pending_boundary: true,
    };
    lexer.run()
}

struct Lexer<'s> {
    source: &'s str,
    bytes: &'s [u8],
    id: SourceId,
    marks: Vec<Mark>,
    next_mark: usize,
    at: usize,
    tokens: Vec<Token>,
    pending_boundary: bool,
}

type Step = Result<(), Box<Diagnostic>>;

impl Lexer<'_> {
    fn run(mut self) -> Result<Vec<Token>, Box<Diagnostic>> {
        loop {
            self.skip_blanks();
            if self.at >= self.bytes.len() {
                break;
            }
            self.apply_marks();
            self.token()?;
        }
        let end = self.bytes.len();
        self.push(TokenKind::End, end, end);
        Ok(self.tokens)
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.byte(0) {
                b' ' | b'\t' | b'\n' => self.at += 1,
                b'-' if self.byte(1) == b'-' => {
                    while self.at < self.bytes.len() && self.byte(0) != b'\n' {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    /// Turns the layout marks that were passed into an inserted `;` or a boundary before the next token.
    fn apply_marks(&mut self) {
        while let Some(mark) = self.marks.get(self.next_mark).copied().filter(|mark| mark.offset < self.at) {
            self.next_mark += 1;
            match mark.kind {
                MarkKind::Separator => self.push(TokenKind::Semicolon, mark.offset, mark.offset),
                MarkKind::Boundary => self.pending_boundary = true,
            }
        }
    }

    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        let after_boundary = std::mem::take(&mut self.pending_boundary);
        self.tokens.push(Token { kind, after_boundary, start: start as u32, end: end as u32 });
    }

    fn advance(&mut self, kind: TokenKind, length: usize) -> Step {
        self.push(kind, self.at, self.at + length);
        self.at += length;
        Ok(())
    }

    fn error(&self, code: &'static str, start: usize, end: usize, message: String) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, Span::new(self.id, start, end), message))
    }

    fn token(&mut self) -> Step {
        match self.byte(0) {
            b'a'..=b'z' if self.follows_dot() => self.field_name(),
            b'A'..=b'Z' if self.follows_dot() => self.field_name(),
            b'0'..=b'9' if self.follows_dot() => self.indices(),
            b'a'..=b'z' => self.word(),
            b'A'..=b'Z' => self.capital(),
            b'0'..=b'9' => self.number(0),
            b'-' if self.byte(1).is_ascii_digit() => self.negative_number(),
            b'"' => self.text(),
            _ => self.operator(),
        }
    }

    fn follows_dot(&self) -> bool {
        self.tokens.last().is_some_and(|last| {
            matches!(last.kind, TokenKind::Dot | TokenKind::DotQuestion) && last.end as usize == self.at
        })
    }

    fn operator(&mut self) -> Step {
        use TokenKind::*;
        let two = match (self.byte(0), self.byte(1)) {
            (b'>', b'=') => Some(GreaterEqual),
            (b'<', b'=') => Some(LessEqual),
            (b'!', b'=') => Some(NotEqual),
            (b'+', b'=') => Some(Append),
            (b'>', b'>') => Some(Pipe),
            (b'?', b'?') => Some(Coalesce),
            (b'!', b'!') => Some(BangBang),
            (b'=', b'=') => Some(Equal),
            (b'.', b'.') => Some(DotDot),
            (b'.', b'?') => Some(DotQuestion),
            _ => None,
        };
        if let Some(kind) = two {
            return self.advance(kind, 2);
        }
        let one = match self.byte(0) {
            b'+' => Plus,
            b'-' => Minus,
            b'*' => Star,
            b'/' => Slash,
            b'>' => Greater,
            b'<' => Less,
            b'=' => Equal,
            b'&' => Ampersand,
            b'|' => Bar,
            b'?' => Question,
            b'@' => At,
            b'!' => Bang,
            b'^' => Caret,
            b'~' => Tilde,
            b'$' => Dollar,
            b':' => Colon,
            b';' => Semicolon,
            b'.' => Dot,
            b',' => Comma,
            b'{' => LeftBrace,
            b'}' => RightBrace,
            b'(' => LeftParen,
            b')' => RightParen,
            b'[' => LeftBracket,
            b']' => RightBracket,
            b'_' => Underscore,
            _ => return Err(self.illegal_character()),
        };
        self.advance(one, 1)
    }

    fn illegal_character(&self) -> Box<Diagnostic> {
        let found = self.source[self.at..].chars().next().unwrap_or('\0');
        let message = format!("{} starts no token", show_character(found));
        let mut error = self.error("ILO-L001", self.at, self.at + found.len_utf8(), message);
        error.help = match found {
            '\r' => Some("save the file with line feeds only".into()),
            '\'' | '`' | '“' | '”' | '‘' | '’' => {
                Some("texts are written in double quotes: \"…\"".into())
            }
            '%' => Some("the remainder is the builtin `mod`: `mod a b`".into()),
            '#' => Some("comments start with `--`".into()),
            '\\' => Some("a lambda is written `(x:n>n;…)`".into()),
            _ if found.is_alphabetic() => {
                Some("names are made of the letters a to z, digits and hyphens".into())
            }
            _ => None,
        };
        error
    }

    /// An identifier, a keyword or a constant (1.8).
    fn word(&mut self) -> Step {
        let start = self.at;
        let mut end = start;
        let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let byte_at = |i: usize| self.bytes.get(i).copied().unwrap_or(0);
        loop {
            while is_part(byte_at(end)) {
                end += 1;
            }
            if byte_at(end) == b'-' && is_part(byte_at(end + 1)) {
                end += 1;
            } else {
                break;
            }
        }
        match byte_at(end) {
            b'_' => return Err(self.bad_identifier("ILO-L002", start, end, "an underscore")),
            b'A'..=b'Z' => return Err(self.bad_identifier("ILO-L003", start, end, "a capital letter")),
            _ => {}
        }
        let kind = classify_word(&self.source[start..end]);
        self.advance(kind, end - start)
    }

    fn bad_identifier(&self, code: &'static str, start: usize, bad: usize, what: &str) -> Box<Diagnostic> {
        let rest = &self.bytes[bad..];
        let end = bad
            + rest
                .iter()
                .position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-'))
                .unwrap_or(rest.len());
        let written = self.source[start..end].trim_end_matches(['-', '_']);
        let message = format!("{what} inside the name `{written}`");
        let mut error = self.error(code, bad, bad + 1, message);
        error.help = Some(format!("names are lower-case with hyphens: `{}`", kebab(written)));
        error
    }

    /// A type constructor; any other capital, and the words `AND`, `OR`, `NOT`, start no token (1.8).
    fn capital(&mut self) -> Step {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let word = &self.source[self.at..self.at + length];
        let operator = match word {
            "AND" => Some("`&a b` or `(a & b)`"),
            "OR" => Some("`|a b` or `(a | b)`"),
            "NOT" => Some("`!a`"),
            _ => None,
        };
        if let Some(instead) = operator {
            let mut error =
                self.error("ILO-L001", self.at, self.at + length, format!("`{word}` is not an operator"));
            error.help = Some(format!("write {instead}"));
            return Err(error);
        }
        let kind = match self.byte(0) {
            b'L' => TokenKind::ListType,
            b'R' => TokenKind::ResultType,
            b'F' => TokenKind::FunctionType,
            b'O' => TokenKind::OptionalType,
            b'M' => TokenKind::MapType,
            b'S' => TokenKind::SumType,
            _ => {
                let mut error =
                    self.error("ILO-L001", self.at, self.at + length, format!("`{word}` starts no token"));
                error.help = Some(if length > 1 {
                    format!("names are lower-case with hyphens: `{}`", kebab(word))
                } else {
                    "the type constructors are L R F O M S; names are lower-case".into()
                });
                return Err(error);
            }
        };
        self.advance(kind, 1)
    }

    /// A name of the wider set that may follow a dot (1.9).
    fn field_name(&mut self) -> Step {
        let mut end = self.at;
        let byte_at = |i: usize| self.bytes.get(i).copied().unwrap_or(0);
        loop {
            while byte_at(end).is_ascii_alphanumeric() {
                end += 1;
            }
            let next = byte_at(end + 1);
            let joins = match byte_at(end) {
                b'_' => next.is_ascii_alphanumeric(),
                b'-' => next.is_ascii_lowercase() || next.is_ascii_digit(),
                _ => false,
            };
            if !joins {
                break;
            }
            end += 1;
        }
        self.advance(TokenKind::FieldName, end - self.at)
    }

    fn digits_from(&self, mut at: usize) -> usize {
        while self.bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    }

    /// The end of the number whose first digit is at `start`, and the place of its point if it has one and no exponent.
    fn scan_number(&self, start: usize) -> (usize, Option<usize>) {
        let mut end = self.digits_from(start);
        let mut point = None;
        let byte_at = |i: usize| self.bytes.get(i).copied().unwrap_or(0);
        if byte_at(end) == b'.' && byte_at(end + 1).is_ascii_digit() {
            point = Some(end);
            end = self.digits_from(end + 1);
        }
        if matches!(byte_at(end), b'e' | b'E') {
            let digits = end + 1 + usize::from(matches!(byte_at(end + 1), b'+' | b'-'));
            if byte_at(digits).is_ascii_digit() {
                return (self.digits_from(digits), None);
            }
        }
        (end, point)
    }

    fn number(&mut self, sign: usize) -> Step {
        let (end, _) = self.scan_number(self.at + sign);
        self.advance(TokenKind::Number, end - self.at)
    }

    /// `-` before a digit: one token, or an operator and a number, by what stands before it (1.6).
    fn negative_number(&mut self) -> Step {
        use TokenKind::{Equal, LeftBrace, LeftParen, Minus, Semicolon};
        let splits = self.pending_boundary
            || self
                .tokens
                .last()
                .is_none_or(|last| matches!(last.kind, Semicolon | Equal | LeftBrace | LeftParen | Minus));
        if splits {
            self.advance(Minus, 1)?;
            return self.number(0);
        }
        self.number(1)
    }

    /// After a dot, `0.1` is two indices (1.9).
    fn indices(&mut self) -> Step {
        let (end, point) = self.scan_number(self.at);
        let Some(point) = point else { return self.number(0) };
        self.advance(TokenKind::Number, point - self.at)?;
        self.advance(TokenKind::Dot, 1)?;
        self.advance(TokenKind::Number, end - self.at)
    }

    fn text(&mut self) -> Step {
        let mut end = self.at + 1;
        loop {
            match self.bytes.get(end) {
                Some(b'"') => return self.advance(TokenKind::Text, end + 1 - self.at),
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => {
                    let mut error =
                        self.error("ILO-L001", self.at, self.at + 1, "this text is never closed".into());
                    error.help = Some("close it with `\"`; a quote inside a text is written `\\\"`".into());
                    return Err(error);
                }
            }
        }
    }
}

fn show_character(c: char) -> String {
    match c {
        '\r' => "a carriage return".into(),
        c if c.is_control() || c == '\u{feff}' => format!("the character U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}

/// `myVar_x` → `my-var-x`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c == '_' || c.is_ascii_uppercase() {
            if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
            if c != '_' {
                out.push(c.to_ascii_lowercase());
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// The characters a text token denotes: quotes removed, escapes resolved (1.7).
pub(crate) fn unescape(token: &str) -> String {
    let inner = &token[1..token.len() - 1];
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('f') => out.push('\u{c}'),
            Some('b') => out.push('\u{8}'),
            Some('v') => out.push('\u{b}'),
            Some('a') => out.push('\u{7}'),
            Some('0') => out.push('\0'),
            Some(kept @ ('/' | '"' | '\\')) => out.push(kept),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let shown = match lex(source, SourceId(0)) {
            Ok(tokens) => tokens[..tokens.len() - 1]
                .iter()
                .map(|t| if t.start == t.end { "(;)" } else { &source[t.start as usize..t.end as usize] })
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.code.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn negative_literals_split_at_the_start_of_an_expression_only() {
        check("f>n;-1 a -2", "f > n ; - 1 a -2");
        check("[-2 a -3] (-4) =-5 - -6", "[ -2 a -3 ] ( - 4 ) = - 5 - - 6");
        check("f\n-1", "f - 1");
        check("f\n -1", "f (;) - 1");
        check("a-1 a -1", "a-1 a -1");
    }

    #[test]
    fn a_dot_widens_names_and_splits_numbers() {
        check("r.type.userId.user_name.x-y", "r . type . userId . user_name . x-y");
        check("m.1.0 0.1 a.?2 0..3 1.5..2", "m . 1 . 0 0.1 a .? 2 0 .. 3 1.5 .. 2");
        check("r.a_ b", "r . a _ b");
    }

    #[test]
    fn lexical_errors() {
        check("my_sum", "ILO-L002");
        check("myVar", "ILO-L003");
        check("x OR y", "ILO-L001");
        check("\"open", "ILO-L001");
        check("\"open\\", "ILO-L001");
        check("a\r\n", "ILO-L001");
        check("é", "ILO-L001");
    }

    #[test]
    fn numbers() {
        check("1e3 2.5e-2 1e .5 5.", "1e3 2.5e-2 1 e . 5 5 .");
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(r#""a\n\q\"\\\u0041""#), "a\n\\q\"\\\\u0041");
    }

    #[test]
    fn names_in_advice() {
        assert_eq!(kebab("myVar_x"), "my-var-x");
    }
}

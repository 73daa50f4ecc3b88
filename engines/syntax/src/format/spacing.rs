//! Blanks between two tokens on one line: where the language needs one, and where a form has an opinion.

use super::pieces::Piece;
use crate::token::TokenKind;

/// Two tokens that are to stand next to each other, and what is known of the place.
#[derive(Clone, Copy)]
pub(super) struct Neighbours<'a, 's> {
    /// What is printed before `prev`, unless `prev` starts a line.
    pub before: Option<TokenKind>,
    pub prev: &'a Piece<'s>,
    pub next: &'a Piece<'s>,
    /// Something stood between them.
    pub was_apart: bool,
}

impl Neighbours<'_, '_> {
    /// Would they be read as something else without a blank?
    pub(super) fn need_blank(self) -> bool {
        use TokenKind::{Bang, BangBang, Dot, DotQuestion, Identifier, Minus, Number};
        let (prev, next) = (self.prev.kind, self.next.kind);
        if prev == Minus && next == Number {
            // A sign and a number are two tokens only in some places (1.6).
            return !self.minus_splits();
        }
        if !self.was_apart {
            return false;
        }
        let touches_dot = |kind| matches!(kind, Dot | DotQuestion);
        let (last, first) = (last_byte(self.prev.text), first_byte(self.next.text));
        touches_dot(prev)
            || touches_dot(next)
            || prev == Identifier && matches!(next, Bang | BangBang)
            || is_word(last) && (is_word(first) || first == b'-')
            || joins(last, first)
    }

    fn minus_splits(self) -> bool {
        use TokenKind::{Equal, LeftBrace, LeftParen, Minus, Semicolon};
        !self.was_apart
            && self
                .before
                .is_none_or(|kind| matches!(kind, Semicolon | Equal | LeftBrace | LeftParen | Minus))
    }

    /// Is there a blank in the expanded form? As written, except around punctuation.
    pub(super) fn has_blank(self) -> bool {
        use TokenKind::*;
        match (self.prev.kind, self.next.kind) {
            (LeftParen | LeftBracket | LeftBrace | Colon, _) => false,
            (_, RightParen | RightBracket | RightBrace | Semicolon | Comma | Colon) => false,
            (Comma, _) => true,
            (_, LeftBrace) => self.prev.kind == Semicolon && self.was_apart,
            _ => self.was_apart,
        }
    }
}

fn first_byte(text: &str) -> u8 {
    text.bytes().next().unwrap_or(b' ')
}

fn last_byte(text: &str) -> u8 {
    text.bytes().last().unwrap_or(b' ')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Would the two bytes be one token, or the start of a comment?
fn joins(last: u8, first: u8) -> bool {
    matches!(
        (last, first),
        (b'>' | b'<' | b'!' | b'+' | b'=', b'=')
            | (b'>', b'>')
            | (b'?', b'?')
            | (b'!', b'!')
            | (b'.', b'.' | b'?')
            | (b'-', b'-' | b'0'..=b'9')
    )
}

/// A text literal on one line: its line ends as `\n`, which denotes the same character.
pub(super) fn one_line(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    let mut chars = literal.chars();
    while let Some(c) = chars.next() {
        match c {
            '\n' => out.push_str("\\n"),
            '\\' => match chars.next() {
                // An unknown escape is kept with its backslash, here one before a line end.
                Some('\n') => out.push_str("\\\\\\n"),
                Some(escaped) => out.extend(['\\', escaped]),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::unescape;

    #[test]
    fn a_text_on_one_line_denotes_the_same() {
        for literal in ["\"a\nb\"", "\"a\\\nb\"", "\"a\\\\\nb\"", "\"\\n\\q\"", "\"\""] {
            assert_eq!(unescape(&one_line(literal)), unescape(literal));
            assert!(!one_line(literal).contains('\n'));
        }
    }
}

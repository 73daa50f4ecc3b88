//! Patterns of match arms (4.9).

use crate::ast::{KindPattern, Name, Pattern, PatternKind};
use crate::diagnostic::Diagnostic;
use crate::lexer::unescape;
use crate::parser::{Needed, Parsed, Parser};
use crate::token::TokenKind;

impl Parser<'_> {
    /// Does a complete pattern followed by `:` start at `at`?
    pub(crate) fn pattern_ahead(&self, at: usize) -> bool {
        let length = match self.kind_at(at) {
            TokenKind::Tilde | TokenKind::Caret if self.is_pattern_name(at + 1) => 2,
            TokenKind::Identifier if self.kind_letter(at).is_some() && self.is_pattern_name(at + 1) => 2,
            TokenKind::Number
            | TokenKind::Text
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Nil
            | TokenKind::Underscore => 1,
            _ => return false,
        };
        self.kind_at(at + length) == TokenKind::Colon
    }

    fn is_pattern_name(&self, at: usize) -> bool {
        matches!(self.kind_at(at), TokenKind::Identifier | TokenKind::Underscore)
    }

    fn kind_letter(&self, at: usize) -> Option<KindPattern> {
        match self.text_at(at) {
            "n" => Some(KindPattern::Number),
            "t" => Some(KindPattern::Text),
            "b" => Some(KindPattern::Bool),
            "l" => Some(KindPattern::List),
            _ => None,
        }
    }

    /// `pattern`; `is_first` improves the advice for a conditional written as a match.
    pub(crate) fn pattern(&mut self, is_first: bool) -> Parsed<Pattern> {
        let start = self.pos;
        let kind = match self.kind() {
            TokenKind::Tilde => PatternKind::Ok(self.pattern_name()?),
            TokenKind::Caret => PatternKind::Err(self.pattern_name()?),
            TokenKind::Identifier => match self.kind_letter(start) {
                Some(letter) if self.is_pattern_name(start + 1) => {
                    PatternKind::Kind(letter, self.pattern_name()?)
                }
                _ => return Err(self.not_a_pattern(is_first)),
            },
            TokenKind::Number if !self.text_at(start).starts_with('-') => {
                PatternKind::Number(self.number_at(start))
            }
            TokenKind::Text => PatternKind::Text(unescape(self.text_at(start))),
            TokenKind::True => PatternKind::Bool(true),
            TokenKind::False => PatternKind::Bool(false),
            TokenKind::Nil => PatternKind::Nil,
            TokenKind::Underscore => PatternKind::Any,
            _ => return Err(self.not_a_pattern(is_first)),
        };
        self.bump();
        Ok(Pattern { kind, span: self.span_from(start) })
    }

    /// Moves from the mark or letter to the name behind it, which the caller consumes.
    fn pattern_name(&mut self) -> Parsed<Name> {
        self.bump();
        if self.is_pattern_name(self.pos) {
            return Ok(self.name_at(self.pos));
        }
        Err(self.missing(Needed::Pattern, "a name or `_` for the content"))
    }

    fn not_a_pattern(&self, is_first: bool) -> Box<Diagnostic> {
        let mut error = self.missing(Needed::Pattern, "a pattern");
        let next = self.kind_at(self.pos + 1);
        let looks_like_statement =
            self.kind().is_infix_operator() || self.at(TokenKind::Identifier) && next != TokenKind::Colon;
        error.help = if self.at(TokenKind::End) {
            None
        } else if self.at(TokenKind::Minus) && next == TokenKind::Number {
            Some("negative numbers are not patterns; compare with `=x -1`".into())
        } else if is_first && looks_like_statement {
            Some("a conditional has no question mark: `cond{…}` or `cond{…}{…}`".into())
        } else if self.at(TokenKind::Identifier) {
            Some("a name is not a pattern; compare with `=`, or bind with `n v`, `t v`, `b v`, `l v`".into())
        } else {
            Some("patterns are literals, `_`, `~v`, `^e`, `n v`, `t v`, `b v` and `l v`".into())
        };
        error
    }
}

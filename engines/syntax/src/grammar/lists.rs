//! List literals (4.12).

use crate::ast::{Expr, ExprKind};
use crate::parser::{Needed, Parsed, Parser};
use crate::token::TokenKind;

impl Parser<'_> {
    /// `"[" { element [ "," ] } "]"`.
    pub(crate) fn list(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        let is_blank_separated = !self.ahead.has_comma(start);
        self.bump();
        let saved = std::mem::replace(&mut self.in_blank_list, is_blank_separated);
        let elements = self.nested(Needed::Expression, |p| p.elements(start))?;
        self.in_blank_list = saved;
        Ok(Expr { kind: ExprKind::List(elements), span: self.span_from(start) })
    }

    fn elements(&mut self, start: usize) -> Parsed<Vec<Expr>> {
        let mut elements = Vec::new();
        while !self.eat(TokenKind::RightBracket) {
            if self.at(TokenKind::Semicolon) {
                let mut error = self.missing(Needed::Expression, "a list element or `]`");
                error.help = Some("list elements are separated by blanks or commas".into());
                return Err(error);
            }
            if self.at(TokenKind::End) {
                let mut error = self.missing(Needed::Expression, "a list element or `]`");
                error.labels.push((self.span_at(start), "the list starts here".into()));
                return Err(error);
            }
            elements.push(self.marked_inner()?);
            self.eat(TokenKind::Comma);
        }
        Ok(elements)
    }

    /// A name followed by an operand in a blank-separated list: a known-arity function takes its arguments, any
    /// other name is an element by itself.
    pub(crate) fn list_name(&mut self) -> Parsed<Expr> {
        let name = self.text_at(self.pos);
        match self.arities.callee(name).arity {
            Some(0) => {
                let span = self.span();
                self.bump();
                Ok(Expr { kind: ExprKind::Name { name: name.to_string(), bare_call: true }, span })
            }
            Some(arity) => self.nested(Needed::Expression, |p| p.known_call(arity)),
            None if ilo4_builtins::lookup(name).is_some() => {
                let message = format!("a call of `{name}` in a list needs parentheses");
                let mut error = self.error("ILO-P101", message);
                error.help = Some(format!("write `({name} …)`, or separate the elements by commas"));
                Err(error)
            }
            None => self.identifier_atom(),
        }
    }
}

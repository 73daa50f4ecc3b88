//! Everything that starts with `?` (4.9).

use crate::ast::{Arm, Body, Expr, ExprKind};
use crate::grammar::expressions::infix_operator;
use crate::parser::{Needed, Parsed, Parser};
use crate::token::TokenKind;

impl Parser<'_> {
    /// `question`: the decisions of 4.9, in their order.
    pub(crate) fn question(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        self.bump();
        self.nested(Needed::Expression, |p| {
            if p.kind().is_comparison() {
                return p.comparison_ternary(start);
            }
            if p.at(TokenKind::LeftBrace) {
                return p.match_arms(None, start);
            }
            let is_keyword = p.is_identifier(p.pos, "h");
            let subject_start = p.pos;
            let subject = p.subject()?;
            let is_keyword = is_keyword && p.pos == subject_start + 1;
            if p.is_brace_ternary() {
                return p.brace_ternary(subject, start);
            }
            if !p.at(TokenKind::LeftBrace) && p.operand_follows() {
                return p.operand_ternary(subject, is_keyword, start);
            }
            p.match_arms(Some(Box::new(subject)), start)
        })
    }

    fn subject(&mut self) -> Parsed<Expr> {
        if matches!(self.kind(), TokenKind::LeftParen | TokenKind::LeftBracket)
            || self.kind().is_single_atom()
        {
            return self.atom();
        }
        let mut error = self.missing(Needed::Expression, "the subject of a match or ternary");
        if self.operand_follows() {
            error.help = Some("put a subject that is not a name or literal into parentheses".into());
        }
        Err(error)
    }

    fn ternary(&self, cond: Expr, then: Expr, other: Expr, start: usize) -> Expr {
        let kind = ExprKind::Ternary { cond: Box::new(cond), then: Box::new(then), other: Box::new(other) };
        Expr { kind, span: self.span_from(start) }
    }

    /// `?op x y a b`.
    fn comparison_ternary(&mut self, start: usize) -> Parsed<Expr> {
        let operator = self.pos;
        let Some((op, _)) = infix_operator(self.kind()) else {
            return Err(self.missing(Needed::Expression, "a comparison"));
        };
        self.reject_double_operator()?;
        self.bump();
        let left = Box::new(self.binop_operand()?);
        let right = Box::new(self.binop_operand()?);
        let cond = Expr { kind: ExprKind::Binary { op, left, right }, span: self.span_from(operator) };
        let then = self.binop_operand()?;
        let other = self.binop_operand()?;
        Ok(self.ternary(cond, then, other, start))
    }

    /// Step 3 of 4.9: two blocks, the first of which holds something that is neither arms nor statements.
    fn is_brace_ternary(&self) -> bool {
        if !self.at(TokenKind::LeftBrace) || self.ahead.has_colon_or_semicolon(self.pos) {
            return false;
        }
        self.ahead
            .closing(self.pos)
            .is_some_and(|close| close > self.pos + 1 && self.kind_at(close + 1) == TokenKind::LeftBrace)
    }

    fn brace_ternary(&mut self, cond: Expr, start: usize) -> Parsed<Expr> {
        let then = self.braced_expr()?;
        let other = self.braced_expr()?;
        Ok(self.ternary(cond, then, other, start))
    }

    fn braced_expr(&mut self) -> Parsed<Expr> {
        self.expect(TokenKind::LeftBrace, "before a branch")?;
        let expr = self.outside_list(Self::expr)?;
        self.expect(TokenKind::RightBrace, "behind a branch")?;
        Ok(expr)
    }

    /// `?s a b`, and `?h c a b` when a third operand follows the name `h`.
    fn operand_ternary(&mut self, subject: Expr, is_keyword: bool, start: usize) -> Parsed<Expr> {
        let first = self.binop_operand()?;
        let second = self.binop_operand()?;
        if is_keyword && self.operand_follows() {
            let third = self.binop_operand()?;
            return Ok(self.ternary(first, second, third, start));
        }
        Ok(self.ternary(subject, first, second, start))
    }

    fn match_arms(&mut self, subject: Option<Box<Expr>>, start: usize) -> Parsed<Expr> {
        self.expect(TokenKind::LeftBrace, "before the arms of a match, or two operands of a ternary")?;
        let arms = self.outside_list(Self::arms)?;
        Ok(Expr { kind: ExprKind::Match { subject, arms }, span: self.span_from(start) })
    }

    /// `arms` and the closing brace.
    fn arms(&mut self) -> Parsed<Vec<Arm>> {
        let mut arms = Vec::new();
        while !self.eat(TokenKind::RightBrace) {
            let start = self.pos;
            let pattern = self.pattern(arms.is_empty())?;
            self.expect(TokenKind::Colon, "behind the pattern")?;
            let body = self.arm_body()?;
            arms.push(Arm { pattern, body, span: self.span_from(start) });
            if !self.eat(TokenKind::Semicolon) && !self.at(TokenKind::RightBrace) {
                return Err(self.left_over_in_arm());
            }
        }
        Ok(arms)
    }

    fn left_over_in_arm(&self) -> Box<crate::diagnostic::Diagnostic> {
        let mut error = self.missing(Needed::Token, "`;` or `}` behind the arm");
        if self.at(TokenKind::Colon) {
            error.help = Some(
                "if this is an arm: patterns are literals, `_`, `~v`, `^e`, `n v`, `t v`, `b v` and `l v`"
                    .into(),
            );
        }
        error
    }

    /// `[ block | stmt { ";" stmt } ]`; stops at the `}` or at the `;` before the next arm.
    fn arm_body(&mut self) -> Parsed<Body> {
        let start = self.pos;
        if self.at(TokenKind::LeftBrace) && !self.is_destructuring() {
            return self.block();
        }
        let mut statements = Vec::new();
        while !matches!(self.kind(), TokenKind::Semicolon | TokenKind::RightBrace) || !statements.is_empty() {
            statements.push(self.statement()?);
            let ends =
                self.kind_at(self.pos + 1) == TokenKind::RightBrace || self.pattern_ahead(self.pos + 1);
            if !self.at(TokenKind::Semicolon) || ends {
                break;
            }
            self.bump();
        }
        let span = if statements.is_empty() { self.empty_span() } else { self.span_from(start) };
        Ok(Body { statements, span })
    }
}

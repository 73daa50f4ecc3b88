//! Statements (3).

use crate::ast::{BinaryOp, Body, Expr, ExprKind, Stmt, StmtKind, UnaryOp};
use crate::grammar::expressions::foreign_advice;
use crate::parser::{Needed, Parsed, Parser};
use crate::token::TokenKind;

impl Parser<'_> {
    /// `block`.
    pub(crate) fn block(&mut self) -> Parsed<Body> {
        let start = self.pos;
        self.expect(TokenKind::LeftBrace, "before a block")?;
        let mut body = self
            .outside_list(|p| p.nested(Needed::Expression, |p| p.statements_until(TokenKind::RightBrace)))?;
        if !self.at(TokenKind::RightBrace) {
            let mut error = self.missing(Needed::Token, "`}`");
            error.labels.push((self.span_at(start), "to close this block".into()));
            return Err(error);
        }
        self.bump();
        body.span = self.span_from(start);
        Ok(body)
    }

    /// `[ stmts ]` before `close`, which is left to the caller.
    pub(crate) fn statements_until(&mut self, close: TokenKind) -> Parsed<Body> {
        let start = self.pos;
        let mut statements = Vec::new();
        while !self.at(close) {
            if self.at(TokenKind::End) && statements.is_empty() {
                break;
            }
            statements.push(self.statement()?);
            if !self.eat(TokenKind::Semicolon) {
                break;
            }
        }
        Ok(Body { statements, span: self.span_from(start) })
    }

    /// `stmt`: decided by the first tokens, in the order of section 3.
    pub(crate) fn statement(&mut self) -> Parsed<Stmt> {
        let start = self.pos;
        let kind = self.statement_kind()?;
        Ok(Stmt { kind, span: self.span_from(start) })
    }

    fn statement_kind(&mut self) -> Parsed<StmtKind> {
        let next = self.kind_at(self.pos + 1);
        match self.kind() {
            TokenKind::Foreign if next == TokenKind::Equal => Err(self.foreign_binding()),
            TokenKind::Question => self.question().map(StmtKind::Expr),
            TokenKind::At => self.loop_(),
            TokenKind::LeftBrace if self.is_destructuring() => self.destructuring(),
            TokenKind::Bang => self.negated(),
            TokenKind::Caret => self.err_statement(),
            TokenKind::Identifier => self.word_statement(next),
            _ => self.expression_statement(),
        }
    }

    /// `let=…` and the like.
    pub(crate) fn foreign_binding(&self) -> Box<crate::diagnostic::Diagnostic> {
        let mut error = self.reserved_word();
        error.help = Some(foreign_advice(self.text_at(self.pos)).into());
        error
    }

    fn word_statement(&mut self, next: TokenKind) -> Parsed<StmtKind> {
        let is_binding = next == TokenKind::Equal;
        match self.text_at(self.pos) {
            word @ ("brk" | "cnt") if is_binding => {
                Err(self.error("ILO-P011", format!("`{word}` is reserved and cannot be bound")))
            }
            "ret" => {
                self.bump();
                self.expr().map(StmtKind::Return)
            }
            "brk" => {
                self.bump();
                let ends = matches!(
                    self.kind(),
                    TokenKind::Semicolon | TokenKind::RightBrace | TokenKind::RightParen | TokenKind::End
                );
                Ok(StmtKind::Break(if ends { None } else { Some(self.expr()?) }))
            }
            "cnt" => {
                self.bump();
                Ok(StmtKind::Continue)
            }
            "wh" => {
                self.bump();
                let cond = self.expr()?;
                Ok(StmtKind::While { cond, body: self.block()? })
            }
            _ if is_binding => self.binding(),
            _ => self.expression_statement(),
        }
    }

    /// `"@" IDENT expr-inner [ ".." expr-inner ] block`.
    fn loop_(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let var = self.expect_identifier("the loop variable")?;
        let from = self.expr_inner()?;
        if self.eat(TokenKind::DotDot) {
            let to = self.expr_inner()?;
            return Ok(StmtKind::ForRange { var, from, to, body: self.block()? });
        }
        Ok(StmtKind::ForEach { var, list: from, body: self.block()? })
    }

    /// Does a destructuring pattern start at this `{` (3.4)?
    pub(crate) fn is_destructuring(&self) -> bool {
        let mut at = self.pos + 1;
        while matches!(self.kind_at(at), TokenKind::Identifier | TokenKind::Semicolon) {
            at += 1;
        }
        self.kind_at(at) == TokenKind::RightBrace && self.kind_at(at + 1) == TokenKind::Equal
    }

    fn destructuring(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let mut names = vec![self.expect_identifier("a field name")?];
        while self.eat(TokenKind::Semicolon) {
            names.push(self.expect_identifier("a field name")?);
        }
        self.expect(TokenKind::RightBrace, "behind the field names")?;
        self.expect(TokenKind::Equal, "and the record")?;
        Ok(StmtKind::Destructure { names, value: self.expr()? })
    }

    /// `IDENT "=" expr [ block [ block ] ]` (3.1).
    fn binding(&mut self) -> Parsed<StmtKind> {
        let name = self.name_at(self.pos);
        if let Some(builtin) = ilo4_builtins::lookup(&name.text) {
            let message = format!("`{}` is a builtin and cannot be bound", name.text);
            let mut error = self.error("ILO-P011", message);
            if builtin.name != name.text {
                error.notes.push(format!("it is another name of `{}`", builtin.name));
            }
            error.help = Some(format!("choose another name, e.g. `my-{}`", name.text));
            return Err(error);
        }
        self.bump();
        self.bump();
        if self.at(TokenKind::LeftBrace) {
            return Err(self.map_literal());
        }
        let value = self.expr()?;
        if !self.at(TokenKind::LeftBrace) || !is_guard_condition(&value) {
            return Ok(StmtKind::Bind { name, value });
        }
        let then = last_expression(self.block()?);
        if !self.at(TokenKind::LeftBrace) {
            return Ok(StmtKind::BindIf { name, cond: value, then });
        }
        let other = last_expression(self.block()?);
        Ok(StmtKind::BindTernary { name, cond: value, then, other })
    }

    fn map_literal(&self) -> Box<crate::diagnostic::Diagnostic> {
        let mut error = self.missing(Needed::Expression, "an expression");
        error.notes.push("there is no map literal".into());
        error.help = Some("write `mset mmap \"key\" value`".into());
        error
    }

    /// `"!" expr-inner body-tail`.
    fn negated(&mut self) -> Parsed<StmtKind> {
        let start = self.pos;
        self.bump();
        let cond = self.nested(Needed::Expression, Self::expr_inner)?;
        self.body_tail(cond, Some(start))
    }

    /// `"^" expr-inner`.
    fn err_statement(&mut self) -> Parsed<StmtKind> {
        let start = self.pos;
        self.bump();
        if matches!(self.kind(), TokenKind::Tilde | TokenKind::Caret) {
            return Err(self.missing_expression());
        }
        let inner = self.nested(Needed::Expression, Self::expr_inner)?;
        let span = self.span_from(start);
        Ok(StmtKind::Expr(Expr { kind: ExprKind::Err(Box::new(inner)), span }))
    }

    fn expression_statement(&mut self) -> Parsed<StmtKind> {
        let cond = self.expr()?;
        self.body_tail(cond, None)
    }

    /// `body-tail`: what follows a condition decides what it is; `negation` is the token of the `!` before it.
    fn body_tail(&mut self, cond: Expr, negation: Option<usize>) -> Parsed<StmtKind> {
        let negated = negation.is_some();
        if self.at(TokenKind::LeftBrace) {
            let then = self.block()?;
            let other = if self.at(TokenKind::LeftBrace) { Some(self.block()?) } else { None };
            return Ok(StmtKind::If { cond, negated, then, other });
        }
        if is_guard_condition(&cond) && self.operand_follows() {
            let value = self.nested(Needed::Expression, Self::operand)?;
            self.check_guard_end()?;
            return Ok(StmtKind::Guard { cond, negated, value });
        }
        let Some(start) = negation else { return Ok(StmtKind::Expr(cond)) };
        let kind = ExprKind::Unary { op: UnaryOp::Not, operand: Box::new(cond) };
        Ok(StmtKind::Expr(Expr { kind, span: self.span_from(start) }))
    }

    /// Behind a guard's value: `;`, `}`, `)` or the end of the declaration (3.3).
    fn check_guard_end(&self) -> Parsed<()> {
        use TokenKind::*;
        let ends = match self.kind() {
            Semicolon | RightBrace | RightParen | End | Type | Tool | Use => true,
            Identifier => self.ahead.is_weak_header(self.pos),
            _ => false,
        };
        if ends {
            return Ok(());
        }
        let mut error = self.error("ILO-P016", "nothing may follow the value of a braceless guard");
        error.help = Some("a call or infix expression as the value needs parentheses: `cond (f x)`".into());
        Err(error)
    }
}

/// A comparison or a logical expression (3.1).
fn is_guard_condition(expr: &Expr) -> bool {
    use BinaryOp::*;
    match &expr.kind {
        ExprKind::Binary { op, .. } => {
            matches!(op, Equal | NotEqual | Greater | Less | GreaterEqual | LessEqual | And | Or)
        }
        _ => false,
    }
}

/// All that counts of a block in a binding (3.1).
fn last_expression(body: Body) -> Option<Expr> {
    body.statements.into_iter().rev().find_map(|statement| match statement.kind {
        StmtKind::Expr(expr) => Some(expr),
        _ => None,
    })
}

//! Statement sequences and statements (sections 3, 5.5, 6.5).

use ilo4_syntax::ast::{self, ExprKind as Ast, Stmt, StmtKind};
use ilo4_syntax::{Diagnostic, Span};

use super::{Lowerer, Position, Typed};
use crate::build::At;
use crate::compat::compatible;
use crate::hir;
use crate::types::Type;

/// What happens to the value of a statement or body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Nothing,
    Value,
    /// It is the function's result.
    Tail,
}

impl Wanted {
    pub(super) fn position(self) -> Position {
        match self {
            Wanted::Nothing | Wanted::Value => Position::Value,
            Wanted::Tail => Position::Tail,
        }
    }
}

impl Lowerer<'_> {
    /// A body in a scope of its own.
    pub(super) fn block(&mut self, body: &ast::Body, wanted: Wanted) -> Typed {
        self.contexts.current().open_scope();
        let lowered = self.body(body, wanted);
        self.contexts.current().close_scope();
        lowered
    }

    /// The statements in the current scope; the type is that of the last one that is reached (5.5).
    pub(super) fn body(&mut self, body: &ast::Body, wanted: Wanted) -> Typed {
        let outer_previous = self.contexts.current().previous.take();
        let reached = self.reached(body);
        let mut statements = Vec::with_capacity(reached.len());
        let mut ty = Type::Nil;
        for (index, statement) in reached.iter().enumerate() {
            self.warn_of_discarded_value(statement, index + 1 == body.statements.len());
            let next = reached.get(index + 1);
            let feeds_next = next.is_some_and(super::facts::uses_previous);
            let lowered = match next {
                None => self.statement(statement, wanted),
                Some(_) if feeds_next => self.statement(statement, Wanted::Value),
                Some(_) => self.statement(statement, Wanted::Nothing),
            };
            ty = lowered.ty;
            let context = self.contexts.current();
            context.previous = feeds_next.then(|| context.hidden("previous"));
            statements.push(match context.previous {
                Some(previous) => At(statement.span).assign(previous, lowered.expr),
                None => lowered.expr,
            });
        }
        self.contexts.current().previous = outer_previous;
        Typed::new(At(body.span).block(statements), ty)
    }

    /// The statements up to the first `ret` or `brk`; warns once if some stand behind it (3.6).
    fn reached<'b>(&mut self, body: &'b ast::Body) -> &'b [Stmt] {
        let leaves = |s: &Stmt| matches!(s.kind, StmtKind::Return(_) | StmtKind::Break(_));
        let count = body.statements.iter().position(leaves).map_or(body.statements.len(), |at| at + 1);
        if let Some(unreachable) = body.statements.get(count) {
            let word =
                if matches!(body.statements[count - 1].kind, StmtKind::Break(_)) { "brk" } else { "ret" };
            let message = format!("this is never reached: the body ends with the `{word}` before it");
            self.report(Diagnostic::warning("ILO-T029", unreachable.span, message));
        }
        &body.statements[..count]
    }

    fn statement(&mut self, statement: &Stmt, wanted: Wanted) -> Typed {
        let span = statement.span;
        let at = At(span);
        match &statement.kind {
            StmtKind::Expr(ast::Expr { kind: Ast::Match { subject, arms }, .. }) => {
                self.match_statement(subject.as_deref(), arms, span, wanted)
            }
            StmtKind::Expr(expr) => self.expr(expr, wanted.position()),
            StmtKind::Bind { name, value } => {
                let value = self.value(value);
                self.bind(name, value, span)
            }
            StmtKind::BindTernary { name, cond, then, other } => {
                let cond = self.condition(cond);
                let value = self.choice(cond, then.as_ref(), other.as_ref(), span);
                self.bind(name, value, span)
            }
            StmtKind::BindIf { name, cond, then } => {
                let cond = self.condition(cond);
                self.contexts.current().open_scope();
                let value = self.optional_value(then.as_ref(), span);
                let binding = self.bind(name, value, span);
                self.contexts.current().close_scope();
                Typed::new(at.when(cond, binding.expr, at.nil()), Type::Nil)
            }
            StmtKind::Destructure { names, value } => self.destructure(names, value, span),
            StmtKind::If { cond, negated, then, other } => {
                let cond = self.statement_condition(cond, *negated);
                if other.is_none() && self.is_uncalled_function_block(then) {
                    return self.rejected(span);
                }
                let then = self.block(then, wanted);
                let other = other.as_ref().map_or(at.nil(), |other| self.block(other, wanted).expr);
                Typed::new(at.when(cond, then.expr, other), then.ty)
            }
            StmtKind::Guard { cond, negated, value } => {
                let cond = self.statement_condition(cond, *negated);
                if self.is_uncalled_function(value, false) {
                    return self.rejected(span);
                }
                let value = self.expr(value, Position::Tail);
                let leave = At(value.expr.span).return_value(value.expr);
                Typed::new(at.when(cond, leave, at.nil()), value.ty)
            }
            StmtKind::ForEach { var, list, body } => self.for_each(var, list, body, span, wanted),
            StmtKind::ForRange { var, from, to, body } => self.for_range(var, (from, to), body, span, wanted),
            StmtKind::While { cond, body } => self.while_loop(cond, body, span, wanted),
            StmtKind::Return(value) => {
                let value = self.expr(value, Position::Tail);
                Typed::new(at.return_value(value.expr), value.ty)
            }
            StmtKind::Break(value) => self.break_loop(value.as_ref(), span),
            StmtKind::Continue => self.continue_loop(span),
        }
    }

    fn bind(&mut self, name: &ast::Name, value: Typed, span: Span) -> Typed {
        let var = self.contexts.current().bind(&name.text, value.ty);
        Typed::new(At(span).assign(var, value.expr), Type::Nil)
    }

    fn statement_condition(&mut self, cond: &ast::Expr, negated: bool) -> hir::Expr {
        let span = cond.span;
        let cond = self.condition(cond);
        if negated { At(span).not(cond) } else { cond }
    }

    fn optional_value(&mut self, value: Option<&ast::Expr>, span: Span) -> Typed {
        match value {
            Some(value) => self.value(value),
            None => Typed::new(At(span).nil(), Type::Nil),
        }
    }

    /// `name=cond{a}{b}`: the two types must be compatible as in a ternary expression (5.3).
    fn choice(
        &mut self,
        cond: hir::Expr,
        then: Option<&ast::Expr>,
        other: Option<&ast::Expr>,
        span: Span,
    ) -> Typed {
        let outer_previous = self.contexts.current().previous.take();
        self.contexts.current().open_scope();
        let then = self.optional_value(then, span);
        self.contexts.current().close_scope();
        self.contexts.current().open_scope();
        let other = self.optional_value(other, span);
        self.contexts.current().close_scope();
        self.contexts.current().previous = outer_previous;
        self.branches(cond, then, other, span)
    }

    /// A ternary's value and type.
    pub(super) fn branches(&mut self, cond: hir::Expr, then: Typed, other: Typed, span: Span) -> Typed {
        if !compatible(&then.ty, &other.ty) {
            let message = format!(
                "the two branches have different types: {} and {}",
                then.ty.describe(),
                other.ty.describe()
            );
            self.error("ILO-T003", span, message);
        }
        Typed::new(At(span).when(cond, then.expr, other.expr), then.ty)
    }

    /// `ILO-T027` for a value that is nothing but the name of a function (3.3).
    fn is_uncalled_function(&mut self, value: &ast::Expr, calls_bare_names: bool) -> bool {
        let Ast::Name { name, bare_call } = &value.kind else { return false };
        let is_call = self.is_bare_call(name, *bare_call && calls_bare_names);
        let is_function = self.names.function(name).is_some() || ilo4_builtins::lookup(name).is_some();
        if is_call || !is_function || self.contexts.is_variable(name) {
            return false;
        }
        let message = format!("`{name}` is a function that is not called here");
        let help = format!("write `{name}()` to call it");
        self.report(Diagnostic::error("ILO-T027", value.span, message).with_help(help));
        true
    }

    fn is_uncalled_function_block(&mut self, block: &ast::Body) -> bool {
        match block.statements.as_slice() {
            [Stmt { kind: StmtKind::Expr(value), .. }] => self.is_uncalled_function(value, true),
            _ => false,
        }
    }

    /// The warnings for values that are thrown away although they are the point of the statement (5.6).
    fn warn_of_discarded_value(&mut self, statement: &Stmt, is_last: bool) {
        let StmtKind::Expr(expr) = &statement.kind else { return };
        let name = match &expr.kind {
            Ast::Call { callee, .. } => match ilo4_builtins::lookup(&callee.text) {
                Some(builtin) => builtin.name,
                None => return,
            },
            Ast::Binary { op: ast::BinaryOp::Append, .. } => "+=",
            _ => return,
        };
        let in_loop = self.contexts.current().discards_last;
        let (code, help) = match name {
            "fmt" | "fmt2" if !is_last => ("ILO-T032", "it builds a text and prints nothing; `prnt` prints"),
            "+=" | "mset" | "mdel" if !is_last || in_loop => {
                ("ILO-T033", "it returns a new value and changes no variable; bind the result")
            }
            _ => return,
        };
        let message = format!("the value of `{name}` is thrown away");
        self.report(Diagnostic::warning(code, statement.span, message).with_help(help));
    }
}

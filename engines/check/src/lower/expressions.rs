//! Expressions: one function per kind, most of them elsewhere.

use ilo4_builtins::Prim;
use ilo4_syntax::Span;
use ilo4_syntax::ast::{self, ExprKind as Ast};

use super::calls::Argument;
use super::{Lowerer, Position, Typed};
use crate::build::At;
use crate::compat::compatible;
use crate::hir::ExprKind;
use crate::types::Type;

impl Lowerer<'_> {
    pub(super) fn value(&mut self, expr: &ast::Expr) -> Typed {
        self.expr(expr, Position::Value)
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr, position: Position) -> Typed {
        let span = expr.span;
        let at = At(span);
        match &expr.kind {
            Ast::Number(value) => Typed::new(at.number(*value), Type::Number),
            Ast::Text(text) => Typed::new(at.expr(ExprKind::Text(text.clone())), Type::Text),
            Ast::Bool(value) => Typed::new(at.bool(*value), Type::Bool),
            Ast::Nil => Typed::new(at.nil(), Type::Nil),
            Ast::Name { name, bare_call } => self.name(name, *bare_call, span, position),
            Ast::Call { callee, args, unwrap } => self.call(callee, args, *unwrap, span, position),
            Ast::Unary { op, operand } => self.unary(*op, operand, span),
            Ast::Binary { op, left, right } => self.binary(*op, left, right, span),
            Ast::Ok(inner) => {
                let inner = self.value(inner);
                Typed::new(at.prim(Prim::MakeOk, [inner.expr]), Type::result(inner.ty, Type::Any))
            }
            Ast::Err(inner) => {
                let inner = self.value(inner);
                Typed::new(at.prim(Prim::MakeErr, [inner.expr]), Type::result(Type::Any, inner.ty))
            }
            Ast::List(elements) => self.list(elements, span),
            Ast::Lambda(lambda) => self.lambda_value(lambda, span),
            Ast::Construct { record, fields } => self.construct(record, fields, span),
            Ast::With { base, fields } => self.with(base, fields, span),
            Ast::Field { base, field, tolerant } => self.field(base, field, *tolerant, span),
            Ast::Index { base, index, tolerant } => self.index(base, *index, *tolerant, span),
            Ast::At { base, index } => self.at(base, index, span),
            Ast::Coalesce { value, default } => self.coalesce(value, default, span),
            Ast::Ternary { cond, then, other } => {
                let cond = self.condition(cond);
                let then = self.expr(then, position);
                let other = self.expr(other, position);
                self.branches(cond, then, other, span)
            }
            Ast::Match { subject, arms } => self.match_expression(subject.as_deref(), arms, span, position),
            Ast::Broken => self.rejected(span),
        }
    }

    /// `[…]`: the first element's type if all others are compatible with it (5.3).
    fn list(&mut self, elements: &[ast::Expr], span: Span) -> Typed {
        let lowered: Vec<Typed> = elements.iter().map(|element| self.value(element)).collect();
        let element = match lowered.split_first() {
            Some((first, rest)) if rest.iter().all(|other| compatible(&other.ty, &first.ty)) => {
                first.ty.clone()
            }
            _ => Type::Any,
        };
        let elements = lowered.into_iter().map(|element| element.expr).collect();
        Typed::new(At(span).expr(ExprKind::List(elements)), Type::list(element))
    }

    /// `a.0`, `a.?0` (6.9).
    fn index(&mut self, base: &ast::Expr, index: f64, tolerant: bool, span: Span) -> Typed {
        let at = At(span);
        let base = self.value(base);
        let ty = match base.ty {
            Type::List(element) => *element,
            Type::Any => Type::Any,
            Type::Nil if tolerant => Type::Nil,
            other => {
                self.error(
                    "ILO-T023",
                    span,
                    format!("only a list has elements, but this is {}", other.describe()),
                );
                Type::Any
            }
        };
        let prim = if tolerant { Prim::IndexTolerant } else { Prim::Index };
        Typed::new(at.prim(prim, [base.expr, at.number(index)]), ty)
    }

    /// `a.i` with a variable is `at a i` (4.14).
    fn at(&mut self, base: &ast::Expr, index: &ast::Name, span: Span) -> Typed {
        let base = self.argument(base);
        let value = self.name(&index.text, false, index.span, Position::Value);
        let args = vec![base, Argument { value, span: index.span, text: None }];
        match ilo4_builtins::lookup("at") {
            Some(builtin) => self.builtin_call(builtin, args, span),
            None => self.rejected(span),
        }
    }
}

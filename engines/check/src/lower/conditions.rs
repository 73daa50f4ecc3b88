//! Truth (6.2): conditions, `&`, `|`, `!`, `??`.

use ilo4_builtins::Prim;
use ilo4_syntax::Span;
use ilo4_syntax::ast::{self, BinaryOp, ExprKind as Ast, UnaryOp};

use super::{Lowerer, Typed};
use crate::build::{self, At};
use crate::hir;
use crate::types::Type;

impl Lowerer<'_> {
    /// An expression of which only the truth is needed: any value, tested by whoever uses it.
    pub(super) fn condition(&mut self, cond: &ast::Expr) -> hir::Expr {
        let at = At(cond.span);
        match &cond.kind {
            Ast::Binary { op: BinaryOp::And, left, right } => {
                let left = self.condition(left);
                at.and(left, self.condition(right))
            }
            Ast::Binary { op: BinaryOp::Or, left, right } => {
                let left = self.condition(left);
                at.or(left, self.condition(right))
            }
            Ast::Unary { op: UnaryOp::Not, operand } => {
                let operand = self.condition(operand);
                at.not(operand)
            }
            _ => self.value(cond).expr,
        }
    }

    /// `&a b` and `|a b` as values: one of the operands (6.2), the right one evaluated only if it is the answer.
    pub(super) fn logical(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Typed {
        let at = At(span);
        let left = self.value(left).expr;
        let right = self.value(right).expr;
        let is_and = op == BinaryOp::And;
        let expr = if build::is_bool(&left) && build::is_bool(&right) {
            if is_and { at.and(left, right) } else { at.or(left, right) }
        } else if build::is_bool(&left) {
            if is_and { at.when(left, right, at.bool(false)) } else { at.when(left, at.bool(true), right) }
        } else {
            let operand = self.contexts.current().hidden("operand");
            let (then, other) = if is_and { (right, at.read(operand)) } else { (at.read(operand), right) };
            at.block(vec![at.assign(operand, left), at.when(at.read(operand), then, other)])
        };
        Typed::new(expr, Type::Bool)
    }

    /// `a ?? b` (4.11).
    pub(super) fn coalesce(&mut self, value: &ast::Expr, default: &ast::Expr, span: Span) -> Typed {
        let at = At(span);
        let value = self.value(value);
        let default = self.value(default);
        let ty = match value.ty {
            Type::Nil => default.ty,
            Type::Optional(inner) => *inner,
            other => other,
        };
        let kept = self.contexts.current().hidden("value");
        let is_nil = at.prim(Prim::IsNil, [at.read(kept)]);
        let choice = at.when(is_nil, default.expr, at.read(kept));
        Typed::new(at.block(vec![at.assign(kept, value.expr), choice]), ty)
    }
}

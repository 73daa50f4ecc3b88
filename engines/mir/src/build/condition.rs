//! Expressions of which only the truth matters.

use ilo4_builtins::{Class, Prim};
use ilo4_check::hir::{self, ExprKind};

use super::function::Builder;
use crate::body::{BlockId, Op, Operand, Terminator};

impl Builder<'_> {
    /// Goes to `then` if the expression is truthy (6.2), else to `other`.
    pub(super) fn condition(&mut self, expr: &hir::Expr, then: BlockId, other: BlockId) {
        match &expr.kind {
            ExprKind::Bool(true) => self.goto(then),
            ExprKind::Bool(false) | ExprKind::Nil => self.goto(other),
            ExprKind::And { left, right } => {
                let middle = self.new_block();
                self.condition(left, middle, other);
                self.enter(middle);
                self.condition(right, then, other);
            }
            ExprKind::Or { left, right } => {
                let middle = self.new_block();
                self.condition(left, then, middle);
                self.enter(middle);
                self.condition(right, then, other);
            }
            ExprKind::Prim { prim: Prim::Not, args } => self.condition(&args[0], other, then),
            ExprKind::Prim { prim: Prim::Truthy, args } => self.condition(&args[0], then, other),
            ExprKind::Block(exprs) if !exprs.is_empty() => {
                let (last, before) = exprs.split_last().expect("not empty");
                before.iter().for_each(|expr| self.effect(expr));
                self.condition(last, then, other);
            }
            ExprKind::Prim { prim, .. } if prim.info().result == Class::Bool => {
                let cond = self.value(expr);
                self.terminate(Terminator::Branch { cond, then, other });
            }
            _ => {
                let place = self.tables.place(expr.span);
                let value = self.value(expr);
                let truth = self.temporary();
                self.emit(Op::Prim { dst: truth, prim: Prim::Truthy, args: vec![value] }, place);
                self.terminate(Terminator::Branch { cond: Operand::Read(truth), then, other });
            }
        }
    }
}

//! Expressions whose value is wanted.

use std::collections::HashSet;

use ilo4_builtins::Prim;
use ilo4_check::hir::{self, ExprKind, VarId};

use super::function::Builder;
use crate::body::{Constant, FieldMode, FunctionId, Local, Op, Operand, PlaceId, ShapeId};

impl Builder<'_> {
    /// The operand that holds the expression's value: the variable itself, a constant, or a new temporary.
    pub(super) fn value(&mut self, expr: &hir::Expr) -> Operand {
        match &expr.kind {
            ExprKind::Number(number) => Operand::Constant(Constant::Number(*number)),
            ExprKind::Bool(value) => Operand::Constant(Constant::Bool(*value)),
            ExprKind::Nil => Operand::Constant(Constant::Nil),
            ExprKind::Text(text) => Operand::Constant(Constant::Text(self.tables.text(text))),
            ExprKind::FunctionRef(function) => Operand::Constant(Constant::Function(FunctionId(function.0))),
            ExprKind::Var { var, .. } => Operand::Read(Local(var.0)),
            ExprKind::Block(exprs) if !exprs.is_empty() => {
                let (last, before) = exprs.split_last().expect("not empty");
                before.iter().for_each(|expr| self.effect(expr));
                self.value(last)
            }
            ExprKind::Assign { .. }
            | ExprKind::While { .. }
            | ExprKind::Break
            | ExprKind::Continue
            | ExprKind::Return(_)
            | ExprKind::Block(_) => {
                self.effect(expr);
                Operand::Constant(Constant::Nil)
            }
            _ => {
                let dst = self.temporary();
                self.into(expr, dst);
                Operand::Read(dst)
            }
        }
    }

    /// Evaluates into a local. The local is written last, so the expression may read its old value.
    pub(super) fn into(&mut self, expr: &hir::Expr, dst: Local) {
        let place = self.tables.place(expr.span);
        match &expr.kind {
            ExprKind::If { cond, then, other } => {
                let (then_block, other_block, join) = (self.new_block(), self.new_block(), self.new_block());
                self.condition(cond, then_block, other_block);
                self.enter(then_block);
                self.into(then, dst);
                self.goto(join);
                self.enter(other_block);
                self.into(other, dst);
                self.goto(join);
                self.enter(join);
            }
            ExprKind::And { .. } | ExprKind::Or { .. } => self.truth(expr, dst, place),
            ExprKind::Call { function, args, .. } => {
                let args = self.operands(args.iter());
                self.emit(Op::Call { dst, function: FunctionId(function.0), args }, place);
            }
            ExprKind::CallValue { callee, args } => {
                let mut operands = self.operands(std::iter::once(&**callee).chain(args));
                let callee = operands.remove(0);
                self.emit(Op::CallValue { dst, callee, args: operands }, place);
            }
            ExprKind::Prim { prim, args } => {
                // Variables are read when the operation happens, later than in HIR: what may be taken is decided anew (`pass::takes`).
                let prim = if *prim == Prim::MgetTake { Prim::Mget } else { *prim };
                let args = self.operands(args.iter());
                self.emit(Op::Prim { dst, prim, args }, place);
            }
            ExprKind::List(items) => {
                let items = self.operands(items.iter());
                self.emit(Op::List { dst, items }, place);
            }
            ExprKind::Closure { function, captures } => {
                let captures = self.operands(captures.iter());
                self.emit(Op::Closure { dst, function: FunctionId(function.0), captures }, place);
            }
            ExprKind::Record { record, fields } => {
                let values = self.operands(fields.iter().map(|(_, value)| value));
                let mut slots = vec![Operand::Constant(Constant::Nil); fields.len()];
                for ((slot, _), value) in fields.iter().zip(values) {
                    slots[*slot as usize] = value;
                }
                self.emit(Op::Record { dst, shape: ShapeId(record.0), fields: slots }, place);
            }
            ExprKind::With { base, fields } => {
                let mut values =
                    self.operands(std::iter::once(&**base).chain(fields.iter().map(|(_, value)| value)));
                let base = values.remove(0);
                let names: Vec<_> = fields.iter().map(|(name, _)| self.tables.name(name)).collect();
                self.emit(Op::With { dst, base, fields: names.into_iter().zip(values).collect() }, place);
            }
            ExprKind::Field { base, name, tolerant, hint, .. } => {
                let base = self.value(base);
                let name = self.tables.name(name);
                let hint = hint.map(|(record, slot)| (ShapeId(record.0), slot));
                self.emit(
                    Op::Field { dst, base, name, tolerant: *tolerant, hint, mode: FieldMode::Copy },
                    place,
                );
            }
            ExprKind::TakeElement { list, index } => {
                let index = self.value(index);
                self.emit(Op::TakeElement { dst, list: Operand::Read(Local(list.0)), index }, place);
            }
            _ => {
                let src = self.value(expr);
                self.emit(Op::Assign { dst, src }, place);
            }
        }
    }

    fn truth(&mut self, expr: &hir::Expr, dst: Local, place: PlaceId) {
        let (yes, no, join) = (self.new_block(), self.new_block(), self.new_block());
        self.condition(expr, yes, no);
        for (block, value) in [(yes, true), (no, false)] {
            self.enter(block);
            self.emit(Op::Assign { dst, src: Operand::Constant(Constant::Bool(value)) }, place);
            self.goto(join);
        }
        self.enter(join);
    }

    /// Evaluates operands from left to right. A variable that a later operand assigns is read into a temporary first.
    pub(super) fn operands<'e>(&mut self, exprs: impl Iterator<Item = &'e hir::Expr>) -> Vec<Operand> {
        let exprs: Vec<&hir::Expr> = exprs.collect();
        let mut assigned = HashSet::new();
        let mut endangered = vec![false; exprs.len()];
        for (index, expr) in exprs.iter().enumerate().rev() {
            endangered[index] = result_var(expr).is_some_and(|var| assigned.contains(&var));
            collect_assigned(expr, &mut assigned);
        }
        let mut operands = Vec::with_capacity(exprs.len());
        for (expr, endangered) in exprs.into_iter().zip(endangered) {
            let operand = self.value(expr);
            operands.push(if endangered { self.saved(operand, expr) } else { operand });
        }
        operands
    }

    fn saved(&mut self, operand: Operand, expr: &hir::Expr) -> Operand {
        let place = self.tables.place(expr.span);
        let dst = self.temporary();
        self.emit(Op::Assign { dst, src: operand }, place);
        Operand::Read(dst)
    }
}

/// The variable that [`Builder::value`] answers for this expression without copying it.
fn result_var(expr: &hir::Expr) -> Option<VarId> {
    match &expr.kind {
        ExprKind::Var { var, .. } => Some(*var),
        ExprKind::Block(exprs) => exprs.last().and_then(result_var),
        _ => None,
    }
}

fn collect_assigned(expr: &hir::Expr, assigned: &mut HashSet<VarId>) {
    if let ExprKind::Assign { var, .. } = &expr.kind {
        assigned.insert(*var);
    }
    for child in expr.children() {
        collect_assigned(child, assigned);
    }
}

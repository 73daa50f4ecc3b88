//! Expressions: the walk itself.

use ilo4_check::hir::{Expr, ExprKind, VarId};
use ilo4_runtime::Value;

use crate::aggregate::FieldRead;
use crate::exit::{Evaluation, Exit};
use crate::machine::Machine;

impl<'a> Machine<'a> {
    /// Evaluates `expr` in the running frame. What it leaves above the present top of the slots on an exit is the catcher's to remove.
    ///
    /// The parts of an expression that stand last (branches, the end of a block) are continued in the loop: a match with
    /// a thousand arms is a thousand nested `If`s and must not need a thousand native frames.
    pub(crate) fn eval(&mut self, mut expr: &'a Expr) -> Evaluation {
        loop {
            return match &expr.kind {
                ExprKind::Number(number) => Ok(Value::number(*number)),
                ExprKind::Var { var, last } => Ok(self.read(*var, *last)),
                ExprKind::Prim { prim, args } => self.primitive(*prim, args, expr.span),
                ExprKind::Call { function, args, tail } => {
                    self.push_operands(args)?;
                    if *tail { Err(Exit::TailCall(*function)) } else { self.call(*function) }
                }
                ExprKind::If { cond, then, other } => {
                    expr = if self.truth(cond)? { then } else { other };
                    continue;
                }
                ExprKind::Block(parts) => {
                    let Some((last, before)) = parts.split_last() else { return Ok(Value::nil()) };
                    for part in before {
                        self.eval(part)?;
                    }
                    expr = last;
                    continue;
                }
                ExprKind::Assign { var, value } => self.assign(*var, value),
                ExprKind::And { left, right } => self.and(left, right),
                ExprKind::Or { left, right } => self.or(left, right),
                ExprKind::While { cond, body } => self.repeat(cond, body),
                ExprKind::Text(text) => Ok(self.literals.text(text, self.runtime)),
                ExprKind::Bool(truth) => Ok(Value::bool(*truth)),
                ExprKind::Nil => Ok(Value::nil()),
                ExprKind::Return(value) => self.eval(value).and_then(|value| Err(Exit::Return(value))),
                ExprKind::Break => Err(Exit::Break),
                ExprKind::Continue => Err(Exit::Continue),
                ExprKind::Field { base, name, tolerant, hint, take } => {
                    let read = FieldRead { name, tolerant: *tolerant, hint: *hint, take: *take };
                    self.field(base, &read, expr.span)
                }
                ExprKind::TakeElement { list, index } => self.take_element(*list, index),
                ExprKind::List(items) => self.list(items),
                ExprKind::Record { record, fields } => self.record(*record, fields),
                ExprKind::With { base, fields } => self.with(base, fields, expr.span),
                ExprKind::FunctionRef(function) => Ok(Value::function(function.0)),
                ExprKind::Closure { function, captures } => self.closure(*function, captures),
                ExprKind::CallValue { callee, args } => self.call_value(callee, args, expr.span),
            };
        }
    }

    /// The truth of a condition (6.2).
    #[inline]
    fn truth(&mut self, cond: &'a Expr) -> Result<bool, Exit> {
        Ok(self.eval(cond)?.is_truthy())
    }

    /// Evaluates operands from left to right onto the top of the slots.
    #[inline]
    pub(crate) fn push_operands(&mut self, operands: &'a [Expr]) -> Result<(), Exit> {
        for operand in operands {
            let value = self.eval(operand)?;
            self.slots.push(value);
        }
        Ok(())
    }

    /// The last read takes: nobody else will look, and whoever gets the value may be its sole owner.
    #[inline(always)]
    fn read(&mut self, var: VarId, last: bool) -> Value {
        let slot = self.slot(var);
        if last { std::mem::replace(slot, Value::nil()) } else { slot.clone() }
    }

    #[inline(never)]
    fn assign(&mut self, var: VarId, value: &'a Expr) -> Evaluation {
        let value = self.eval(value)?;
        *self.slot(var) = value;
        Ok(Value::nil())
    }

    #[inline(never)]
    fn and(&mut self, left: &'a Expr, right: &'a Expr) -> Evaluation {
        Ok(Value::bool(self.truth(left)? && self.truth(right)?))
    }

    #[inline(never)]
    fn or(&mut self, left: &'a Expr, right: &'a Expr) -> Evaluation {
        Ok(Value::bool(self.truth(left)? || self.truth(right)?))
    }

    /// A loop. `Break` and `Continue` in its condition belong to the loop around it, as the condition is not part of the body.
    #[inline(never)]
    fn repeat(&mut self, cond: &'a Expr, body: &'a Expr) -> Evaluation {
        let height = self.slots.len();
        while self.truth(cond)? {
            match self.eval(body) {
                Ok(_) => {}
                Err(Exit::Continue) => self.slots.truncate(height),
                Err(Exit::Break) => {
                    self.slots.truncate(height);
                    break;
                }
                Err(exit) => return Err(exit),
            }
        }
        Ok(Value::nil())
    }
}

//! Primitives. The runtime computes them all; two numbers are handled here first, because most operands are.

use ilo4_builtins::Prim;
use ilo4_check::hir::Expr;
use ilo4_runtime::Value;
use ilo4_syntax::Span;

use crate::exit::Evaluation;
use crate::machine::Machine;

impl<'a> Machine<'a> {
    /// Few operands wait in native frames of their own size, more than three among the slots.
    #[inline]
    pub(crate) fn primitive(&mut self, prim: Prim, args: &'a [Expr], span: Span) -> Evaluation {
        match args {
            [map, key] if prim == Prim::MgetTake => self.take_slot(map, key, span),
            [left, right] => self.binary(prim, left, right, span),
            [operand] => self.unary(prim, operand, span),
            [first, second, third] => self.ternary(prim, first, second, third, span),
            _ => self.variadic(prim, args, span),
        }
    }

    #[inline(never)]
    fn binary(&mut self, prim: Prim, left: &'a Expr, right: &'a Expr, span: Span) -> Evaluation {
        let left = self.eval(left)?;
        let right = self.eval(right)?;
        if let (Some(x), Some(y)) = (left.as_number(), right.as_number())
            && let Some(value) = on_numbers(prim, x, y)
        {
            return Ok(value);
        }
        self.compute(prim, &mut [left, right], span)
    }

    #[inline(never)]
    fn unary(&mut self, prim: Prim, operand: &'a Expr, span: Span) -> Evaluation {
        let operand = self.eval(operand)?;
        match prim {
            Prim::Not | Prim::Truthy => Ok(Value::bool(operand.is_truthy() == (prim == Prim::Truthy))),
            _ => self.compute(prim, &mut [operand], span),
        }
    }

    #[inline(never)]
    fn ternary(
        &mut self,
        prim: Prim,
        first: &'a Expr,
        second: &'a Expr,
        third: &'a Expr,
        span: Span,
    ) -> Evaluation {
        let first = self.eval(first)?;
        let second = self.eval(second)?;
        let third = self.eval(third)?;
        self.compute(prim, &mut [first, second, third], span)
    }

    #[inline(never)]
    fn variadic(&mut self, prim: Prim, args: &'a [Expr], span: Span) -> Evaluation {
        let height = self.slots.len();
        self.push_operands(args)?;
        let computed = ilo4_runtime::call(self.runtime, prim, &mut self.slots[height..]);
        self.slots.truncate(height);
        computed.map_err(|fault| self.fault(fault, span))
    }

    /// Has the runtime do it.
    #[inline(never)]
    fn compute(&mut self, prim: Prim, operands: &mut [Value], span: Span) -> Evaluation {
        ilo4_runtime::call(self.runtime, prim, operands).map_err(|fault| self.fault(fault, span))
    }
}

/// The operations on two numbers that cannot fault (6.6); nothing for all others.
#[inline(always)]
fn on_numbers(prim: Prim, x: f64, y: f64) -> Option<Value> {
    Some(match prim {
        Prim::Add | Prim::AddNumber => Value::number(x + y),
        Prim::Subtract => Value::number(x - y),
        Prim::Multiply => Value::number(x * y),
        Prim::Divide if y != 0.0 => Value::number(x / y),
        Prim::Less | Prim::LessNumber => Value::bool(x < y),
        Prim::LessEqual | Prim::LessEqualNumber => Value::bool(x <= y),
        Prim::Greater | Prim::GreaterNumber => Value::bool(x > y),
        Prim::GreaterEqual | Prim::GreaterEqualNumber => Value::bool(x >= y),
        Prim::Equal | Prim::EqualNumber => Value::bool(x == y),
        Prim::NotEqual | Prim::NotEqualNumber => Value::bool(x != y),
        _ => return None,
    })
}

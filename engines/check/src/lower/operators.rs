//! Operators: static types (5.3) and primitives (6.6).

use ilo4_builtins::Prim;
use ilo4_syntax::ast::{self, BinaryOp, UnaryOp};
use ilo4_syntax::{Diagnostic, Span};

use super::{Lowerer, Typed};
use crate::build::At;
use crate::compat::compatible;
use crate::types::Type;

impl Lowerer<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &ast::Expr, span: Span) -> Typed {
        let at = At(span);
        match op {
            UnaryOp::Not => {
                let operand = self.condition(operand);
                Typed::new(at.not(operand), Type::Bool)
            }
            UnaryOp::Negate => {
                let operand = self.value(operand);
                if !compatible(&operand.ty, &Type::Number) {
                    let message = format!("`-` negates a number, but this is {}", operand.ty.describe());
                    self.error("ILO-T012", span, message);
                }
                Typed::new(at.prim(Prim::Negate, [operand.expr]), Type::Number)
            }
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Typed {
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            return self.logical(op, left, right, span);
        }
        let left = self.value(left);
        let right = self.value(right);
        let ty = result_type(op, &left.ty, &right.ty).unwrap_or_else(|mismatch| {
            self.report(mismatch.diagnostic(&left.ty, &right.ty, span));
            Type::Any
        });
        Typed::new(At(span).prim(primitive(op), [left.expr, right.expr]), ty)
    }
}

fn primitive(op: BinaryOp) -> Prim {
    match op {
        BinaryOp::Add => Prim::Add,
        BinaryOp::Subtract => Prim::Subtract,
        BinaryOp::Multiply => Prim::Multiply,
        BinaryOp::Divide => Prim::Divide,
        BinaryOp::Greater => Prim::Greater,
        BinaryOp::Less => Prim::Less,
        BinaryOp::GreaterEqual => Prim::GreaterEqual,
        BinaryOp::LessEqual => Prim::LessEqual,
        // `&` and `|` never get here: they do not evaluate both operands.
        BinaryOp::Equal | BinaryOp::And | BinaryOp::Or => Prim::Equal,
        BinaryOp::NotEqual => Prim::NotEqual,
        BinaryOp::Append => Prim::Append,
    }
}

/// Operands of the wrong types.
struct Mismatch {
    code: &'static str,
    expected: &'static str,
}

impl Mismatch {
    fn diagnostic(&self, left: &Type, right: &Type, span: Span) -> Diagnostic {
        let message =
            format!("{}, but the operands are {} and {}", self.expected, left.describe(), right.describe());
        let diagnostic = Diagnostic::error(self.code, span, message);
        match (self.code, left, right) {
            ("ILO-T009", Type::Optional(_), _) | ("ILO-T009", _, Type::Optional(_)) => {
                diagnostic.with_help("give the optional a default with `??`")
            }
            ("ILO-T009", Type::Text, _) | ("ILO-T009", _, Type::Text) => {
                diagnostic.with_help("use `fmt` or `str` to make a text of the other operand")
            }
            _ => diagnostic,
        }
    }
}

fn result_type(op: BinaryOp, left: &Type, right: &Type) -> Result<Type, Mismatch> {
    use Type::*;
    let mismatch = |code, expected| Err(Mismatch { code, expected });
    match op {
        BinaryOp::Add => match (left, right) {
            (Any, _) | (_, Any) => Ok(Any),
            (Number, Number) | (Text, Text) | (List(_), List(_)) => Ok(left.clone()),
            _ => mismatch("ILO-T009", "`+` takes two numbers, two texts or two lists"),
        },
        BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
            if compatible(left, &Number) && compatible(right, &Number) {
                Ok(Number)
            } else {
                mismatch("ILO-T009", "arithmetic takes two numbers")
            }
        }
        BinaryOp::Greater | BinaryOp::Less | BinaryOp::GreaterEqual | BinaryOp::LessEqual => {
            match (left, right) {
                (Any, _) | (_, Any) | (Number, Number) | (Text, Text) => Ok(Bool),
                _ => mismatch("ILO-T010", "an order exists between two numbers or two texts"),
            }
        }
        BinaryOp::Append => match left {
            Any => Ok(Any),
            List(element) if compatible(right, element) => Ok(left.clone()),
            _ => mismatch("ILO-T011", "`+=` appends an element to a list of its kind"),
        },
        BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::And | BinaryOp::Or => Ok(Bool),
    }
}

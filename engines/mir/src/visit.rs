//! The operands of instructions and terminators, and how each is used: the one place that knows.

use ilo4_builtins::Use;

use crate::body::{Local, Op, Operand, Terminator};

/// How a position uses its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// A word that the instruction consumes.
    Owned,
    /// A word that the instruction only looks at.
    Borrowed,
    /// A raw number.
    Number,
    /// A raw truth value.
    Bool,
    /// Whatever the destination, parameter or result is: owned if that is a word.
    Same,
}

impl From<Use> for Position {
    fn from(value: Use) -> Position {
        match value {
            Use::Own => Position::Owned,
            Use::Borrow | Use::Take => Position::Borrowed,
            Use::Number => Position::Number,
            Use::Bool => Position::Bool,
        }
    }
}

impl Op {
    pub fn dst(&self) -> Option<Local> {
        match *self {
            Op::Assign { dst, .. }
            | Op::Box { dst, .. }
            | Op::Unbox { dst, .. }
            | Op::Prim { dst, .. }
            | Op::Call { dst, .. }
            | Op::CallValue { dst, .. }
            | Op::List { dst, .. }
            | Op::Record { dst, .. }
            | Op::Closure { dst, .. }
            | Op::Field { dst, .. }
            | Op::With { dst, .. }
            | Op::TakeElement { dst, .. } => Some(dst),
            Op::Drop { .. } => None,
        }
    }

    pub fn dst_mut(&mut self) -> Option<&mut Local> {
        match self {
            Op::Assign { dst, .. }
            | Op::Box { dst, .. }
            | Op::Unbox { dst, .. }
            | Op::Prim { dst, .. }
            | Op::Call { dst, .. }
            | Op::CallValue { dst, .. }
            | Op::List { dst, .. }
            | Op::Record { dst, .. }
            | Op::Closure { dst, .. }
            | Op::Field { dst, .. }
            | Op::With { dst, .. }
            | Op::TakeElement { dst, .. } => Some(dst),
            Op::Drop { .. } => None,
        }
    }

    /// The operands in order of evaluation, with their positions. The local of a `Drop` is not an operand.
    pub fn operands_mut(&mut self) -> Vec<(&mut Operand, Position)> {
        let all = |operands, position| -> Vec<(&mut Operand, Position)> {
            let operands: &mut Vec<Operand> = operands;
            operands.iter_mut().map(|operand| (operand, position)).collect()
        };
        match self {
            Op::Assign { src, .. } => vec![(src, Position::Same)],
            Op::Box { src, .. } => vec![(src, Position::Same)],
            Op::Unbox { src, .. } => vec![(src, Position::Borrowed)],
            Op::Prim { prim, args, .. } => {
                args.iter_mut().zip(prim.info().params).map(|(arg, &usage)| (arg, usage.into())).collect()
            }
            Op::Call { args, .. } => all(args, Position::Same),
            Op::CallValue { callee, args, .. } => {
                let mut operands = vec![(callee, Position::Borrowed)];
                operands.extend(all(args, Position::Owned));
                operands
            }
            Op::List { items: operands, .. }
            | Op::Record { fields: operands, .. }
            | Op::Closure { captures: operands, .. } => all(operands, Position::Owned),
            Op::Field { base, .. } => vec![(base, Position::Borrowed)],
            Op::With { base, fields, .. } => {
                let mut operands = vec![(base, Position::Owned)];
                operands.extend(fields.iter_mut().map(|(_, value)| (value, Position::Owned)));
                operands
            }
            Op::TakeElement { list, index, .. } => {
                vec![(list, Position::Borrowed), (index, Position::Number)]
            }
            Op::Drop { .. } => vec![],
        }
    }

    /// The operands in order of evaluation.
    pub fn operands(&self) -> Vec<Operand> {
        match self {
            Op::Assign { src, .. } | Op::Box { src, .. } | Op::Unbox { src, .. } => vec![*src],
            Op::Prim { args, .. } | Op::Call { args, .. } => args.clone(),
            Op::CallValue { callee, args, .. } => {
                std::iter::once(*callee).chain(args.iter().copied()).collect()
            }
            Op::List { items: operands, .. }
            | Op::Record { fields: operands, .. }
            | Op::Closure { captures: operands, .. } => operands.clone(),
            Op::Field { base, .. } => vec![*base],
            Op::With { base, fields, .. } => {
                std::iter::once(*base).chain(fields.iter().map(|(_, value)| *value)).collect()
            }
            Op::TakeElement { list, index, .. } => vec![*list, *index],
            Op::Drop { .. } => vec![],
        }
    }
}

impl Terminator {
    /// The operands in order of evaluation, with their positions.
    pub fn operands_mut(&mut self) -> Vec<(&mut Operand, Position)> {
        match self {
            Terminator::Branch { cond, .. } => vec![(cond, Position::Bool)],
            Terminator::Return(value) => vec![(value, Position::Same)],
            Terminator::TailCall { args, .. } => args.iter_mut().map(|arg| (arg, Position::Same)).collect(),
            Terminator::Goto(_) | Terminator::Unreachable => vec![],
        }
    }

    pub fn operands(&self) -> Vec<Operand> {
        match self {
            Terminator::Branch { cond, .. } => vec![*cond],
            Terminator::Return(value) => vec![*value],
            Terminator::TailCall { args, .. } => args.clone(),
            Terminator::Goto(_) | Terminator::Unreachable => vec![],
        }
    }
}

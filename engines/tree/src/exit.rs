//! How the evaluation of an expression can end other than with a value.

use ilo4_check::hir::FunctionId;
use ilo4_runtime::{Fault, Value};

/// The ways out. What an unfinished expression left on the slot stack is removed by whoever catches the exit.
#[derive(Debug)]
pub(crate) enum Exit {
    /// The program is over; nobody catches this. Boxed to keep every result small.
    Fault(Box<Fault>),
    /// Leaves the function with this value.
    Return(Value),
    /// Leaves the innermost loop.
    Break,
    /// Leaves this round of the innermost loop.
    Continue,
    /// Leaves the function and calls this one in its place; the arguments are the topmost slots.
    TailCall(FunctionId),
}

/// What evaluating an expression gives.
pub(crate) type Evaluation = Result<Value, Exit>;

//! Engine 1: walks HIR directly. The executable specification: slow, small, and as close to the language document as code gets.
//!
//! - [`machine`]: the state: one stack of slots for all frames, the runtime, the budget of native stack;
//! - [`eval`]: one function per group of expression kinds;
//! - [`call`]: calls, tail calls, function values;
//! - [`aggregate`]: lists, records, fields;
//! - [`arithmetic`]: primitives, with a short way for numbers;
//! - [`exit`]: how an expression ends without a value.
//!
//! Ownership follows the marks on HIR: a read marked as the last takes the value out of its slot, so that primitives see
//! a sole owner and update in place. Everything else is the ordinary counting of [`ilo4_runtime::Value`]; a fault unwinds by
//! returning, and dropping the slots releases everything.

#![forbid(unsafe_code)]

mod aggregate;
mod arithmetic;
mod budget;
mod call;
mod eval;
mod exit;
mod literals;
mod machine;

use ilo4_engine::{Engine, Outcome, Program, Request};
use ilo4_runtime::Runtime;

/// The tree walker.
///
/// Counts calls whether asked to or not. `Runtime::stack_limit` should be that of a large stack
/// ([`ilo4_engine::run_on_big_stack`]); if it is zero the walker assumes half a megabyte.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tree;

impl Engine for Tree {
    fn name(&self) -> &'static str {
        "tree"
    }

    fn run(&self, program: &Program, request: Request, runtime: &mut Runtime) -> Outcome {
        machine::Machine::new(program, runtime).run(request)
    }
}

//! The state of a run.

use ilo4_check::hir::{self, VarId};
use ilo4_engine::{Outcome, Places, Program, Request};
use ilo4_runtime::{Fault, Runtime, Value};
use ilo4_syntax::Span;

use crate::budget::Budget;
use crate::exit::Exit;
use crate::literals::Literals;

/// Walks one program.
///
/// All values that are not in the hands of a native frame stand in `slots`:
///
/// ```text
/// … | caller's variables | operands waiting | callee's variables | operands waiting |
///                                           ^ frame                               ^ top
/// ```
///
/// Arguments are evaluated onto the top, where they become the callee's first variables without moving. Whoever catches an
/// [`Exit`] cuts the stack back to the height it knows, so unfinished operands go with it.
pub(crate) struct Machine<'a> {
    pub(crate) hir: &'a hir::Program,
    pub(crate) runtime: &'a mut Runtime,
    pub(crate) slots: Vec<Value>,
    /// Where the running function's variables start.
    pub(crate) frame: usize,
    /// Calls that are nested now.
    pub(crate) depth: u32,
    pub(crate) budget: Budget,
    pub(crate) literals: Literals<'a>,
    places: &'a Places,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(program: &'a Program, runtime: &'a mut Runtime) -> Machine<'a> {
        let budget = Budget::from_here(runtime.stack_limit);
        Machine {
            hir: &program.hir,
            runtime,
            slots: Vec::new(),
            frame: 0,
            depth: 0,
            budget,
            literals: Literals::new(&program.info.texts),
            places: &program.places,
        }
    }

    /// Runs the function to its end.
    pub(crate) fn run(mut self, request: Request) -> Outcome {
        let function = hir::FunctionId(request.function);
        let declared = &self.hir.functions[request.function as usize];
        assert_eq!(
            request.args.len(),
            declared.param_count(),
            "bug: entry `{}` called with other arguments",
            declared.name
        );
        self.slots.extend(request.args);
        match self.call(function) {
            Ok(value) => Ok(value),
            Err(Exit::Fault(fault)) => Err(*fault),
            Err(exit) => unreachable!("bug: {exit:?} left a function"),
        }
    }

    /// A variable of the running function.
    #[inline(always)]
    pub(crate) fn slot(&mut self, var: VarId) -> &mut Value {
        &mut self.slots[self.frame + var.0 as usize]
    }

    /// The exit for a fault raised by the expression at `span`, unless it is located already.
    #[cold]
    pub(crate) fn fault(&self, fault: Fault, span: Span) -> Exit {
        Exit::Fault(Box::new(match self.places.find(span) {
            Some(place) => fault.at(place),
            None => fault,
        }))
    }
}

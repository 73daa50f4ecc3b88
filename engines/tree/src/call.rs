//! Calls.

use ilo4_check::hir::{Expr, Function, FunctionId};
use ilo4_runtime::{Value, operation};
use ilo4_syntax::Span;

use crate::exit::{Evaluation, Exit};
use crate::machine::Machine;

impl<'a> Machine<'a> {
    /// Calls `function` with the topmost slots as its arguments; afterwards they are gone.
    ///
    /// A tail call ends the callee's body and starts the next one in this very loop, so any number of them in a row needs one
    /// native frame. Only faults come out as an exit.
    #[inline(never)]
    pub(crate) fn call(&mut self, function: FunctionId) -> Evaluation {
        if !self.budget.allows(self.depth) {
            // Without a place: which call is one too many differs between engines.
            return Err(Exit::Fault(Box::new(self.runtime.stack_overflow())));
        }
        let mut function = self.function(function);
        let caller = self.frame;
        self.frame = self.slots.len() - function.param_count();
        self.depth += 1;
        self.runtime.calls += 1;
        let outcome = loop {
            self.slots.resize_with(self.frame + function.vars.len(), Value::nil);
            match self.eval(&function.body) {
                Ok(value) | Err(Exit::Return(value)) => break Ok(value),
                Err(Exit::TailCall(next)) => {
                    let callee = self.function(next);
                    // A tail call of the function to itself is a loop and does not count, on no engine.
                    self.runtime.calls += u64::from(!std::ptr::eq(callee, function));
                    function = callee;
                    let arguments = self.slots.len() - function.param_count();
                    self.slots.drain(self.frame..arguments);
                }
                Err(fault @ Exit::Fault(_)) => break Err(fault),
                Err(exit @ (Exit::Break | Exit::Continue)) => unreachable!("bug: {exit:?} outside of a loop"),
            }
        };
        self.slots.truncate(self.frame);
        self.frame = caller;
        self.depth -= 1;
        outcome
    }

    fn function(&self, id: FunctionId) -> &'a Function {
        &self.hir.functions[id.0 as usize]
    }

    /// Calls a function value. Only after the arguments have been evaluated is the callee looked at (6.1); its captured values
    /// become the first arguments.
    #[inline(never)]
    pub(crate) fn call_value(&mut self, callee: &'a Expr, args: &'a [Expr], span: Span) -> Evaluation {
        let callee = self.eval(callee)?;
        let height = self.slots.len();
        self.slots.extend_from_slice(operation::closure_captures(&callee));
        self.push_operands(args)?;
        let target = operation::call_target(self.runtime, &callee, args.len() as u32);
        let function = FunctionId(target.map_err(|fault| self.fault(fault, span))?);
        // Given up before the call, so that the callee may own what was captured.
        drop(callee);
        debug_assert_eq!(self.slots.len() - height, self.function(function).param_count());
        self.call(function)
    }

    #[inline(never)]
    pub(crate) fn closure(&mut self, function: FunctionId, captures: &'a [Expr]) -> Evaluation {
        let height = self.slots.len();
        self.push_operands(captures)?;
        Ok(operation::closure_new(function.0, self.slots.drain(height..).collect()))
    }
}

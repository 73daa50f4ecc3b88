//! Instructions of MIR → instructions of Cranelift IR: one file per family.

mod aggregates;
mod calls;
mod ownership;
mod scalars;

use cranelift_module::{Module, ModuleError};
use ilo4_mir::body::{Instruction, Op};

use crate::function::Lowering;

impl<M: Module> Lowering<'_, '_, M> {
    pub(crate) fn instruction(&mut self, instruction: &Instruction) -> Result<(), ModuleError> {
        match &instruction.op {
            Op::Assign { dst, src } => {
                let value = self.operand(*src, self.body.repr(*dst));
                self.define(*dst, value);
            }
            Op::Box { dst, src } => self.boxed(*dst, *src),
            Op::Unbox { dst, src, prim } => self.unbox(*dst, *src, *prim, instruction),
            Op::Prim { dst, prim, args } => self.primitive(*dst, *prim, args, instruction),
            Op::Call { dst, function, args } => self.call(*dst, *function, args, instruction),
            Op::CallValue { dst, callee, args } => self.call_value(*dst, *callee, args, instruction),
            Op::List { dst, items } => self.list(*dst, items),
            Op::Record { dst, shape, fields } => self.record(*dst, *shape, fields),
            Op::Closure { dst, function, captures } => self.closure(*dst, *function, captures),
            Op::Field { .. } => self.field(instruction),
            Op::With { dst, base, fields } => self.with(*dst, *base, fields, instruction)?,
            Op::TakeElement { dst, list, index } => self.take_element(*dst, *list, *index),
            Op::Drop { local } => self.release_local(*local),
        }
        Ok(())
    }
}

//! Numbers, booleans, boxing, and primitives.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use cranelift_module::Module;
use ilo4_builtins::{Class, Prim, Use, abi};
use ilo4_mir::body::{Instruction, Local, Operand, Repr};

use crate::function::{Lowering, flags};
use crate::imports::Helper;

fn repr_of(usage: Use) -> Repr {
    match usage {
        Use::Own | Use::Borrow | Use::Take => Repr::Word,
        Use::Number => Repr::Number,
        Use::Bool => Repr::Bool,
    }
}

impl<M: Module> Lowering<'_, '_, M> {
    /// A raw value as a word.
    pub(crate) fn word(&mut self, value: Value, repr: Repr) -> Value {
        match repr {
            Repr::Word => value,
            Repr::Number => self.builder.ins().bitcast(types::I64, MemFlagsData::new(), value),
            Repr::Bool => {
                let wide = self.builder.ins().uextend(types::I64, value);
                self.builder.ins().bor_imm_s(wide, abi::FALSE as i64)
            }
        }
    }

    /// A word that is known to be of this representation's kind, raw.
    pub(crate) fn raw(&mut self, word: Value, repr: Repr) -> Value {
        match repr {
            Repr::Word => word,
            Repr::Number => self.builder.ins().bitcast(types::F64, MemFlagsData::new(), word),
            Repr::Bool => {
                let bit = self.builder.ins().band_imm_s(word, 1);
                self.builder.ins().ireduce(types::I8, bit)
            }
        }
    }

    pub(crate) fn boxed(&mut self, dst: Local, src: Operand) {
        let repr = src.local().map_or(Repr::Word, |local| self.body.repr(local));
        let value = self.operand(src, repr);
        let word = self.word(value, repr);
        self.define(dst, word);
    }

    pub(crate) fn is_number(&mut self, word: Value) -> Value {
        let first = self.iconst(abi::FIRST_NON_NUMBER);
        self.builder.ins().icmp(IntCC::UnsignedLessThan, word, first)
    }

    pub(crate) fn unbox(&mut self, dst: Local, src: Operand, prim: Prim, instruction: &Instruction) {
        let word = self.operand(src, Repr::Word);
        let (number, other) = (self.builder.create_block(), self.builder.create_block());
        let is_number = self.is_number(word);
        self.builder.ins().brif(is_number, number, &[], other, &[]);
        self.builder.switch_to_block(other);
        self.builder.set_cold_block(other);
        let prim = self.u32const(prim as u32);
        self.helper(Helper::NumberMismatch, &[self.runtime, prim, word]);
        let exit = self.exit(instruction, true);
        self.builder.ins().jump(exit, &[]);
        self.builder.switch_to_block(number);
        let number = self.raw(word, Repr::Number);
        self.define(dst, number);
    }

    pub(crate) fn primitive(&mut self, dst: Local, prim: Prim, args: &[Operand], instruction: &Instruction) {
        let info = prim.info();
        let mut values: Vec<Value> = Vec::with_capacity(args.len() + 1);
        for (arg, usage) in args.iter().zip(info.params) {
            values.push(self.operand(*arg, repr_of(*usage)));
        }
        let result = match self.inline(prim, &values, instruction) {
            Some(result) => result,
            None => self.call_primitive(prim, &values, instruction),
        };
        self.define(dst, result);
    }

    fn call_primitive(&mut self, prim: Prim, values: &[Value], instruction: &Instruction) -> Value {
        let info = prim.info();
        let reference = self.reference(self.shared.imports.prim(prim));
        let args: Vec<Value> = std::iter::once(self.runtime).chain(values.iter().copied()).collect();
        let call = self.builder.ins().call(reference, &args);
        let result = self.builder.inst_results(call)[0];
        if !info.fallible {
            return result;
        }
        self.leave_on_fault(result, instruction, true);
        match info.result {
            Class::Word => result,
            Class::Number => self.builder.ins().bitcast(types::F64, MemFlagsData::new(), result),
            Class::Bool => self.builder.ins().ireduce(types::I8, result),
        }
    }

    pub(crate) fn leave_on_fault(&mut self, word: Value, instruction: &Instruction, own_place: bool) {
        let fault = self.iconst(abi::FAULT);
        let faulted = self.builder.ins().icmp(IntCC::Equal, word, fault);
        self.leave_if(faulted, instruction, own_place);
    }

    /// The primitives that are a few instructions; `None` for the others.
    fn inline(&mut self, prim: Prim, values: &[Value], instruction: &Instruction) -> Option<Value> {
        let compare =
            |this: &mut Self, condition| Some(this.builder.ins().fcmp(condition, values[0], values[1]));
        match prim {
            Prim::AddNumber => Some(self.builder.ins().fadd(values[0], values[1])),
            Prim::Subtract => Some(self.builder.ins().fsub(values[0], values[1])),
            Prim::Multiply => Some(self.builder.ins().fmul(values[0], values[1])),
            Prim::Negate => Some(self.builder.ins().fneg(values[0])),
            Prim::Divide => Some(self.divide(values, instruction)),
            Prim::Sqrt => Some(self.builder.ins().sqrt(values[0])),
            Prim::Abs => Some(self.builder.ins().fabs(values[0])),
            Prim::LessNumber => compare(self, FloatCC::LessThan),
            Prim::LessEqualNumber => compare(self, FloatCC::LessThanOrEqual),
            Prim::GreaterNumber => compare(self, FloatCC::GreaterThan),
            Prim::GreaterEqualNumber => compare(self, FloatCC::GreaterThanOrEqual),
            Prim::EqualNumber => compare(self, FloatCC::Equal),
            Prim::NotEqualNumber => compare(self, FloatCC::NotEqual),
            Prim::Not => Some(self.builder.ins().bxor_imm_s(values[0], 1)),
            Prim::IsNil => Some(self.builder.ins().icmp_imm_s(IntCC::Equal, values[0], abi::NIL as i64)),
            Prim::IsNumber => Some(self.is_number(values[0])),
            Prim::ListLength => {
                let address = self.address(values[0]);
                let length = self.builder.ins().load(types::I64, flags(), address, abi::LIST_LENGTH_OFFSET);
                Some(self.builder.ins().fcvt_from_sint(types::F64, length))
            }
            Prim::At => Some(self.at(values, instruction)),
            _ => None,
        }
    }

    /// Only the zero divisor goes to the runtime, which raises the fault.
    fn divide(&mut self, values: &[Value], instruction: &Instruction) -> Value {
        let (zero_block, next) = (self.builder.create_block(), self.builder.create_block());
        let zero = self.builder.ins().f64const(0.0);
        let is_zero = self.builder.ins().fcmp(FloatCC::Equal, values[1], zero);
        self.builder.ins().brif(is_zero, zero_block, &[], next, &[]);
        self.builder.switch_to_block(zero_block);
        self.builder.set_cold_block(zero_block);
        let reference = self.reference(self.shared.imports.prim(Prim::Divide));
        self.builder.ins().call(reference, &[self.runtime, values[0], values[1]]);
        let exit = self.exit(instruction, true);
        self.builder.ins().jump(exit, &[]);
        self.builder.switch_to_block(next);
        self.builder.ins().fdiv(values[0], values[1])
    }
}

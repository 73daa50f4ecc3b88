//! Operands, references and their counts.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_module::Module;
use ilo4_builtins::abi;
use ilo4_builtins::plant::{Plant, is_planted};
use ilo4_mir::body::{Constant, Local, Operand, Repr};

use crate::function::{Lowering, flags};
use crate::imports::Helper;

impl<M: Module> Lowering<'_, '_, M> {
    pub(crate) fn define(&mut self, dst: Local, value: Value) {
        self.builder.def_var(self.variables[dst.index()], value);
    }

    pub(crate) fn variable(&mut self, local: Local) -> Value {
        self.builder.use_var(self.variables[local.index()])
    }

    /// The operand's value in the representation that its position needs; a copy makes one more reference.
    pub(crate) fn operand(&mut self, operand: Operand, wanted: Repr) -> Value {
        match operand {
            Operand::Move(local) | Operand::Read(local) => self.variable(local),
            Operand::Copy(local) => {
                let word = self.variable(local);
                self.retain(word);
                if is_planted(Plant::CodegenExtraCopy) {
                    self.retain(word);
                }
                word
            }
            Operand::Constant(constant) => self.constant(constant, wanted),
        }
    }

    pub(crate) fn words(&mut self, operands: &[Operand]) -> Vec<Value> {
        operands.iter().map(|operand| self.operand(*operand, Repr::Word)).collect()
    }

    fn constant(&mut self, constant: Constant, wanted: Repr) -> Value {
        match constant {
            Constant::Number(number) if wanted == Repr::Number => self.builder.ins().f64const(number),
            Constant::Number(number) => self.iconst(number.to_bits()),
            Constant::Bool(value) if wanted == Repr::Bool => {
                self.builder.ins().iconst(types::I8, i64::from(value))
            }
            Constant::Bool(value) => self.iconst(if value { abi::TRUE } else { abi::FALSE }),
            Constant::Nil => self.iconst(abi::NIL),
            Constant::Function(function) => self.iconst(abi::FUNCTION | u64::from(function.0)),
            Constant::Text(text) => {
                let offset = text.0 as i32 * 8;
                let table =
                    self.builder.ins().load(types::I64, flags(), self.runtime, abi::RUNTIME_LITERALS_OFFSET);
                self.builder.ins().load(types::I64, flags(), table, offset)
            }
        }
    }

    pub(crate) fn is_heap(&mut self, word: Value) -> Value {
        let first = self.iconst(abi::HEAP);
        self.builder.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, word, first)
    }

    pub(crate) fn address(&mut self, word: Value) -> Value {
        self.builder.ins().band_imm_s(word, abi::ADDRESS as i64)
    }

    pub(crate) fn retain(&mut self, word: Value) {
        let (count, done) = (self.builder.create_block(), self.builder.create_block());
        let is_heap = self.is_heap(word);
        self.builder.ins().brif(is_heap, count, &[], done, &[]);
        self.builder.switch_to_block(count);
        let address = self.address(word);
        let references = self.builder.ins().load(types::I64, flags(), address, abi::COUNT_OFFSET);
        let references = self.builder.ins().iadd_imm_s(references, 1);
        self.builder.ins().store(flags(), references, address, abi::COUNT_OFFSET);
        self.builder.ins().jump(done, &[]);
        self.builder.switch_to_block(done);
    }

    pub(crate) fn release_local(&mut self, local: Local) {
        let word = self.variable(local);
        self.release(word);
    }

    /// Gives up one reference; the last one frees, in the runtime.
    pub(crate) fn release(&mut self, word: Value) {
        let (count, last, shared, done) = (
            self.builder.create_block(),
            self.builder.create_block(),
            self.builder.create_block(),
            self.builder.create_block(),
        );
        let is_heap = self.is_heap(word);
        self.builder.ins().brif(is_heap, count, &[], done, &[]);
        self.builder.switch_to_block(count);
        let address = self.address(word);
        let references = self.builder.ins().load(types::I64, flags(), address, abi::COUNT_OFFSET);
        let is_last = self.builder.ins().icmp_imm_s(IntCC::Equal, references, 1);
        self.builder.ins().brif(is_last, last, &[], shared, &[]);
        self.builder.switch_to_block(shared);
        let references = self.builder.ins().iadd_imm_s(references, -1);
        self.builder.ins().store(flags(), references, address, abi::COUNT_OFFSET);
        self.builder.ins().jump(done, &[]);
        self.builder.switch_to_block(last);
        self.builder.set_cold_block(last);
        self.helper(Helper::Release, &[word]);
        self.builder.ins().jump(done, &[]);
        self.builder.switch_to_block(done);
    }
}

//! Lists, records, closures and their parts.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use cranelift_module::{DataDescription, Module, ModuleError};
use ilo4_builtins::plant::{Plant, is_planted};
use ilo4_builtins::{Prim, abi};
use ilo4_mir::body::{FieldMode, FunctionId, Instruction, Local, NameId, Op, Operand, Repr, ShapeId};

use crate::function::{LITERAL_CHUNK, Lowering, flags};
use crate::imports::Helper;

impl<M: Module> Lowering<'_, '_, M> {
    fn kind_is(&mut self, address: Value, kind: u8) -> Value {
        let found = self.builder.ins().load(types::I8, flags(), address, abi::KIND_OFFSET);
        self.builder.ins().icmp_imm_s(IntCC::Equal, found, i64::from(kind))
    }

    fn is_unique(&mut self, address: Value) -> Value {
        let count = self.builder.ins().load(types::I64, flags(), address, abi::COUNT_OFFSET);
        self.builder.ins().icmp_imm_s(IntCC::Equal, count, 1)
    }

    /// Goes on in a new block if the flag is set, else to `otherwise`.
    fn require(&mut self, flag: Value, otherwise: Block) {
        let next = self.builder.create_block();
        self.builder.ins().brif(flag, next, &[], otherwise, &[]);
        self.builder.switch_to_block(next);
    }

    pub(crate) fn list(&mut self, dst: Local, items: &[Operand]) {
        let (first, rest) = items.split_at(items.len().min(LITERAL_CHUNK));
        let copies = first.iter().any(|item| matches!(item, Operand::Copy(_)));
        let is_wrong = copies && is_planted(Plant::CodegenMissingCopy);
        let words = if is_wrong {
            first.iter().map(|item| self.operand(without_copy(*item), Repr::Word)).collect()
        } else {
            self.words(first)
        };
        let address = self.spread(&words);
        let count = self.iconst(first.len() as u64);
        let mut list =
            self.helper(Helper::ListFrom, &[self.runtime, address, count]).expect("it answers a list");
        if is_wrong {
            self.retain(list);
        }
        let append = self.reference(self.shared.imports.prim(Prim::Append));
        for item in rest {
            let word = self.operand(*item, Repr::Word);
            let call = self.builder.ins().call(append, &[self.runtime, list, word]);
            list = self.builder.inst_results(call)[0];
        }
        self.define(dst, list);
    }

    pub(crate) fn record(&mut self, dst: Local, shape: ShapeId, fields: &[Operand]) {
        let words = self.words(fields);
        let address = self.spread(&words);
        let (shape, count) = (self.u32const(shape.0), self.iconst(fields.len() as u64));
        let record = self.helper(Helper::RecordNew, &[self.runtime, shape, address, count]);
        self.define(dst, record.expect("it answers a record"));
    }

    pub(crate) fn closure(&mut self, dst: Local, function: FunctionId, captures: &[Operand]) {
        let words = self.words(captures);
        let address = self.spread(&words);
        let (function, count) = (self.u32const(function.0), self.iconst(captures.len() as u64));
        let closure = self.helper(Helper::ClosureNew, &[self.runtime, function, address, count]);
        self.define(dst, closure.expect("it answers a closure"));
    }

    /// Inline where the record has the shape that the checker expects; else by name in the runtime.
    pub(crate) fn field(&mut self, instruction: &Instruction) {
        let Op::Field { dst, base, name, tolerant, hint, mode } = instruction.op else {
            unreachable!("called for fields only")
        };
        let base = self.operand(base, Repr::Word);
        let (slow, done) = (self.builder.create_block(), self.builder.create_block());
        self.builder.append_block_param(done, types::I64);
        if let Some((shape, slot)) = hint {
            let word = self.field_of_shape(base, shape, slot, mode, slow);
            self.builder.ins().jump(done, &[word.into()]);
        } else {
            self.builder.ins().jump(slow, &[]);
        }
        self.builder.switch_to_block(slow);
        if hint.is_some() {
            self.builder.set_cold_block(slow);
        }
        let (shape, slot) = hint.map_or((u32::MAX, 0), |(shape, slot)| (shape.0, slot));
        let (name, shape, slot) = (self.u32const(name.0), self.u32const(shape), self.u32const(slot));
        let helper = match (tolerant, mode) {
            (true, _) => Helper::FieldTolerant,
            (false, FieldMode::Copy) => Helper::Field,
            (false, FieldMode::Take) => Helper::FieldTake,
        };
        let word = self.helper(helper, &[self.runtime, base, name, shape, slot]).expect("it answers a word");
        if !tolerant {
            self.leave_on_fault(word, instruction, true);
        }
        self.builder.ins().jump(done, &[word.into()]);
        self.builder.switch_to_block(done);
        let word = self.builder.block_params(done)[0];
        self.define(dst, word);
    }

    fn field_of_shape(
        &mut self,
        base: Value,
        shape: ShapeId,
        slot: u32,
        mode: FieldMode,
        otherwise: Block,
    ) -> Value {
        let is_heap = self.is_heap(base);
        self.require(is_heap, otherwise);
        let address = self.address(base);
        let is_record = self.kind_is(address, abi::KIND_RECORD);
        self.require(is_record, otherwise);
        let found = self.builder.ins().load(types::I32, flags(), address, abi::AUX_OFFSET);
        let is_shape = self.builder.ins().icmp_imm_s(IntCC::Equal, found, i64::from(shape.0 as i32));
        self.require(is_shape, otherwise);
        let offset = abi::HEADER_SIZE + slot as i32 * 8;
        let word = self.builder.ins().load(types::I64, flags(), address, offset);
        self.share_or_take(word, address, address, offset, mode);
        word
    }

    /// A part of a container becomes a value of its own: one more reference, or, to take from a sole owner, nil in its place.
    fn share_or_take(&mut self, word: Value, container: Value, part: Value, offset: i32, mode: FieldMode) {
        if mode == FieldMode::Copy {
            return self.retain(word);
        }
        let (take, share, done) =
            (self.builder.create_block(), self.builder.create_block(), self.builder.create_block());
        let is_unique = self.is_unique(container);
        self.builder.ins().brif(is_unique, take, &[], share, &[]);
        self.builder.switch_to_block(take);
        let nil = self.iconst(abi::NIL);
        self.builder.ins().store(flags(), nil, part, offset);
        self.builder.ins().jump(done, &[]);
        self.builder.switch_to_block(share);
        self.retain(word);
        self.builder.ins().jump(done, &[]);
        self.builder.switch_to_block(done);
    }

    pub(crate) fn with(
        &mut self,
        dst: Local,
        base: Operand,
        fields: &[(NameId, Operand)],
        instruction: &Instruction,
    ) -> Result<(), ModuleError> {
        let base = self.operand(base, Repr::Word);
        let values: Vec<Operand> = fields.iter().map(|(_, value)| *value).collect();
        let words = self.words(&values);
        let values = self.spread(&words);
        let names = self.names(fields)?;
        let count = self.iconst(fields.len() as u64);
        let record = self.helper(Helper::With, &[self.runtime, base, names, values, count]);
        let record = record.expect("it answers a record");
        self.leave_on_fault(record, instruction, true);
        self.define(dst, record);
        Ok(())
    }

    /// The address of a read-only array of name numbers.
    fn names(&mut self, fields: &[(NameId, Operand)]) -> Result<Value, ModuleError> {
        let bytes: Vec<u8> = fields.iter().flat_map(|(name, _)| name.0.to_ne_bytes()).collect();
        let data = self.module.declare_anonymous_data(false, false)?;
        let mut description = DataDescription::new();
        description.define(bytes.into_boxed_slice());
        description.set_align(4);
        self.module.define_data(data, &description)?;
        let global = self.module.declare_data_in_func(data, self.builder.func);
        Ok(self.builder.ins().symbol_value(types::I64, global))
    }

    /// The list and the range of the index are known, so no check and no call.
    pub(crate) fn take_element(&mut self, dst: Local, list: Operand, index: Operand) {
        let list = self.operand(list, Repr::Word);
        let index = self.operand(index, Repr::Number);
        let address = self.address(list);
        let elements = self.builder.ins().load(types::I64, flags(), address, abi::LIST_ELEMENTS_OFFSET);
        let index = self.builder.ins().fcvt_to_sint_sat(types::I64, index);
        let offset = self.builder.ins().ishl_imm_s(index, 3);
        let element = self.builder.ins().iadd(elements, offset);
        let word = self.builder.ins().load(types::I64, flags(), element, 0);
        self.share_or_take(word, address, element, 0, FieldMode::Take);
        self.define(dst, word);
    }

    /// `at` on a list with an index that is a whole number in range; everything else is the runtime's.
    pub(crate) fn at(&mut self, values: &[Value], instruction: &Instruction) -> Value {
        let (base, number) = (values[0], values[1]);
        let (slow, done) = (self.builder.create_block(), self.builder.create_block());
        self.builder.append_block_param(done, types::I64);
        let is_heap = self.is_heap(base);
        self.require(is_heap, slow);
        let address = self.address(base);
        let is_list = self.kind_is(address, abi::KIND_LIST);
        self.require(is_list, slow);
        let index = self.builder.ins().fcvt_to_sint_sat(types::I64, number);
        let back = self.builder.ins().fcvt_from_sint(types::F64, index);
        let is_whole =
            self.builder.ins().fcmp(cranelift_codegen::ir::condcodes::FloatCC::Equal, back, number);
        self.require(is_whole, slow);
        let length = self.builder.ins().load(types::I64, flags(), address, abi::LIST_LENGTH_OFFSET);
        let in_range = self.builder.ins().icmp(IntCC::UnsignedLessThan, index, length);
        self.require(in_range, slow);
        let elements = self.builder.ins().load(types::I64, flags(), address, abi::LIST_ELEMENTS_OFFSET);
        let offset = self.builder.ins().ishl_imm_s(index, 3);
        let element = self.builder.ins().iadd(elements, offset);
        let word = self.builder.ins().load(types::I64, flags(), element, 0);
        self.retain(word);
        self.builder.ins().jump(done, &[word.into()]);
        self.builder.switch_to_block(slow);
        self.builder.set_cold_block(slow);
        let reference = self.reference(self.shared.imports.prim(Prim::At));
        let call = self.builder.ins().call(reference, &[self.runtime, base, number]);
        let word = self.builder.inst_results(call)[0];
        self.leave_on_fault(word, instruction, true);
        self.builder.ins().jump(done, &[word.into()]);
        self.builder.switch_to_block(done);
        self.builder.block_params(done)[0]
    }
}

/// For the plant `codegen-missing-copy`: the operand without the reference that it should make.
fn without_copy(operand: Operand) -> Operand {
    match operand {
        Operand::Copy(local) => Operand::Read(local),
        Operand::Move(_) | Operand::Read(_) | Operand::Constant(_) => operand,
    }
}

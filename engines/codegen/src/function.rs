//! One function: its variables, blocks and ways out.

use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Block, FuncRef, Function, InstBuilder, MemFlagsData, StackSlot, StackSlotData, StackSlotKind, Value,
    types,
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use cranelift_module::{DataId, FuncId, Module, ModuleError};
use ilo4_builtins::abi;
use ilo4_mir::body::{Body, CleanupId, FunctionId, Instruction, Op, PlaceId, Program, Repr, Terminator};

use crate::imports::{Helper, Imports};
use crate::program::{Options, clif_type};

/// Items of a list literal beyond this number are appended one by one, so that a long literal does not need a long stack frame.
pub(crate) const LITERAL_CHUNK: usize = 64;

/// What all functions of one program share.
pub(crate) struct Shared<'a> {
    pub(crate) program: &'a Program,
    pub(crate) functions: &'a [FuncId],
    pub(crate) imports: Imports,
    /// The table of entries.
    pub(crate) table: DataId,
    pub(crate) options: Options,
}

/// The way out of a fault: what to drop, and the place to note unless the callee has noted one.
type Exit = (CleanupId, Option<PlaceId>);

pub(crate) struct Lowering<'a, 'f, M: Module> {
    pub(crate) shared: &'a Shared<'a>,
    pub(crate) module: &'a mut M,
    pub(crate) builder: FunctionBuilder<'f>,
    pub(crate) body: &'a Body,
    pub(crate) runtime: Value,
    pub(crate) variables: Vec<Variable>,
    pub(crate) blocks: Vec<Block>,
    /// Where operands stand side by side for a call that reads them at once; one place serves all calls of the function.
    operands: Option<StackSlot>,
    exits: HashMap<Exit, Block>,
    references: HashMap<FuncId, FuncRef>,
}

/// All memory that generated code touches is aligned and mapped.
pub(crate) fn flags() -> MemFlagsData {
    MemFlagsData::trusted()
}

pub(crate) fn lower_body<M: Module>(
    shared: &mut Shared,
    module: &mut M,
    func: &mut Function,
    context: &mut FunctionBuilderContext,
    body: &Body,
) -> Result<(), ModuleError> {
    let config = module.target_config();
    let mut builder = FunctionBuilder::new(func, context);
    let blocks: Vec<Block> = body.blocks.iter().map(|_| builder.create_block()).collect();
    builder.append_block_params_for_function_params(blocks[0]);
    builder.switch_to_block(blocks[0]);
    let variables: Vec<Variable> =
        body.locals.iter().map(|local| builder.declare_var(clif_type(local.repr))).collect();
    let runtime = builder.block_params(blocks[0])[0];
    for (index, variable) in variables[..body.param_count].iter().enumerate() {
        let value = builder.block_params(blocks[0])[index + 1];
        builder.def_var(*variable, value);
    }
    let operands = (widest(body) > 0).then(|| {
        let size = widest(body) as u32 * 8;
        builder.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, size, 3))
    });
    let (exits, references) = (HashMap::new(), HashMap::new());
    let mut lowering =
        Lowering { shared, module, builder, body, runtime, variables, blocks, operands, exits, references };
    lowering.prologue();
    for (index, block) in body.blocks.iter().enumerate() {
        if index > 0 {
            lowering.builder.switch_to_block(lowering.blocks[index]);
        }
        for instruction in &block.instructions {
            lowering.instruction(instruction)?;
        }
        lowering.terminator(&block.terminator);
    }
    lowering.lower_exits();
    lowering.builder.seal_all_blocks();
    lowering.builder.finalize(config);
    Ok(())
}

impl<M: Module> Lowering<'_, '_, M> {
    pub(crate) fn reference(&mut self, id: FuncId) -> FuncRef {
        if let Some(reference) = self.references.get(&id) {
            return *reference;
        }
        let reference = self.module.declare_func_in_func(id, self.builder.func);
        self.references.insert(id, reference);
        reference
    }

    pub(crate) fn helper(&mut self, helper: Helper, args: &[Value]) -> Option<Value> {
        let reference = self.reference(self.shared.imports.helper(helper));
        let call = self.builder.ins().call(reference, args);
        self.builder.inst_results(call).first().copied()
    }

    pub(crate) fn iconst(&mut self, value: u64) -> Value {
        self.builder.ins().iconst(types::I64, value as i64)
    }

    pub(crate) fn u32const(&mut self, value: u32) -> Value {
        self.builder.ins().iconst(types::I32, i64::from(value as i32))
    }

    /// Counts the call, and leaves with `ILO-R601` if the stack is nearly used up.
    fn prologue(&mut self) {
        if self.shared.options.count_calls {
            let calls = self.builder.ins().load(types::I64, flags(), self.runtime, abi::RUNTIME_CALLS_OFFSET);
            let calls = self.builder.ins().iadd_imm_s(calls, 1);
            self.builder.ins().store(flags(), calls, self.runtime, abi::RUNTIME_CALLS_OFFSET);
        }
        if !self.body.effects.recursive {
            return;
        }
        let (overflow, enough) = (self.builder.create_block(), self.builder.create_block());
        let pointer = self.builder.ins().get_stack_pointer(types::I64);
        let limit =
            self.builder.ins().load(types::I64, flags(), self.runtime, abi::RUNTIME_STACK_LIMIT_OFFSET);
        let low = self.builder.ins().icmp(IntCC::UnsignedLessThan, pointer, limit);
        self.builder.ins().brif(low, overflow, &[], enough, &[]);
        self.builder.set_cold_block(overflow);
        self.builder.switch_to_block(overflow);
        for param in self.body.params().filter(|param| self.body.is_word(*param)) {
            self.release_local(param);
        }
        self.helper(Helper::StackOverflow, &[self.runtime]);
        self.return_fault();
        self.builder.switch_to_block(enough);
    }

    /// Jumps to the way out for faults of this instruction if the flag is set; goes on in a new block.
    pub(crate) fn leave_if(&mut self, faulted: Value, instruction: &Instruction, own_place: bool) {
        let exit = self.exit(instruction, own_place);
        let next = self.builder.create_block();
        self.builder.ins().brif(faulted, exit, &[], next, &[]);
        self.builder.switch_to_block(next);
    }

    /// The block that leaves the function for a fault of this instruction. `own_place`: the fault happened here and not in a
    /// function called from here.
    pub(crate) fn exit(&mut self, instruction: &Instruction, own_place: bool) -> Block {
        let cleanup = instruction.cleanup.expect("verified: an instruction that may fault has a cleanup");
        let key = (cleanup, own_place.then_some(instruction.place));
        if let Some(block) = self.exits.get(&key) {
            return *block;
        }
        let block = self.builder.create_block();
        self.builder.set_cold_block(block);
        self.exits.insert(key, block);
        block
    }

    fn lower_exits(&mut self) {
        let mut exits: Vec<(Exit, Block)> = self.exits.drain().collect();
        exits.sort_by_key(|(_, block)| *block);
        for ((cleanup, place), block) in exits {
            self.builder.switch_to_block(block);
            if let Some(place) = place {
                let place = self.u32const(place.0);
                self.builder.ins().store(flags(), place, self.runtime, abi::RUNTIME_FAULT_PLACE_OFFSET);
            }
            for local in self.body.cleanups[cleanup.index()].clone() {
                self.release_local(local);
            }
            self.return_fault();
        }
    }

    fn return_fault(&mut self) {
        let value = self.zero(self.body.result);
        let status = self.builder.ins().iconst(types::I8, 1);
        self.builder.ins().return_(&[value, status]);
    }

    fn zero(&mut self, repr: Repr) -> Value {
        match repr {
            Repr::Word => self.iconst(abi::NIL),
            Repr::Number => self.builder.ins().f64const(0.0),
            Repr::Bool => self.builder.ins().iconst(types::I8, 0),
        }
    }

    fn terminator(&mut self, terminator: &Terminator) {
        match terminator {
            Terminator::Goto(target) => {
                self.builder.ins().jump(self.blocks[target.index()], &[]);
            }
            Terminator::Branch { cond, then, other } => {
                let cond = self.operand(*cond, Repr::Bool);
                let (then, other) = (self.blocks[then.index()], self.blocks[other.index()]);
                self.builder.ins().brif(cond, then, &[], other, &[]);
            }
            Terminator::Return(value) => {
                let value = self.operand(*value, self.body.result);
                let mut values = vec![value];
                if self.body.effects.may_fault {
                    values.push(self.builder.ins().iconst(types::I8, 0));
                }
                self.builder.ins().return_(&values);
            }
            Terminator::TailCall { function, args, .. } => self.tail_call(*function, args),
            Terminator::Unreachable => {
                self.builder.ins().trap(cranelift_codegen::ir::TrapCode::unwrap_user(1));
            }
        }
    }

    /// Stores words side by side on the stack, until the next time; answers their address. For no words, some address.
    pub(crate) fn spread(&mut self, words: &[Value]) -> Value {
        let Some(slot) = self.operands.filter(|_| !words.is_empty()) else { return self.iconst(8) };
        for (index, word) in words.iter().enumerate() {
            self.builder.ins().stack_store(types::I64, *word, slot, index as i32 * 8);
        }
        self.builder.ins().stack_addr(types::I64, slot, 0)
    }
}

/// The largest number of words that an operation of this function passes side by side.
fn widest(body: &Body) -> usize {
    let instructions = body.blocks.iter().flat_map(|block| &block.instructions);
    let width = |instruction: &Instruction| match &instruction.op {
        Op::List { items, .. } => items.len().min(LITERAL_CHUNK),
        Op::Record { fields, .. } => fields.len(),
        Op::Closure { captures, .. } => captures.len(),
        Op::With { fields, .. } => fields.len(),
        Op::CallValue { args, .. } => args.len(),
        _ => 0,
    };
    instructions.map(width).max().unwrap_or(0)
}

/// `(runtime, closure, arguments) → word or FAULT`: loads captured values and arguments, calls, boxes.
pub(crate) fn lower_entry<M: Module>(
    shared: &mut Shared,
    module: &mut M,
    func: &mut Function,
    context: &mut FunctionBuilderContext,
    function: FunctionId,
) {
    let config = module.target_config();
    let body = shared.program.body(function);
    let mut builder = FunctionBuilder::new(func, context);
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    let (runtime, closure, arguments) = match *builder.block_params(block) {
        [runtime, closure, arguments] => (runtime, closure, arguments),
        _ => unreachable!("an entry has three parameters"),
    };
    let (exits, references) = (HashMap::new(), HashMap::new());
    let (variables, blocks) = (Vec::new(), Vec::new());
    let operands = None;
    let mut lowering =
        Lowering { shared, module, builder, body, runtime, variables, blocks, operands, exits, references };
    let mut values = vec![runtime];
    for (index, param) in body.params().enumerate() {
        let word = if index < body.captures {
            let offset = abi::HEADER_SIZE + index as i32 * 8;
            let address = lowering.builder.ins().band_imm_s(closure, abi::ADDRESS as i64);
            let word = lowering.builder.ins().load(types::I64, flags(), address, offset);
            lowering.retain(word);
            word
        } else {
            let offset = (index - body.captures) as i32 * 8;
            lowering.builder.ins().load(types::I64, flags(), arguments, offset)
        };
        values.push(lowering.raw(word, body.repr(param)));
    }
    let reference = lowering.reference(shared_function(lowering.shared, function));
    let call = lowering.builder.ins().call(reference, &values);
    let results = lowering.builder.inst_results(call).to_vec();
    let mut word = lowering.word(results[0], body.result);
    if let Some(status) = results.get(1) {
        let fault = lowering.iconst(abi::FAULT);
        word = lowering.builder.ins().select(*status, fault, word);
    }
    lowering.builder.ins().return_(&[word]);
    lowering.builder.seal_all_blocks();
    lowering.builder.finalize(config);
}

fn shared_function(shared: &Shared, function: FunctionId) -> FuncId {
    shared.functions[function.index()]
}

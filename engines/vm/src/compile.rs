//! MIR → bytecode.

use std::collections::HashMap;

use ilo4_builtins::plant::{Plant, is_planted};
use ilo4_builtins::{Class, Prim, Use, abi};
use ilo4_mir::body::{
    self as mir, Block, BlockId, Body, FieldMode, Instruction, Local, Op, Operand, Repr, Terminator,
};

use crate::code::{Arg, Code, Constant, FieldAccess, FieldSite, Function, Instr, NO_CLEANUP, PoolIndex};

/// The bytecode of a verified program.
pub fn compile(program: &mir::Program) -> Code {
    let mut tables = Tables::default();
    for body in &program.functions {
        let function = Compiler::new(program, body, &mut tables).run();
        tables.code.functions.push(function);
    }
    tables.code
}

/// The code under construction with its constants interned.
#[derive(Default)]
struct Tables {
    code: Code,
    constants: HashMap<Constant, u32>,
}

impl Tables {
    fn constant(&mut self, constant: Constant) -> u32 {
        let next = self.code.constants.len() as u32;
        let index = *self.constants.entry(constant).or_insert(next);
        if index == next {
            self.code.constants.push(constant);
        }
        index
    }
}

struct Compiler<'a> {
    program: &'a mir::Program,
    body: &'a Body,
    tables: &'a mut Tables,
    out: Function,
    /// First instruction of each block that has been placed.
    starts: Vec<Option<u32>>,
    /// Jumps whose target is still a block number.
    fixups: Vec<usize>,
    /// How often each local is used.
    uses: Vec<u32>,
}

/// A loop head of at most so many instructions is repeated at the end of the loop, which saves a jump per round.
const REPEATED_HEAD: usize = 3;

impl<'a> Compiler<'a> {
    fn new(program: &'a mir::Program, body: &'a Body, tables: &'a mut Tables) -> Compiler<'a> {
        let mut uses = vec![0; body.locals.len()];
        let mut count = |operands: Vec<Operand>| {
            operands.iter().filter_map(|operand| operand.local()).for_each(|local| uses[local.index()] += 1);
        };
        for block in &body.blocks {
            block.instructions.iter().for_each(|instruction| count(instruction.op.operands()));
            count(block.terminator.operands());
        }
        let words = body.params().filter(|param| body.is_word(*param)).map(|param| param.0);
        let out = Function {
            name: body.name.clone(),
            param_count: body.param_count as u32,
            captures: body.captures as u32,
            word_params: words.collect(),
            frame_size: body.locals.len() as u32,
            returns_bool: body.result == Repr::Bool,
            cleanups: body
                .cleanups
                .iter()
                .map(|locals| locals.iter().map(|local| local.0).collect())
                .collect(),
            ..Function::default()
        };
        let starts = vec![None; body.blocks.len()];
        Compiler { program, body, tables, out, starts, fixups: Vec::new(), uses }
    }

    fn run(mut self) -> Function {
        for index in 0..self.body.blocks.len() {
            self.starts[index] = Some(self.out.instructions.len() as u32);
            self.block(&self.body.blocks[index], BlockId(index as u32 + 1));
        }
        for at in std::mem::take(&mut self.fixups) {
            let target = self.out.instructions[at].target_mut().expect("only jumps are fixed up");
            *target = self.starts[*target as usize].expect("every block is placed");
        }
        self.out
    }

    /// The instructions of a block; `next` is the block that will stand behind it.
    fn block(&mut self, block: &'a Block, next: BlockId) {
        let (fused, instructions) = match block.instructions.split_last() {
            Some((last, before)) if self.fuses(last, &block.terminator) => (Some(last), before),
            _ => (None, block.instructions.as_slice()),
        };
        instructions.iter().for_each(|instruction| self.instruction(instruction));
        match (&block.terminator, fused) {
            (Terminator::Branch { then, other, .. }, Some(comparison)) => {
                self.compare_and_branch(comparison, *then, *other, next);
            }
            (terminator, _) => self.terminator(terminator, next),
        }
    }

    /// Is this a comparison whose only use is the branch behind it?
    fn fuses(&self, last: &Instruction, terminator: &Terminator) -> bool {
        let (Op::Prim { dst, prim, args }, Terminator::Branch { cond: Operand::Read(cond), .. }) =
            (&last.op, terminator)
        else {
            return false;
        };
        cond == dst
            && self.uses[dst.index()] == 1
            && number_comparison(*prim).is_some()
            && matches!(args[0], Operand::Read(_))
    }

    fn emit(&mut self, instr: Instr, place: u32, cleanup: u32) {
        self.out.instructions.push(instr);
        self.out.places.push(place);
        self.out.cleanup_of.push(cleanup);
    }

    fn plain(&mut self, instr: Instr) {
        self.emit(instr, 0, NO_CLEANUP);
    }

    fn jump(&mut self, instr: Instr) {
        self.fixups.push(self.out.instructions.len());
        self.plain(instr);
    }

    fn terminator(&mut self, terminator: &Terminator, next: BlockId) {
        match terminator {
            Terminator::Goto(target) => self.goto(*target, next),
            Terminator::Branch { cond, then, other } => {
                let cond = self.register(*cond);
                if *then == next {
                    self.jump(Instr::JumpUnless { cond, target: other.0 });
                } else {
                    self.jump(Instr::JumpIf { cond, target: then.0 });
                    self.goto(*other, next);
                }
            }
            Terminator::Return(value) => {
                let instr = match *value {
                    Operand::Move(local) | Operand::Read(local) => Instr::Return { src: local.0 },
                    Operand::Copy(local) => Instr::ReturnCopy { src: local.0 },
                    Operand::Constant(constant) => {
                        Instr::ReturnConstant { constant: self.constant(constant, self.body.result) }
                    }
                };
                self.plain(instr);
            }
            Terminator::TailCall { function, args, place } => {
                let args = self.call_args(*function, args);
                self.emit(Instr::TailCall { function: function.0, args }, place.0, NO_CLEANUP);
            }
            Terminator::Unreachable => self.plain(Instr::Unreachable {}),
        }
    }

    /// Nothing if the target stands right behind; a copy of it if it is a short loop head; else a jump.
    fn goto(&mut self, target: BlockId, next: BlockId) {
        if target == next {
            return;
        }
        let block = &self.body.blocks[target.index()];
        let is_back_edge = self.starts[target.index()].is_some();
        let is_head = matches!(block.terminator, Terminator::Branch { .. });
        if is_back_edge && is_head && block.instructions.len() <= REPEATED_HEAD {
            return self.block(block, next);
        }
        self.jump(Instr::Jump { target: target.0 });
    }

    fn compare_and_branch(&mut self, comparison: &Instruction, then: BlockId, other: BlockId, next: BlockId) {
        let Op::Prim { prim, args, .. } = &comparison.op else { unreachable!("only comparisons are fused") };
        let kind = number_comparison(*prim).expect("only comparisons are fused");
        let a = self.register(args[0]);
        let jumps_to_then = then != next;
        let target = if jumps_to_then { then.0 } else { other.0 };
        let instr = match args[1] {
            Operand::Constant(constant) => {
                kind.jump_constant(jumps_to_then, a, self.constant(constant, Repr::Number), target)
            }
            operand => kind.jump(jumps_to_then, a, self.register(operand), target),
        };
        self.jump(instr);
        if jumps_to_then {
            self.goto(other, next);
        }
    }

    fn constant(&mut self, constant: mir::Constant, wanted: Repr) -> u32 {
        let constant = match constant {
            mir::Constant::Number(number) => Constant::Bits(number.to_bits()),
            mir::Constant::Bool(value) if wanted == Repr::Bool => Constant::Bits(u64::from(value)),
            mir::Constant::Bool(value) => Constant::Bits(if value { abi::TRUE } else { abi::FALSE }),
            mir::Constant::Nil => Constant::Bits(abi::NIL),
            mir::Constant::Function(function) => Constant::Bits(abi::FUNCTION | u64::from(function.0)),
            mir::Constant::Text(text) => Constant::Text(text.0),
        };
        self.tables.constant(constant)
    }

    /// The register of an operand; a constant is loaded into a new one.
    fn register(&mut self, operand: Operand) -> u32 {
        self.register_as(operand, Repr::Number)
    }

    fn register_as(&mut self, operand: Operand, wanted: Repr) -> u32 {
        match operand {
            Operand::Move(local) | Operand::Read(local) => local.0,
            Operand::Copy(local) => {
                let dst = self.fresh();
                self.plain(Instr::Copy { dst, src: local.0 });
                dst
            }
            Operand::Constant(constant) => {
                let dst = self.fresh();
                let constant = self.constant(constant, wanted);
                self.plain(Instr::Load { dst, constant });
                dst
            }
        }
    }

    fn fresh(&mut self) -> u32 {
        self.out.frame_size += 1;
        self.out.frame_size - 1
    }

    fn pool(&mut self, operands: &[Operand], wanted: impl Fn(usize) -> Repr) -> PoolIndex {
        let index = self.tables.code.pool.len() as u32;
        self.tables.code.pool.push(Arg::Count(operands.len() as u32));
        for (position, operand) in operands.iter().enumerate() {
            let arg = match *operand {
                Operand::Move(local) | Operand::Read(local) => Arg::Register(local.0),
                Operand::Copy(local) => Arg::Copy(local.0),
                Operand::Constant(constant) => Arg::Constant(self.constant(constant, wanted(position))),
            };
            self.tables.code.pool.push(arg);
        }
        index
    }

    fn words(&mut self, operands: &[Operand]) -> PoolIndex {
        self.pool(operands, |_| Repr::Word)
    }

    fn call_args(&mut self, function: mir::FunctionId, args: &[Operand]) -> PoolIndex {
        let callee = self.program.body(function);
        self.pool(args, |index| callee.repr(Local(index as u32)))
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let place = instruction.place.0;
        let cleanup = instruction.cleanup.map_or(NO_CLEANUP, |cleanup| cleanup.0);
        let instr = match &instruction.op {
            Op::Assign { dst, src } => self.assign(dst.0, *src, self.body.repr(*dst)),
            Op::Box { dst, src } => self.boxed(dst.0, *src),
            Op::Unbox { dst, src, prim } => {
                let src = self.register_as(*src, Repr::Word);
                Instr::Unbox { dst: dst.0, src, prim: *prim as u32 }
            }
            Op::Prim { dst, prim, args } => self.primitive(dst.0, *prim, args),
            Op::Call { dst, function, args } => {
                let args = self.call_args(*function, args);
                Instr::Call { dst: dst.0, function: function.0, args }
            }
            Op::CallValue { dst, callee, args } => {
                let callee = self.register_as(*callee, Repr::Word);
                Instr::CallValue { dst: dst.0, callee, args: self.words(args) }
            }
            Op::List { dst, items } => Instr::List { dst: dst.0, args: self.words(items) },
            Op::Record { dst, shape, fields } => {
                Instr::Record { dst: dst.0, shape: shape.0, args: self.words(fields) }
            }
            Op::Closure { dst, function, captures } => {
                Instr::Closure { dst: dst.0, function: function.0, args: self.words(captures) }
            }
            Op::Field { dst, base, name, tolerant, hint, mode } => {
                let access = match (tolerant, mode) {
                    (true, _) => FieldAccess::Tolerant,
                    (false, FieldMode::Copy) => FieldAccess::Copy,
                    (false, FieldMode::Take) => FieldAccess::Take,
                };
                let hint = hint.map(|(shape, slot)| (shape.0, slot));
                let site = self.tables.code.sites.len() as u32;
                self.tables.code.sites.push(FieldSite { name: name.0, hint, access });
                let base = self.register_as(*base, Repr::Word);
                Instr::Field { dst: dst.0, base, site }
            }
            Op::With { dst, base, fields } => {
                let names = self.tables.code.names.len() as u32;
                self.tables.code.names.push(fields.iter().map(|(name, _)| name.0).collect());
                let operands: Vec<Operand> =
                    std::iter::once(*base).chain(fields.iter().map(|(_, value)| *value)).collect();
                Instr::With { dst: dst.0, names, args: self.words(&operands) }
            }
            Op::TakeElement { dst, list, index } => {
                let list = self.register_as(*list, Repr::Word);
                Instr::TakeElement { dst: dst.0, list, index: self.register(*index) }
            }
            Op::Drop { local } => Instr::Drop { src: local.0 },
        };
        self.emit(instr, place, cleanup);
    }

    fn assign(&mut self, dst: u32, src: Operand, repr: Repr) -> Instr {
        match src {
            Operand::Move(local) | Operand::Read(local) => Instr::Move { dst, src: local.0 },
            Operand::Copy(local) => Instr::Copy { dst, src: local.0 },
            Operand::Constant(constant) => Instr::Load { dst, constant: self.constant(constant, repr) },
        }
    }

    fn boxed(&mut self, dst: u32, src: Operand) -> Instr {
        match src.local() {
            Some(local) if self.body.repr(local) == Repr::Bool => Instr::BoxBool { dst, src: local.0 },
            Some(local) => Instr::Move { dst, src: local.0 },
            None => self.assign(dst, src, Repr::Word),
        }
    }

    fn primitive(&mut self, dst: u32, prim: Prim, args: &[Operand]) -> Instr {
        if let (Some(build), [a, Operand::Constant(constant)]) = (with_constant(prim), args) {
            let a = self.register(*a);
            return build(dst, a, self.constant(*constant, Repr::Number));
        }
        if let Some(kind) = number_comparison(prim) {
            let (a, b) = (self.register(args[0]), self.register(args[1]));
            return kind.value(dst, a, b);
        }
        let is_register = |index: usize| matches!(args.get(index), Some(Operand::Read(_)));
        match prim {
            Prim::AddNumber => Instr::Add { dst, a: self.register(args[0]), b: self.register(args[1]) },
            Prim::Subtract => Instr::Subtract { dst, a: self.register(args[0]), b: self.register(args[1]) },
            Prim::Multiply => Instr::Multiply { dst, a: self.register(args[0]), b: self.register(args[1]) },
            Prim::Divide => Instr::Divide { dst, a: self.register(args[0]), b: self.register(args[1]) },
            Prim::Negate => Instr::Negate { dst, a: self.register(args[0]) },
            Prim::ListLength if is_register(0) => Instr::ListLength { dst, list: self.register(args[0]) },
            Prim::At if is_register(0) => {
                Instr::At { dst, list: self.register(args[0]), index: self.register(args[1]) }
            }
            _ => {
                let wanted = |index: usize| match prim.info().params[index] {
                    Use::Own | Use::Borrow | Use::Take => Repr::Word,
                    Use::Number => Repr::Number,
                    Use::Bool => Repr::Bool,
                };
                debug_assert!(args.len() <= crate::run::MOST_OPERANDS);
                Instr::Prim { dst, prim: prim as u32, args: self.pool(args, wanted) }
            }
        }
    }
}

/// The instruction for this primitive with a constant on the right.
fn with_constant(prim: Prim) -> Option<fn(u32, u32, u32) -> Instr> {
    Some(match prim {
        Prim::AddNumber => |dst, a, k| Instr::AddK { dst, a, k },
        Prim::Subtract => |dst, a, k| Instr::SubtractK { dst, a, k },
        Prim::Multiply => |dst, a, k| Instr::MultiplyK { dst, a, k },
        _ => return None,
    })
}

#[derive(Clone, Copy)]
enum Comparison {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

fn number_comparison(prim: Prim) -> Option<Comparison> {
    debug_assert!(prim.on_numbers().is_none() || prim.info().result != Class::Number);
    Some(match prim {
        Prim::LessNumber if is_planted(Plant::VmLessEqual) => Comparison::LessEqual,
        Prim::LessNumber => Comparison::Less,
        Prim::LessEqualNumber => Comparison::LessEqual,
        Prim::GreaterNumber => Comparison::Greater,
        Prim::GreaterEqualNumber => Comparison::GreaterEqual,
        Prim::EqualNumber => Comparison::Equal,
        Prim::NotEqualNumber => Comparison::NotEqual,
        _ => return None,
    })
}

impl Comparison {
    fn value(self, dst: u32, a: u32, b: u32) -> Instr {
        match self {
            Comparison::Less => Instr::Less { dst, a, b },
            Comparison::LessEqual => Instr::LessEqual { dst, a, b },
            Comparison::Greater => Instr::Greater { dst, a, b },
            Comparison::GreaterEqual => Instr::GreaterEqual { dst, a, b },
            Comparison::Equal => Instr::Equal { dst, a, b },
            Comparison::NotEqual => Instr::NotEqual { dst, a, b },
        }
    }

    /// Jumps if the comparison is `holds`.
    fn jump(self, holds: bool, a: u32, b: u32, target: u32) -> Instr {
        match (self, holds) {
            (Comparison::Less, true) => Instr::JumpLess { a, b, target },
            (Comparison::Less, false) => Instr::JumpNotLess { a, b, target },
            (Comparison::LessEqual, true) => Instr::JumpLessEqual { a, b, target },
            (Comparison::LessEqual, false) => Instr::JumpNotLessEqual { a, b, target },
            (Comparison::Greater, true) => Instr::JumpGreater { a, b, target },
            (Comparison::Greater, false) => Instr::JumpNotGreater { a, b, target },
            (Comparison::GreaterEqual, true) => Instr::JumpGreaterEqual { a, b, target },
            (Comparison::GreaterEqual, false) => Instr::JumpNotGreaterEqual { a, b, target },
            (Comparison::Equal, true) | (Comparison::NotEqual, false) => Instr::JumpEqual { a, b, target },
            (Comparison::Equal, false) | (Comparison::NotEqual, true) => Instr::JumpNotEqual { a, b, target },
        }
    }

    fn jump_constant(self, holds: bool, a: u32, k: u32, target: u32) -> Instr {
        match (self, holds) {
            (Comparison::Less, true) => Instr::JumpLessK { a, k, target },
            (Comparison::Less, false) => Instr::JumpNotLessK { a, k, target },
            (Comparison::LessEqual, true) => Instr::JumpLessEqualK { a, k, target },
            (Comparison::LessEqual, false) => Instr::JumpNotLessEqualK { a, k, target },
            (Comparison::Greater, true) => Instr::JumpGreaterK { a, k, target },
            (Comparison::Greater, false) => Instr::JumpNotGreaterK { a, k, target },
            (Comparison::GreaterEqual, true) => Instr::JumpGreaterEqualK { a, k, target },
            (Comparison::GreaterEqual, false) => Instr::JumpNotGreaterEqualK { a, k, target },
            (Comparison::Equal, true) | (Comparison::NotEqual, false) => Instr::JumpEqualK { a, k, target },
            (Comparison::Equal, false) | (Comparison::NotEqual, true) => {
                Instr::JumpNotEqualK { a, k, target }
            }
        }
    }
}

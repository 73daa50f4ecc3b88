//! The machine: one stack of registers, one of frames, and a loop over instructions.

use std::mem::MaybeUninit;

use ilo4_builtins::{Prim, abi};
use ilo4_engine::Outcome;
use ilo4_runtime::abi::{
    NO_HINT, ilo4_call_target, ilo4_closure_captures, ilo4_closure_new, ilo4_element_take, ilo4_field,
    ilo4_field_take, ilo4_field_tolerant, ilo4_list_from, ilo4_number_mismatch, ilo4_record_new,
    ilo4_release, ilo4_retain, ilo4_stack_overflow, ilo4_with,
};
use ilo4_runtime::{PRIM_CALLS, Runtime, Value};

use crate::code::{Arg, Code, Constant, FieldAccess, Function, Instr, NO_CLEANUP, PoolIndex};

/// No primitive has more operands; they are gathered on the native stack.
pub(crate) const MOST_OPERANDS: usize = 4;

/// Registers of all frames together: 256 MiB of address space, used as far as calls nest.
const MOST_REGISTERS: usize = 32 << 20;

/// Nested calls; with small frames this limit comes first. Each frame may keep containers alive, so it bounds memory too.
const MOST_FRAMES: usize = 1 << 20;

/// A caller that waits.
#[derive(Clone, Copy)]
struct Frame {
    function: u32,
    /// The call instruction.
    pc: u32,
    /// Where its registers start.
    base: u32,
}

/// Runs a function on converted arguments.
pub fn run<const COUNT: bool>(
    code: &Code,
    function: u32,
    args: Vec<Value>,
    runtime: &mut Runtime,
) -> Outcome {
    let constants = code
        .constants
        .iter()
        .map(|constant| match *constant {
            Constant::Bits(bits) => bits,
            // Literals are immortal: the words stay valid as long as the runtime.
            Constant::Text(text) => runtime.literal(text).into_raw(),
        })
        .collect();
    let registers = Box::new_uninit_slice(MOST_REGISTERS);
    let mut machine =
        Machine { code, constants, runtime, registers, base: 0, frames: Vec::new(), scratch: Vec::new() };
    machine.start(function, args);
    machine.run::<COUNT>(function)
}

struct Machine<'a> {
    code: &'a Code,
    constants: Vec<u64>,
    runtime: &'a mut Runtime,
    registers: Box<[MaybeUninit<u64>]>,
    /// Where the registers of the current frame start.
    base: usize,
    frames: Vec<Frame>,
    /// Operands of instructions with any number of them.
    scratch: Vec<u64>,
}

/// Why the loop stops going forward.
enum Raised {
    /// In this instruction: its place is where it happened.
    Here,
    /// Where there is no place to tell (the stack is used up).
    Nowhere,
}

impl<'a> Machine<'a> {
    fn start(&mut self, function: u32, args: Vec<Value>) {
        let is_word = |index: u32| self.code.functions[function as usize].word_params.contains(&index);
        for (index, arg) in args.into_iter().enumerate() {
            let bits = match arg.as_bool() {
                Some(value) if !is_word(index as u32) => u64::from(value),
                _ => arg.into_raw(),
            };
            self.registers[index].write(bits);
        }
    }

    fn function(&self, index: u32) -> &'a Function {
        &self.code.functions[index as usize]
    }

    #[inline(always)]
    fn get(&self, register: u32) -> u64 {
        let index = self.base + register as usize;
        debug_assert!(index < self.registers.len());
        // SAFETY: a call checks that the whole frame fits, registers are below the frame's size, and MIR is verified: what is
        // read has been written.
        unsafe { self.registers.get_unchecked(index).assume_init() }
    }

    #[inline(always)]
    fn set(&mut self, register: u32, bits: u64) {
        let index = self.base + register as usize;
        debug_assert!(index < self.registers.len());
        // SAFETY: a call checks that the whole frame fits, and registers are below the frame's size.
        unsafe { self.registers.get_unchecked_mut(index).write(bits) };
    }

    #[inline(always)]
    fn number(&self, register: u32) -> f64 {
        f64::from_bits(self.get(register))
    }

    #[inline(always)]
    fn constant(&self, index: u32) -> u64 {
        debug_assert!((index as usize) < self.constants.len());
        // SAFETY: the compiler made the index for this table.
        unsafe { *self.constants.get_unchecked(index as usize) }
    }

    #[inline(always)]
    fn number_constant(&self, index: u32) -> f64 {
        f64::from_bits(self.constant(index))
    }

    #[inline(always)]
    fn arg(&self, arg: Arg) -> u64 {
        match arg {
            Arg::Register(register) => self.get(register),
            Arg::Constant(constant) => self.constant(constant),
            // SAFETY: verified MIR copies only words that are owned.
            Arg::Copy(register) => unsafe { ilo4_retain(self.get(register)) },
            Arg::Count(_) => unreachable!("counts stand before operands"),
        }
    }

    fn gather(&mut self, args: PoolIndex) {
        let code = self.code;
        self.scratch.clear();
        for arg in code.args(args) {
            let bits = self.arg(*arg);
            self.scratch.push(bits);
        }
    }

    fn run<const COUNT: bool>(&mut self, entry: u32) -> Outcome {
        let mut current = entry;
        let mut pc = 0usize;
        let code = self.code;
        let mut instructions: &[Instr] = &self.function(entry).instructions;
        self.frames.reserve(64);
        if COUNT {
            self.runtime.calls += 1;
        }

        macro_rules! enter {
            ($function:expr, $pc:expr) => {{
                current = $function;
                pc = $pc;
                instructions = &code.functions[current as usize].instructions;
            }};
        }
        macro_rules! raise {
            ($raised:expr) => {{
                match self.unwind(&mut current, &mut pc, $raised) {
                    Some(fault) => return Err(fault),
                    None => unreachable!("unwinding leaves no frame"),
                }
            }};
        }
        // The result of a fallible operation, or the way out.
        macro_rules! checked {
            ($bits:expr) => {{
                let bits = $bits;
                if bits == abi::FAULT {
                    raise!(Raised::Here);
                }
                bits
            }};
        }
        macro_rules! arithmetic {
            ($dst:expr, $value:expr) => {{
                let value: f64 = $value;
                self.set($dst, value.to_bits());
            }};
        }
        macro_rules! jump_if {
            ($holds:expr, $target:expr) => {
                if $holds {
                    pc = $target as usize;
                    continue;
                }
            };
        }
        // Not the same as jumping if the opposite holds: NaN.
        macro_rules! jump_unless {
            ($holds:expr, $target:expr) => {
                if $holds {
                } else {
                    pc = $target as usize;
                    continue;
                }
            };
        }

        loop {
            debug_assert!(pc < instructions.len());
            // SAFETY: every block ends in an instruction that goes elsewhere, and jumps lead to instructions.
            let instr = unsafe { *instructions.get_unchecked(pc) };
            match instr {
                Instr::Load { dst, constant } => self.set(dst, self.constant(constant)),
                Instr::Move { dst, src } => self.set(dst, self.get(src)),
                // SAFETY: verified MIR copies only words that are owned.
                Instr::Copy { dst, src } => self.set(dst, unsafe { ilo4_retain(self.get(src)) }),
                // SAFETY: verified MIR drops each owned word once.
                Instr::Drop { src } => unsafe { ilo4_release(self.get(src)) },

                Instr::Add { dst, a, b } => arithmetic!(dst, self.number(a) + self.number(b)),
                Instr::AddK { dst, a, k } => arithmetic!(dst, self.number(a) + self.number_constant(k)),
                Instr::Subtract { dst, a, b } => arithmetic!(dst, self.number(a) - self.number(b)),
                Instr::SubtractK { dst, a, k } => arithmetic!(dst, self.number(a) - self.number_constant(k)),
                Instr::Multiply { dst, a, b } => arithmetic!(dst, self.number(a) * self.number(b)),
                Instr::MultiplyK { dst, a, k } => arithmetic!(dst, self.number(a) * self.number_constant(k)),
                Instr::Negate { dst, a } => arithmetic!(dst, -self.number(a)),
                Instr::Divide { dst, a, b } => {
                    let (a, b) = (self.number(a), self.number(b));
                    if b == 0.0 {
                        checked!(self.primitive(Prim::Divide, &[a.to_bits(), b.to_bits()]));
                    }
                    arithmetic!(dst, a / b);
                }

                Instr::Less { dst, a, b } => self.set(dst, u64::from(self.number(a) < self.number(b))),
                Instr::LessEqual { dst, a, b } => self.set(dst, u64::from(self.number(a) <= self.number(b))),
                Instr::Greater { dst, a, b } => self.set(dst, u64::from(self.number(a) > self.number(b))),
                Instr::GreaterEqual { dst, a, b } => {
                    self.set(dst, u64::from(self.number(a) >= self.number(b)))
                }
                Instr::Equal { dst, a, b } => self.set(dst, u64::from(self.number(a) == self.number(b))),
                Instr::NotEqual { dst, a, b } => self.set(dst, u64::from(self.number(a) != self.number(b))),

                Instr::Jump { target } => {
                    pc = target as usize;
                    continue;
                }
                Instr::JumpIf { cond, target } => jump_if!(self.get(cond) != 0, target),
                Instr::JumpUnless { cond, target } => jump_if!(self.get(cond) == 0, target),
                Instr::JumpLess { a, b, target } => jump_if!(self.number(a) < self.number(b), target),
                Instr::JumpNotLess { a, b, target } => jump_unless!(self.number(a) < self.number(b), target),
                Instr::JumpLessK { a, k, target } => {
                    jump_if!(self.number(a) < self.number_constant(k), target)
                }
                Instr::JumpNotLessK { a, k, target } => {
                    jump_unless!(self.number(a) < self.number_constant(k), target)
                }
                Instr::JumpLessEqual { a, b, target } => jump_if!(self.number(a) <= self.number(b), target),
                Instr::JumpNotLessEqual { a, b, target } => {
                    jump_unless!(self.number(a) <= self.number(b), target)
                }
                Instr::JumpLessEqualK { a, k, target } => {
                    jump_if!(self.number(a) <= self.number_constant(k), target)
                }
                Instr::JumpNotLessEqualK { a, k, target } => {
                    jump_unless!(self.number(a) <= self.number_constant(k), target)
                }
                Instr::JumpGreater { a, b, target } => jump_if!(self.number(a) > self.number(b), target),
                Instr::JumpNotGreater { a, b, target } => {
                    jump_unless!(self.number(a) > self.number(b), target)
                }
                Instr::JumpGreaterK { a, k, target } => {
                    jump_if!(self.number(a) > self.number_constant(k), target)
                }
                Instr::JumpNotGreaterK { a, k, target } => {
                    jump_unless!(self.number(a) > self.number_constant(k), target)
                }
                Instr::JumpGreaterEqual { a, b, target } => {
                    jump_if!(self.number(a) >= self.number(b), target)
                }
                Instr::JumpNotGreaterEqual { a, b, target } => {
                    jump_unless!(self.number(a) >= self.number(b), target)
                }
                Instr::JumpGreaterEqualK { a, k, target } => {
                    jump_if!(self.number(a) >= self.number_constant(k), target)
                }
                Instr::JumpNotGreaterEqualK { a, k, target } => {
                    jump_unless!(self.number(a) >= self.number_constant(k), target)
                }
                Instr::JumpEqual { a, b, target } => jump_if!(self.number(a) == self.number(b), target),
                Instr::JumpNotEqual { a, b, target } => jump_if!(self.number(a) != self.number(b), target),
                Instr::JumpEqualK { a, k, target } => {
                    jump_if!(self.number(a) == self.number_constant(k), target)
                }
                Instr::JumpNotEqualK { a, k, target } => {
                    jump_if!(self.number(a) != self.number_constant(k), target)
                }

                Instr::Unbox { dst, src, prim } => {
                    let word = self.get(src);
                    if word >= abi::FIRST_NON_NUMBER {
                        // SAFETY: the word is borrowed from its register.
                        checked!(unsafe { ilo4_number_mismatch(self.runtime, prim, word) });
                    }
                    self.set(dst, word);
                }
                Instr::BoxBool { dst, src } => self.set(dst, self.get(src) | abi::FALSE),
                Instr::Prim { dst, prim, args } => {
                    let bits = checked!(self.pooled_primitive(prim, args));
                    self.set(dst, bits);
                }
                Instr::At { dst, list, index } => {
                    let operands = [self.get(list), self.get(index)];
                    let bits = match list_element(operands[0], f64::from_bits(operands[1])) {
                        Some(word) => word,
                        None => checked!(self.primitive(Prim::At, &operands)),
                    };
                    self.set(dst, bits);
                }
                Instr::TakeElement { dst, list, index } => {
                    // SAFETY: the list and the range of the index are known where MIR takes elements.
                    let word = unsafe { ilo4_element_take(self.runtime, self.get(list), self.number(index)) };
                    self.set(dst, word);
                }
                Instr::ListLength { dst, list } => {
                    let bits = self.primitive(Prim::ListLength, &[self.get(list)]);
                    self.set(dst, bits);
                }

                Instr::List { dst, args } => {
                    self.gather(args);
                    // SAFETY: the operands are owned words and not used again.
                    let word = unsafe {
                        ilo4_list_from(self.runtime, self.scratch.as_ptr(), self.scratch.len() as u64)
                    };
                    self.set(dst, word);
                }
                Instr::Record { dst, shape, args } => {
                    self.gather(args);
                    let count = self.scratch.len() as u64;
                    // SAFETY: as for lists; there are as many as the shape has fields.
                    let word = unsafe { ilo4_record_new(self.runtime, shape, self.scratch.as_ptr(), count) };
                    self.set(dst, word);
                }
                Instr::Closure { dst, function, args } => {
                    self.gather(args);
                    let count = self.scratch.len() as u64;
                    // SAFETY: as for lists.
                    let word =
                        unsafe { ilo4_closure_new(self.runtime, function, self.scratch.as_ptr(), count) };
                    self.set(dst, word);
                }
                Instr::Field { dst, base, site } => {
                    let word = checked!(self.field(self.get(base), site));
                    self.set(dst, word);
                }
                Instr::With { dst, names, args } => {
                    let word = checked!(self.with(names, args));
                    self.set(dst, word);
                }

                Instr::Call { dst: _, function, args } => {
                    let size = code.functions[current as usize].frame_size;
                    let base = self.base + size as usize;
                    let callee = &code.functions[function as usize];
                    for (index, arg) in code.args(args).iter().enumerate() {
                        let bits = self.arg(*arg);
                        // The reserve behind the last frame always has room for arguments; see `fits`.
                        self.registers[base + index].write(bits);
                    }
                    self.frames.push(Frame { function: current, pc: pc as u32, base: self.base as u32 });
                    self.base = base;
                    if !self.fits(callee) {
                        self.drop_params(callee);
                        self.pop(&mut current, &mut pc);
                        raise!(Raised::Nowhere);
                    }
                    if COUNT {
                        self.runtime.calls += 1;
                    }
                    enter!(function, 0);
                    continue;
                }
                Instr::CallValue { dst: _, callee, args } => {
                    match self.enter_value(&mut current, &mut pc, callee, args) {
                        Ok(()) => {}
                        Err(raised) => raise!(raised),
                    }
                    if COUNT {
                        self.runtime.calls += 1;
                    }
                    enter!(current, 0);
                    continue;
                }
                Instr::TailCall { function, args } => {
                    self.gather(args);
                    for index in 0..self.scratch.len() {
                        self.registers[self.base + index].write(self.scratch[index]);
                    }
                    let callee = &code.functions[function as usize];
                    if !self.fits(callee) {
                        self.drop_params(callee);
                        if !self.pop(&mut current, &mut pc) {
                            return Err(self.overflow());
                        }
                        raise!(Raised::Nowhere);
                    }
                    if COUNT {
                        self.runtime.calls += 1;
                    }
                    enter!(function, 0);
                    continue;
                }
                Instr::Return { .. } | Instr::ReturnCopy { .. } | Instr::ReturnConstant { .. } => {
                    let bits = match instr {
                        Instr::Return { src } => self.get(src),
                        // SAFETY: verified MIR copies only words that are owned.
                        Instr::ReturnCopy { src } => unsafe { ilo4_retain(self.get(src)) },
                        Instr::ReturnConstant { constant } => self.constant(constant),
                        _ => unreachable!("this arm is for returns"),
                    };
                    let returns_bool = code.functions[current as usize].returns_bool;
                    let Some(frame) = self.frames.pop() else {
                        let word = if returns_bool { bits | abi::FALSE } else { bits };
                        // SAFETY: the result is an owned word.
                        return Ok(unsafe { Value::from_raw(word) });
                    };
                    self.base = frame.base as usize;
                    enter!(frame.function, frame.pc as usize);
                    let (Instr::Call { dst, .. } | Instr::CallValue { dst, .. }) = instructions[pc] else {
                        unreachable!("a frame waits in a call")
                    };
                    self.set(dst, bits);
                }
                Instr::Unreachable {} => unreachable!("verified MIR does not come here"),
            }
            pc += 1;
        }
    }

    /// Calls a primitive on raw bits.
    fn primitive(&mut self, prim: Prim, operands: &[u64]) -> u64 {
        // SAFETY: operands are as the table says, which the MIR verifier has checked.
        unsafe { PRIM_CALLS[prim as usize](self.runtime, operands.as_ptr()) }
    }

    fn pooled_primitive(&mut self, prim: u32, args: PoolIndex) -> u64 {
        let mut operands = [0; MOST_OPERANDS];
        let code = self.code;
        for (slot, arg) in operands.iter_mut().zip(code.args(args)) {
            *slot = self.arg(*arg);
        }
        // SAFETY: as for `primitive`.
        unsafe { PRIM_CALLS[prim as usize](self.runtime, operands.as_ptr()) }
    }

    fn field(&mut self, base: u64, site: u32) -> u64 {
        let site = self.code.sites[site as usize];
        let (shape, slot) = site.hint.unwrap_or((NO_HINT, 0));
        let operation = match site.access {
            FieldAccess::Copy => ilo4_field,
            FieldAccess::Take => ilo4_field_take,
            FieldAccess::Tolerant => ilo4_field_tolerant,
        };
        // SAFETY: the base is borrowed from its register, and nobody else borrows it.
        unsafe { operation(self.runtime, base, site.name, shape, slot) }
    }

    fn with(&mut self, names: u32, args: PoolIndex) -> u64 {
        self.gather(args);
        let names = &self.code.names[names as usize];
        let (base, values) = self.scratch.split_first().expect("the record comes first");
        // SAFETY: owned words, a name for each value.
        unsafe { ilo4_with(self.runtime, *base, names.as_ptr(), values.as_ptr(), values.len() as u64) }
    }

    /// Is there room for the frame at `base`, and for the arguments of a call from it?
    fn fits(&self, function: &Function) -> bool {
        let end = self.base + function.frame_size as usize + self.most_params();
        end <= self.registers.len() && self.frames.len() < MOST_FRAMES
    }

    fn most_params(&self) -> usize {
        // Arguments are written before the callee's frame is checked.
        1 << 16
    }

    fn drop_params(&mut self, function: &Function) {
        for register in &function.word_params {
            // SAFETY: the parameters have just been written and are owned.
            unsafe { ilo4_release(self.get(*register)) };
        }
    }

    fn pop(&mut self, current: &mut u32, pc: &mut usize) -> bool {
        let Some(frame) = self.frames.pop() else { return false };
        self.base = frame.base as usize;
        (*current, *pc) = (frame.function, frame.pc as usize);
        true
    }

    /// Puts captured values and arguments into a new frame of the function that the register holds.
    fn enter_value(
        &mut self,
        current: &mut u32,
        pc: &mut usize,
        callee: u32,
        args: PoolIndex,
    ) -> Result<(), Raised> {
        self.gather(args);
        let word = self.get(callee);
        // SAFETY: the callee is borrowed from its register.
        let target = unsafe { ilo4_call_target(self.runtime, word, self.scratch.len() as u32) };
        if target == abi::FAULT {
            for word in self.scratch.drain(..) {
                // SAFETY: gathered words are owned, and the call that would have consumed them does not happen.
                unsafe { ilo4_release(word) };
            }
            return Err(Raised::Here);
        }
        let function = &self.code.functions[target as usize];
        let base = self.base + self.function(*current).frame_size as usize;
        let captures = function.captures as usize;
        if captures > 0 {
            // SAFETY: a closure of this function holds so many words, each copied here.
            unsafe {
                let words = ilo4_closure_captures(word);
                for index in 0..captures {
                    self.registers[base + index].write(ilo4_retain(*words.add(index)));
                }
            }
        }
        for (index, word) in self.scratch.iter().enumerate() {
            self.registers[base + captures + index].write(*word);
        }
        self.frames.push(Frame { function: *current, pc: *pc as u32, base: self.base as u32 });
        self.base = base;
        if !self.fits(function) {
            self.drop_params(function);
            self.pop(current, pc);
            return Err(Raised::Nowhere);
        }
        *current = target as u32;
        Ok(())
    }

    fn overflow(&mut self) -> ilo4_runtime::Fault {
        // SAFETY: the runtime is this machine's.
        unsafe { ilo4_stack_overflow(self.runtime) };
        self.runtime.take_fault().expect("the fault has just been raised")
    }

    /// Drops what every waiting frame owns, from the faulting instruction outwards.
    #[cold]
    fn unwind(&mut self, current: &mut u32, pc: &mut usize, raised: Raised) -> Option<ilo4_runtime::Fault> {
        match raised {
            Raised::Here => self.runtime.fault_place = self.function(*current).places[*pc],
            Raised::Nowhere => {
                // SAFETY: the runtime is this machine's.
                unsafe { ilo4_stack_overflow(self.runtime) };
            }
        }
        loop {
            let function = &self.code.functions[*current as usize];
            let cleanup = function.cleanup_of[*pc];
            debug_assert_ne!(cleanup, NO_CLEANUP, "verified: what may fault has a cleanup");
            for register in &function.cleanups[cleanup as usize] {
                // SAFETY: the cleanup lists what is owned here.
                unsafe { ilo4_release(self.get(*register)) };
            }
            if !self.pop(current, pc) {
                return self.runtime.take_fault();
            }
        }
    }
}

/// The element of a list at a whole index in range, with one more reference.
#[inline(always)]
fn list_element(list: u64, index: f64) -> Option<u64> {
    if list < abi::HEAP {
        return None;
    }
    let object = (list & abi::ADDRESS) as usize as *const u8;
    let whole = index as u64;
    // SAFETY: a heap word's address is of an object with the layout of `abi`; the index is checked against the length.
    unsafe {
        if *object.add(abi::KIND_OFFSET as usize) != abi::KIND_LIST || whole as f64 != index {
            return None;
        }
        let length = object.add(abi::LIST_LENGTH_OFFSET as usize).cast::<u64>().read();
        if whole >= length {
            return None;
        }
        let elements = object.add(abi::LIST_ELEMENTS_OFFSET as usize).cast::<*const u64>().read();
        Some(ilo4_retain(*elements.add(whole as usize)))
    }
}

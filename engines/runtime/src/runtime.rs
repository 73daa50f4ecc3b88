//! The context of a running program, which every operation gets as its first argument.

use std::io::Write;

use ilo4_builtins::{FaultCode, abi};

use crate::builtin::Patterns;
use crate::fault::{Fault, NO_PLACE};
use crate::program::{FunctionInfo, ProgramInfo};
use crate::random::Random;
use crate::shapes::Shapes;
use crate::value::Value;

/// The state of a run. The first fields are read and written by generated code, see [`abi`].
#[repr(C)]
pub struct Runtime {
    /// The lowest address the stack may reach; 0 for no limit.
    pub stack_limit: usize,
    /// Where the pending fault happened; `u32::MAX` while nobody said.
    pub fault_place: u32,
    /// Number of calls, counted by code compiled for counting.
    pub calls: u64,
    /// The words of the program's literals, by text id.
    literals: *const u64,
    literal_words: Vec<Value>,
    functions: Vec<FunctionInfo>,
    shapes: Shapes,
    /// Standard output; each line is written at once and flushed.
    pub output: Box<dyn Write>,
    /// Standard error, for what [`crate::entry::finish`] has to say.
    pub errors: Box<dyn Write>,
    /// The source excerpt for a place, ready to print; the runtime knows no sources.
    pub place_text: Box<dyn Fn(u32) -> Option<String>>,
    pending: Option<Fault>,
    pub(crate) random: Random,
    pub(crate) patterns: Patterns,
}

const _: () = {
    assert!(std::mem::offset_of!(Runtime, stack_limit) == abi::RUNTIME_STACK_LIMIT_OFFSET as usize);
    assert!(std::mem::offset_of!(Runtime, fault_place) == abi::RUNTIME_FAULT_PLACE_OFFSET as usize);
    assert!(std::mem::offset_of!(Runtime, calls) == abi::RUNTIME_CALLS_OFFSET as usize);
    assert!(std::mem::offset_of!(Runtime, literals) == abi::RUNTIME_LITERALS_OFFSET as usize);
};

impl Runtime {
    /// A runtime for one run of the program, connected to the process's standard streams.
    pub fn new(info: &ProgramInfo) -> Runtime {
        let literal_words: Vec<Value> = info.texts.iter().map(|text| Value::immortal_text(text)).collect();
        Runtime {
            stack_limit: 0,
            fault_place: NO_PLACE,
            calls: 0,
            literals: literal_words.as_ptr().cast(),
            literal_words,
            functions: info.functions.clone(),
            shapes: Shapes::new(info),
            output: Box::new(std::io::stdout()),
            errors: Box::new(std::io::stderr()),
            place_text: Box::new(|_| None),
            pending: None,
            random: Random::from_environment(),
            patterns: Patterns::default(),
        }
    }

    /// The literal of that text id.
    pub fn literal(&self, text: u32) -> Value {
        self.literal_words[text as usize].clone()
    }

    /// The functions of the program, by index.
    pub fn functions(&self) -> &[FunctionInfo] {
        &self.functions
    }

    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    pub fn shapes_mut(&mut self) -> &mut Shapes {
        &mut self.shapes
    }

    /// Keeps the fault until [`Runtime::take_fault`]; answers [`abi::FAULT`].
    pub fn raise(&mut self, fault: Fault) -> u64 {
        self.pending = Some(fault);
        abi::FAULT
    }

    /// The pending fault, located by `fault_place` if it is not yet.
    pub fn take_fault(&mut self) -> Option<Fault> {
        let place = std::mem::replace(&mut self.fault_place, NO_PLACE);
        self.pending.take().map(|fault| fault.at(place))
    }

    /// The fault of a program whose calls nest too deep.
    pub fn stack_overflow(&self) -> Fault {
        Fault::new(FaultCode::R601, "recursion too deep: the calls of this program use up the stack")
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.literal_words.drain(..).for_each(Value::forget_literal);
    }
}

//! Bytecode: one instruction per line of the table below, three registers or indices each, 16 bytes.
//!
//! Registers hold raw 64 bits: a word, the bits of a number, or 0/1 for a bool; MIR knows which, so nothing here is tagged twice.
//! A register's number is the MIR local's. Operands of instructions with many of them stand in the program's operand pool,
//! behind their count.

/// Index of a register in the current frame.
pub type Register = u32;
/// Index of an instruction in the current function.
pub type Target = u32;
/// Index into [`Code::constants`].
pub type ConstantIndex = u32;
/// Index into [`Code::pool`]: of a count, followed by so many [`Arg`]s.
pub type PoolIndex = u32;

/// An operand in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg {
    /// How many operands follow.
    Count(u32),
    /// The register's bits; a word is moved or borrowed.
    Register(Register),
    /// The register's word, with one more reference.
    Copy(Register),
    Constant(ConstantIndex),
}

/// A constant as it is in the code; texts become words when the program starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    Bits(u64),
    Text(u32),
}

/// Everything about a read of a field but its registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSite {
    pub name: u32,
    /// Shape and slot to try first.
    pub hint: Option<(u32, u32)>,
    pub access: FieldAccess,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldAccess {
    Copy,
    Take,
    Tolerant,
}

/// Defines the instructions and their text form; those with a `target` jump.
macro_rules! instructions {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $ty:ty),* } $(-> $target:ident)?;)*) => {
        /// One instruction.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Instr {
            $($(#[$doc])* $name { $($field: $ty,)* $($target: Target)? },)*
        }

        impl Instr {
            /// The text form: the name, then `field=value` for every operand.
            pub fn text(&self) -> String {
                match self {
                    $(Instr::$name { $($field,)* $($target)? } => [
                        stringify!($name).to_owned(),
                        $(format!(concat!(stringify!($field), "={:?}"), $field),)*
                        $(format!("-> {}", $target),)?
                    ]
                    .join(" "),)*
                }
            }

            /// The instruction that this one may jump to.
            pub fn target_mut(&mut self) -> Option<&mut Target> {
                match self {
                    $($(Instr::$name { $target, .. } => Some($target),)?)*
                    _ => None,
                }
            }
        }
    };
}

instructions! {
    /// A constant's bits.
    Load { dst: Register, constant: ConstantIndex };
    /// The same bits; a word is moved.
    Move { dst: Register, src: Register };
    /// The same word, with one more reference.
    Copy { dst: Register, src: Register };
    /// Gives up a reference.
    Drop { src: Register };

    // Numbers; `…K` has a constant on the right.
    Add { dst: Register, a: Register, b: Register };
    AddK { dst: Register, a: Register, k: ConstantIndex };
    Subtract { dst: Register, a: Register, b: Register };
    SubtractK { dst: Register, a: Register, k: ConstantIndex };
    Multiply { dst: Register, a: Register, b: Register };
    MultiplyK { dst: Register, a: Register, k: ConstantIndex };
    /// Faults on a zero divisor.
    Divide { dst: Register, a: Register, b: Register };
    Negate { dst: Register, a: Register };

    // Comparisons of numbers to a bool.
    Less { dst: Register, a: Register, b: Register };
    LessEqual { dst: Register, a: Register, b: Register };
    Greater { dst: Register, a: Register, b: Register };
    GreaterEqual { dst: Register, a: Register, b: Register };
    Equal { dst: Register, a: Register, b: Register };
    NotEqual { dst: Register, a: Register, b: Register };

    Jump {} -> target;
    JumpIf { cond: Register } -> target;
    JumpUnless { cond: Register } -> target;
    // Comparisons of numbers that jump; `Not` because of NaN, `K` has a constant on the right.
    JumpLess { a: Register, b: Register } -> target;
    JumpNotLess { a: Register, b: Register } -> target;
    JumpLessK { a: Register, k: ConstantIndex } -> target;
    JumpNotLessK { a: Register, k: ConstantIndex } -> target;
    JumpLessEqual { a: Register, b: Register } -> target;
    JumpNotLessEqual { a: Register, b: Register } -> target;
    JumpLessEqualK { a: Register, k: ConstantIndex } -> target;
    JumpNotLessEqualK { a: Register, k: ConstantIndex } -> target;
    JumpGreater { a: Register, b: Register } -> target;
    JumpNotGreater { a: Register, b: Register } -> target;
    JumpGreaterK { a: Register, k: ConstantIndex } -> target;
    JumpNotGreaterK { a: Register, k: ConstantIndex } -> target;
    JumpGreaterEqual { a: Register, b: Register } -> target;
    JumpNotGreaterEqual { a: Register, b: Register } -> target;
    JumpGreaterEqualK { a: Register, k: ConstantIndex } -> target;
    JumpNotGreaterEqualK { a: Register, k: ConstantIndex } -> target;
    JumpEqual { a: Register, b: Register } -> target;
    JumpNotEqual { a: Register, b: Register } -> target;
    JumpEqualK { a: Register, k: ConstantIndex } -> target;
    JumpNotEqualK { a: Register, k: ConstantIndex } -> target;

    /// A word as a number; faults on another kind, as primitive `prim` says.
    Unbox { dst: Register, src: Register, prim: u32 };
    /// A bool as a word.
    BoxBool { dst: Register, src: Register };
    /// Any primitive; operands in the pool.
    Prim { dst: Register, prim: u32, args: PoolIndex };
    /// `at` with the fast path of a list and an index in range.
    At { dst: Register, list: Register, index: Register };
    TakeElement { dst: Register, list: Register, index: Register };
    ListLength { dst: Register, list: Register };

    List { dst: Register, args: PoolIndex };
    Record { dst: Register, shape: u32, args: PoolIndex };
    Closure { dst: Register, function: u32, args: PoolIndex };
    /// `site` is an index into [`Code::sites`].
    Field { dst: Register, base: Register, site: u32 };
    /// The pool holds the record and the values; `names` is an index into [`Code::names`].
    With { dst: Register, names: u32, args: PoolIndex };

    Call { dst: Register, function: u32, args: PoolIndex };
    CallValue { dst: Register, callee: Register, args: PoolIndex };
    /// Replaces the frame.
    TailCall { function: u32, args: PoolIndex };
    /// The register's bits; a word is moved.
    Return { src: Register };
    ReturnCopy { src: Register };
    ReturnConstant { constant: ConstantIndex };
    /// Control does not come here.
    Unreachable {};
}

/// "This instruction cannot fault."
pub const NO_CLEANUP: u32 = u32::MAX;

/// One function.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Function {
    pub name: String,
    pub param_count: u32,
    pub captures: u32,
    /// Which parameters are words: dropped when the call overflows the stack.
    pub word_params: Vec<Register>,
    /// Registers of a frame.
    pub frame_size: u32,
    pub returns_bool: bool,
    pub instructions: Vec<Instr>,
    /// For each instruction its place.
    pub places: Vec<u32>,
    /// For each instruction the index of its cleanup, or [`NO_CLEANUP`].
    pub cleanup_of: Vec<u32>,
    /// The registers that a fault drops.
    pub cleanups: Vec<Vec<Register>>,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Code {
    pub functions: Vec<Function>,
    pub constants: Vec<Constant>,
    pub pool: Vec<Arg>,
    pub sites: Vec<FieldSite>,
    pub names: Vec<Vec<u32>>,
}

impl Code {
    /// The operands that start at this index of the pool.
    pub fn args(&self, index: PoolIndex) -> &[Arg] {
        let start = index as usize;
        let Arg::Count(count) = self.pool[start] else {
            unreachable!("an index into the pool is of a count")
        };
        &self.pool[start + 1..][..count as usize]
    }
}

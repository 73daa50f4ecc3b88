//! MIR: basic blocks over typed locals, with ownership explicit.
//!
//! What is true of a finished body (the verifier's list is in [`crate::verify`]):
//! - Block 0 is the entry; no edge leads to it. There are no critical edges.
//! - A local has one representation. Only [`Repr::Word`] locals own anything.
//! - Every owned local is consumed exactly once on every path: moved into an operand that owns, or dropped.
//!   An operand is a *move* (the last use on this path), a *copy* (one more reference is made) or a *read* (borrowed for the
//!   duration of the instruction; also every use of a number or a bool).
//! - An instruction that faults has consumed its moved operands and has not written its destination; the locals
//!   listed in its cleanup are still owned and are dropped on the way out. Faults leave through ordinary returns.
//!
//! Words: the papers' `dup` (Perceus) or `inc` (Counting Immutable Beans) is *copy* here, `drop` or `dec` is *drop*; the papers'
//! reuse tokens have no counterpart, since updates in place are decided by the runtime's uniqueness test.
//!
//! Sources: Reinking, Xie, de Moura, Leijen: *Perceus: Garbage Free Reference Counting with Reuse* (PLDI 2021); Ullrich, de Moura:
//! *Counting Immutable Beans* (IFL 2019).

use ilo4_builtins::Prim;
use ilo4_syntax::Span;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    )*};
}

ids! {
    /// Index into [`Body::locals`].
    Local "_";
    /// Index into [`Body::blocks`].
    BlockId "bb";
    /// Index into [`Body::cleanups`].
    CleanupId "c";
    /// Index into [`Program::functions`].
    FunctionId "fn";
    /// Index into [`Program::names`].
    NameId "n";
    /// Index into [`Program::texts`].
    TextId "t";
    /// Index into [`Program::shapes`].
    ShapeId "s";
    /// Index into [`Program::places`].
    PlaceId "@";
}

/// A whole program; the call graph is closed.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Program {
    pub functions: Vec<Body>,
    /// Field names.
    pub names: Vec<String>,
    /// Text literals.
    pub texts: Vec<String>,
    /// Declared records; the index is the HIR's record index.
    pub shapes: Vec<Shape>,
    /// Where instructions come from.
    pub places: Vec<Span>,
}

/// A declared record's name and fields, in the order of the declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub name: String,
    pub fields: Vec<NameId>,
}

/// How a local is represented in every engine below MIR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repr {
    /// A tagged word (`ilo4_builtins::abi`), owned by the local.
    Word,
    /// A raw f64.
    Number,
    /// A raw truth value.
    Bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LocalDecl {
    /// The source's name, or one that starts with a dot.
    pub name: String,
    pub repr: Repr,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    pub name: String,
    /// How many of the parameters are captured values; they come first.
    pub captures: usize,
    /// `locals[..param_count]` are the parameters, captured values included; owned by the callee.
    pub param_count: usize,
    pub result: Repr,
    pub locals: Vec<LocalDecl>,
    pub blocks: Vec<Block>,
    /// Sets of locals that a fault must drop; the order is the order of dropping.
    pub cleanups: Vec<Vec<Local>>,
    pub effects: Effects,
}

/// What a function may do, computed over the whole program by [`crate::pass::effects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects {
    /// May it end in a fault?
    pub may_fault: bool,
    /// Is it part of a cycle of the call graph (or may be: it calls a function value), so that it must check the stack?
    pub recursive: bool,
    /// Is it used as a value, so that it can be called without being named?
    pub is_value: bool,
}

impl Default for Effects {
    /// The assumptions that are always safe.
    fn default() -> Effects {
        Effects { may_fault: true, recursive: true, is_value: true }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub instructions: Vec<Instruction>,
    pub terminator: Terminator,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Instruction {
    pub op: Op,
    /// Where a fault of this instruction is reported.
    pub place: PlaceId,
    /// What a fault drops; set by the ownership pass for every instruction that may fault.
    pub cleanup: Option<CleanupId>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// Consumes the local.
    Move(Local),
    /// Makes one more reference.
    Copy(Local),
    /// Borrows a word, or uses a number or bool. Before the ownership pass, every use.
    Read(Local),
    Constant(Constant),
}

impl Operand {
    pub fn local(self) -> Option<Local> {
        match self {
            Operand::Move(local) | Operand::Copy(local) | Operand::Read(local) => Some(local),
            Operand::Constant(_) => None,
        }
    }
}

/// A constant takes the representation that its position needs. Owned positions consume nothing: literals are immortal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant {
    Number(f64),
    Bool(bool),
    Nil,
    Text(TextId),
    /// A function without captured values.
    Function(FunctionId),
}

/// How a record's field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldMode {
    /// One more reference to the field's value.
    Copy,
    /// The field's value if the record is solely owned, leaving nil; else a copy. Only where nothing reads the field of this
    /// record afterwards.
    Take,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Same representation on both sides.
    Assign { dst: Local, src: Operand },
    /// A number or bool as a word.
    Box { dst: Local, src: Operand },
    /// A word as a number; on another kind the mismatch fault of the primitive that needs it.
    Unbox { dst: Local, src: Operand, prim: Prim },
    /// Operands as the table says: owned ones move or copy, borrowed ones read.
    Prim { dst: Local, prim: Prim, args: Vec<Operand> },
    /// Arguments are owned by the callee.
    Call { dst: Local, function: FunctionId, args: Vec<Operand> },
    /// The callee is read; arguments and result are words.
    CallValue { dst: Local, callee: Operand, args: Vec<Operand> },
    /// Owns its items.
    List { dst: Local, items: Vec<Operand> },
    /// Owns its fields, in the order of the slots.
    Record { dst: Local, shape: ShapeId, fields: Vec<Operand> },
    /// Owns the captured values.
    Closure { dst: Local, function: FunctionId, captures: Vec<Operand> },
    /// Reads the record. `hint`: the shape and slot to try first.
    Field {
        dst: Local,
        base: Operand,
        name: NameId,
        tolerant: bool,
        hint: Option<(ShapeId, u32)>,
        mode: FieldMode,
    },
    /// Owns the record and the new values.
    With { dst: Local, base: Operand, fields: Vec<(NameId, Operand)> },
    /// Takes an element out of the list (nil stays) if it is solely owned, else copies it; reads both operands.
    TakeElement { dst: Local, list: Operand, index: Operand },
    /// Releases an owned local.
    Drop { local: Local },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Terminator {
    Goto(BlockId),
    /// On a bool.
    Branch {
        cond: Operand,
        then: BlockId,
        other: BlockId,
    },
    Return(Operand),
    /// Replaces this function's frame.
    TailCall {
        function: FunctionId,
        args: Vec<Operand>,
        place: PlaceId,
    },
    /// Control does not come here: an instruction before always faults.
    Unreachable,
}

impl Terminator {
    pub fn successors(&self) -> Vec<BlockId> {
        match *self {
            Terminator::Goto(target) => vec![target],
            Terminator::Branch { then, other, .. } => vec![then, other],
            Terminator::Return(_) | Terminator::TailCall { .. } | Terminator::Unreachable => vec![],
        }
    }

    pub fn successors_mut(&mut self) -> Vec<&mut BlockId> {
        match self {
            Terminator::Goto(target) => vec![target],
            Terminator::Branch { then, other, .. } => vec![then, other],
            Terminator::Return(_) | Terminator::TailCall { .. } | Terminator::Unreachable => vec![],
        }
    }
}

impl Body {
    pub fn repr(&self, local: Local) -> Repr {
        self.locals[local.index()].repr
    }

    pub fn is_word(&self, local: Local) -> bool {
        self.repr(local) == Repr::Word
    }

    pub fn new_local(&mut self, name: &str, repr: Repr) -> Local {
        self.locals.push(LocalDecl { name: name.to_owned(), repr });
        Local(self.locals.len() as u32 - 1)
    }

    pub fn params(&self) -> impl Iterator<Item = Local> + use<> {
        (0..self.param_count as u32).map(Local)
    }

    pub fn block_ids(&self) -> impl Iterator<Item = BlockId> + use<> {
        (0..self.blocks.len() as u32).map(BlockId)
    }

    /// For every block, the blocks that lead to it (twice if both ways of a branch do).
    pub fn predecessors(&self) -> Vec<Vec<BlockId>> {
        let mut predecessors = vec![Vec::new(); self.blocks.len()];
        for id in self.block_ids() {
            for successor in self.blocks[id.index()].terminator.successors() {
                predecessors[successor.index()].push(id);
            }
        }
        predecessors
    }
}

impl Program {
    pub fn body(&self, function: FunctionId) -> &Body {
        &self.functions[function.index()]
    }
}

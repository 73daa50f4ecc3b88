//! Chooses the representation of every local and result, over the whole program.
//!
//! A local that can only ever hold numbers is a raw number, one that can only hold booleans a raw bool, everything
//! else a word. Declared types are not trusted (they are not sound, language document 5.2 and 5.5); what counts is what
//! flows: constants, results of primitives, arguments at every call. The arguments of an entry function are converted by
//! their declared type (7.3), so those are known. A function used as a value takes and gives words.
//!
//! Expects: every local a word. Promises: `locals[..].repr` and `result` are a fixpoint; operands do not fit yet
//! (that is for [`super::legalize`]).

use ilo4_builtins::{Class, Prim};
use ilo4_check::hir;
use ilo4_check::types::Type;

use crate::body::{Body, Constant, Local, Op, Operand, Program, Repr, Terminator};

/// The lattice: nothing yet, one representation, or (top) a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Number,
    Bool,
    Word,
}

impl Kind {
    fn join(self, other: Kind) -> Kind {
        match (self, other) {
            (Kind::Nothing, kind) | (kind, Kind::Nothing) => kind,
            (a, b) if a == b => a,
            _ => Kind::Word,
        }
    }

    fn repr(self) -> Repr {
        match self {
            Kind::Number => Repr::Number,
            Kind::Bool => Repr::Bool,
            Kind::Nothing | Kind::Word => Repr::Word,
        }
    }
}

struct Flow {
    locals: Vec<Vec<Kind>>,
    results: Vec<Kind>,
    changed: bool,
}

pub fn run(program: &mut Program, hir: &hir::Program) {
    let mut flow = seed(program, hir);
    loop {
        flow.changed = false;
        for (index, body) in program.functions.iter().enumerate() {
            flow.function(index, body);
        }
        if !flow.changed {
            break;
        }
    }
    for (index, body) in program.functions.iter_mut().enumerate() {
        body.result = flow.results[index].repr();
        for (local, kind) in body.locals.iter_mut().zip(&flow.locals[index]) {
            local.repr = kind.repr();
        }
    }
}

fn seed(program: &Program, hir: &hir::Program) -> Flow {
    let mut flow = Flow { locals: Vec::new(), results: Vec::new(), changed: false };
    for (body, function) in program.functions.iter().zip(&hir.functions) {
        let mut kinds = vec![Kind::Nothing; body.locals.len()];
        if function.origin == hir::Origin::Declared {
            for (kind, ty) in kinds.iter_mut().zip(&function.params) {
                *kind = entry_kind(ty);
            }
        }
        if body.effects.is_value {
            kinds[..body.param_count].fill(Kind::Word);
        }
        flow.locals.push(kinds);
        flow.results.push(if body.effects.is_value { Kind::Word } else { Kind::Nothing });
    }
    flow
}

fn entry_kind(ty: &Type) -> Kind {
    match ty {
        Type::Number => Kind::Number,
        Type::Bool => Kind::Bool,
        _ => Kind::Word,
    }
}

impl Flow {
    fn function(&mut self, index: usize, body: &Body) {
        for block in &body.blocks {
            for instruction in &block.instructions {
                self.op(index, &instruction.op);
            }
            match &block.terminator {
                Terminator::Return(value) => self.result(index, self.operand(index, *value)),
                Terminator::TailCall { function, args, .. } => {
                    self.arguments(index, function.index(), args);
                    // Both return through the same frame, so they must agree.
                    self.result(index, self.results[function.index()]);
                    self.result(function.index(), self.results[index]);
                }
                Terminator::Goto(_) | Terminator::Branch { .. } | Terminator::Unreachable => {}
            }
        }
    }

    fn op(&mut self, index: usize, op: &Op) {
        let kind = match op {
            Op::Assign { src, .. } => self.operand(index, *src),
            Op::Unbox { .. } => Kind::Number,
            Op::Prim { prim, args, .. } => self.primitive(index, *prim, args),
            Op::Call { function, args, .. } => {
                self.arguments(index, function.index(), args);
                self.results[function.index()]
            }
            Op::Box { .. }
            | Op::CallValue { .. }
            | Op::List { .. }
            | Op::Record { .. }
            | Op::Closure { .. }
            | Op::Field { .. }
            | Op::With { .. }
            | Op::TakeElement { .. }
            | Op::Drop { .. } => Kind::Word,
        };
        if let Some(dst) = op.dst() {
            self.local(index, dst, kind);
        }
    }

    fn primitive(&self, index: usize, prim: Prim, args: &[Operand]) -> Kind {
        let of_class = |class| match class {
            Class::Word => Kind::Word,
            Class::Number => Kind::Number,
            Class::Bool => Kind::Bool,
        };
        let Some(on_numbers) = prim.on_numbers() else { return of_class(prim.info().result) };
        let kinds = args.iter().map(|arg| self.operand(index, *arg)).fold(Kind::Nothing, Kind::join);
        match kinds {
            Kind::Nothing => Kind::Nothing,
            Kind::Number => of_class(on_numbers.info().result),
            Kind::Bool | Kind::Word => of_class(prim.info().result),
        }
    }

    fn operand(&self, index: usize, operand: Operand) -> Kind {
        match operand {
            Operand::Move(local) | Operand::Copy(local) | Operand::Read(local) => {
                self.locals[index][local.index()]
            }
            Operand::Constant(Constant::Number(_)) => Kind::Number,
            Operand::Constant(Constant::Bool(_)) => Kind::Bool,
            Operand::Constant(Constant::Nil | Constant::Text(_) | Constant::Function(_)) => Kind::Word,
        }
    }

    fn arguments(&mut self, caller: usize, callee: usize, args: &[Operand]) {
        for (param, arg) in args.iter().enumerate() {
            let kind = self.operand(caller, *arg);
            self.local(callee, Local(param as u32), kind);
        }
    }

    fn local(&mut self, index: usize, local: Local, kind: Kind) {
        let slot = &mut self.locals[index][local.index()];
        let joined = slot.join(kind);
        self.changed |= joined != *slot;
        *slot = joined;
    }

    fn result(&mut self, index: usize, kind: Kind) {
        let joined = self.results[index].join(kind);
        self.changed |= joined != self.results[index];
        self.results[index] = joined;
    }
}

//! Makes operands fit: inserts boxing and unboxing, and picks the primitives for raw numbers.
//!
//! Before: `_3 = add(read _1, const 1)` with `_1` and `_3` numbers. After: `_3 = add_number(read _1, const 1)`.
//! Before: `_3 = sqrt(read _1)` with `_1` a word. After: `_4 = unbox(read _1) for sqrt; _3 = sqrt(read _4)`.

use ilo4_builtins::{Class, Prim};

use crate::body::{Body, Constant, Instruction, Local, Op, Operand, PlaceId, Program, Repr, Terminator};
use crate::visit::Position;

struct Signature {
    params: Vec<Repr>,
    result: Repr,
}

pub fn run(program: &mut Program) {
    let signatures: Vec<Signature> = program
        .functions
        .iter()
        .map(|body| Signature { params: body.params().map(|p| body.repr(p)).collect(), result: body.result })
        .collect();
    for body in &mut program.functions {
        Legalizer { body, signatures: &signatures, out: Vec::new() }.run();
    }
}

struct Legalizer<'a> {
    body: &'a mut Body,
    signatures: &'a [Signature],
    out: Vec<Instruction>,
}

impl Legalizer<'_> {
    fn run(mut self) {
        for index in 0..self.body.blocks.len() {
            let instructions = std::mem::take(&mut self.body.blocks[index].instructions);
            let mut terminator =
                std::mem::replace(&mut self.body.blocks[index].terminator, Terminator::Unreachable);
            let last_place = instructions.last().map(|i| i.place).unwrap_or(PlaceId(0));
            for instruction in instructions {
                self.instruction(instruction.op, instruction.place);
            }
            self.terminator(&mut terminator, last_place);
            self.body.blocks[index].instructions = std::mem::take(&mut self.out);
            self.body.blocks[index].terminator = terminator;
        }
    }

    fn terminator(&mut self, terminator: &mut Terminator, place: PlaceId) {
        match terminator {
            Terminator::Return(value) => *value = self.fit(*value, self.body.result, Prim::Negate, place),
            Terminator::TailCall { function, args, place } => {
                self.arguments(function.index(), args, *place);
            }
            Terminator::Branch { cond, .. } => *cond = self.truth(*cond, place),
            Terminator::Goto(_) | Terminator::Unreachable => {}
        }
    }

    fn instruction(&mut self, op: Op, place: PlaceId) {
        let mut op = self.specialise(op);
        match &mut op {
            Op::Assign { dst, src } => *src = self.fit(*src, self.body.repr(*dst), Prim::Negate, place),
            Op::Call { function, args, .. } => self.arguments(function.index(), args, place),
            Op::Box { .. } | Op::Unbox { .. } | Op::Drop { .. } => {}
            _ => {
                let prim = if let Op::Prim { prim, .. } = op { prim } else { Prim::ListLength };
                for (operand, position) in op.operands_mut() {
                    *operand = match position {
                        Position::Owned | Position::Borrowed => self.fit(*operand, Repr::Word, prim, place),
                        Position::Number => self.fit(*operand, Repr::Number, prim, place),
                        Position::Bool => self.truth(*operand, place),
                        Position::Same => *operand,
                    };
                }
            }
        }
        self.store(op, place);
    }

    fn arguments(&mut self, function: usize, args: &mut [Operand], place: PlaceId) {
        let signatures = self.signatures;
        for (arg, &repr) in args.iter_mut().zip(&signatures[function].params) {
            *arg = self.fit(*arg, repr, Prim::Negate, place);
        }
    }

    /// The primitive for raw operands, where the operands are raw.
    fn specialise(&self, op: Op) -> Op {
        let Op::Prim { dst, prim, args } = op else { return op };
        let reprs: Vec<Option<Repr>> = args.iter().map(|arg| self.operand_repr(*arg)).collect();
        let all = |repr| reprs.iter().all(|found| *found == Some(repr));
        if let Some(prim) = prim.on_numbers().filter(|_| all(Repr::Number)) {
            return Op::Prim { dst, prim, args };
        }
        match (prim, reprs.first()) {
            (Prim::Truthy | Prim::ExpectBool, Some(Some(Repr::Bool))) => Op::Assign { dst, src: args[0] },
            (Prim::Truthy, Some(Some(Repr::Number))) => {
                let zero = Operand::Constant(Constant::Number(0.0));
                Op::Prim { dst, prim: Prim::NotEqualNumber, args: vec![args[0], zero] }
            }
            _ => Op::Prim { dst, prim, args },
        }
    }

    /// The representation of a local or of a constant that has a raw one.
    fn operand_repr(&self, operand: Operand) -> Option<Repr> {
        match operand {
            Operand::Constant(Constant::Number(_)) => Some(Repr::Number),
            Operand::Constant(Constant::Bool(_)) => Some(Repr::Bool),
            Operand::Constant(_) => None,
            Operand::Move(local) | Operand::Copy(local) | Operand::Read(local) => Some(self.body.repr(local)),
        }
    }

    /// The operand in the wanted representation; `prim` decides the fault of a word that is no number.
    fn fit(&mut self, operand: Operand, wanted: Repr, prim: Prim, place: PlaceId) -> Operand {
        match (operand, self.operand_repr(operand), wanted) {
            (Operand::Constant(_), _, Repr::Word) => operand,
            (_, Some(found), _) if found == wanted => operand,
            (_, _, Repr::Number) => {
                let word = self.fit(operand, Repr::Word, prim, place);
                self.emit(Repr::Number, place, |dst| Op::Unbox { dst, src: word, prim })
            }
            (_, _, Repr::Bool) => self.truth(operand, place),
            (_, _, Repr::Word) => self.emit(Repr::Word, place, |dst| Op::Box { dst, src: operand }),
        }
    }

    fn truth(&mut self, operand: Operand, place: PlaceId) -> Operand {
        if self.operand_repr(operand) == Some(Repr::Bool) {
            return operand;
        }
        let word = self.fit(operand, Repr::Word, Prim::Truthy, place);
        self.emit(Repr::Bool, place, |dst| Op::Prim { dst, prim: Prim::Truthy, args: vec![word] })
    }

    /// Emits an operation whose result has its own representation, through a temporary if the destination differs.
    fn store(&mut self, mut op: Op, place: PlaceId) {
        let natural = self.result_repr(&op);
        match (op.dst(), natural) {
            (Some(dst), Some(natural)) if self.body.repr(dst) != natural => {
                let raw = self.body.new_local(".r", natural);
                *op.dst_mut().expect("it has a destination") = raw;
                self.out.push(Instruction { op, place, cleanup: None });
                let src = self.fit(Operand::Read(raw), self.body.repr(dst), Prim::Negate, place);
                self.out.push(Instruction { op: Op::Assign { dst, src }, place, cleanup: None });
            }
            _ => self.out.push(Instruction { op, place, cleanup: None }),
        }
    }

    fn result_repr(&self, op: &Op) -> Option<Repr> {
        match op {
            Op::Prim { prim, .. } => Some(match prim.info().result {
                Class::Word => Repr::Word,
                Class::Number => Repr::Number,
                Class::Bool => Repr::Bool,
            }),
            Op::Call { function, .. } => Some(self.signatures[function.index()].result),
            Op::Unbox { .. } => Some(Repr::Number),
            Op::Assign { .. } | Op::Drop { .. } => None,
            Op::Box { .. }
            | Op::CallValue { .. }
            | Op::List { .. }
            | Op::Record { .. }
            | Op::Closure { .. }
            | Op::Field { .. }
            | Op::With { .. }
            | Op::TakeElement { .. } => Some(Repr::Word),
        }
    }

    fn emit(&mut self, repr: Repr, place: PlaceId, op: impl FnOnce(Local) -> Op) -> Operand {
        let dst = self.body.new_local(".c", repr);
        self.out.push(Instruction { op: op(dst), place, cleanup: None });
        Operand::Read(dst)
    }
}

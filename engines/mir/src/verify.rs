//! What must be true of a finished program; checked after the last pass in debug builds and tests, and on parsed text.
//!
//! **Shape**: every block, local, function, name, text, shape and place exists; nothing leads to the entry block; argument counts
//! are those of the callee, field counts those of the shape.
//! **Representation**: every operand has the representation that its position needs, every result that of its destination.
//! **Ownership** (words only): a local is moved, copied, read or dropped only while it is owned, on every path; it is written only
//! while it is not; at a join all ways agree on what is owned; at the end of a function nothing is. A position that owns is
//! never given a read, one that borrows never a move or copy.
//! **Faults**: an instruction has a cleanup exactly if it may fault; the cleanup is exactly what is owned at that point.
//! **Initialisation**: a raw local is read only where every path has written it.

use ilo4_builtins::Class;

use crate::bits::Bits;
use crate::body::{Body, Constant, FunctionId, Instruction, Local, Op, Operand, Program, Repr, Terminator};
use crate::visit::Position;

/// The first thing found wrong: function, block, instruction in the block (`None`: its terminator), what.
#[derive(Clone, Debug, PartialEq)]
pub struct Complaint {
    pub function: String,
    pub block: usize,
    pub instruction: Option<usize>,
    pub message: String,
}

impl std::fmt::Display for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bb{}", self.function, self.block)?;
        if let Some(instruction) = self.instruction {
            write!(f, "[{instruction}]")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// # Errors
/// The first violation, in the order of functions and blocks.
pub fn verify(program: &Program) -> Result<(), Complaint> {
    program.functions.iter().try_for_each(|body| Verifier { program, body }.run())
}

struct Verifier<'a> {
    program: &'a Program,
    body: &'a Body,
}

type Found = Result<(), String>;

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Found {
    if holds { Ok(()) } else { Err(message()) }
}

/// What is known at a point: owned words and written raw locals, one bit per local.
#[derive(Clone, PartialEq)]
struct State {
    held: Bits,
}

impl Verifier<'_> {
    fn run(&self) -> Result<(), Complaint> {
        self.shape()?;
        let states = self.flow()?;
        for (index, state) in states.into_iter().enumerate() {
            let Some(mut state) = state else { continue };
            self.block(index, &mut state)?;
        }
        Ok(())
    }

    fn complaint(&self, block: usize, instruction: Option<usize>, message: String) -> Complaint {
        Complaint { function: self.body.name.clone(), block, instruction, message }
    }

    fn shape(&self) -> Result<(), Complaint> {
        let body = self.body;
        let fail = |block, message: &str| Err(self.complaint(block, None, message.to_owned()));
        if body.blocks.is_empty() || body.param_count > body.locals.len() || body.captures > body.param_count
        {
            return fail(0, "no entry block, or more parameters than locals");
        }
        for (index, block) in body.blocks.iter().enumerate() {
            for successor in block.terminator.successors() {
                if successor.index() >= body.blocks.len() || successor.index() == 0 {
                    return fail(index, "leads to the entry, or to a block that does not exist");
                }
            }
            let known = |operand: Operand| match operand {
                Operand::Constant(Constant::Text(text)) => text.index() < self.program.texts.len(),
                Operand::Constant(Constant::Function(f)) => f.index() < self.program.functions.len(),
                Operand::Constant(_) => true,
                _ => operand.local().is_some_and(|local| local.index() < body.locals.len()),
            };
            for (at, instruction) in block.instructions.iter().enumerate() {
                let locals = instruction.op.dst().into_iter().chain(match instruction.op {
                    Op::Drop { local } => Some(local),
                    _ => None,
                });
                let mut locals = locals.collect::<Vec<Local>>().into_iter();
                if !locals.all(|local| local.index() < body.locals.len())
                    || !instruction.op.operands().into_iter().all(known)
                    || !self.tables_hold(&instruction.op)
                {
                    return Err(self.complaint(
                        index,
                        Some(at),
                        "names something that does not exist".into(),
                    ));
                }
            }
            if !block.terminator.operands().into_iter().all(known) {
                return fail(index, "names something that does not exist");
            }
        }
        Ok(())
    }

    fn tables_hold(&self, op: &Op) -> bool {
        let program = self.program;
        let callee_takes = |function: FunctionId, count: usize| {
            program.functions.get(function.index()).is_some_and(|body| body.param_count == count)
        };
        match op {
            Op::Prim { prim, args, .. } => prim.info().params.len() == args.len(),
            Op::Call { function, args, .. } => callee_takes(*function, args.len()),
            Op::Closure { function, captures, .. } => {
                program.functions.get(function.index()).is_some_and(|body| body.captures == captures.len())
            }
            Op::Record { shape, fields, .. } => {
                program.shapes.get(shape.index()).is_some_and(|shape| shape.fields.len() == fields.len())
            }
            Op::Field { name, .. } => name.index() < program.names.len(),
            Op::With { fields, .. } => fields.iter().all(|(name, _)| name.index() < program.names.len()),
            _ => true,
        }
    }

    /// The state at the start of every reachable block.
    fn flow(&self) -> Result<Vec<Option<State>>, Complaint> {
        let body = self.body;
        let mut states: Vec<Option<State>> = vec![None; body.blocks.len()];
        let mut entry = State { held: Bits::new(body.locals.len()) };
        body.params().for_each(|param| {
            entry.held.insert(param.index());
        });
        states[0] = Some(entry);
        let mut pending = vec![0];
        while let Some(index) = pending.pop() {
            let mut state = states[index].clone().expect("only reached blocks are pending");
            self.block(index, &mut state)?;
            for successor in body.blocks[index].terminator.successors() {
                let target = successor.index();
                match self.meet(states[target].as_ref(), &state) {
                    Ok(Some(met)) => {
                        states[target] = Some(met);
                        pending.push(target);
                    }
                    Ok(None) => {}
                    Err(message) => return Err(self.complaint(target, None, message)),
                }
            }
        }
        Ok(states)
    }

    /// Words must agree; of raw locals only those written on both ways stay written.
    fn meet(&self, old: Option<&State>, new: &State) -> Result<Option<State>, String> {
        let Some(old) = old else { return Ok(Some(new.clone())) };
        for index in 0..self.body.locals.len() {
            let local = Local(index as u32);
            if self.body.is_word(local) && old.held.contains(index) != new.held.contains(index) {
                return Err(format!("{local} is owned on one way into this block and not on another"));
            }
        }
        let mut met = old.clone();
        met.held.intersect_with(&new.held);
        Ok((met != *old).then_some(met))
    }

    fn block(&self, index: usize, state: &mut State) -> Result<(), Complaint> {
        let block = &self.body.blocks[index];
        for (at, instruction) in block.instructions.iter().enumerate() {
            self.instruction(instruction, state)
                .map_err(|message| self.complaint(index, Some(at), message))?;
        }
        self.terminator(&block.terminator, state).map_err(|message| self.complaint(index, None, message))
    }

    fn instruction(&self, instruction: &Instruction, state: &mut State) -> Found {
        let mut op = instruction.op.clone();
        let wanted = self.wanted(&op);
        for ((operand, position), wanted) in op.operands_mut().into_iter().zip(wanted) {
            self.operand(*operand, position, wanted, state)?;
        }
        self.cleanup(instruction, state)?;
        if let Op::Drop { local } = instruction.op {
            ensure(self.body.is_word(local), || format!("{local} owns nothing and is dropped"))?;
            return ensure(state.held.remove(local.index()), || format!("{local} is dropped but not owned"));
        }
        let Some(dst) = instruction.op.dst() else { return Ok(()) };
        let natural = self.result(&instruction.op).unwrap_or(self.body.repr(dst));
        ensure(natural == self.body.repr(dst), || format!("{dst} cannot hold this result"))?;
        let held = !state.held.insert(dst.index());
        ensure(!(held && self.body.is_word(dst)), || format!("{dst} is written while it owns a value"))
    }

    /// For each operand the representation that it must have, where the position alone does not say.
    fn wanted(&self, op: &Op) -> Vec<Option<Repr>> {
        match op {
            Op::Assign { dst, .. } => vec![Some(self.body.repr(*dst))],
            Op::Box { .. } => vec![None],
            Op::Call { function, .. } => self.parameters(*function),
            _ => vec![None; op.operands().len()],
        }
    }

    fn parameters(&self, function: FunctionId) -> Vec<Option<Repr>> {
        let callee = self.program.body(function);
        callee.params().map(|param| Some(callee.repr(param))).collect()
    }

    fn result(&self, op: &Op) -> Option<Repr> {
        Some(match op {
            Op::Prim { prim, .. } => match prim.info().result {
                Class::Word => Repr::Word,
                Class::Number => Repr::Number,
                Class::Bool => Repr::Bool,
            },
            Op::Call { function, .. } => self.program.body(*function).result,
            Op::Unbox { .. } => Repr::Number,
            Op::Assign { .. } | Op::Drop { .. } => return None,
            _ => Repr::Word,
        })
    }

    fn operand(
        &self,
        operand: Operand,
        position: Position,
        wanted: Option<Repr>,
        state: &mut State,
    ) -> Found {
        let wanted = match position {
            Position::Owned | Position::Borrowed => Some(Repr::Word),
            Position::Number => Some(Repr::Number),
            Position::Bool => Some(Repr::Bool),
            Position::Same => wanted,
        };
        let Some(local) = operand.local() else {
            let Operand::Constant(constant) = operand else {
                unreachable!("an operand without a local is one")
            };
            let fits = match wanted {
                Some(Repr::Number) => matches!(constant, Constant::Number(_)),
                Some(Repr::Bool) => matches!(constant, Constant::Bool(_)),
                Some(Repr::Word) | None => true,
            };
            return ensure(fits, || "a constant of the wrong kind".to_owned());
        };
        let repr = self.body.repr(local);
        if let Some(wanted) = wanted.filter(|wanted| *wanted != repr) {
            return Err(format!("{local} is a {repr:?} where a {wanted:?} is needed"));
        }
        ensure(state.held.contains(local.index()), || format!("{local} is used but holds nothing here"))?;
        if repr != Repr::Word {
            return ensure(matches!(operand, Operand::Read(_)), || {
                format!("{local} is raw and can only be read")
            });
        }
        match operand {
            Operand::Read(_) => {
                ensure(position == Position::Borrowed, || format!("{local} is read where it is owned"))
            }
            _ => {
                ensure(position != Position::Borrowed, || format!("{local} is consumed where it is borrowed"))
            }
        }?;
        if let Operand::Move(_) = operand {
            state.held.remove(local.index());
        }
        Ok(())
    }

    fn cleanup(&self, instruction: &Instruction, state: &State) -> Found {
        let may_fault = self.program.may_fault(&instruction.op);
        let Some(cleanup) = instruction.cleanup else {
            return ensure(!may_fault, || "may fault and has no cleanup".to_owned());
        };
        ensure(may_fault, || "cannot fault and has a cleanup".to_owned())?;
        let Some(listed) = self.body.cleanups.get(cleanup.index()) else {
            return Err(format!("{cleanup} does not exist"));
        };
        let owned: Vec<Local> = (0..self.body.locals.len() as u32)
            .map(Local)
            .filter(|local| self.body.is_word(*local) && state.held.contains(local.index()))
            .collect();
        ensure(*listed == owned, || format!("{cleanup} lists {listed:?} while {owned:?} are owned"))
    }

    fn terminator(&self, terminator: &Terminator, state: &mut State) -> Found {
        let wanted = match terminator {
            Terminator::Return(_) => vec![Some(self.body.result)],
            Terminator::TailCall { function, args, .. } => {
                let parameters = self.parameters(*function);
                ensure(parameters.len() == args.len(), || "wrong number of arguments".to_owned())?;
                ensure(self.program.body(*function).result == self.body.result, || {
                    "the callee of a tail call has another representation of results".to_owned()
                })?;
                parameters
            }
            _ => vec![None; terminator.operands().len()],
        };
        let mut copy = terminator.clone();
        for ((operand, position), wanted) in copy.operands_mut().into_iter().zip(wanted) {
            self.operand(*operand, position, wanted, state)?;
        }
        if !matches!(terminator, Terminator::Return(_) | Terminator::TailCall { .. }) {
            return Ok(());
        }
        let leaked = (0..self.body.locals.len() as u32)
            .map(Local)
            .find(|local| self.body.is_word(*local) && state.held.contains(local.index()));
        ensure(leaked.is_none(), || format!("{} is still owned at the end", leaked.expect("it is there")))
    }
}

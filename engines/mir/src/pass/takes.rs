//! Reads of record fields that may take the field's value out of the record.
//!
//! Before: `_3 = field.copy (read _1).rows; _4 = mset(read _3, …); _1 = with(read _1, rows: read _4)`.
//! After: `_3 = field.take …`, because the `with` overwrites `rows` and nothing looks at it in between. A solely owned record then gives
//! its map away instead of sharing it, and the `mset` is in place: `with` around an update is linear like the update itself.
//!
//! The analysis is liveness of places: per record local, which of its fields (or the record as a whole) may still be observed.
//! A fault between the two drops the record with its hole, which nobody can see.

use std::collections::HashMap;

use crate::bits::Bits;
use crate::body::{Body, FieldMode, Instruction, Local, NameId, Op, Operand};

pub fn run(body: &mut Body) {
    let places = Places::of(body);
    if places.size == 0 {
        return;
    }
    let live_out = solve(body, &places);
    for (index, mut live) in live_out.into_iter().enumerate() {
        let block = &mut body.blocks[index];
        places.terminator(&block.terminator.operands(), &mut live);
        for instruction in block.instructions.iter_mut().rev() {
            if let Op::Field { base, name, mode, .. } = &mut instruction.op
                && let Some(place) = base.local().and_then(|local| places.field(local, *name))
                && !live.contains(place)
            {
                *mode = FieldMode::Take;
            }
            places.instruction(instruction, &mut live);
        }
    }
}

/// A number for each field that is read from each local, and for the rest of each such local.
struct Places {
    of_local: HashMap<Local, Fields>,
    size: usize,
}

struct Fields {
    rest: usize,
    by_name: HashMap<NameId, usize>,
}

impl Places {
    fn of(body: &Body) -> Places {
        let mut places = Places { of_local: HashMap::new(), size: 0 };
        let instructions = body.blocks.iter().flat_map(|block| &block.instructions);
        for instruction in instructions {
            if let Op::Field { base: Operand::Read(local), name, .. } = instruction.op
                && body.is_word(local)
            {
                places.add(local, name);
            }
        }
        places
    }

    fn add(&mut self, local: Local, name: NameId) {
        let size = &mut self.size;
        let mut next = || {
            *size += 1;
            *size - 1
        };
        let fields =
            self.of_local.entry(local).or_insert_with(|| Fields { rest: next(), by_name: HashMap::new() });
        fields.by_name.entry(name).or_insert_with(next);
    }

    fn field(&self, local: Local, name: NameId) -> Option<usize> {
        self.of_local.get(&local)?.by_name.get(&name).copied()
    }

    /// Backwards over one instruction: what it defines is not needed before, what it observes is.
    fn instruction(&self, instruction: &Instruction, live: &mut Bits) {
        let op = &instruction.op;
        if let Some(dst) = op.dst() {
            self.all_of(dst, |place| {
                live.remove(place);
            });
        }
        match op {
            Op::Field { base: Operand::Read(local), name, .. } => {
                if let Some(place) = self.field(*local, *name) {
                    live.insert(place);
                }
            }
            Op::With { base: Operand::Read(local), fields, .. } => {
                self.replaced(*local, fields, live);
                fields.iter().for_each(|(_, value)| self.observe(*value, live));
            }
            _ => op.operands().into_iter().for_each(|operand| self.observe(operand, live)),
        }
    }

    fn terminator(&self, operands: &[Operand], live: &mut Bits) {
        operands.iter().for_each(|operand| self.observe(*operand, live));
    }

    /// The record as a whole is used: all of it is observed.
    fn observe(&self, operand: Operand, live: &mut Bits) {
        if let Some(local) = operand.local() {
            self.all_of(local, |place| {
                live.insert(place);
            });
        }
    }

    /// `with` observes every field but the ones it replaces.
    fn replaced(&self, local: Local, fields: &[(NameId, Operand)], live: &mut Bits) {
        let Some(places) = self.of_local.get(&local) else { return };
        live.insert(places.rest);
        for (name, place) in &places.by_name {
            if !fields.iter().any(|(replaced, _)| replaced == name) {
                live.insert(*place);
            }
        }
    }

    fn all_of(&self, local: Local, mut each: impl FnMut(usize)) {
        if let Some(fields) = self.of_local.get(&local) {
            each(fields.rest);
            fields.by_name.values().for_each(|place| each(*place));
        }
    }
}

fn solve(body: &Body, places: &Places) -> Vec<Bits> {
    let empty = Bits::new(places.size);
    let mut live_in = vec![empty.clone(); body.blocks.len()];
    let mut live_out = vec![empty; body.blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for index in (0..body.blocks.len()).rev() {
            let block = &body.blocks[index];
            for successor in block.terminator.successors() {
                live_out[index].union_with(&live_in[successor.index()]);
            }
            let mut live = live_out[index].clone();
            places.terminator(&block.terminator.operands(), &mut live);
            for instruction in block.instructions.iter().rev() {
                places.instruction(instruction, &mut live);
            }
            changed |= live_in[index].union_with(&live);
        }
    }
    live_out
}

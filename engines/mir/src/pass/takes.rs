//! Reads of a part of a container (a record's field, a map's slot) that may take the part's value out of the container.
//!
//! Before: `_3 = field (read _1).rows; _4 = mset(read _3, …); _1 = with(read _1, rows: read _4)`.
//! After: `_3 = field_take …`, because the `with` overwrites `rows` and nothing looks at it in between. A solely owned record then gives
//! its map away instead of sharing it, and the `mset` is in place: `with` around an update is linear like the update itself.
//! The same for `_3 = mget(read _1, read _2); …; _1 = mset(read _1, read _2, …)`: the `mget` becomes `mget_take`.
//!
//! The analysis is liveness of places: per container local, which of its parts (or the rest of it) may still be observed. Slots of
//! a map are told apart by where their key comes from; different names may mean the same slot, so whoever reads one observes all.
//! A fault between the two drops the container with its hole, which nobody can see.

use std::collections::HashMap;

use ilo4_builtins::Prim;

use crate::bits::Bits;
use crate::body::{Body, Constant, FieldMode, Instruction, Local, NameId, Op, Operand, TextId};

pub fn run(body: &mut Body) {
    let places = Places::of(body);
    if places.size == 0 {
        return;
    }
    let live_out = solve(body, &places);
    for (block, mut live) in live_out.into_iter().enumerate() {
        places.terminator(&body.blocks[block].terminator.operands(), &mut live);
        for index in (0..body.blocks[block].instructions.len()).rev() {
            let accesses = &places.accesses[block][index];
            let op = &mut body.blocks[block].instructions[index].op;
            // The part that is read is that of before, even if the result goes where the container or the key was.
            places.define(op, &mut live);
            if let Some(Access::Read(local, part)) = accesses
                && let Some(place) = places.part(*local, part)
                && !live.contains(place)
            {
                take(op);
            }
            places.operands(op, accesses.as_ref(), &mut live);
        }
    }
}

fn take(op: &mut Op) {
    match op {
        Op::Field { mode, .. } => *mode = FieldMode::Take,
        Op::Prim { prim, .. } => *prim = Prim::MgetTake,
        _ => unreachable!("bug: only fields and slots are read as parts"),
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Part {
    Field(NameId),
    Slot(Key),
}

/// Where the key of a map's slot comes from. Equal keys mean the same slot as long as the local is not assigned.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Local(Local),
    Number(u64),
    Text(TextId),
}

/// What an instruction does with the parts of a container that a local holds.
enum Access {
    Read(Local, Part),
    /// Observes everything but these, which are replaced; the other operands are observed as usual.
    Replace(Local, Vec<Part>),
}

impl Access {
    fn of(op: &Op, keys: &Keys) -> Option<Access> {
        match op {
            Op::Field { base: Operand::Read(local), name, .. } => {
                Some(Access::Read(*local, Part::Field(*name)))
            }
            Op::With { base: Operand::Read(local), fields, .. } => {
                Some(Access::Replace(*local, fields.iter().map(|(name, _)| Part::Field(*name)).collect()))
            }
            Op::Prim { prim, args, .. } => {
                let &[Operand::Read(map), key, ..] = args.as_slice() else { return None };
                match prim {
                    Prim::Mget => Some(Access::Read(map, Part::Slot(keys.key(key)?))),
                    Prim::Mset | Prim::Mdel => Some(Access::Replace(map, vec![Part::Slot(keys.key(key)?)])),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// Inside one block: which locals are another local or a constant under a second name, or boxed.
#[derive(Default)]
struct Keys {
    known: HashMap<Local, Key>,
}

impl Keys {
    fn key(&self, operand: Operand) -> Option<Key> {
        match operand {
            Operand::Constant(Constant::Number(number)) => Some(Key::Number(number.to_bits())),
            Operand::Constant(Constant::Text(text)) => Some(Key::Text(text)),
            Operand::Constant(_) => None,
            _ => operand.local().map(|local| self.known.get(&local).copied().unwrap_or(Key::Local(local))),
        }
    }

    fn after(&mut self, op: &Op) {
        let Some(dst) = op.dst() else { return };
        let key = match op {
            Op::Assign { src, .. } | Op::Box { src, .. } => self.key(*src),
            _ => None,
        };
        self.known.retain(|local, key| *local != dst && *key != Key::Local(dst));
        if let Some(key) = key.filter(|key| *key != Key::Local(dst)) {
            self.known.insert(dst, key);
        }
    }
}

/// A number for each part that is read from each local, and for the rest of each such local.
struct Places {
    of_local: HashMap<Local, Parts>,
    /// The places of all slots whose key is in this local.
    of_key: HashMap<Local, Vec<usize>>,
    /// By block and instruction.
    accesses: Vec<Vec<Option<Access>>>,
    size: usize,
}

struct Parts {
    rest: usize,
    numbers: HashMap<Part, usize>,
}

impl Places {
    fn of(body: &Body) -> Places {
        let accesses = |instructions: &Vec<Instruction>| {
            let mut keys = Keys::default();
            let access = |instruction: &Instruction| {
                let access = Access::of(&instruction.op, &keys);
                keys.after(&instruction.op);
                access
            };
            instructions.iter().map(access).collect()
        };
        let accesses = body.blocks.iter().map(|block| accesses(&block.instructions)).collect();
        let mut places = Places { of_local: HashMap::new(), of_key: HashMap::new(), accesses, size: 0 };
        let reads = places.accesses.iter().flatten().flatten().filter_map(|access| match access {
            Access::Read(local, part) if body.is_word(*local) => Some((*local, part.clone())),
            _ => None,
        });
        for (local, part) in reads.collect::<Vec<_>>() {
            places.add(local, part);
        }
        places
    }

    fn add(&mut self, local: Local, part: Part) {
        let size = &mut self.size;
        let mut next = || {
            *size += 1;
            *size - 1
        };
        let parts =
            self.of_local.entry(local).or_insert_with(|| Parts { rest: next(), numbers: HashMap::new() });
        let number = *parts.numbers.entry(part.clone()).or_insert_with(next);
        if let Part::Slot(Key::Local(key)) = part {
            self.of_key.entry(key).or_default().push(number);
        }
    }

    fn part(&self, local: Local, part: &Part) -> Option<usize> {
        self.of_local.get(&local)?.numbers.get(part).copied()
    }

    /// Backwards over the result of an instruction: what it defines is not needed before.
    fn define(&self, op: &Op, live: &mut Bits) {
        if let Some(dst) = op.dst() {
            // With another key there, the slot is another one, of which nothing is known.
            self.of_key.get(&dst).into_iter().flatten().for_each(|place| {
                live.insert(*place);
            });
            self.all_of(dst, |place| {
                live.remove(place);
            });
        }
    }

    /// Backwards over its operands: what they observe is needed before.
    fn operands(&self, op: &Op, access: Option<&Access>, live: &mut Bits) {
        match access {
            Some(Access::Read(local, part @ Part::Field(_))) => {
                if let Some(place) = self.part(*local, part) {
                    live.insert(place);
                }
            }
            Some(Access::Replace(local, replaced)) => {
                // The container stands first.
                op.operands().into_iter().skip(1).for_each(|operand| self.observe(operand, live));
                self.observe_all_but(*local, replaced, live);
            }
            Some(Access::Read(_, Part::Slot(_))) | None => {
                op.operands().into_iter().for_each(|operand| self.observe(operand, live));
            }
        }
    }

    fn terminator(&self, operands: &[Operand], live: &mut Bits) {
        operands.iter().for_each(|operand| self.observe(*operand, live));
    }

    /// The container as a whole is used: all of it is observed.
    fn observe(&self, operand: Operand, live: &mut Bits) {
        if let Some(local) = operand.local() {
            self.all_of(local, |place| {
                live.insert(place);
            });
        }
    }

    fn observe_all_but(&self, local: Local, replaced: &[Part], live: &mut Bits) {
        let Some(parts) = self.of_local.get(&local) else { return };
        live.insert(parts.rest);
        for (part, place) in &parts.numbers {
            if !replaced.contains(part) {
                live.insert(*place);
            }
        }
    }

    fn all_of(&self, local: Local, mut each: impl FnMut(usize)) {
        if let Some(parts) = self.of_local.get(&local) {
            each(parts.rest);
            parts.numbers.values().for_each(|place| each(*place));
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
            for (instruction, access) in block.instructions.iter().zip(&places.accesses[index]).rev() {
                places.define(&instruction.op, &mut live);
                places.operands(&instruction.op, access.as_ref(), &mut live);
            }
            changed |= live_in[index].union_with(&live);
        }
    }
    live_out
}

//! Makes ownership explicit: afterwards every owned local is consumed exactly once on every path.
//!
//! Walks each block backwards with the set of words still needed after it. A use of a local that is still needed becomes a
//! *copy*, its last use a *move*; a local whose last use only borrows it is dropped right behind that instruction, one that is
//! not needed on some way out of a branch at the start of that way, an unused result at once. So a variable that is about to be
//! overwritten counts as dead from the moment its last reader has run, and `m=f m k v` moves `m`.
//!
//! Then walks forwards to list, for every instruction that may fault, what a fault has to drop.
//!
//! Expects: legal operands, effects computed, no move, copy or drop yet. Promises: [`crate::verify`] accepts the body.
//! Source: Perceus (PLDI 2021), section 2; parameters are owned by the callee.

use std::collections::HashMap;

use super::effects::op_may_fault;
use super::liveness::{self, Liveness};
use super::simplify;
use crate::bits::Bits;
use crate::body::{Body, CleanupId, Effects, Instruction, Local, Op, Operand, PlaceId, Repr, Terminator};
use crate::visit::Position;

pub fn run(body: &mut Body, effects: &[Effects]) {
    simplify::split_critical_edges(body);
    let liveness = liveness::words(body);
    for index in 0..body.blocks.len() {
        consume_in_block(body, index, &liveness.live_out[index]);
    }
    drop_on_entry(body, &liveness);
    simplify::straighten(body);
    list_cleanups(body, effects);
}

fn consume_in_block(body: &mut Body, index: usize, live_out: &Bits) {
    let mut live = live_out.clone();
    let mut reversed = Vec::new();
    let mut terminator = std::mem::replace(&mut body.blocks[index].terminator, Terminator::Unreachable);
    let dying = consume_operands(body, terminator.operands_mut(), &mut live);
    debug_assert!(dying.is_empty(), "terminators borrow no words");
    for mut instruction in std::mem::take(&mut body.blocks[index].instructions).into_iter().rev() {
        let place = instruction.place;
        let dst = instruction.op.dst().filter(|dst| body.is_word(*dst));
        let unused = dst.filter(|dst| !live.remove(dst.index()));
        let dying = consume_operands(body, instruction.op.operands_mut(), &mut live);
        match dst.filter(|dst| dying.contains(dst)) {
            Some(dst) => reversed.push(rename_result(body, &mut instruction, dst, unused.is_some())),
            None => reversed.extend(unused.map(|local| drop_of(local, place))),
        }
        reversed.extend(dying.into_iter().map(|local| drop_of(local, place)));
        reversed.push(instruction);
    }
    reversed.reverse();
    body.blocks[index].instructions = reversed;
    body.blocks[index].terminator = terminator;
}

/// `_1 = at(read _1, …)`, where the borrowed `_1` dies: the result goes to a new local until the old value is dropped. Answers
/// what then becomes of the new local.
fn rename_result(body: &mut Body, instruction: &mut Instruction, dst: Local, unused: bool) -> Instruction {
    let renamed = body.new_local(".n", Repr::Word);
    *instruction.op.dst_mut().expect("it has this destination") = renamed;
    if unused {
        return drop_of(renamed, instruction.place);
    }
    let op = Op::Assign { dst, src: Operand::Move(renamed) };
    Instruction { op, place: instruction.place, cleanup: None }
}

fn drop_of(local: Local, place: PlaceId) -> Instruction {
    Instruction { op: Op::Drop { local }, place, cleanup: None }
}

/// Decides move, copy or read for each operand; answers the locals that are borrowed here for the last time.
fn consume_operands(body: &Body, operands: Vec<(&mut Operand, Position)>, live: &mut Bits) -> Vec<Local> {
    let mut uses: Vec<(&mut Operand, Local, bool)> = operands
        .into_iter()
        .filter_map(|(operand, position)| {
            let local = operand.local().filter(|local| body.is_word(*local))?;
            Some((operand, local, position == Position::Borrowed))
        })
        .collect();
    let borrowed: Vec<Local> =
        uses.iter().filter(|(_, _, borrowed)| *borrowed).map(|(_, local, _)| *local).collect();
    let mut dying = Vec::new();
    for (operand, local, is_borrow) in uses.iter_mut().rev() {
        let last = live.insert(local.index());
        let keeps = borrowed.contains(local);
        **operand = match (*is_borrow, last && !keeps) {
            (true, _) => Operand::Read(*local),
            (false, true) => Operand::Move(*local),
            (false, false) => Operand::Copy(*local),
        };
        if last && keeps {
            dying.push(*local);
        }
    }
    dying
}

/// Drops, at the start of a block, what its only predecessor still owned and nobody needs from here on.
fn drop_on_entry(body: &mut Body, liveness: &Liveness) {
    let predecessors = body.predecessors();
    for (index, predecessors) in predecessors.iter().enumerate() {
        let owned: Vec<Local> = match predecessors.as_slice() {
            [] => body.params().filter(|param| body.is_word(*param)).collect(),
            [only] => liveness.live_out[only.index()].iter().map(|local| Local(local as u32)).collect(),
            _ => continue,
        };
        let live_in = &liveness.live_in[index];
        let place = place_of(body, index);
        let drops = owned
            .into_iter()
            .filter(|local| !live_in.contains(local.index()))
            .map(|local| drop_of(local, place));
        let drops: Vec<Instruction> = drops.collect();
        body.blocks[index].instructions.splice(0..0, drops);
    }
}

/// A place to report for instructions that stand at the start of a block; drops do not fault, so any will do.
fn place_of(body: &Body, index: usize) -> PlaceId {
    body.blocks[index].instructions.first().map_or(PlaceId(0), |instruction| instruction.place)
}

fn list_cleanups(body: &mut Body, effects: &[Effects]) {
    let mut interned: HashMap<Vec<Local>, CleanupId> = HashMap::new();
    let liveness = liveness::words(body);
    let mut blocks = std::mem::take(&mut body.blocks);
    for (index, block) in blocks.iter_mut().enumerate() {
        let mut owned = liveness.live_in[index].clone();
        if index == 0 {
            body.params().filter(|param| body.is_word(*param)).for_each(|param| {
                owned.insert(param.index());
            });
        }
        for instruction in &mut block.instructions {
            for operand in instruction.op.operands() {
                if let Operand::Move(local) = operand {
                    owned.remove(local.index());
                }
            }
            if op_may_fault(&instruction.op, |function| effects[function.index()].may_fault) {
                let cleanup: Vec<Local> = owned.iter().map(|local| Local(local as u32)).collect();
                let next = CleanupId(interned.len() as u32);
                instruction.cleanup = Some(*interned.entry(cleanup).or_insert(next));
            }
            match instruction.op {
                Op::Drop { local } => {
                    owned.remove(local.index());
                }
                _ => {
                    if let Some(dst) = instruction.op.dst().filter(|dst| body.is_word(*dst)) {
                        owned.insert(dst.index());
                    }
                }
            }
        }
    }
    body.blocks = blocks;
    let mut cleanups = vec![Vec::new(); interned.len()];
    for (locals, id) in interned {
        cleanups[id.index()] = locals;
    }
    body.cleanups = cleanups;
}

//! Smaller control flow graphs: no unreachable blocks, no empty detours, no chains of blocks.

use crate::body::{Block, BlockId, Body, Terminator};

/// Removes blocks that the entry does not reach and renumbers the others in their order.
pub fn remove_unreachable(body: &mut Body) {
    let mut reached = vec![false; body.blocks.len()];
    let mut pending = vec![BlockId(0)];
    while let Some(id) = pending.pop() {
        if !std::mem::replace(&mut reached[id.index()], true) {
            pending.extend(body.blocks[id.index()].terminator.successors());
        }
    }
    let mut renumbered = vec![BlockId(0); body.blocks.len()];
    let mut next = 0;
    for (index, reached) in reached.iter().enumerate() {
        if *reached {
            renumbered[index] = BlockId(next);
            next += 1;
        }
    }
    let mut index = 0;
    body.blocks.retain(|_| {
        index += 1;
        reached[index - 1]
    });
    for block in &mut body.blocks {
        for successor in block.terminator.successors_mut() {
            *successor = renumbered[successor.index()];
        }
    }
}

/// Skips empty blocks, joins each block with its only successor where it is that one's only predecessor, and removes what
/// becomes unreachable. Keeps the entry free of predecessors.
pub fn straighten(body: &mut Body) {
    thread_jumps(body);
    remove_unreachable(body);
    join_chains(body);
    remove_unreachable(body);
}

fn thread_jumps(body: &mut Body) {
    let targets: Vec<BlockId> = body.block_ids().map(|id| final_target(body, id)).collect();
    for block in &mut body.blocks {
        for successor in block.terminator.successors_mut() {
            *successor = targets[successor.index()];
        }
    }
}

/// Where control goes from the start of an empty block; loops of empty blocks lead to themselves.
fn final_target(body: &Body, start: BlockId) -> BlockId {
    let mut id = start;
    for _ in 0..body.blocks.len() {
        match &body.blocks[id.index()] {
            Block { instructions, terminator: Terminator::Goto(next) } if instructions.is_empty() => {
                id = *next
            }
            _ => return id,
        }
    }
    start
}

fn join_chains(body: &mut Body) {
    let counts: Vec<usize> = body.predecessors().iter().map(Vec::len).collect();
    for index in 0..body.blocks.len() {
        while let Terminator::Goto(next) = body.blocks[index].terminator {
            if index == 0 || next.index() == index || counts[next.index()] != 1 {
                break;
            }
            let joined = std::mem::replace(
                &mut body.blocks[next.index()],
                Block { instructions: Vec::new(), terminator: Terminator::Unreachable },
            );
            body.blocks[index].instructions.extend(joined.instructions);
            body.blocks[index].terminator = joined.terminator;
        }
    }
}

/// Puts an empty block on every edge from a block with several successors to one with several predecessors.
pub fn split_critical_edges(body: &mut Body) {
    let counts: Vec<usize> = body.predecessors().iter().map(Vec::len).collect();
    for index in 0..body.blocks.len() {
        if body.blocks[index].terminator.successors().len() < 2 {
            continue;
        }
        let mut next = body.blocks.len() as u32;
        let mut added = Vec::new();
        for successor in body.blocks[index].terminator.successors_mut() {
            if counts[successor.index()] > 1 {
                let target = std::mem::replace(successor, BlockId(next));
                added.push(Block { instructions: Vec::new(), terminator: Terminator::Goto(target) });
                next += 1;
            }
        }
        body.blocks.extend(added);
    }
}

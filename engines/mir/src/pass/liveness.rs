//! Which words are still needed: a backward fixpoint over the blocks. A drop needs its local too.

use crate::bits::Bits;
use crate::body::{BlockId, Body, Op, Operand};

/// Per block, the word locals needed at its start and at its end. Raw locals own nothing and do not appear.
pub struct Liveness {
    pub live_in: Vec<Bits>,
    pub live_out: Vec<Bits>,
}

pub fn words(body: &Body) -> Liveness {
    let empty = Bits::new(body.locals.len());
    let mut liveness = Liveness {
        live_in: vec![empty.clone(); body.blocks.len()],
        live_out: vec![empty; body.blocks.len()],
    };
    let predecessors = body.predecessors();
    let mut pending: Vec<BlockId> = body.block_ids().collect();
    while let Some(id) = pending.pop() {
        let block = &body.blocks[id.index()];
        let mut live = liveness.live_out[id.index()].clone();
        for successor in block.terminator.successors() {
            live.union_with(&liveness.live_in[successor.index()]);
        }
        liveness.live_out[id.index()] = live.clone();
        add_uses(body, &block.terminator.operands(), &mut live);
        for instruction in block.instructions.iter().rev() {
            if let Some(dst) = instruction.op.dst() {
                live.remove(dst.index());
            }
            if let Op::Drop { local } = instruction.op {
                live.insert(local.index());
            }
            add_uses(body, &instruction.op.operands(), &mut live);
        }
        if liveness.live_in[id.index()].union_with(&live) {
            pending.extend(&predecessors[id.index()]);
        }
    }
    liveness
}

fn add_uses(body: &Body, operands: &[Operand], live: &mut Bits) {
    for local in operands.iter().filter_map(|operand| operand.local()) {
        if body.is_word(local) {
            live.insert(local.index());
        }
    }
}

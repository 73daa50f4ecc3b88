//! What functions may do: used as values, recursive, able to fault.

use std::collections::HashSet;

use ilo4_check::hir;
use ilo4_check::types::Type;

use crate::body::{Body, Constant, Effects, FunctionId, Op, Operand, Program, Terminator};

/// Marks the functions that are used as values: named by a constant or a closure, or nameable in a command-line argument
/// because some declared function takes a function (7.3). Runs before representations are chosen.
pub fn mark_values(program: &mut Program, hir: &hir::Program) {
    let mut values: HashSet<FunctionId> = HashSet::new();
    for body in &program.functions {
        for block in &body.blocks {
            for instruction in &block.instructions {
                if let Op::Closure { function, .. } = instruction.op {
                    values.insert(function);
                }
                values.extend(instruction.op.operands().into_iter().filter_map(function_constant));
            }
            values.extend(block.terminator.operands().into_iter().filter_map(function_constant));
        }
    }
    let takes_function = hir.functions.iter().any(|function| {
        function.origin == hir::Origin::Declared && function.params.iter().any(mentions_function)
    });
    for (index, (body, function)) in program.functions.iter_mut().zip(&hir.functions).enumerate() {
        let nameable = takes_function && function.origin != hir::Origin::Lambda;
        body.effects.is_value = nameable || values.contains(&FunctionId(index as u32));
    }
}

fn function_constant(operand: Operand) -> Option<FunctionId> {
    match operand {
        Operand::Constant(Constant::Function(function)) => Some(function),
        _ => None,
    }
}

fn mentions_function(ty: &Type) -> bool {
    match ty {
        Type::Function(..) => true,
        Type::List(item) | Type::Optional(item) => mentions_function(item),
        Type::Map(a, b) | Type::Result(a, b) => mentions_function(a) || mentions_function(b),
        _ => false,
    }
}

/// Computes recursion and the ability to fault; runs on final operations, before ownership.
pub fn run(program: &mut Program) {
    mark_recursive(program);
    let mut may_fault: Vec<bool> = program.functions.iter().map(|body| body.effects.recursive).collect();
    loop {
        let mut changed = false;
        for (index, body) in program.functions.iter().enumerate() {
            if !may_fault[index] && body_may_fault(body, &may_fault) {
                may_fault[index] = true;
                changed = true;
            }
            // A tail callee answers in its caller's place, so it answers in the same way.
            let answers_faults = may_fault[index];
            for callee in tail_callees(body).filter(|_| answers_faults) {
                changed |= !std::mem::replace(&mut may_fault[callee.index()], true);
            }
        }
        if !changed {
            break;
        }
    }
    for (body, may_fault) in program.functions.iter_mut().zip(may_fault) {
        body.effects.may_fault = may_fault;
    }
}

fn tail_callees(body: &Body) -> impl Iterator<Item = FunctionId> {
    body.blocks.iter().filter_map(|block| match block.terminator {
        Terminator::TailCall { function, .. } => Some(function),
        _ => None,
    })
}

fn body_may_fault(body: &Body, may_fault: &[bool]) -> bool {
    body.blocks.iter().any(|block| {
        let tail = match block.terminator {
            Terminator::TailCall { function, .. } => may_fault[function.index()],
            _ => false,
        };
        tail || block.instructions.iter().any(|i| op_may_fault(&i.op, |function| may_fault[function.index()]))
    })
}

/// Can this operation fault, given which functions can?
pub fn op_may_fault(op: &Op, function_may_fault: impl Fn(FunctionId) -> bool) -> bool {
    match op {
        Op::Prim { prim, .. } => prim.info().fallible,
        Op::Call { function, .. } => function_may_fault(*function),
        Op::Field { tolerant, .. } => !tolerant,
        Op::Unbox { .. } | Op::CallValue { .. } | Op::With { .. } => true,
        Op::Assign { .. }
        | Op::Box { .. }
        | Op::List { .. }
        | Op::Record { .. }
        | Op::Closure { .. }
        | Op::TakeElement { .. }
        | Op::Drop { .. } => false,
    }
}

impl Program {
    /// Can this operation fault? Valid once effects are computed.
    pub fn may_fault(&self, op: &Op) -> bool {
        op_may_fault(op, |function| self.body(function).effects.may_fault)
    }

    /// The effects of every function, for passes that change bodies while asking.
    pub fn effects(&self) -> Vec<Effects> {
        self.functions.iter().map(|body| body.effects).collect()
    }
}

/// A function is recursive if it can reach itself. A call of a function value may reach every function that is one.
fn mark_recursive(program: &mut Program) {
    let values: Vec<usize> =
        (0..program.functions.len()).filter(|&index| program.functions[index].effects.is_value).collect();
    let callees: Vec<Vec<usize>> = program.functions.iter().map(|body| callees(body, &values)).collect();
    for index in 0..program.functions.len() {
        program.functions[index].effects.recursive = reaches(&callees, index, index);
    }
}

fn callees(body: &Body, values: &[usize]) -> Vec<usize> {
    let mut found = HashSet::new();
    for block in &body.blocks {
        for instruction in &block.instructions {
            match &instruction.op {
                Op::Call { function, .. } => {
                    found.insert(function.index());
                }
                Op::CallValue { .. } => found.extend(values),
                _ => {}
            }
        }
        if let Terminator::TailCall { function, .. } = block.terminator {
            found.insert(function.index());
        }
    }
    let mut found: Vec<usize> = found.into_iter().collect();
    found.sort_unstable();
    found
}

fn reaches(callees: &[Vec<usize>], from: usize, target: usize) -> bool {
    let mut seen = vec![false; callees.len()];
    let mut pending = callees[from].clone();
    while let Some(next) = pending.pop() {
        if next == target {
            return true;
        }
        if !std::mem::replace(&mut seen[next], true) {
            pending.extend(&callees[next]);
        }
    }
    false
}

//! May a part of a program be run again and again, and still mean the same?

use ilo4_builtins::{BUILTINS, Effect, Lowering, Prim};
use ilo4_check::hir::{ExprKind, FunctionId, Program};

/// Why an entry cannot be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It calls this builtin, which sees or changes the world.
    Effect(&'static str),
    /// It may leave before its end.
    EarlyReturn,
}

/// What keeps `function` from being repeated, if anything does. Every function that it mentions counts as called.
pub fn obstacle(program: &Program, function: FunctionId) -> Option<Obstacle> {
    let mut reached = vec![function];
    let mut next = 0;
    while let Some(&current) = reached.get(next) {
        let mut waiting = vec![&program.functions[current.0 as usize].body];
        while let Some(expr) = waiting.pop() {
            match &expr.kind {
                ExprKind::Prim { prim, .. } => {
                    if let Some(builtin) = effect(*prim) {
                        return Some(Obstacle::Effect(builtin));
                    }
                }
                ExprKind::Return(_) if current == function => return Some(Obstacle::EarlyReturn),
                ExprKind::Call { function: used, .. }
                | ExprKind::FunctionRef(used)
                | ExprKind::Closure { function: used, .. }
                    if !reached.contains(used) =>
                {
                    reached.push(*used);
                }
                _ => {}
            }
            waiting.extend(expr.children());
        }
        next += 1;
    }
    None
}

/// The builtin with an effect that `prim` carries out.
fn effect(prim: Prim) -> Option<&'static str> {
    let is_it = |lowering| matches!(lowering, Lowering::Prim(own) if own == prim);
    BUILTINS
        .iter()
        .filter(|builtin| builtin.effect != Effect::Pure)
        .find(|builtin| builtin.forms.iter().any(|form| is_it(form.lowering)))
        .map(|builtin| builtin.name)
}

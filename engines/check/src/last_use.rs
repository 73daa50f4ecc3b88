//! Marks the last use of each variable on each path, so that a reader can take a value instead of sharing it.
//!
//! A backward walk over the structured HIR with what is still needed of each variable. A read of a variable of which
//! nothing is needed afterwards is its last; an assignment ends the need for the old value. Operands are visited from
//! right to left: an operand that has been read holds its own reference, so a later operand may assign or take the
//! variable. Need is tracked down to the parts of containers: in `r=r with xs:(+=r.xs v)` the field `xs` of `r` is not
//! needed between its read and the `with` that replaces it, and in `m=mset m k (+=(mget m k ?? []) v)` neither is the slot `k`
//! of `m`. Different keys may mean the same slot, so a read of one needs the whole map.
//!
//! Loops: what is needed at the head of a loop is remembered from walk to walk of the whole function, and the walk is
//! repeated until nothing is added; the marks of the last walk count.
//!
//! Source of the idea: precise reference counting as in Perceus (PLDI 2021), on reads instead of explicit drops.

use std::collections::{BTreeMap, BTreeSet};

use ilo4_builtins::Prim;

use crate::hir::{Expr, ExprKind, Program, VarId};
use crate::walk;

/// Sets the marks `Var.last` and `Field.take` of a whole program, and turns `mget` into `mget_take` where that is possible.
pub fn mark(program: &mut Program) {
    for function in &mut program.functions {
        let mut walk = Walk { heads: Vec::new(), loops: Vec::new(), next_loop: 0, grew: true };
        while walk.grew {
            walk.grew = false;
            walk.next_loop = 0;
            let mut needs = Needs::default();
            walk.expr(&mut function.body, &mut needs);
        }
    }
}

/// A part of a container.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Field(String),
    Slot(Key),
}

/// What the key of a map's slot is: equal keys mean the same slot as long as the variable is not assigned.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Var(VarId),
    Number(u64),
    Text(String),
}

impl Key {
    fn of(expr: &Expr) -> Option<Key> {
        match &expr.kind {
            ExprKind::Var { var, .. } => Some(Key::Var(*var)),
            ExprKind::Number(number) => Some(Key::Number(number.to_bits())),
            ExprKind::Text(text) => Some(Key::Text(text.clone())),
            _ => None,
        }
    }
}

/// What is needed of a variable's value.
#[derive(Clone, PartialEq)]
enum Need {
    /// Only these parts.
    Only(BTreeSet<Part>),
    /// Everything but these parts.
    AllBut(BTreeSet<Part>),
}

impl Need {
    fn is_everything(&self) -> bool {
        matches!(self, Need::AllBut(parts) if parts.is_empty())
    }

    fn covers(&self, part: &Part) -> bool {
        match self {
            Need::Only(parts) => parts.contains(part),
            Need::AllBut(parts) => !parts.contains(part),
        }
    }

    /// Adds what `other` needs; did it change anything?
    fn add(&mut self, other: &Need) -> bool {
        let joined = match (&*self, other) {
            (Need::Only(a), Need::Only(b)) => Need::Only(a | b),
            (Need::AllBut(a), Need::AllBut(b)) => Need::AllBut(a & b),
            (Need::Only(a), Need::AllBut(b)) => Need::AllBut(b - a),
            (Need::AllBut(a), Need::Only(b)) => Need::AllBut(a - b),
        };
        let changed = *self != joined;
        *self = joined;
        changed
    }
}

/// What is needed of each variable after some point; one that is absent is dead there.
#[derive(Clone, Default)]
struct Needs {
    /// Variables of which everything is needed, a bit each: nearly all, and joining and copying them is cheap.
    whole: Vec<u64>,
    /// The others; never one that is also in `whole`.
    partly: BTreeMap<VarId, Need>,
}

impl Needs {
    fn is_whole(&self, var: VarId) -> bool {
        self.whole.get(var.0 as usize / 64).is_some_and(|word| word >> (var.0 % 64) & 1 == 1)
    }

    fn is_dead(&self, var: VarId) -> bool {
        !self.is_whole(var) && !self.partly.contains_key(&var)
    }

    fn needs_part(&self, var: VarId, part: &Part) -> bool {
        self.is_whole(var) || self.partly.get(&var).is_some_and(|need| need.covers(part))
    }

    /// What the variable held before it was assigned is another key: nothing is known of that slot of any map.
    fn forget_key(&mut self, var: VarId) {
        let slot = Part::Slot(Key::Var(var));
        let mut whole = Vec::new();
        for (map, need) in &mut self.partly {
            if let Need::AllBut(parts) = need
                && parts.remove(&slot)
                && parts.is_empty()
            {
                whole.push(*map);
            }
        }
        whole.into_iter().for_each(|map| self.add_whole(map));
    }

    fn add(&mut self, var: VarId, need: &Need) -> bool {
        if self.is_whole(var) {
            return false;
        }
        let changed = match self.partly.get_mut(&var) {
            Some(known) => known.add(need),
            None => self.partly.insert(var, need.clone()).is_none(),
        };
        if self.partly.get(&var).is_some_and(Need::is_everything) {
            self.add_whole(var);
        }
        changed
    }

    fn add_whole(&mut self, var: VarId) {
        let index = var.0 as usize / 64;
        if self.whole.len() <= index {
            self.whole.resize(index + 1, 0);
        }
        self.whole[index] |= 1 << (var.0 % 64);
        self.partly.remove(&var);
    }

    fn remove(&mut self, var: VarId) {
        if let Some(word) = self.whole.get_mut(var.0 as usize / 64) {
            *word &= !(1 << (var.0 % 64));
        }
        self.partly.remove(&var);
    }

    /// Both ways from here are possible; did it change anything?
    fn join(&mut self, other: &Needs) -> bool {
        let mut changed = false;
        if self.whole.len() < other.whole.len() {
            self.whole.resize(other.whole.len(), 0);
        }
        for (word, more) in self.whole.iter_mut().zip(&other.whole) {
            changed |= more & !*word != 0;
            *word |= more;
        }
        let partly = std::mem::take(&mut self.partly);
        self.partly = partly.into_iter().filter(|(var, _)| !self.is_whole(*var)).collect();
        for (&var, need) in &other.partly {
            changed |= self.add(var, need);
        }
        changed
    }
}

/// The needs where `Break` and `Continue` of a loop go.
struct LoopTargets {
    after: Needs,
    head: Needs,
}

struct Walk {
    /// What is needed at the head of each loop as far as known, in the order in which loops are met.
    heads: Vec<Needs>,
    loops: Vec<LoopTargets>,
    next_loop: usize,
    /// Was anything added to `heads` in this walk?
    grew: bool,
}

impl Walk {
    /// Changes `needs` from what is needed after `expr` to what is needed before it.
    fn expr(&mut self, expr: &mut Expr, needs: &mut Needs) {
        match &mut expr.kind {
            ExprKind::Var { var, last } => {
                *last = needs.is_dead(*var);
                needs.add_whole(*var);
            }
            ExprKind::Field { base, name, take, .. } => self.field(base, name, take, needs),
            ExprKind::With { base, fields } => {
                for (_, value) in fields.iter_mut().rev() {
                    self.expr(value, needs);
                }
                let replaced = fields.iter().map(|(name, _)| Part::Field(name.clone())).collect();
                self.replaced(base, replaced, needs);
            }
            ExprKind::Prim { prim, args } => self.primitive(prim, args, needs),
            ExprKind::TakeElement { list, index } => {
                needs.add_whole(*list);
                self.expr(index, needs);
            }
            ExprKind::Assign { var, value } => {
                needs.remove(*var);
                needs.forget_key(*var);
                self.expr(value, needs);
            }
            ExprKind::If { cond, then, other } => {
                let mut needs_other = needs.clone();
                self.expr(other, &mut needs_other);
                self.expr(then, needs);
                needs.join(&needs_other);
                self.expr(cond, needs);
            }
            ExprKind::And { left, right } | ExprKind::Or { left, right } => {
                let without_right = needs.clone();
                self.expr(right, needs);
                needs.join(&without_right);
                self.expr(left, needs);
            }
            ExprKind::While { cond, body } => self.while_loop(cond, body, needs),
            ExprKind::Break => *needs = self.loops.last().map(|l| l.after.clone()).unwrap_or_default(),
            ExprKind::Continue => *needs = self.loops.last().map(|l| l.head.clone()).unwrap_or_default(),
            ExprKind::Return(value) => {
                *needs = Needs::default();
                self.expr(value, needs);
            }
            _ => walk::for_each_part_backwards(expr, &mut |part| self.expr(part, needs)),
        }
    }

    /// `r.f` needs only `f` of a variable `r`, and may take it if it is not needed afterwards.
    fn field(&mut self, base: &mut Expr, name: &str, take: &mut bool, needs: &mut Needs) {
        let ExprKind::Var { var, last } = &mut base.kind else {
            *take = false;
            return self.expr(base, needs);
        };
        let part = Part::Field(name.to_string());
        *last = needs.is_dead(*var);
        *take = !needs.needs_part(*var, &part);
        needs.add(*var, &Need::Only(BTreeSet::from([part])));
    }

    /// `mget m k` of a variable `m` may take the value if that slot is not needed afterwards; `mset` and `mdel` do not need it.
    fn primitive(&mut self, prim: &mut Prim, args: &mut [Expr], needs: &mut Needs) {
        let slot = args.get(1).and_then(Key::of).map(Part::Slot);
        match (*prim, slot) {
            (Prim::Mget | Prim::MgetTake, slot) => {
                let is_needed = match (&args[0].kind, slot) {
                    (ExprKind::Var { var, .. }, Some(slot)) => needs.needs_part(*var, &slot),
                    _ => true,
                };
                *prim = if is_needed { Prim::Mget } else { Prim::MgetTake };
                args.iter_mut().rev().for_each(|arg| self.expr(arg, needs));
            }
            (Prim::Mset | Prim::Mdel, Some(slot)) => {
                let [map, others @ ..] = args else { return };
                others.iter_mut().rev().for_each(|arg| self.expr(arg, needs));
                self.replaced(map, BTreeSet::from([slot]), needs);
            }
            _ => args.iter_mut().rev().for_each(|arg| self.expr(arg, needs)),
        }
    }

    /// The container of an update is needed without the parts that are replaced.
    fn replaced(&mut self, container: &mut Expr, parts: BTreeSet<Part>, needs: &mut Needs) {
        let ExprKind::Var { var, last } = &mut container.kind else { return self.expr(container, needs) };
        *last = needs.is_dead(*var);
        needs.add(*var, &Need::AllBut(parts));
    }

    fn while_loop(&mut self, cond: &mut Expr, body: &mut Expr, needs: &mut Needs) {
        let id = self.next_loop;
        self.next_loop += 1;
        if id == self.heads.len() {
            self.heads.push(Needs::default());
        }
        let head = self.heads[id].clone();
        let mut before_body = head.clone();
        self.loops.push(LoopTargets { after: needs.clone(), head });
        self.expr(body, &mut before_body);
        needs.join(&before_body);
        self.expr(cond, needs);
        self.loops.pop();
        self.grew |= self.heads[id].join(needs);
    }
}

#[cfg(test)]
mod tests;

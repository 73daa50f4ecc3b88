//! Marks the last use of each variable on each path, so that a reader can take a value instead of sharing it.
//!
//! A backward walk over the structured HIR with what is still needed of each variable. A read of a variable of which
//! nothing is needed afterwards is its last; an assignment ends the need for the old value. Operands are visited from
//! right to left: an operand that has been read holds its own reference, so a later operand may assign or take the
//! variable. Need is tracked down to the fields of records: in `r=r with xs:(+=r.xs v)` the field `xs` of `r` is not
//! needed between its read and the `with` that replaces it.
//!
//! Loops: what is needed at the head of a loop is remembered from walk to walk of the whole function, and the walk is
//! repeated until nothing is added; the marks of the last walk count.
//!
//! Source of the idea: precise reference counting as in Perceus (PLDI 2021), on reads instead of explicit drops.

use std::collections::{BTreeMap, BTreeSet};

use crate::hir::{Expr, ExprKind, Program, VarId};
use crate::walk;

/// Sets the marks `Var.last` and `Field.take` of a whole program.
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

/// What is needed of a variable's value.
#[derive(Clone, PartialEq)]
enum Need {
    /// Only these fields.
    Fields(BTreeSet<String>),
    /// Everything but these fields.
    AllBut(BTreeSet<String>),
}

impl Need {
    fn is_everything(&self) -> bool {
        matches!(self, Need::AllBut(fields) if fields.is_empty())
    }

    fn covers(&self, field: &str) -> bool {
        match self {
            Need::Fields(fields) => fields.contains(field),
            Need::AllBut(fields) => !fields.contains(field),
        }
    }

    /// Adds what `other` needs; did it change anything?
    fn add(&mut self, other: &Need) -> bool {
        let joined = match (&*self, other) {
            (Need::Fields(a), Need::Fields(b)) => Need::Fields(a | b),
            (Need::AllBut(a), Need::AllBut(b)) => Need::AllBut(a & b),
            (Need::Fields(a), Need::AllBut(b)) => Need::AllBut(b - a),
            (Need::AllBut(a), Need::Fields(b)) => Need::AllBut(a - b),
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

    fn needs_field(&self, var: VarId, field: &str) -> bool {
        self.is_whole(var) || self.partly.get(&var).is_some_and(|need| need.covers(field))
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
                self.with_base(base, fields.iter().map(|(name, _)| name.clone()).collect(), needs);
            }
            ExprKind::TakeElement { list, index } => {
                needs.add_whole(*list);
                self.expr(index, needs);
            }
            ExprKind::Assign { var, value } => {
                needs.remove(*var);
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
        *last = needs.is_dead(*var);
        *take = !needs.needs_field(*var, name);
        needs.add(*var, &Need::Fields(BTreeSet::from([name.to_string()])));
    }

    /// The base of a `with` is needed without the fields that are replaced.
    fn with_base(&mut self, base: &mut Expr, replaced: BTreeSet<String>, needs: &mut Needs) {
        let ExprKind::Var { var, last } = &mut base.kind else { return self.expr(base, needs) };
        *last = needs.is_dead(*var);
        needs.add(*var, &Need::AllBut(replaced));
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

//! Visiting the parts of an HIR expression.

use crate::hir::{Expr, ExprKind, VarId};

/// Calls `visit` with each direct part of `expr`, in evaluation order.
pub fn for_each_part<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    use ExprKind::*;
    match &expr.kind {
        Number(_) | Text(_) | Bool(_) | Nil | Var { .. } | FunctionRef(_) | Break | Continue => {}
        Closure { captures: parts, .. } | Call { args: parts, .. } | Prim { args: parts, .. } => {
            parts.iter().for_each(visit);
        }
        List(parts) | Block(parts) => parts.iter().for_each(visit),
        CallValue { callee, args } => {
            visit(callee);
            args.iter().for_each(visit);
        }
        Record { fields, .. } => fields.iter().for_each(|(_, value)| visit(value)),
        With { base, fields } => {
            visit(base);
            fields.iter().for_each(|(_, value)| visit(value));
        }
        Field { base: part, .. }
        | TakeElement { index: part, .. }
        | Assign { value: part, .. }
        | Return(part) => {
            visit(part);
        }
        If { cond, then, other } => {
            visit(cond);
            visit(then);
            visit(other);
        }
        And { left, right } | Or { left, right } => {
            visit(left);
            visit(right);
        }
        While { cond, body } => {
            visit(cond);
            visit(body);
        }
    }
}

/// As [`for_each_part`], for changing the parts.
pub fn for_each_part_mut(expr: &mut Expr, visit: &mut dyn FnMut(&mut Expr)) {
    use ExprKind::*;
    match &mut expr.kind {
        Number(_) | Text(_) | Bool(_) | Nil | Var { .. } | FunctionRef(_) | Break | Continue => {}
        Closure { captures: parts, .. } | Call { args: parts, .. } | Prim { args: parts, .. } => {
            parts.iter_mut().for_each(visit);
        }
        List(parts) | Block(parts) => parts.iter_mut().for_each(visit),
        CallValue { callee, args } => {
            visit(callee);
            args.iter_mut().for_each(visit);
        }
        Record { fields, .. } => fields.iter_mut().for_each(|(_, value)| visit(value)),
        With { base, fields } => {
            visit(base);
            fields.iter_mut().for_each(|(_, value)| visit(value));
        }
        Field { base: part, .. }
        | TakeElement { index: part, .. }
        | Assign { value: part, .. }
        | Return(part) => {
            visit(part);
        }
        If { cond, then, other } => {
            visit(cond);
            visit(then);
            visit(other);
        }
        And { left, right } | Or { left, right } => {
            visit(left);
            visit(right);
        }
        While { cond, body } => {
            visit(cond);
            visit(body);
        }
    }
}

/// As [`for_each_part_mut`], from the last part to the first.
pub fn for_each_part_backwards(expr: &mut Expr, visit: &mut dyn FnMut(&mut Expr)) {
    use ExprKind::*;
    match &mut expr.kind {
        Closure { captures: parts, .. } | Call { args: parts, .. } | Prim { args: parts, .. } => {
            parts.iter_mut().rev().for_each(visit);
        }
        List(parts) | Block(parts) => parts.iter_mut().rev().for_each(visit),
        CallValue { callee, args } => {
            args.iter_mut().rev().for_each(&mut *visit);
            visit(callee);
        }
        Record { fields, .. } => fields.iter_mut().rev().for_each(|(_, value)| visit(value)),
        With { base, fields } => {
            fields.iter_mut().rev().for_each(|(_, value)| visit(value));
            visit(base);
        }
        If { cond, then, other } => {
            visit(other);
            visit(then);
            visit(cond);
        }
        And { left, right } | Or { left, right } => {
            visit(right);
            visit(left);
        }
        While { cond, body } => {
            visit(body);
            visit(cond);
        }
        // At most one part: the direction does not matter.
        Number(_) | Text(_) | Bool(_) | Nil | Var { .. } | FunctionRef(_) | Break | Continue => {}
        Field { .. } | TakeElement { .. } | Assign { .. } | Return(_) => for_each_part_mut(expr, visit),
    }
}

/// Is the variable read anywhere in it?
pub fn reads(expr: &Expr, var: VarId) -> bool {
    let here = match &expr.kind {
        ExprKind::Var { var: read, .. } => *read == var,
        ExprKind::TakeElement { list, .. } => *list == var,
        _ => false,
    };
    here || any_part(expr, &|part| reads(part, var))
}

/// Is the variable assigned anywhere in it?
pub fn assigns(expr: &Expr, var: VarId) -> bool {
    let here = matches!(&expr.kind, ExprKind::Assign { var: assigned, .. } if *assigned == var);
    here || any_part(expr, &|part| assigns(part, var))
}

/// Does it hold a `Break` or `Continue` of the loop around it?
pub fn leaves_loop(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Break | ExprKind::Continue => true,
        ExprKind::While { .. } => false,
        _ => any_part(expr, &leaves_loop),
    }
}

fn any_part(expr: &Expr, test: &dyn Fn(&Expr) -> bool) -> bool {
    let mut found = false;
    for_each_part(expr, &mut |part| found = found || test(part));
    found
}

/// Replaces every variable by what `map` says.
pub fn rename(expr: &mut Expr, map: &dyn Fn(VarId) -> VarId) {
    match &mut expr.kind {
        ExprKind::Var { var, .. } | ExprKind::Assign { var, .. } => *var = map(*var),
        ExprKind::TakeElement { list, .. } => *list = map(*list),
        _ => {}
    }
    for_each_part_mut(expr, &mut |part| rename(part, map));
}

//! Every expression of a program, once.

use ilo4_check::hir::{Expr, ExprKind, Program};

/// Calls `visit` for every expression, functions in order, an expression before its operands, operands in order of evaluation.
///
/// Works off a list instead of recursing: a match with thousands of arms is as deep as it is long.
pub fn for_each_expr<'a>(program: &'a Program, mut visit: impl FnMut(&'a Expr)) {
    for function in &program.functions {
        let mut pending = vec![&function.body];
        while let Some(expr) = pending.pop() {
            visit(expr);
            let first = pending.len();
            push_children(&expr.kind, &mut pending);
            pending[first..].reverse();
        }
    }
}

/// Appends the direct operands and parts of an expression, in order of evaluation.
fn push_children<'a>(kind: &'a ExprKind, children: &mut Vec<&'a Expr>) {
    match kind {
        ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Bool(_)
        | ExprKind::Nil
        | ExprKind::Var { .. }
        | ExprKind::FunctionRef(_)
        | ExprKind::Break
        | ExprKind::Continue => {}
        ExprKind::Closure { captures: parts, .. }
        | ExprKind::Call { args: parts, .. }
        | ExprKind::Prim { args: parts, .. }
        | ExprKind::List(parts)
        | ExprKind::Block(parts) => children.extend(parts),
        ExprKind::CallValue { callee, args } => {
            children.push(callee);
            children.extend(args);
        }
        ExprKind::Record { fields, .. } => children.extend(fields.iter().map(|(_, value)| value)),
        ExprKind::With { base, fields } => {
            children.push(base);
            children.extend(fields.iter().map(|(_, value)| value));
        }
        ExprKind::Field { base: part, .. }
        | ExprKind::TakeElement { index: part, .. }
        | ExprKind::Assign { value: part, .. }
        | ExprKind::Return(part) => children.push(part),
        ExprKind::If { cond, then, other } => children.extend([&**cond, then, other]),
        ExprKind::And { left, right } | ExprKind::Or { left, right } => children.extend([&**left, right]),
        ExprKind::While { cond, body } => children.extend([&**cond, body]),
    }
}

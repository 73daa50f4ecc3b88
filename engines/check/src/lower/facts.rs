//! Questions about statements that need no types.

use ilo4_syntax::ast::{Body, Expr, ExprKind, Stmt, StmtKind};

/// Is the result line of an entry function omitted (7.4)? Its body ends in a loop and holds neither `ret` nor a
/// braceless guard, lambdas and matches inside other expressions not counted.
pub fn omits_result(body: &Body) -> bool {
    let ends_in_loop = body.statements.last().is_some_and(|last| {
        matches!(last.kind, StmtKind::ForEach { .. } | StmtKind::ForRange { .. } | StmtKind::While { .. })
    });
    ends_in_loop && !returns_early(body)
}

fn returns_early(body: &Body) -> bool {
    body.statements.iter().any(|statement| match &statement.kind {
        StmtKind::Return(_) | StmtKind::Guard { .. } => true,
        StmtKind::If { then, other, .. } => returns_early(then) || other.as_ref().is_some_and(returns_early),
        StmtKind::ForEach { body, .. } | StmtKind::ForRange { body, .. } | StmtKind::While { body, .. } => {
            returns_early(body)
        }
        StmtKind::Expr(Expr { kind: ExprKind::Match { arms, .. }, .. }) => {
            arms.iter().any(|arm| returns_early(&arm.body))
        }
        StmtKind::Expr(_)
        | StmtKind::Bind { .. }
        | StmtKind::BindTernary { .. }
        | StmtKind::BindIf { .. }
        | StmtKind::Destructure { .. }
        | StmtKind::Break(_)
        | StmtKind::Continue => false,
    })
}

/// Does it hold a `?{…}` whose subject is the value of the preceding statement (6.7)?
pub fn uses_previous(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Expr(e)
        | StmtKind::Bind { value: e, .. }
        | StmtKind::Destructure { value: e, .. }
        | StmtKind::BindTernary { cond: e, .. }
        | StmtKind::BindIf { cond: e, .. }
        | StmtKind::If { cond: e, .. }
        | StmtKind::ForEach { list: e, .. }
        | StmtKind::While { cond: e, .. }
        | StmtKind::Return(e)
        | StmtKind::Break(Some(e)) => matches_previous(e),
        StmtKind::Guard { cond, value, .. } => matches_previous(cond) || matches_previous(value),
        StmtKind::ForRange { from, to, .. } => matches_previous(from) || matches_previous(to),
        StmtKind::Break(None) | StmtKind::Continue => false,
    }
}

fn matches_previous(expr: &Expr) -> bool {
    let all = |list: &[Expr]| list.iter().any(matches_previous);
    match &expr.kind {
        ExprKind::Match { subject, .. } => subject.as_deref().is_none_or(matches_previous),
        ExprKind::Call { args, .. } => all(args),
        ExprKind::List(elements) => all(elements),
        ExprKind::Construct { fields, .. } => fields.iter().any(|(_, value)| matches_previous(value)),
        ExprKind::With { base, fields } => {
            matches_previous(base) || fields.iter().any(|(_, value)| matches_previous(value))
        }
        ExprKind::Unary { operand: e, .. }
        | ExprKind::Ok(e)
        | ExprKind::Err(e)
        | ExprKind::Field { base: e, .. }
        | ExprKind::Index { base: e, .. }
        | ExprKind::At { base: e, .. } => matches_previous(e),
        ExprKind::Binary { left: a, right: b, .. } | ExprKind::Coalesce { value: a, default: b } => {
            matches_previous(a) || matches_previous(b)
        }
        ExprKind::Ternary { cond, then, other } => {
            matches_previous(cond) || matches_previous(then) || matches_previous(other)
        }
        // A lambda's body is a body of its own.
        ExprKind::Lambda(_)
        | ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Bool(_)
        | ExprKind::Nil
        | ExprKind::Name { .. }
        | ExprKind::Broken => false,
    }
}

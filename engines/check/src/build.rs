//! Small constructors of HIR, so that lowerings read like the code they produce.

use ilo4_builtins::{Class, Prim};
use ilo4_syntax::Span;

use crate::hir::{Expr, ExprKind, VarId};

/// Builds expressions that all stand for the same piece of source text.
#[derive(Clone, Copy)]
pub struct At(pub Span);

impl At {
    pub fn expr(self, kind: ExprKind) -> Expr {
        Expr { kind, span: self.0 }
    }

    pub fn nil(self) -> Expr {
        self.expr(ExprKind::Nil)
    }

    pub fn number(self, value: f64) -> Expr {
        self.expr(ExprKind::Number(value))
    }

    pub fn bool(self, value: bool) -> Expr {
        self.expr(ExprKind::Bool(value))
    }

    pub fn read(self, var: VarId) -> Expr {
        self.expr(ExprKind::Var { var, last: false })
    }

    pub fn assign(self, var: VarId, value: Expr) -> Expr {
        self.expr(ExprKind::Assign { var, value: Box::new(value) })
    }

    pub fn prim<const N: usize>(self, prim: Prim, args: [Expr; N]) -> Expr {
        debug_assert_eq!(prim.info().params.len(), N);
        self.expr(ExprKind::Prim { prim, args: args.into() })
    }

    pub fn when(self, cond: Expr, then: Expr, other: Expr) -> Expr {
        self.expr(ExprKind::If { cond: Box::new(cond), then: Box::new(then), other: Box::new(other) })
    }

    pub fn while_loop(self, cond: Expr, body: Expr) -> Expr {
        self.expr(ExprKind::While { cond: Box::new(cond), body: Box::new(body) })
    }

    pub fn return_value(self, value: Expr) -> Expr {
        self.expr(ExprKind::Return(Box::new(value)))
    }

    /// The statements in order; the value is that of the last one. Blocks among them are dissolved.
    pub fn block(self, statements: Vec<Expr>) -> Expr {
        let count = statements.len();
        let mut flat = Vec::with_capacity(count);
        for (index, statement) in statements.into_iter().enumerate() {
            match statement.kind {
                ExprKind::Block(inner) if !inner.is_empty() => flat.extend(inner),
                // It only matters as a value.
                ExprKind::Block(_) | ExprKind::Nil if index + 1 < count => {}
                _ => flat.push(statement),
            }
        }
        match <[Expr; 1]>::try_from(flat) {
            Ok([only]) => only,
            Err(flat) => self.expr(ExprKind::Block(flat)),
        }
    }

    /// `var=var+step`
    pub fn increment(self, var: VarId) -> Expr {
        self.assign(var, self.prim(Prim::AddNumber, [self.read(var), self.number(1.0)]))
    }

    /// The negated truth of any value.
    pub fn not(self, value: Expr) -> Expr {
        let truth = self.truth(value);
        self.prim(Prim::Not, [truth])
    }

    /// The truth of any value, as a boolean.
    pub fn truth(self, value: Expr) -> Expr {
        if is_bool(&value) { value } else { self.prim(Prim::Truthy, [value]) }
    }

    pub fn and(self, left: Expr, right: Expr) -> Expr {
        self.expr(ExprKind::And { left: Box::new(left), right: Box::new(right) })
    }

    pub fn or(self, left: Expr, right: Expr) -> Expr {
        self.expr(ExprKind::Or { left: Box::new(left), right: Box::new(right) })
    }
}

/// Does it always yield a boolean, by its form? (Declared types do not tell: they are not sound.)
pub fn is_bool(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Bool(_) | ExprKind::And { .. } | ExprKind::Or { .. } => true,
        ExprKind::Prim { prim, .. } => prim.info().result == Class::Bool,
        ExprKind::If { then, other, .. } => is_bool(then) && is_bool(other),
        ExprKind::Block(statements) => statements.last().is_some_and(is_bool),
        _ => false,
    }
}

/// Does it always yield nil, by its form?
pub fn is_nil(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Nil | ExprKind::Assign { .. } | ExprKind::While { .. } => true,
        ExprKind::Break | ExprKind::Continue | ExprKind::Return(_) => true,
        ExprKind::If { then, other, .. } => is_nil(then) && is_nil(other),
        ExprKind::Block(statements) => statements.last().is_none_or(is_nil),
        _ => false,
    }
}

//! What the tree knows about the layout of a text: where declarations, bodies, blocks, arms and bindings begin.

use std::collections::{HashMap, HashSet};

use crate::Parse;
use crate::ast::{Body, Expr, ExprKind, Stmt, StmtKind};

/// What is declared, as far as the layout cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Declaration {
    /// With the offset where the body begins, if it is not empty.
    Function(Option<u32>),
    Record,
    /// `alias` or `use`: consecutive ones may form one paragraph.
    Line,
}

/// Byte offsets of tokens that matter.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub declarations: HashMap<u32, Declaration>,
    /// The `{` of blocks, whose statements get lines of their own.
    pub blocks: HashSet<u32>,
    /// The first tokens of match arms.
    pub arms: HashSet<u32>,
    /// The names that bindings bind.
    pub bound: HashSet<u32>,
}

impl Plan {
    /// `parse` is without errors.
    pub(super) fn new(parse: &Parse) -> Plan {
        let mut plan = Plan::default();
        for import in &parse.uses {
            plan.declarations.insert(import.span.start, Declaration::Line);
        }
        for alias in &parse.program.aliases {
            plan.declarations.insert(alias.span.start, Declaration::Line);
        }
        for record in &parse.program.records {
            plan.declarations.insert(record.span.start, Declaration::Record);
        }
        for function in &parse.program.functions {
            let body = &function.body;
            let is_empty = body.span.start == body.span.end;
            let start = (!is_empty).then_some(body.span.start);
            plan.declarations.insert(function.span.start, Declaration::Function(start));
            plan.body(body);
        }
        plan
    }

    /// A body that is no block starts with its first statement.
    fn body(&mut self, body: &Body) {
        let is_block = body.statements.first().is_none_or(|first| first.span.start != body.span.start);
        if is_block {
            self.blocks.insert(body.span.start);
        }
        self.statements(body);
    }

    fn statements(&mut self, body: &Body) {
        for statement in &body.statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Expr(expr) | StmtKind::Return(expr) | StmtKind::Break(Some(expr)) => self.expr(expr),
            StmtKind::Destructure { value, .. } => self.expr(value),
            StmtKind::Bind { name, value } => {
                self.bound.insert(name.span.start);
                self.expr(value);
            }
            StmtKind::BindTernary { name, cond, .. } | StmtKind::BindIf { name, cond, .. } => {
                // What stands in their braces stays on the line, so there is nothing to know about it.
                self.bound.insert(name.span.start);
                self.expr(cond);
            }
            StmtKind::If { cond, then, other, .. } => {
                self.expr(cond);
                self.body(then);
                if let Some(other) = other {
                    self.body(other);
                }
            }
            StmtKind::Guard { cond, value, .. } => {
                self.expr(cond);
                self.expr(value);
            }
            StmtKind::ForEach { list, body, .. } => {
                self.expr(list);
                self.body(body);
            }
            StmtKind::ForRange { from, to, body, .. } => {
                self.expr(from);
                self.expr(to);
                self.body(body);
            }
            StmtKind::While { cond, body } => {
                self.expr(cond);
                self.body(body);
            }
            StmtKind::Break(None) | StmtKind::Continue => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Match { subject, arms } => {
                if let Some(subject) = subject {
                    self.expr(subject);
                }
                for arm in arms {
                    self.arms.insert(arm.span.start);
                    self.body(&arm.body);
                }
            }
            ExprKind::Lambda(lambda) => self.statements(&lambda.body),
            ExprKind::Construct { fields, .. } => fields.iter().for_each(|(_, value)| self.expr(value)),
            ExprKind::With { base, fields } => {
                self.expr(base);
                fields.iter().for_each(|(_, value)| self.expr(value));
            }
            ExprKind::List(items) | ExprKind::Call { args: items, .. } => {
                items.iter().for_each(|item| self.expr(item));
            }
            ExprKind::Unary { operand: inner, .. }
            | ExprKind::Ok(inner)
            | ExprKind::Err(inner)
            | ExprKind::Field { base: inner, .. }
            | ExprKind::Index { base: inner, .. }
            | ExprKind::At { base: inner, .. } => self.expr(inner),
            ExprKind::Binary { left, right, .. } | ExprKind::Coalesce { value: left, default: right } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Ternary { cond, then, other } => {
                self.expr(cond);
                self.expr(then);
                self.expr(other);
            }
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Nil
            | ExprKind::Name { .. }
            | ExprKind::Broken => {}
        }
    }
}

//! The variable index (4.14): `a.i` is an index when `i` is a variable.
//!
//! Runs over the AST of one file after parsing: `Field` becomes `At` when the field's name is bound in the enclosing
//! scope and no record type declared in the same file has a field of that name. Scopes are those of 5.4 and 6.3.

use std::collections::{HashMap, HashSet};

use crate::ast::{Body, Expr, ExprKind, Lambda, Name, PatternKind, Program, Stmt, StmtKind};

/// Rewrites all functions of one file.
pub(crate) fn rewrite(program: &mut Program) {
    let declared = program
        .records
        .iter()
        .flat_map(|record| &record.fields)
        .map(|field| field.name.text.clone())
        .collect();
    for function in &mut program.functions {
        let mut rewriter = Rewriter { declared: &declared, bound: HashMap::new(), scopes: vec![Vec::new()] };
        for param in &function.params {
            rewriter.bind(&param.name.text);
        }
        rewriter.statements(&mut function.body);
    }
}

struct Rewriter<'a> {
    /// Field names of the file's record types.
    declared: &'a HashSet<String>,
    /// How many of the open scopes bind a name.
    bound: HashMap<String, usize>,
    /// The names each open scope has bound, to be released at its end.
    scopes: Vec<Vec<String>>,
}

impl Rewriter<'_> {
    fn is_bound(&self, name: &str) -> bool {
        self.bound.get(name).is_some_and(|&count| count > 0)
    }

    fn bind(&mut self, name: &str) {
        *self.bound.entry(name.to_string()).or_default() += 1;
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name.to_string());
        }
    }

    /// An assignment creates a variable only where there is none yet (6.3).
    fn assign(&mut self, name: &str) {
        if !self.is_bound(name) {
            self.bind(name);
        }
    }

    fn scope(&mut self, inside: impl FnOnce(&mut Self)) {
        self.scopes.push(Vec::new());
        inside(self);
        for name in self.scopes.pop().unwrap_or_default() {
            if let Some(count) = self.bound.get_mut(&name) {
                *count -= 1;
            }
        }
    }

    fn body_with(&mut self, vars: &[&Name], body: &mut Body) {
        self.scope(|r| {
            for var in vars {
                r.bind(&var.text);
            }
            r.statements(body);
        });
    }

    fn statements(&mut self, body: &mut Body) {
        for statement in &mut body.statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &mut Stmt) {
        match &mut statement.kind {
            StmtKind::Expr(expr) | StmtKind::Return(expr) => self.expr(expr),
            StmtKind::Bind { name, value } => {
                self.expr(value);
                self.assign(&name.text);
            }
            StmtKind::BindTernary { name, cond, then, other } => {
                self.expr(cond);
                for branch in [then, other].into_iter().flatten() {
                    self.scope(|r| r.expr(branch));
                }
                self.assign(&name.text);
            }
            StmtKind::BindIf { cond, then, .. } => {
                // The binding stands inside the block, so it binds nothing out here.
                self.expr(cond);
                if let Some(then) = then {
                    self.scope(|r| r.expr(then));
                }
            }
            StmtKind::Destructure { names, value } => {
                self.expr(value);
                for name in names {
                    self.assign(&name.text);
                }
            }
            StmtKind::If { cond, then, other, .. } => {
                self.expr(cond);
                self.body_with(&[], then);
                if let Some(other) = other {
                    self.body_with(&[], other);
                }
            }
            StmtKind::Guard { cond, value, .. } => {
                self.expr(cond);
                self.expr(value);
            }
            StmtKind::ForEach { var, list, body } => {
                self.expr(list);
                self.body_with(&[var], body);
            }
            StmtKind::ForRange { var, from, to, body } => {
                self.expr(from);
                self.expr(to);
                self.body_with(&[var], body);
            }
            StmtKind::While { cond, body } => {
                self.expr(cond);
                self.body_with(&[], body);
            }
            StmtKind::Break(value) => {
                if let Some(value) = value {
                    self.expr(value);
                }
            }
            StmtKind::Continue => {}
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Field { base, field, tolerant } => {
                self.expr(base);
                if !*tolerant && self.is_bound(&field.text) && !self.declared.contains(&field.text) {
                    let base =
                        std::mem::replace(base, Box::new(Expr { kind: ExprKind::Nil, span: expr.span }));
                    expr.kind = ExprKind::At { base, index: field.clone() };
                }
            }
            ExprKind::Index { base, .. } | ExprKind::At { base, .. } => self.expr(base),
            ExprKind::Call { args, .. } | ExprKind::List(args) => {
                for arg in args {
                    self.expr(arg);
                }
            }
            ExprKind::Unary { operand, .. } | ExprKind::Ok(operand) | ExprKind::Err(operand) => {
                self.expr(operand);
            }
            ExprKind::Binary { left, right, .. } | ExprKind::Coalesce { value: left, default: right } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Lambda(lambda) => self.lambda(lambda),
            ExprKind::Construct { fields, .. } => {
                for (_, value) in fields {
                    self.expr(value);
                }
            }
            ExprKind::With { base, fields } => {
                self.expr(base);
                for (_, value) in fields {
                    self.expr(value);
                }
            }
            ExprKind::Ternary { cond, then, other } => {
                self.expr(cond);
                self.expr(then);
                self.expr(other);
            }
            ExprKind::Match { subject, arms } => {
                if let Some(subject) = subject {
                    self.expr(subject);
                }
                for arm in arms {
                    let var = match &arm.pattern.kind {
                        PatternKind::Ok(name) | PatternKind::Err(name) | PatternKind::Kind(_, name) => {
                            Some(name)
                        }
                        _ => None,
                    };
                    self.body_with(var.as_slice(), &mut arm.body);
                }
            }
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Nil
            | ExprKind::Name { .. }
            | ExprKind::Broken => {}
        }
    }

    /// What is bound around a lambda is visible in it; what it binds stays inside.
    fn lambda(&mut self, lambda: &mut Lambda) {
        let params: Vec<&Name> = lambda.params.iter().map(|param| &param.name).collect();
        self.body_with(&params, &mut lambda.body);
    }
}

//! The constructs that a function uses, and the functions that it may call.

use std::collections::BTreeSet;

use ilo4_builtins::lookup;
use ilo4_syntax::ast::{
    BinaryOp, Body, Expr, ExprKind, KindPattern, PatternKind, Stmt, StmtKind, UnaryOp, Unwrap,
};

/// Every form that the table has a row for, builtins and codes aside.
pub const FORMS: [&str; 58] = [
    "operator +",
    "operator -",
    "operator *",
    "operator /",
    "operator >",
    "operator <",
    "operator >=",
    "operator <=",
    "operator =",
    "operator !=",
    "operator &",
    "operator |",
    "operator +=",
    "operator !",
    "operator unary -",
    "statement binding",
    "statement binding ternary",
    "statement conditional binding",
    "statement destructuring",
    "statement conditional",
    "statement ternary",
    "statement negated conditional",
    "statement guard",
    "statement negated guard",
    "statement @ over a list",
    "statement @ over a range",
    "statement wh",
    "statement ret",
    "statement brk",
    "statement brk with a value",
    "statement cnt",
    "expression number",
    "expression text",
    "expression boolean",
    "expression nil",
    "expression name",
    "expression call",
    "expression call !",
    "expression call !!",
    "expression ~",
    "expression ^",
    "expression list",
    "expression lambda",
    "expression construction",
    "expression with",
    "expression field",
    "expression tolerant field",
    "expression index",
    "expression variable index",
    "expression ??",
    "expression ternary",
    "expression match",
    "expression match without subject",
    "pattern ~ and ^",
    "pattern n t b l",
    "pattern literal",
    "pattern nil",
    "pattern _",
];

#[derive(Default)]
pub struct Uses {
    /// Names as in [`FORMS`], and `builtin NAME`.
    pub constructs: BTreeSet<String>,
    /// Every name that stands in it: the functions it may call are among them.
    pub names: BTreeSet<String>,
}

impl Uses {
    pub fn of(body: &Body) -> Uses {
        let mut uses = Uses::default();
        uses.body(body);
        uses
    }

    fn form(&mut self, form: &str) {
        assert!(FORMS.contains(&form), "{form} has no row");
        self.constructs.insert(form.to_owned());
    }

    fn named(&mut self, name: &str) {
        if let Some(builtin) = lookup(name) {
            self.constructs.insert(format!("builtin {}", builtin.name));
        }
        self.names.insert(name.to_owned());
    }

    fn body(&mut self, body: &Body) {
        body.statements.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Bind { value, .. } => self.with_form("statement binding", [value]),
            StmtKind::BindTernary { cond, then, other, .. } => {
                self.with_form("statement binding ternary", [cond].into_iter().chain(then).chain(other));
            }
            StmtKind::BindIf { cond, then, .. } => {
                self.with_form("statement conditional binding", [cond].into_iter().chain(then));
            }
            StmtKind::Destructure { value, .. } => self.with_form("statement destructuring", [value]),
            StmtKind::If { cond, negated, then, other } => {
                let form = match (negated, other) {
                    (true, _) => "statement negated conditional",
                    (false, Some(_)) => "statement ternary",
                    (false, None) => "statement conditional",
                };
                self.with_form(form, [cond]);
                [then].into_iter().chain(other).for_each(|body| self.body(body));
            }
            StmtKind::Guard { cond, negated, value } => {
                self.with_form(
                    if *negated { "statement negated guard" } else { "statement guard" },
                    [cond, value],
                );
            }
            StmtKind::ForEach { list, body, .. } => {
                self.with_form("statement @ over a list", [list]);
                self.body(body);
            }
            StmtKind::ForRange { from, to, body, .. } => {
                self.with_form("statement @ over a range", [from, to]);
                self.body(body);
            }
            StmtKind::While { cond, body } => {
                self.with_form("statement wh", [cond]);
                self.body(body);
            }
            StmtKind::Return(value) => self.with_form("statement ret", [value]),
            StmtKind::Break(None) => self.form("statement brk"),
            StmtKind::Break(Some(value)) => self.with_form("statement brk with a value", [value]),
            StmtKind::Continue => self.form("statement cnt"),
        }
    }

    fn with_form<'a>(&mut self, form: &str, children: impl IntoIterator<Item = &'a Expr>) {
        self.form(form);
        children.into_iter().for_each(|child| self.expr(child));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Number(_) => self.form("expression number"),
            ExprKind::Text(_) => self.form("expression text"),
            ExprKind::Bool(_) => self.form("expression boolean"),
            ExprKind::Nil => self.form("expression nil"),
            ExprKind::Name { name, .. } => {
                self.form("expression name");
                self.named(name);
            }
            ExprKind::Call { callee, args, unwrap } => {
                self.named(&callee.text);
                let form = match unwrap {
                    Unwrap::No => "expression call",
                    Unwrap::Propagate => "expression call !",
                    Unwrap::Panic => "expression call !!",
                };
                self.with_form(form, args);
            }
            ExprKind::Unary { op, operand } => {
                let form = match op {
                    UnaryOp::Not => "operator !",
                    UnaryOp::Negate => "operator unary -",
                };
                self.with_form(form, [&**operand]);
            }
            ExprKind::Binary { op, left, right } => self.with_form(binary(*op), [&**left, &**right]),
            ExprKind::Ok(value) => self.with_form("expression ~", [&**value]),
            ExprKind::Err(value) => self.with_form("expression ^", [&**value]),
            ExprKind::List(items) => self.with_form("expression list", items),
            ExprKind::Lambda(lambda) => {
                self.form("expression lambda");
                self.body(&lambda.body);
            }
            ExprKind::Construct { fields, .. } => {
                self.with_form("expression construction", fields.iter().map(|(_, value)| value));
            }
            ExprKind::With { base, fields } => {
                let values = fields.iter().map(|(_, value)| value);
                self.with_form("expression with", std::iter::once(&**base).chain(values));
            }
            ExprKind::Field { base, tolerant, .. } => {
                let form = if *tolerant { "expression tolerant field" } else { "expression field" };
                self.with_form(form, [&**base]);
            }
            ExprKind::Index { base, .. } => self.with_form("expression index", [&**base]),
            ExprKind::At { base, .. } => self.with_form("expression variable index", [&**base]),
            ExprKind::Coalesce { value, default } => self.with_form("expression ??", [&**value, &**default]),
            ExprKind::Ternary { cond, then, other } => {
                self.with_form("expression ternary", [&**cond, &**then, &**other]);
            }
            ExprKind::Match { subject, arms } => {
                let form =
                    if subject.is_some() { "expression match" } else { "expression match without subject" };
                self.with_form(form, subject.as_deref());
                for arm in arms {
                    self.form(pattern(&arm.pattern.kind));
                    self.body(&arm.body);
                }
            }
            ExprKind::Broken => {}
        }
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "operator +",
        BinaryOp::Subtract => "operator -",
        BinaryOp::Multiply => "operator *",
        BinaryOp::Divide => "operator /",
        BinaryOp::Greater => "operator >",
        BinaryOp::Less => "operator <",
        BinaryOp::GreaterEqual => "operator >=",
        BinaryOp::LessEqual => "operator <=",
        BinaryOp::Equal => "operator =",
        BinaryOp::NotEqual => "operator !=",
        BinaryOp::And => "operator &",
        BinaryOp::Or => "operator |",
        BinaryOp::Append => "operator +=",
    }
}

fn pattern(kind: &PatternKind) -> &'static str {
    match kind {
        PatternKind::Ok(_) | PatternKind::Err(_) => "pattern ~ and ^",
        PatternKind::Kind(
            KindPattern::Number | KindPattern::Text | KindPattern::Bool | KindPattern::List,
            _,
        ) => "pattern n t b l",
        PatternKind::Number(_) | PatternKind::Text(_) | PatternKind::Bool(_) => "pattern literal",
        PatternKind::Nil => "pattern nil",
        PatternKind::Any => "pattern _",
    }
}

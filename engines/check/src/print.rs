//! The text form of HIR (`ilo4 emit hir`): stable, one function after the other.
//!
//! A variable is `name#index`; `'` behind it marks its last use. `take r#0.f` reads a field whose value may leave the
//! record. `tail f(…)` is a call in tail position.

use std::fmt::{self, Write};

use crate::hir::{Expr, ExprKind, Function, FunctionId, Origin, Program, RecordId, VarId};

/// The whole program.
pub fn print(program: &Program) -> String {
    let mut text = String::new();
    for record in &program.records {
        let fields: Vec<String> = record.fields.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        text += &format!("record {} {{{}}}\n", record.name, fields.join(", "));
    }
    for (index, function) in program.functions.iter().enumerate() {
        if index > 0 || !program.records.is_empty() {
            text.push('\n');
        }
        Printer { program, function, text: &mut text }.function(index);
    }
    text
}

struct Printer<'a> {
    program: &'a Program,
    function: &'a Function,
    text: &'a mut String,
}

impl Printer<'_> {
    fn function(&mut self, index: usize) {
        let function = self.function;
        let kind = match function.origin {
            Origin::Declared => "fn",
            Origin::Lambda => "lambda",
            Origin::Builtin => "builtin",
        };
        let names: Vec<String> = (0..function.param_count() as u32).map(|i| self.var(VarId(i))).collect();
        let (captures, params) = names.split_at(function.captures);
        let params: Vec<String> =
            params.iter().zip(&function.params).map(|(name, ty)| format!("{name}: {ty}")).collect();
        let captures = if captures.is_empty() { String::new() } else { format!("[{}]", captures.join(", ")) };
        let quiet = if function.omits_result { " quiet" } else { "" };
        let params = params.join(", ");
        self.put(format_args!(
            "{kind} {index} {}{captures}({params}) > {}{quiet} ",
            function.name, function.result
        ));
        self.braces(&function.body, 0);
        self.text.push('\n');
    }

    fn put(&mut self, text: fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(text);
    }

    fn var(&self, var: VarId) -> String {
        let name = self.function.vars.get(var.0 as usize).map_or("?", |v| v.name.as_str());
        format!("{name}#{}", var.0)
    }

    fn function_name(&self, id: FunctionId) -> String {
        self.program.functions.get(id.0 as usize).map_or_else(|| format!("?{}", id.0), |f| f.name.clone())
    }

    fn record_name(&self, id: RecordId) -> &str {
        self.program.records.get(id.0 as usize).map_or("?", |record| record.name.as_str())
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", indent));
    }

    /// The statements of a block, or the only one, a line each.
    fn braces(&mut self, body: &Expr, indent: usize) {
        self.text.push('{');
        match &body.kind {
            ExprKind::Block(statements) => {
                for statement in statements {
                    self.line(indent + 1);
                    self.expr(statement, indent + 1);
                }
            }
            _ => {
                self.line(indent + 1);
                self.expr(body, indent + 1);
            }
        }
        self.line(indent);
        self.text.push('}');
    }

    fn list(&mut self, open: &str, parts: &[Expr], close: &str, indent: usize) {
        self.text.push_str(open);
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self.expr(part, indent);
        }
        self.text.push_str(close);
    }

    fn fields<'f>(&mut self, fields: impl Iterator<Item = (&'f str, &'f Expr)>, indent: usize) {
        self.text.push('{');
        for (index, (name, value)) in fields.enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            self.put(format_args!("{comma}{name}: "));
            self.expr(value, indent);
        }
        self.text.push('}');
    }

    fn expr(&mut self, expr: &Expr, indent: usize) {
        match &expr.kind {
            ExprKind::Number(value) => self.put(format_args!("{value}")),
            ExprKind::Text(text) => self.put(format_args!("{text:?}")),
            ExprKind::Bool(value) => self.put(format_args!("{value}")),
            ExprKind::Nil => self.text.push_str("nil"),
            ExprKind::Var { var, last } => {
                let name = self.var(*var);
                self.put(format_args!("{name}{}", if *last { "'" } else { "" }));
            }
            ExprKind::FunctionRef(function) => {
                let name = self.function_name(*function);
                self.put(format_args!("&{name}"));
            }
            ExprKind::Closure { function, captures } => {
                let name = self.function_name(*function);
                self.list(&format!("&{name}["), captures, "]", indent);
            }
            ExprKind::Call { function, args, tail } => {
                let name = self.function_name(*function);
                self.list(&format!("{}{name}(", if *tail { "tail " } else { "" }), args, ")", indent);
            }
            ExprKind::CallValue { callee, args } => {
                self.text.push_str("call ");
                self.expr(callee, indent);
                self.list("(", args, ")", indent);
            }
            ExprKind::Prim { prim, args } => self.list(&format!("{}(", prim.name()), args, ")", indent),
            ExprKind::List(elements) => self.list("[", elements, "]", indent),
            ExprKind::Record { record, fields } => self.record(*record, fields, indent),
            ExprKind::With { base, fields } => {
                self.expr(base, indent);
                self.text.push_str(" with ");
                self.fields(fields.iter().map(|(name, value)| (name.as_str(), value)), indent);
            }
            ExprKind::Field { base, name, tolerant, take, .. } => {
                self.text.push_str(if *take { "take " } else { "" });
                self.expr(base, indent);
                self.put(format_args!(".{}{name}", if *tolerant { "?" } else { "" }));
            }
            ExprKind::TakeElement { list, index } => {
                let name = self.var(*list);
                self.put(format_args!("take {name}["));
                self.expr(index, indent);
                self.text.push(']');
            }
            ExprKind::Assign { var, value } => {
                let name = self.var(*var);
                self.put(format_args!("{name} = "));
                self.expr(value, indent);
            }
            ExprKind::If { cond, then, other } => self.choice(cond, then, other, indent),
            ExprKind::And { left, right } => self.pair(left, "and", right, indent),
            ExprKind::Or { left, right } => self.pair(left, "or", right, indent),
            ExprKind::While { cond, body } => {
                self.text.push_str("while ");
                self.expr(cond, indent);
                self.text.push(' ');
                self.braces(body, indent);
            }
            ExprKind::Break => self.text.push_str("break"),
            ExprKind::Continue => self.text.push_str("continue"),
            ExprKind::Return(value) => {
                self.text.push_str("return ");
                self.expr(value, indent);
            }
            ExprKind::Block(_) => self.braces(expr, indent),
        }
    }

    fn record(&mut self, record: RecordId, fields: &[(u32, Expr)], indent: usize) {
        let program = self.program;
        let declared = program.records.get(record.0 as usize);
        let name_of =
            |slot: u32| declared.and_then(|r| r.fields.get(slot as usize)).map_or("?", |(name, _)| name);
        let name = self.record_name(record).to_string();
        self.put(format_args!("{name} "));
        self.fields(fields.iter().map(|(slot, value)| (name_of(*slot), value)), indent);
    }

    fn choice(&mut self, cond: &Expr, then: &Expr, other: &Expr, indent: usize) {
        self.text.push_str("if ");
        self.expr(cond, indent);
        self.text.push(' ');
        self.braces(then, indent);
        match &other.kind {
            ExprKind::Nil => {}
            ExprKind::If { cond, then, other } => {
                self.text.push_str(" else ");
                self.choice(cond, then, other, indent);
            }
            _ => {
                self.text.push_str(" else ");
                self.braces(other, indent);
            }
        }
    }

    fn pair(&mut self, left: &Expr, word: &str, right: &Expr, indent: usize) {
        self.text.push('(');
        self.expr(left, indent);
        self.put(format_args!(" {word} "));
        self.expr(right, indent);
        self.text.push(')');
    }
}

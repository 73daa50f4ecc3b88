//! The text forms of tokens and AST: stable, for people and for snapshots.

use std::fmt::Write;

use crate::ast::{
    AliasDecl, Arm, BinaryOp, Body, Expr, ExprKind, Function, KindPattern, Name, Param, Pattern, PatternKind,
    Program, RecordDecl, Stmt, StmtKind, Type, TypeKind, UnaryOp, Unwrap,
};
use crate::diagnostic::Diagnostic;
use crate::lexer::lex;
use crate::render::position;
use crate::span::{Source, SourceId, Span};
use crate::token::TokenKind;

/// One token per line: position, class, spelling; `|` marks a line boundary before it. A lexical error is one line.
pub fn print_tokens(source: &str) -> String {
    let tokens = match lex(source, SourceId(0)) {
        Ok(tokens) => tokens,
        Err(error) => {
            let Diagnostic { code, message, span, .. } = *error;
            let at = position(source, span.map_or(0, |span| span.start));
            return format!("{}:{} error {code} {message}\n", at.line, at.column);
        }
    };
    let lines = Lines::new(source);
    let mut out = String::new();
    for token in tokens {
        let (line, column) = lines.position(source, token.start);
        let boundary = if token.after_boundary { "| " } else { "" };
        let text = &source[token.start as usize..token.end as usize];
        let _ = match token.kind {
            TokenKind::End => writeln!(out, "{line}:{column} {boundary}end"),
            TokenKind::Semicolon if text.is_empty() => writeln!(out, "{line}:{column} {boundary}; inserted"),
            kind if kind.spelling() == Some(text) => writeln!(out, "{line}:{column} {boundary}{text}"),
            kind => writeln!(out, "{line}:{column} {boundary}{kind:?} {text}"),
        };
    }
    out
}

/// Line starts of a source, so that many positions can be found quickly.
struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    fn new(text: &str) -> Lines {
        let newlines = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
        Lines { starts: std::iter::once(0).chain(newlines).collect() }
    }

    /// Line and column from 1, the column in characters.
    fn position(&self, text: &str, offset: u32) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts[line - 1] as usize;
        let column = text.get(start..offset as usize).map_or(0, |before| before.chars().count()) + 1;
        (line, column)
    }
}

/// The tree as an indented S-expression: one node per line, its children indented, its place at the end of the line
/// as `@line:column-line:column` (preceded by the number of the source if that is not the first one).
pub fn print_ast(program: &Program, sources: &[Source]) -> String {
    let lines = sources.iter().map(|source| Lines::new(&source.text)).collect();
    let mut printer = Printer { sources, lines, has_places: true, out: String::new(), depth: 0 };
    printer.program(program);
    printer.out
}

/// The tree as [`print_ast`] prints it, without places: equal for programs that differ only in layout.
pub(crate) fn print_shape(program: &Program) -> String {
    let mut printer =
        Printer { sources: &[], lines: Vec::new(), has_places: false, out: String::new(), depth: 0 };
    printer.program(program);
    printer.out
}

struct Printer<'a> {
    sources: &'a [Source],
    lines: Vec<Lines>,
    has_places: bool,
    out: String,
    depth: usize,
}

impl Printer<'_> {
    /// Opens a node, prints its children deeper, and closes it at the end of the last line.
    fn node(&mut self, head: &str, span: Option<Span>, children: impl FnOnce(&mut Self)) {
        if self.depth > 0 {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n("  ", self.depth));
        let _ = write!(self.out, "({head}");
        if let Some(span) = span.filter(|_| self.has_places) {
            let place = self.place(span);
            let _ = write!(self.out, " @{place}");
        }
        self.depth += 1;
        children(self);
        self.depth -= 1;
        self.out.push(')');
        if self.depth == 0 {
            self.out.push('\n');
        }
    }

    fn leaf(&mut self, head: &str, span: Span) {
        self.node(head, Some(span), |_| {});
    }

    fn place(&self, span: Span) -> String {
        let index = usize::from(span.source.0);
        let (Some(source), Some(lines)) = (self.sources.get(index), self.lines.get(index)) else {
            return format!("{}..{}", span.start, span.end);
        };
        let (line, column) = lines.position(&source.text, span.start);
        let (end_line, end_column) = lines.position(&source.text, span.end);
        let prefix = if index == 0 { String::new() } else { format!("{index}:") };
        format!("{prefix}{line}:{column}-{end_line}:{end_column}")
    }

    fn program(&mut self, program: &Program) {
        for record in &program.records {
            self.record(record);
        }
        for alias in &program.aliases {
            self.alias(alias);
        }
        for function in &program.functions {
            self.function(function);
        }
        if !program.broken_names.is_empty() {
            self.node(&format!("broken {}", program.broken_names.join(" ")), None, |_| {});
        }
    }

    fn record(&mut self, record: &RecordDecl) {
        self.node(&format!("type {}", record.name.text), Some(record.span), |p| {
            p.params("field", &record.fields)
        });
    }

    fn alias(&mut self, alias: &AliasDecl) {
        let head = format!("alias {} {}", alias.name.text, type_text(&alias.target));
        self.leaf(&head, alias.span);
    }

    fn function(&mut self, function: &Function) {
        let head = format!("function {} > {}", function.name.text, type_text(&function.result));
        self.node(&head, Some(function.span), |p| {
            p.params("param", &function.params);
            p.body("body", &function.body);
        });
    }

    fn params(&mut self, word: &str, params: &[Param]) {
        for param in params {
            self.leaf(&format!("{word} {} {}", param.name.text, type_text(&param.ty)), param.name.span);
        }
    }

    fn body(&mut self, word: &str, body: &Body) {
        self.node(word, Some(body.span), |p| {
            for statement in &body.statements {
                p.statement(statement);
            }
        });
    }

    fn optional(&mut self, word: &str, expr: Option<&Expr>) {
        self.node(word, None, |p| {
            if let Some(expr) = expr {
                p.expr(expr);
            }
        });
    }

    fn statement(&mut self, statement: &Stmt) {
        let span = Some(statement.span);
        match &statement.kind {
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Bind { name, value } => {
                self.node(&format!("bind {}", name.text), span, |p| p.expr(value));
            }
            StmtKind::BindTernary { name, cond, then, other } => {
                self.node(&format!("bind-ternary {}", name.text), span, |p| {
                    p.expr(cond);
                    p.optional("then", then.as_ref());
                    p.optional("else", other.as_ref());
                });
            }
            StmtKind::BindIf { name, cond, then } => {
                self.node(&format!("bind-if {}", name.text), span, |p| {
                    p.expr(cond);
                    p.optional("then", then.as_ref());
                });
            }
            StmtKind::Destructure { names, value } => {
                self.node(&format!("destructure {}", joined(names)), span, |p| p.expr(value));
            }
            StmtKind::If { cond, negated, then, other } => {
                self.node(if *negated { "if-not" } else { "if" }, span, |p| {
                    p.expr(cond);
                    p.body("then", then);
                    if let Some(other) = other {
                        p.body("else", other);
                    }
                });
            }
            StmtKind::Guard { cond, negated, value } => {
                self.node(if *negated { "guard-not" } else { "guard" }, span, |p| {
                    p.expr(cond);
                    p.expr(value);
                });
            }
            StmtKind::ForEach { var, list, body } => {
                self.node(&format!("for-each {}", var.text), span, |p| {
                    p.expr(list);
                    p.body("body", body);
                });
            }
            StmtKind::ForRange { var, from, to, body } => {
                self.node(&format!("for-range {}", var.text), span, |p| {
                    p.expr(from);
                    p.expr(to);
                    p.body("body", body);
                });
            }
            StmtKind::While { cond, body } => {
                self.node("while", span, |p| {
                    p.expr(cond);
                    p.body("body", body);
                });
            }
            StmtKind::Return(value) => self.node("return", span, |p| p.expr(value)),
            StmtKind::Break(value) => {
                self.node("break", span, |p| {
                    if let Some(value) = value {
                        p.expr(value);
                    }
                });
            }
            StmtKind::Continue => self.leaf("continue", statement.span),
        }
    }

    fn exprs(&mut self, head: &str, span: Span, exprs: &[&Expr]) {
        self.node(head, Some(span), |p| {
            for expr in exprs {
                p.expr(expr);
            }
        });
    }

    fn expr(&mut self, expr: &Expr) {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Number(number) => self.leaf(&format!("number {number}"), span),
            ExprKind::Text(text) => self.leaf(&format!("text {text:?}"), span),
            ExprKind::Bool(value) => self.leaf(&format!("{value}"), span),
            ExprKind::Nil => self.leaf("nil", span),
            ExprKind::Broken => self.leaf("broken", span),
            ExprKind::Name { name, bare_call: false } => self.leaf(&format!("name {name}"), span),
            ExprKind::Name { name, bare_call: true } => self.leaf(&format!("name-or-call {name}"), span),
            ExprKind::Call { callee, args, unwrap } => {
                let mark = match unwrap {
                    Unwrap::No => "",
                    Unwrap::Propagate => "!",
                    Unwrap::Panic => "!!",
                };
                let args: Vec<&Expr> = args.iter().collect();
                self.exprs(&format!("call {}{mark}", callee.text), span, &args);
            }
            ExprKind::Unary { op, operand } => {
                let op = match op {
                    UnaryOp::Not => "not",
                    UnaryOp::Negate => "negate",
                };
                self.exprs(op, span, &[operand]);
            }
            ExprKind::Binary { op, left, right } => self.exprs(operator_text(*op), span, &[left, right]),
            ExprKind::Ok(inner) => self.exprs("~", span, &[inner]),
            ExprKind::Err(inner) => self.exprs("^", span, &[inner]),
            ExprKind::List(elements) => self.exprs("list", span, &elements.iter().collect::<Vec<_>>()),
            ExprKind::Lambda(lambda) => {
                self.node(&format!("lambda > {}", type_text(&lambda.result)), Some(span), |p| {
                    p.params("param", &lambda.params);
                    p.body("body", &lambda.body);
                });
            }
            ExprKind::Construct { record, fields } => {
                self.node(&format!("construct {}", record.text), Some(span), |p| p.fields(fields));
            }
            ExprKind::With { base, fields } => {
                self.node("with", Some(span), |p| {
                    p.expr(base);
                    p.fields(fields);
                });
            }
            ExprKind::Field { base, field, tolerant } => {
                self.exprs(&format!("field {}{}", dot(*tolerant), field.text), span, &[base]);
            }
            ExprKind::Index { base, index, tolerant } => {
                self.exprs(&format!("index {}{index}", dot(*tolerant)), span, &[base]);
            }
            ExprKind::At { base, index } => self.exprs(&format!("at {}", index.text), span, &[base]),
            ExprKind::Coalesce { value, default } => self.exprs("??", span, &[value, default]),
            ExprKind::Ternary { cond, then, other } => self.exprs("ternary", span, &[cond, then, other]),
            ExprKind::Match { subject, arms } => {
                self.node("match", Some(span), |p| {
                    if let Some(subject) = subject {
                        p.expr(subject);
                    }
                    for arm in arms {
                        p.arm(arm);
                    }
                });
            }
        }
    }

    fn fields(&mut self, fields: &[(Name, Expr)]) {
        for (name, value) in fields {
            self.exprs(&format!("field {}", name.text), name.span, &[value]);
        }
    }

    fn arm(&mut self, arm: &Arm) {
        self.node(&format!("arm {}", pattern_text(&arm.pattern)), Some(arm.span), |p| {
            for statement in &arm.body.statements {
                p.statement(statement);
            }
        });
    }
}

fn joined(names: &[Name]) -> String {
    names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn dot(tolerant: bool) -> &'static str {
    if tolerant { ".?" } else { "." }
}

fn operator_text(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Greater => ">",
        BinaryOp::Less => "<",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Equal => "=",
        BinaryOp::NotEqual => "!=",
        BinaryOp::And => "&",
        BinaryOp::Or => "|",
        BinaryOp::Append => "+=",
    }
}

fn pattern_text(pattern: &Pattern) -> String {
    match &pattern.kind {
        PatternKind::Ok(name) => format!("~{}", name.text),
        PatternKind::Err(name) => format!("^{}", name.text),
        PatternKind::Kind(kind, name) => {
            let letter = match kind {
                KindPattern::Number => 'n',
                KindPattern::Text => 't',
                KindPattern::Bool => 'b',
                KindPattern::List => 'l',
            };
            format!("{letter} {}", name.text)
        }
        PatternKind::Number(number) => number.to_string(),
        PatternKind::Text(text) => format!("{text:?}"),
        PatternKind::Bool(value) => value.to_string(),
        PatternKind::Nil => "nil".into(),
        PatternKind::Any => "_".into(),
    }
}

/// A type as it would be written, with parentheses around every part that needs them.
fn type_text(ty: &Type) -> String {
    let part = |ty: &Type| match ty.kind {
        TypeKind::Number | TypeKind::Text | TypeKind::Bool | TypeKind::Any | TypeKind::Named(_) => {
            type_text(ty)
        }
        _ => format!("({})", type_text(ty)),
    };
    match &ty.kind {
        TypeKind::Number => "n".into(),
        TypeKind::Text => "t".into(),
        TypeKind::Bool => "b".into(),
        TypeKind::Any => "_".into(),
        TypeKind::List(element) => format!("L {}", part(element)),
        TypeKind::Optional(inner) => format!("O {}", part(inner)),
        TypeKind::Map(key, value) => format!("M {} {}", part(key), part(value)),
        TypeKind::Result(ok, err) => format!("R {} {}", part(ok), part(err)),
        TypeKind::Sum(variants) => format!("S {}", joined(variants)),
        TypeKind::Function(params, result) => {
            let types = params.iter().chain([&**result]).map(part).collect::<Vec<_>>();
            format!("F {}", types.join(" "))
        }
        TypeKind::Named(name) => name.clone(),
    }
}

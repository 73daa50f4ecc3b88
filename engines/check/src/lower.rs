//! Checking and lowering in one walk: each expression of the AST yields its HIR and its static type.
//!
//! Diagnostics are reported as the walk meets them, which is evaluation order (7.5). What could not be checked gets the
//! unknown type, so that one mistake is reported once; its HIR is never seen because the program has an error.

mod body;
mod calls;
mod conditions;
mod expressions;
mod facts;
mod functions;
mod higher_order;
mod loops;
mod matches;
mod names;
mod operators;
mod records;
mod wrappers;

use std::collections::HashMap;

use ilo4_syntax::{Diagnostic, Span, ast};

use crate::build::At;
use crate::hir;
use crate::names::Names;
use crate::scope::Contexts;
use crate::types::Type;

/// An expression with its static type.
pub(crate) struct Typed {
    pub expr: hir::Expr,
    pub ty: Type,
}

impl Typed {
    fn new(expr: hir::Expr, ty: Type) -> Typed {
        Typed { expr, ty: ty.bounded() }
    }
}

/// Where the value of an expression goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    /// Somewhere in this function.
    Value,
    /// It is the function's result: calls are tail calls (6.10).
    Tail,
}

pub(crate) struct Lowerer<'a> {
    names: &'a Names<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// Declared functions, then lambdas and wrappers; `None` while a body is being lowered.
    functions: Vec<Option<hir::Function>>,
    /// The functions that stand for builtins used as values.
    wrappers: HashMap<&'static str, hir::FunctionId>,
    contexts: Contexts,
    /// Of the declared functions lowered so far.
    body_types: Vec<Type>,
}

/// Lowers all bodies, and says what type each declared one yields. The program is only meaningful if no error has been reported.
pub(crate) fn program(
    program: &ast::Program,
    names: &Names<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (hir::Program, Vec<Type>) {
    let mut lowerer = Lowerer {
        names,
        diagnostics,
        functions: names.functions.iter().map(|_| None).collect(),
        wrappers: HashMap::new(),
        contexts: Contexts::default(),
        body_types: Vec::new(),
    };
    for index in 0..program.functions.len() {
        lowerer.declared_function(index);
    }
    lowerer.wrappers_for_arguments();
    let records =
        names.records.iter().map(|r| hir::Record { name: r.name.clone(), fields: r.fields.clone() });
    let functions = lowerer.functions.into_iter().flatten().collect();
    (hir::Program { functions, records: records.collect() }, lowerer.body_types)
}

impl Lowerer<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, span, message));
    }

    /// What stands for an expression that was reported.
    fn rejected(&self, span: Span) -> Typed {
        Typed::new(At(span).nil(), Type::Any)
    }
}

//! AST → HIR: names, types, exhaustiveness, and the removal of sugar. Pure: no file, no clock, no environment.

#![forbid(unsafe_code)]

mod build;
mod builtin_rules;
mod compat;
mod exhaustive;
mod hint;
pub mod hir;
pub mod last_use;
mod lower;
mod names;
pub mod print;
mod scope;
mod signature;
pub mod types;
mod walk;

use ilo4_syntax::{Diagnostic, ast};

/// What the static check found out about a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The program ready to run; `None` exactly if there is an error among the diagnostics.
    pub program: Option<hir::Program>,
    /// In the order of section 7.5 of the language document.
    pub diagnostics: Vec<Diagnostic>,
    /// The static type of what each declared function's body yields, in the order of the declarations; it fits into
    /// the declared result and often says more.
    pub body_types: Vec<types::Type>,
}

/// Checks a program completely and lowers it to HIR.
///
/// Total: a program with declarations or expressions that did not parse is checked as far as it goes.
pub fn check(program: &ast::Program) -> Checked {
    let mut diagnostics = Vec::new();
    let names = names::Names::collect(program, &mut diagnostics);
    let (lowered, body_types) = lower::program(program, &names, &mut diagnostics);
    let has_error = diagnostics.iter().any(Diagnostic::is_error);
    Checked { program: (!has_error).then_some(lowered), diagnostics, body_types }
}

//! Source text → tokens → AST. Pure: no file, no clock, no environment; files are reached through [`Loader`].
//!
//! [`parse`] reads one text, [`parse_program`] a program with its imports. Both always return a tree *and* the
//! diagnostics; declarations that did not parse are missing from the tree, and their names are remembered so that a
//! later stage does not report them as undefined. Section numbers in this crate refer to
//! `docs/language/syntax-and-semantics.md`.

#![forbid(unsafe_code)]

mod arity;
pub mod ast;
mod decode;
pub mod diagnostic;
mod format;
mod grammar;
mod imports;
mod index_rewrite;
mod json;
mod layout;
mod lexer;
mod lookahead;
mod parser;
mod print;
mod render;
pub mod span;
mod suggest;
pub mod token;

pub use decode::decode;
pub use diagnostic::{Diagnostic, Severity};
pub use format::{Form, FormatError, format};
pub use imports::{LoadError, Loader, ParsedProgram, parse_program};
pub use json::to_json;
pub use lexer::lex;
pub use print::{print_ast, print_tokens};
pub use render::render;
pub use span::{Source, SourceId, Span};
pub use suggest::suggest;

use ast::{Name, Program};

/// One parsed text: its own declarations, what it imports, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parse {
    pub program: Program,
    pub uses: Vec<Use>,
    pub diagnostics: Vec<Diagnostic>,
}

/// A `use` declaration (2.5).
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// As written, relative to the importing file.
    pub path: String,
    /// The selection, if there is one.
    pub names: Option<Vec<Name>>,
    pub span: Span,
    /// Where the imported declarations belong among those of the importing file.
    pub at: MergePoint,
}

/// How many declarations of each kind stand before a `use`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MergePoint {
    pub functions: usize,
    pub records: usize,
    pub aliases: usize,
}

/// Parses one text on its own, imports not followed. Never fails and never panics, whatever the text.
pub fn parse(source: &str, id: SourceId) -> Parse {
    let tokens = match lex(source, id) {
        Ok(tokens) => tokens,
        Err(error) => return Parse { diagnostics: vec![*error], ..Parse::default() },
    };
    let ahead = lookahead::Lookahead::new(&tokens, |token| &source[token.start as usize..token.end as usize]);
    let mut file = parser::Parser::new(source, id, &tokens, &ahead).file();
    index_rewrite::rewrite(&mut file.program);
    Parse { program: file.program, uses: file.uses, diagnostics: file.diagnostics }
}

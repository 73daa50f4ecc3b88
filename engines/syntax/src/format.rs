//! The formatter: the same program, laid out anew.
//!
//! It works on tokens, with the tree as a guide to where statements, blocks and arms begin: what is printed is the
//! sequence of tokens that was read, so operators stay prefix or infix as they were written and only `;`, line ends
//! and blanks change. Every result is parsed again before it is returned; a layout that would change the program is
//! a bug of ours and is never handed out.

mod pieces;
mod plan;
mod spacing;
mod writer;

use std::fmt;

use crate::diagnostic::Diagnostic;
use crate::lexer::lex;
use crate::print::print_shape;
use crate::span::SourceId;
use crate::{Parse, parse};
use pieces::Pieces;
use plan::Plan;
use writer::Writer;

/// How a program is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A declaration is a paragraph and each statement an indented line.
    ///
    /// All comments are kept: behind a line, or on lines of their own; one in the middle of a line moves above it.
    /// Inside `(` and `[`, and before `>>`, line ends stay where they are written; single empty lines stay too.
    Expanded,
    /// A declaration is one line with no blank that is not needed; line ends in texts become `\n`.
    ///
    /// Comments that start in the first column between declarations are kept, each on its line, because they describe
    /// the declaration or are read by tools. All others are dropped.
    Dense,
}

/// Why a text was not formatted.
#[derive(Clone, Debug, PartialEq)]
pub enum FormatError {
    /// It is not a program: these errors.
    Rejected(Vec<Diagnostic>),
    /// Our bug: the new layout would be read as another program.
    Changed,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FormatError::Rejected(_) => "the text is not a program",
            FormatError::Changed => "a bug in the formatter: the new layout would change the program",
        })
    }
}

impl std::error::Error for FormatError {}

/// Lays `source` out anew. The result parses to the same tree up to spans, and formatting it again changes nothing.
///
/// Imports are not followed, and nothing is checked beyond the grammar.
///
/// # Errors
/// [`FormatError::Rejected`] if the text does not parse.
pub fn format(source: &str, form: Form) -> Result<String, FormatError> {
    let parsed = parse(source, SourceId(0));
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(FormatError::Rejected(parsed.diagnostics));
    }
    let tokens = lex(source, SourceId(0)).map_err(|error| FormatError::Rejected(vec![*error]))?;
    let pieces = Pieces::new(source, &tokens);
    let plan = Plan::new(&parsed);
    let formatted = Writer::new(&pieces, &plan, form).write();
    if is_same(&parsed, &parse(&formatted, SourceId(0))) { Ok(formatted) } else { Err(FormatError::Changed) }
}

/// Are two texts the same program?
fn is_same(one: &Parse, other: &Parse) -> bool {
    let imports = |parse: &Parse| -> Vec<_> {
        let names = |names: &Vec<crate::ast::Name>| names.iter().map(|name| name.text.clone()).collect();
        let import = |import: &crate::Use| {
            (import.path.clone(), import.names.as_ref().map(names) as Option<Vec<String>>, import.at)
        };
        parse.uses.iter().map(import).collect()
    };
    other.diagnostics.is_empty()
        && imports(one) == imports(other)
        && print_shape(&one.program) == print_shape(&other.program)
}

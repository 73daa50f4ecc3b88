//! Source text → tokens → AST. Pure: no file, no clock, no environment; files are reached through [`Loader`].

pub mod ast;
pub mod diagnostic;
pub mod span;

pub use diagnostic::{Diagnostic, Severity};
pub use span::{Source, SourceId, Span};

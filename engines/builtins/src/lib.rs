//! The builtins and the primitive operations of the language: facts only, no code (but see [`plant`]).
//!
//! [`Builtin`] is what a program can name; [`Prim`] is what an engine can execute. A builtin's [`Form`]s say which
//! primitive implements a call with that many arguments, or which loop it is lowered to (the runtime never calls back
//! into an engine). Parser arity, checker, VM dispatch, codegen imports, `ilo4 builtins` and coverage all read these
//! two tables; nothing about a builtin is written down anywhere else but its implementation in `runtime`.
//!
//! Source of the facts: `docs/language/builtins.md`.

#![forbid(unsafe_code)]

pub mod abi;
pub mod plant;
mod prim;
mod table;

pub use prim::{Class, FaultCode, Prim, PrimInfo, Use};
pub use table::{BUILTINS, Bare, Builtin, Effect, Form, Loop, Lowering, lookup};

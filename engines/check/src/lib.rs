//! AST → HIR: names, types, exhaustiveness, and the removal of sugar. Pure: no file, no clock, no environment.

#![forbid(unsafe_code)]

pub mod hir;
pub mod types;

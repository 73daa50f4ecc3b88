//! The primitives, one function per row of the table, by the sections of the builtins document.
//!
//! The signatures are those of the rows: `Own` is [`crate::Value`], `Borrow` is `&Value`, `Take` is `&mut Value`, `Number` is `f64`, `Bool` is
//! `bool`; a fallible row returns a `Result`. Only [`crate::dispatch`] names them all.

mod clock;
mod date;
mod directory;
mod document;
mod environment;
mod file;
mod fourier;
mod index;
mod kind;
mod list;
mod map;
mod matrix;
mod number;
mod operator;
mod pattern;
mod print;
mod random;
mod repeat;
mod set;
mod slice;
mod sort;
mod statistics;
mod text;
mod unique;

pub(crate) use clock::*;
pub(crate) use date::*;
pub(crate) use directory::*;
pub(crate) use document::*;
pub(crate) use environment::*;
pub(crate) use file::*;
pub(crate) use fourier::*;
pub(crate) use index::*;
pub(crate) use kind::*;
pub(crate) use list::*;
pub(crate) use map::*;
pub(crate) use matrix::*;
pub(crate) use number::*;
pub(crate) use operator::*;
pub(crate) use pattern::*;
pub(crate) use print::*;
pub(crate) use random::*;
pub(crate) use repeat::*;
pub(crate) use set::*;
pub(crate) use slice::*;
pub(crate) use sort::*;
pub(crate) use statistics::*;
pub(crate) use text::*;
pub(crate) use unique::*;

use crate::runtime::Runtime;

#[cfg(test)]
mod tests;

//! The primitives, one function per row of the table, by the sections of the builtins document.
//!
//! The signatures are those of the rows: `Own` is [`Value`], `Borrow` is `&Value`, `Number` is `f64`, `Bool` is
//! `bool`; a fallible row returns a `Result`. Only [`crate::dispatch`] names them all.

mod index;
mod kind;
mod list;
mod map;
mod number;
mod operator;
mod print;
mod repeat;
mod slice;
mod sort;
mod text;
mod unique;

pub(crate) use index::*;
pub(crate) use kind::*;
pub(crate) use list::*;
pub(crate) use map::*;
pub(crate) use number::*;
pub(crate) use operator::*;
pub(crate) use print::*;
pub(crate) use repeat::*;
pub(crate) use slice::*;
pub(crate) use sort::*;
pub(crate) use text::*;
pub(crate) use unique::*;

use crate::runtime::Runtime;

#[cfg(test)]
mod tests;

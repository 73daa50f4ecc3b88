//! The text form of MIR, both directions: [`parse`] of what [`print`] wrote gives the same program.
//!
//! ```text
//! names rows, total
//! texts "a b", "c"
//! shapes item(0, 1)
//! places 0:10..14, 0:3..5
//!
//! fn sum(_0: word xs, _1: num acc) -> num captures 0 [fault recursive value] {
//!   let _2: word .t
//!   cleanup c0: _0 _2
//!   bb0:
//!     _2 = prim at(read _0, read _1) @1 !c0
//!     branch read _3, bb1, bb2
//! }
//! ```

mod parse;
mod print;

pub use parse::{ParseError, parse};
pub use print::print;

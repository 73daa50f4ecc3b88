//! The runtime: values, their memory, every primitive operation, and how a program starts and ends.
//!
//! All engines stand on it and get values, faults and messages from here, so they cannot disagree about them. It knows
//! no sources, no HIR and no MIR, never calls back into an engine, and is linked into compiled executables.
//!
//! Unsafe code lives in `heap`, in the views of `value`, and at the C boundary ([`abi`], [`dispatch`]).

pub mod abi;
mod argument;
mod builtin;
pub mod counters;
mod csv;
pub mod dispatch;
mod display;
pub mod entry;
mod equality;
mod fault;
mod glob;
mod hash;
mod heap;
pub mod image;
mod json;
mod map_table;
mod number_text;
pub mod operation;
mod program;
mod random;
mod runtime;
pub mod settings;
mod shapes;
pub mod stats;
mod value;

#[cfg(test)]
mod ownership_tests;

pub use dispatch::{PRIM_CALLS, call};
pub use display::display;
pub use equality::equal;
pub use fault::{Fault, NO_PLACE};
pub use map_table::{Key, KeyRef, MapTable};
pub use program::{FunctionInfo, Malformed, ParamType, ProgramInfo, ShapeInfo};
pub use runtime::Runtime;
pub use shapes::{Shape, Shapes};
pub use value::{Kind, Value, View};

//! MIR: the common middle of the register VM, the JIT and the AOT compiler.
//!
//! [`lower`] takes checked HIR to verified MIR. Pure: no file, no clock, no environment, and no knowledge of which engines exist.

#![forbid(unsafe_code)]

pub mod bits;
pub mod body;
mod build;
pub mod pass;
mod pipeline;
pub mod text;
pub mod verify;
pub mod visit;

pub use body::{Body, Program, Repr};
pub use pipeline::{lower, lower_until, pass_names};

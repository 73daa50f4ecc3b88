//! MIR → Cranelift IR, generic over Cranelift's `Module`: the one lowering that the JIT and the AOT compiler share. It does not
//! know whether it fills memory or an object file.
//!
//! # Calling convention
//! A function takes the runtime's address and its parameters in their representations (word and address: i64, number: f64,
//! bool: i8) and returns its result, followed by an i8 that is 1 after a fault if the function may fault at all.
//! Every function uses Cranelift's `tail` convention, so that a tail call replaces the frame.
//! An *entry* is the same function for callers that know only words: `(runtime, closure or nil, address of argument words) →
//! word or FAULT`, with the platform's convention. Calls of function values and the program's start go through entries.

#![forbid(unsafe_code)]
// Cranelift's error is large; it is made at most once per program.
#![allow(clippy::result_large_err)]

mod function;
mod imports;
mod lower;
mod program;

pub use program::{Code, Compiled, ENTRIES_SYMBOL, Options, SETTINGS, compile};

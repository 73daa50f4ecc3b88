//! The integration tests of the checker: programs in, diagnostics and the text form of HIR out.

#[path = "it/blocks.rs"]
mod blocks;
#[path = "it/diagnostics.rs"]
mod diagnostics;
#[path = "it/documents.rs"]
mod documents;
#[path = "it/help.rs"]
mod help;
#[path = "it/hostile.rs"]
mod hostile;
#[path = "it/lowering.rs"]
mod lowering;

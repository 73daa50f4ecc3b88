//! The integration tests of the front end: what a caller sees, nothing of how it is done.

#[path = "it/blocks.rs"]
mod blocks;
#[path = "it/documents.rs"]
mod documents;
#[path = "it/errors.rs"]
mod errors;
#[path = "it/formatting.rs"]
mod formatting;
#[path = "it/hostile.rs"]
mod hostile;
#[path = "it/imports.rs"]
mod imports;
#[path = "it/rendering.rs"]
mod rendering;
#[path = "it/trees.rs"]
mod trees;

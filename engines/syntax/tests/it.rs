//! The integration tests of the front end: what a caller sees, nothing of how it is done.

#[path = "it/blocks.rs"]
mod blocks;
#[path = "it/documents.rs"]
mod documents;

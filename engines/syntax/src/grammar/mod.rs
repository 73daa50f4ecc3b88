//! The productions of Appendix A, a method per production, a file per kind.

mod calls;
mod expressions;
mod items;
mod lists;
mod patterns;
mod questions;
mod statements;
mod types;

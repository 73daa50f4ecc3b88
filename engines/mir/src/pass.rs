//! The passes, one file each; their order is in [`crate::pipeline`].

pub mod effects;
pub mod infer;
pub mod legalize;
pub mod liveness;
pub mod ownership;
pub mod simplify;
pub mod takes;

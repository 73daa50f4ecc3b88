//! One child process at a time, fully accounted for.
//!
//! A [`Launcher`] is a small helper process, the same executable started with a hidden argument. It spawns
//! engines, watches them, kills what is left of them and reports what the kernel charged. It exists because a
//! child's peak memory, its spawn cost, its death signal and the ownership of its orphans all depend on who
//! started it: a big multi-threaded process is the wrong parent for an engine.
//!
//! This module knows processes. It does not know cases, expectations or verdicts.

mod client;
mod execution;
mod launcher;
mod limits;
mod outputs;
mod protocol;
mod sweep;
mod unix;

pub use client::{Launcher, LauncherError, Stopper};
pub use execution::{Ending, Execution, Leak, LimitHit, Usage};
pub use launcher::{LAUNCHER_ARGUMENT, run_if_asked};
pub use limits::Limits;
pub use protocol::Job;
pub(crate) use unix::{Status, die_by, die_of_closed_pipes, fork, ignore, reap};
pub use unix::{signal_name, signal_number};

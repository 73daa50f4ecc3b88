//! Many children: a pool of workers, each with a launcher and a private place, and one dispatcher that judges.

mod dispatch;
mod executor;
mod growth;
mod interrupt;
mod workspace;

pub use dispatch::{CaseDone, Options, RunError, Summary, run};
pub use executor::{Context, Executor, words_of};
pub use interrupt::Interrupt;
pub use workspace::Workspace;

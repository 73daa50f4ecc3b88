//! The cases: what is run, how, and what should come of it.
//!
//! A *program* is the text of one file or one block; a *case* is one invocation of it with one expectation. Files
//! are read in parallel; everything wrong with them is collected and reported with its line.

mod annotation;
mod case;
mod discover;
mod error;
mod expectation;
mod markdown;
mod sidecar;
mod words;

pub use case::{Case, Edit, Exception, Invocation, Part, Program, Source};
pub use discover::{Corpus, LoadedSuite, load, load_file};
pub use error::CorpusError;
pub use expectation::{Exit, Expectation, StderrRule, Stdout};
pub use words::{join, split};

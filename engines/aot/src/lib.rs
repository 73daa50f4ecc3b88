//! Engine 4: the shared lowering into an object file, linked with the runtime's archive. Nothing here knows the language.
//!
//! The archive travels inside this crate, so a build needs no file of ours, and the executable needs none to run.

#![forbid(unsafe_code)]

mod link;
mod object;

use std::io;
use std::path::Path;

use ilo4_runtime::image::Image;

pub use link::LinkError;

/// What to build.
pub struct Request<'a> {
    pub program: &'a ilo4_mir::Program,
    pub image: &'a Image,
    /// Count calls for the counters.
    pub count_calls: bool,
}

/// Why there is no executable.
#[derive(Debug)]
pub enum BuildError {
    /// A file could not be written.
    Write(io::Error),
    Link(LinkError),
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BuildError::Write(error) => write!(f, "the executable cannot be written: {error}"),
            BuildError::Link(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BuildError {}

/// Compiles and links; on success `output` is an executable. It appears only when it is complete.
///
/// # Errors
/// If a file cannot be written, or there is no linker, or it fails.
pub fn build(request: &Request, output: &Path) -> Result<(), BuildError> {
    let object = object::compile(request);
    link::link(&object, output)
}

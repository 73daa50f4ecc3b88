//! What is wrong with a corpus, and where.

use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {message}", .file.display())]
pub struct CorpusError {
    /// Relative to the workspace where possible.
    pub file: PathBuf,
    pub line: usize,
    pub message: String,
}

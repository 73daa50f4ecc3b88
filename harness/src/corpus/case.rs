//! Programs and cases as data.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::expectation::Expectation;
use crate::growth::Scale;

/// Where a program's text is when it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Passed to engines by its absolute path.
    File(PathBuf),
    /// Written into the cell's private directory before each execution. The first file is the program.
    Written(Vec<(String, Vec<u8>)>),
}

/// One program. Several cases may run it; an engine builds it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub source: Source,
    /// The text from which expectations were read, relative to the workspace.
    pub file: Arc<PathBuf>,
    /// The line on which it starts.
    pub line: usize,
    /// How many of its cases belong to suites of the other kind, by [`crate::config::Suite::cases`].
    pub left_out: usize,
}

/// How a case uses its program.
#[derive(Debug, Clone, PartialEq)]
pub enum Invocation {
    /// Only the static check.
    Check,
    /// A named entry with arguments.
    Entry { entry: String, args: Vec<String> },
    /// The program as such, with arguments.
    Main { args: Vec<String> },
    /// A named entry at growing sizes.
    Scale(Scale),
}

/// Engines that are excused from a case, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// `None` means all engines.
    pub engines: Option<Vec<String>>,
    pub reason: String,
}

impl Exception {
    pub fn covers(&self, engine: &str) -> bool {
        self.engines.as_ref().is_none_or(|engines| engines.iter().any(|name| name == engine))
    }
}

/// What a line of an expectation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Stdout,
    /// Exit status, signal, errors.
    Ending,
    /// A warning with this code.
    Warning(String),
}

/// Which lines of the file say what a case expects, for rewriting them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// One-based numbers of the lines that state the expectation.
    pub lines: Vec<(usize, Part)>,
    /// The line after which new ones go if there are none yet.
    pub after: usize,
    /// What such lines start with: indentation and comment marker.
    pub prefix: String,
}

/// One invocation of a program with one expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Stable: it does not change when other parts of the file do.
    pub name: String,
    /// Index into the suite's programs.
    pub program: usize,
    /// The line that starts the case.
    pub line: usize,
    pub invocation: Invocation,
    pub stdin: Option<Vec<u8>>,
    pub env: Vec<(String, String)>,
    pub timeout: Option<Duration>,
    /// `None` where the engines themselves supply the expectation.
    pub expectation: Option<Expectation>,
    pub normalize: Vec<String>,
    pub tags: Vec<String>,
    pub skip: Vec<Exception>,
    pub xfail: Vec<Exception>,
    /// Kept for the reader: `differs:` lines.
    pub notes: Vec<String>,
    pub edit: Edit,
}

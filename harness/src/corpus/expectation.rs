//! What a case expects.

/// The expected standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stdout {
    /// These bytes and no others.
    Exactly(Vec<u8>),
    /// One of these.
    OneOf(Vec<Vec<u8>>),
    /// Not stated.
    Any,
}

/// The expected ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Status(i32),
    Signal(i32),
}

/// Something that must be true of standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StderrRule {
    /// This is one of its lines.
    Line(Vec<u8>),
    /// It is exactly this.
    Exactly(Vec<u8>),
    /// The first line that reports an error reports this code.
    FirstError(String),
    /// Some line warns with this code.
    Warning(String),
    /// No line reports an error or a warning.
    Clean,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    pub stdout: Stdout,
    pub exit: Exit,
    pub stderr: Vec<StderrRule>,
}

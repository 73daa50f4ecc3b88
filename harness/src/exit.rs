//! Exit codes: documented, stable, in one place.

/// How `parallax` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything is as expected.
    Success,
    /// Verdicts or the gate failed.
    Failed,
    /// The command line, the configuration or the corpus is wrong.
    Usage,
    /// An engine is missing, or its probe failed.
    Environment,
    /// Nothing ran.
    Nothing,
    /// The run is incomplete.
    Incomplete,
    /// A bug in parallax.
    Bug,
    /// `bisect-step`: nothing can be said about this commit.
    Untestable,
    /// `bisect-step`: nothing can be said about any commit; `git bisect run` must stop.
    Stop,
    /// Ended by this signal.
    Signal(i32),
}

impl Exit {
    pub fn code(self) -> i32 {
        match self {
            Exit::Success => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Environment => 3,
            Exit::Nothing => 4,
            Exit::Incomplete => 5,
            Exit::Bug => 70,
            Exit::Untestable => 125,
            Exit::Stop => 128,
            Exit::Signal(signal) => 128 + signal,
        }
    }
}

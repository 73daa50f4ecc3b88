//! What a process did, from spawn to reap.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::unix::signal_name;

/// How the leader of the group ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It called exit with this status.
    Exited(i32),
    /// A signal ended it. Whether we sent it is told by [`Execution::limit`].
    Signaled(i32),
    /// It never ran: the operating system's error number for the attempt.
    NotStarted(i32),
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ending::Exited(status) => write!(f, "exit {status}"),
            Ending::Signaled(signal) => f.write_str(&signal_name(*signal)),
            Ending::NotStarted(errno) => {
                write!(f, "not started: {}", std::io::Error::from_raw_os_error(*errno))
            }
        }
    }
}

/// The bound that ended an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitHit {
    Wall,
    Cpu,
    Memory,
    Output,
    FileSize,
}

impl LimitHit {
    /// The word used in messages.
    pub fn name(self) -> &'static str {
        match self {
            LimitHit::Wall => "wall time",
            LimitHit::Cpu => "CPU time",
            LimitHit::Memory => "memory",
            LimitHit::Output => "output",
            LimitHit::FileSize => "file size",
        }
    }
}

/// What the kernel charged, as reported at reap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub wall: Duration,
    /// User time of the child and of every descendant it waited for.
    pub user: Duration,
    /// System time, likewise.
    pub system: Duration,
    /// The largest resident set of any one of them, or the largest sampled sum of the group.
    pub peak_bytes: u64,
}

/// A process that was still there after its leader had ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    pub pid: i32,
    /// The kernel's short name of the process.
    pub name: String,
}

/// What one child process did, from spawn to reap.
///
/// Always complete: a child that was killed, or that flooded its output, still has an `Execution`.
/// `stdout` and `stderr` hold at most [`super::Limits::output_bytes`] bytes each; the totals say how much was written.
#[derive(Clone, Debug)]
pub struct Execution {
    pub ending: Ending,
    pub limit: Option<LimitHit>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub stdout_total: u64,
    pub stderr_total: u64,
    pub usage: Usage,
    pub leaks: Vec<Leak>,
}

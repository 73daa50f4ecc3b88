//! What one process group may use.

use std::time::Duration;

/// The bounds of one execution. `None` means that this bound is not enforced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Wall time from spawn to the first SIGTERM.
    pub wall: Duration,
    /// Between SIGTERM and SIGKILL.
    pub grace: Duration,
    /// User plus system time of one process, in whole seconds as the kernel counts them.
    pub cpu_seconds: Option<u64>,
    /// Resident bytes of the whole group, sampled; the peak the kernel reports at reap counts too.
    pub memory_bytes: Option<u64>,
    /// Bytes per stream; beyond them the group is killed.
    pub output_bytes: u64,
    /// The largest file a process may write.
    pub file_bytes: Option<u64>,
    /// Processes of this user, as `RLIMIT_NPROC` counts them; no effect for a privileged user.
    pub processes: Option<u64>,
    /// The main thread's stack.
    pub stack_bytes: Option<u64>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            wall: Duration::from_secs(10),
            grace: Duration::from_millis(200),
            cpu_seconds: None,
            memory_bytes: Some(1 << 30),
            output_bytes: 8 << 20,
            file_bytes: None,
            processes: None,
            stack_bytes: None,
        }
    }
}

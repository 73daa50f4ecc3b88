//! What we conclude: pure functions from executions to verdicts. Nothing here starts a process.

mod cluster;
mod compare;
mod group;
mod judge;

pub use cluster::{Cluster, Member, cluster, key as cluster_key};
pub use compare::{Mismatch, Rules, first_difference};
pub use group::{Group, groups_text};
pub use judge::{Attempt, CaseVerdict, Judged, Seat, is_same, judge};

use serde::{Deserialize, Serialize};

/// The conclusion about one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Met its expectation, and no other engine that did so behaved differently.
    Pass,
    /// Did not meet its expectation.
    Fail,
    /// Met its expectation, but behaved differently from the other engines.
    Diverge,
    /// Ended by a signal that nobody expected and we did not send.
    Crash,
    /// Exceeded its wall time.
    Timeout,
    /// Exceeded its memory.
    Oom,
    /// Exceeded another limit: CPU time, output, file size.
    Limit,
    /// The engine said that it does not support this.
    Refused,
    /// Passed, then behaved differently when run again.
    Nondet,
    /// Our own or the environment's failure: the engine is missing, could not start, built nothing.
    Error,
    /// Not run, for a stated reason.
    Skip,
    /// Failed, as stated.
    Xfail,
    /// Passed although a failure was stated.
    Xpass,
    /// Failed, then passed when tried again.
    Flaky,
    /// Has no say: no check command, no quorum, no oracle.
    Abstain,
}

impl Verdict {
    pub const ALL: [Verdict; 15] = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Diverge,
        Verdict::Crash,
        Verdict::Timeout,
        Verdict::Oom,
        Verdict::Limit,
        Verdict::Refused,
        Verdict::Nondet,
        Verdict::Error,
        Verdict::Skip,
        Verdict::Xfail,
        Verdict::Xpass,
        Verdict::Flaky,
        Verdict::Abstain,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "PASS",
            Verdict::Fail => "FAIL",
            Verdict::Diverge => "DIVERGE",
            Verdict::Crash => "CRASH",
            Verdict::Timeout => "TIMEOUT",
            Verdict::Oom => "OOM",
            Verdict::Limit => "LIMIT",
            Verdict::Refused => "REFUSED",
            Verdict::Nondet => "NONDET",
            Verdict::Error => "ERROR",
            Verdict::Skip => "SKIP",
            Verdict::Xfail => "XFAIL",
            Verdict::Xpass => "XPASS",
            Verdict::Flaky => "FLAKY",
            Verdict::Abstain => "ABSTAIN",
        }
    }

    /// Whether a cell with this verdict makes the run fail.
    pub fn fails(self) -> bool {
        match self {
            Verdict::Fail
            | Verdict::Diverge
            | Verdict::Crash
            | Verdict::Timeout
            | Verdict::Oom
            | Verdict::Limit
            | Verdict::Nondet
            | Verdict::Error
            | Verdict::Xpass => true,
            Verdict::Pass
            | Verdict::Refused
            | Verdict::Skip
            | Verdict::Xfail
            | Verdict::Flaky
            | Verdict::Abstain => false,
        }
    }

    /// Whether a stated failure (`xfail`) explains this verdict.
    pub fn is_expectable_failure(self) -> bool {
        match self {
            Verdict::Fail
            | Verdict::Diverge
            | Verdict::Crash
            | Verdict::Timeout
            | Verdict::Oom
            | Verdict::Limit
            | Verdict::Refused
            | Verdict::Nondet => true,
            Verdict::Pass
            | Verdict::Error
            | Verdict::Skip
            | Verdict::Xfail
            | Verdict::Xpass
            | Verdict::Flaky
            | Verdict::Abstain => false,
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

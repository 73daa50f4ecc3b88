//! How deep calls may nest.

use ilo4_engine::stack::stack_pointer;

/// As many nested calls as the language promises (6.10), and some, work as long as the native stack has room at all.
const PROMISED_DEPTH: u32 = 60_000;

/// What a program may use of the stack whatever its depth: about 380,000 small calls, of 700 bytes each (measured). Beyond it only [`PROMISED_DEPTH`] counts: unbounded recursion
/// then ends after some hundred megabytes and not after gigabytes, which would look like a lack of memory from outside.
const COMFORTABLE_BYTES: usize = 256 << 20;

/// Without a limit from outside: what every thread has.
const MODEST_BYTES: usize = 512 << 10;

/// Decides whether one more call may nest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Below this stack pointer the depth decides.
    comfortable: usize,
    /// Below this stack pointer nothing is allowed.
    limit: usize,
}

impl Budget {
    /// For a run that starts here. `limit`: lowest stack pointer allowed, 0 if unknown.
    pub(crate) fn from_here(limit: usize) -> Budget {
        let here = stack_pointer();
        let limit = if limit == 0 { here.saturating_sub(MODEST_BYTES) } else { limit };
        Budget { comfortable: here.saturating_sub(COMFORTABLE_BYTES).max(limit), limit }
    }

    /// May a call nest at this depth? One comparison as a rule.
    #[inline(always)]
    pub(crate) fn allows(self, depth: u32) -> bool {
        let here = stack_pointer();
        here >= self.comfortable || (depth <= PROMISED_DEPTH && here >= self.limit)
    }
}

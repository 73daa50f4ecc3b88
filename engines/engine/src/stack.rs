//! The native stack that programs run on: large, reserved at once, committed page by page by the operating system.
//!
//! A program must be able to nest 50,000 calls (6.10 of the language document), and unbounded recursion must end with a
//! clean fault. So engines run on a thread of their own whose size we choose, and compare the stack pointer with a limit.

use std::hint::black_box;
use std::io;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// What is reserved for a program: address space, not memory. Sized by the tree walker: at 300 bytes per level of an expression
/// (measured, optimised or not), 50,000 calls from within expressions nested as deep as the parser allows take about 4 GiB.
pub const PROGRAM_STACK_BYTES: usize = 8 << 30;

/// If the system refuses a stack of the size asked for, smaller ones are tried down to this one.
pub const LEAST_STACK_BYTES: usize = 64 << 20;

/// What must stay free below [`StackRange::limit`]: for the runtime's own recursion, and for the largest expression.
pub const RESERVE_BYTES: usize = 16 << 20;

/// The part of a thread's stack that a program may use. Stacks grow downwards on every supported machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackRange {
    /// Stack pointer where the program starts.
    pub top: usize,
    /// The stack pointer must not fall below this: the value for `Runtime::stack_limit`.
    pub limit: usize,
}

/// Runs `run` on a new thread with a stack of about `bytes` bytes, waits for it, and hands back its result.
///
/// The counters of the runtime belong to a thread: convert arguments, run, print and read the counters inside of `run`.
///
/// # Errors
/// When no thread could be started even with [`LEAST_STACK_BYTES`]. A panic in `run` continues in the caller.
pub fn run_on_big_stack<R: Send>(bytes: usize, run: impl FnOnce(StackRange) -> R + Send) -> io::Result<R> {
    // The closure waits here rather than in the thread's builder, because a refused `spawn` drops what it was given.
    let waiting = &Mutex::new(Some(run));
    let mut bytes = bytes.max(LEAST_STACK_BYTES);
    thread::scope(|scope| {
        loop {
            let body = move || {
                let top = stack_pointer();
                let run = waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
                // `expect`: each iteration that starts a thread leaves the loop.
                let run = run.expect("a stack runs one closure");
                run(StackRange { top, limit: top - bytes + RESERVE_BYTES })
            };
            match thread::Builder::new().name("program".into()).stack_size(bytes).spawn_scoped(scope, body) {
                Ok(thread) => return Ok(thread.join().unwrap_or_else(|panic| resume_unwind(panic))),
                Err(_) if bytes / 2 >= LEAST_STACK_BYTES => bytes /= 2,
                Err(error) => return Err(error),
            }
        }
    })
}

/// About where the stack pointer is: the address of a local variable.
#[inline(always)]
pub fn stack_pointer() -> usize {
    let marker = 0u8;
    (&raw const *black_box(&marker)).addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn descend(levels: usize) -> usize {
        let here = stack_pointer();
        if levels == 0 { here } else { black_box(descend(levels - 1)) }
    }

    #[test]
    fn the_stack_pointer_falls_with_every_call() {
        assert!(descend(100) < descend(0));
    }

    #[test]
    fn the_whole_range_can_be_used() {
        fn fill(range: StackRange) -> usize {
            let page = black_box([1u8; 4096]);
            if stack_pointer() <= range.limit { 0 } else { fill(range) + page[7] as usize }
        }
        let levels = run_on_big_stack(128 << 20, fill).unwrap();
        assert!((20_000..30_000).contains(&levels), "{levels} pages in 112 MiB");
    }

    #[test]
    fn an_impossible_size_falls_back_to_a_possible_one() {
        let range = run_on_big_stack(1 << 50, |range| range).unwrap();
        assert!(range.top - range.limit >= LEAST_STACK_BYTES - RESERVE_BYTES);
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        let outcome = std::panic::catch_unwind(|| run_on_big_stack(0, |_| panic!("from inside")).map(|()| 0));
        assert_eq!(*outcome.unwrap_err().downcast_ref::<&str>().unwrap(), "from inside");
    }
}

//! What the environment may ask of a run, on any engine. None of it changes what a program means.

use crate::counters;

/// Set to whatever: a run that leaves objects alive says so and ends with [`LEAKED`]. The project's own suites run with it, so every
/// cell that passes has shown that nothing leaks.
pub const LEAK_CHECK: &str = "ILO4_LEAK_CHECK";

/// The stack that the program may use, in MiB, instead of the engine's own choice. Calls nest less deep (or deeper) before ILO-R601.
/// For tools such as valgrind, which keep book of every byte of a stack.
pub const STACK_MIB: &str = "ILO4_STACK_MIB";

/// `EX_SOFTWARE` of sysexits.h.
pub const LEAKED: i32 = 70;

/// Of one program's stack: below the first there is no room for the runtime itself, above the second there is none in an address space.
const STACK_MIB_RANGE: std::ops::RangeInclusive<usize> = 64..=1 << 26;

/// The exit code of a run whose runtime is gone: `code`, unless it leaks and the environment asks.
pub fn checked_for_leaks(code: i32) -> i32 {
    let alive = counters::snapshot().live_objects;
    if alive == 0 || std::env::var_os(LEAK_CHECK).is_none() {
        return code;
    }
    eprintln!("error: {alive} objects are alive at the end of the program: a bug of ilo4");
    LEAKED
}

/// The size of the program's stack in bytes: what the environment asks for, or else `usual`.
///
/// # Errors
/// A message if the environment asks for what is no such size.
pub fn stack_bytes(usual: usize) -> Result<usize, String> {
    let Some(asked) = std::env::var_os(STACK_MIB) else { return Ok(usual) };
    let mib = asked.to_str().and_then(|asked| asked.parse().ok());
    mib.filter(|mib| STACK_MIB_RANGE.contains(mib)).map(|mib| mib << 20).ok_or_else(|| {
        let (least, most) = STACK_MIB_RANGE.into_inner();
        format!("{STACK_MIB}={}: a number from {least} to {most} is expected", asked.display())
    })
}

//! Every cell of this repository's suites as a test, for `cargo test` and nextest.
//!
//! Without a filter all cells of tree, vm and jit are run, and of aot a sample, because there each cell costs a compilation and a
//! linking of its own. `PARALLAX_ALL=1`, `--include-ignored` or a filter runs the others too; `cargo xtask conformance`
//! always does.

use std::path::Path;
use std::process::ExitCode;

/// One aot cell of so many is run.
const AOT_SHARE: u32 = 25;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let bin = Path::new(env!("CARGO_BIN_EXE_ilo4")).parent().expect("an executable lies in a directory");
    parallax::libtest::main_choosing(&root.join("parallax.toml"), bin, is_quick)
}

fn is_quick(cell: &str) -> bool {
    // FNV-1a: which cells are in the sample depends on their names and on nothing else.
    let hash = || {
        cell.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    };
    !cell.ends_with("@aot") || hash() % AOT_SHARE == 0
}

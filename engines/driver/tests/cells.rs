//! Every cell of this repository's suites as a test, for `cargo test` and nextest.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let bin = Path::new(env!("CARGO_BIN_EXE_ilo4")).parent().expect("an executable lies in a directory");
    parallax::libtest::main(&root.join("parallax.toml"), bin)
}

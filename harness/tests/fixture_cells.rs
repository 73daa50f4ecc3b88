//! The cells of a small fixture corpus as tests, through the same function that other packages use.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cells");
    parallax::libtest::main(&root.join("parallax.toml"), &root)
}

//! The runtime's unit tests under Miri: undefined behaviour in its unsafe code that no run happens to notice.

use std::process::Command;

use anyhow::bail;

use crate::shell::{root, run_or_exit};

/// The tests ask for the time, the environment and files. Miri otherwise makes functions such as `sin` inexact at random.
const FLAGS: &str = "-Zmiri-disable-isolation -Zmiri-deterministic-floats";

/// Exits with the code of `cargo miri`.
pub fn run() -> anyhow::Result<()> {
    // Not the Cargo of this task, which is of one toolchain: the one that reads `+nightly`.
    let miri = || {
        let mut command = Command::new("cargo");
        command.current_dir(root()).args(["+nightly", "miri"]).env_remove("RUSTUP_TOOLCHAIN");
        command
    };
    if !miri().arg("--version").output().is_ok_and(|output| output.status.success()) {
        bail!("Miri is not installed: `rustup +nightly component add miri rust-src`");
    }
    run_or_exit(miri().args(["test", "--package", "ilo4-runtime", "--lib"]).env("MIRIFLAGS", FLAGS))
}

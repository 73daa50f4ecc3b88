//! Builds the archive that compiled programs link, so that it can travel inside this crate.
//!
//! Cargo cannot yet make one package's static library an input of another (artifact dependencies are unstable), hence a nested
//! Cargo. It has a target directory of its own below ours, shared by all profiles, so that it never waits for the lock that
//! the outer Cargo holds. The nested build needs only packages that the outer one has resolved.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let manifest_dir = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let out_dir = PathBuf::from(variable("OUT_DIR"));
    let engines = manifest_dir.parent().expect("this crate lies in engines/");
    for source in ["builtins", "runtime", "start"] {
        println!("cargo::rerun-if-changed={}", engines.join(source).display());
    }
    println!("cargo::rerun-if-changed={}", engines.join("../Cargo.toml").display());
    println!("cargo::rerun-if-changed={}", engines.join("../Cargo.lock").display());
    let profile = if env::var_os("CARGO_CFG_DEBUG_ASSERTIONS").is_some() { "start-checked" } else { "start" };
    let target_dir = target_dir(&out_dir);
    let status = Command::new(variable("CARGO"))
        .args(["build", "--quiet", "--package", "ilo4-start", "--profile", profile])
        .arg("--manifest-path")
        .arg(engines.join("start/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target_dir)
        // What the outer build was told about flags and targets is not for this one.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("building the runtime archive failed: {status}"),
        Err(error) => panic!("cargo cannot be started: {error}"),
    }
    let archive = out_dir.join("libilo4_start.a");
    std::fs::copy(target_dir.join(profile).join("libilo4_start.a"), &archive)
        .expect("the archive was just built");
    println!("cargo::rustc-env=ILO4_START_ARCHIVE={}", archive.display());
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("Cargo sets {name}"))
}

/// `<target>/<profile>/build/<package>/out` → `<target>/ilo4-start`.
fn target_dir(out_dir: &Path) -> PathBuf {
    out_dir.ancestors().nth(4).unwrap_or(out_dir).join("ilo4-start")
}

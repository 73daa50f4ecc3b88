//! Running commands from the workspace's root, shown before they run.

use std::path::{Path, PathBuf};
use std::process::{Command, exit};

use anyhow::{Context, bail};

/// The workspace's root: this package lies in `xtask/` below it.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace")
}

/// The Cargo that runs this task.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Where Cargo builds, wherever the user put it.
pub fn target_dir() -> anyhow::Result<PathBuf> {
    let output = cargo().args(["metadata", "--format-version=1", "--no-deps"]).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let path = metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
    Ok(path.into())
}

/// Runs a command that must succeed.
///
/// # Errors
/// If it cannot be started or does not succeed.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    show(command);
    let status =
        command.status().with_context(|| format!("{:?} cannot be started", command.get_program()))?;
    if !status.success() {
        bail!("{:?} failed: {status}", command.get_program());
    }
    Ok(())
}

/// Runs a command whose exit code becomes ours if it is not 0.
///
/// # Errors
/// If it cannot be started.
pub fn run_or_exit(command: &mut Command) -> anyhow::Result<()> {
    show(command);
    let status =
        command.status().with_context(|| format!("{:?} cannot be started", command.get_program()))?;
    if !status.success() {
        exit(status.code().unwrap_or(1));
    }
    Ok(())
}

fn show(command: &Command) {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    eprintln!("$ {}", words.join(" "));
}

/// Builds the two products in release and answers the directory they are in.
///
/// # Errors
/// If the build fails.
pub fn build_release() -> anyhow::Result<PathBuf> {
    run(cargo().args(["build", "--release", "--package", "ilo4", "--package", "parallax"]))?;
    Ok(target_dir()?.join("release"))
}

/// `parallax` from that directory, which is also where it finds the engines.
pub fn parallax(bin_dir: &Path, verb: &str) -> Command {
    let mut command = Command::new(bin_dir.join("parallax"));
    command.current_dir(root()).arg(verb).arg("--bin-dir").arg(bin_dir);
    command
}

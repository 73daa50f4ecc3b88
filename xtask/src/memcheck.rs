//! The corpus under valgrind: no invalid read or write, nothing uninitialised decides anything.
//!
//! Every n-th case of suite `core` is taken, so that all areas are in the sample. Cases that nest or loop deeply are left out by their
//! tag in the name (`deep`, `runaway`, `million`): they take minutes under valgrind and show nothing more.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use clap::Args;

use crate::shell::{build_release, parallax, root};

#[derive(Args)]
pub struct Options {
    /// How many cases
    #[arg(long, default_value_t = 50)]
    sample: usize,
}

const ENGINES: [&str; 3] = ["vm", "jit", "aot"];

/// Valgrind answers this if it found an error, whatever the program answers.
const FOUND: i32 = 99;

/// Too slow under valgrind.
const LEFT_OUT: [&str; 6] = ["deep", "runaway", "million", "perf/", "hosted/", "programs/"];

pub fn run(options: &Options) -> anyhow::Result<()> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        bail!("valgrind is not installed (Debian, Ubuntu: `apt install valgrind`)");
    }
    let bin_dir = build_release()?;
    let programs = programs(&bin_dir)?;
    let step = (programs.len() / options.sample).max(1);
    let sample: Vec<&String> = programs.iter().step_by(step).take(options.sample).collect();
    let mut found = 0;
    for engine in ENGINES {
        for program in &sample {
            found += usize::from(!is_clean(&bin_dir, engine, program)?);
        }
    }
    println!("{} programs × {} engines under memcheck: {found} with errors", sample.len(), ENGINES.len());
    if found > 0 {
        bail!("memcheck found errors");
    }
    Ok(())
}

/// The programs of suite `core` that take no part of [`LEFT_OUT`] in their name.
fn programs(bin_dir: &Path) -> anyhow::Result<Vec<String>> {
    let listed = parallax(bin_dir, "list").args(["--suite", "core"]).output()?;
    let listed = String::from_utf8(listed.stdout).context("case names are UTF-8")?;
    let names = listed.lines().filter_map(|line| line.split_whitespace().next());
    let mut programs: Vec<String> = names
        .map(|name| name.trim_start_matches("core::"))
        .filter_map(|name| name.find(".ilo").map(|end| name[..end + 4].to_owned()))
        .filter(|name| !LEFT_OUT.iter().any(|part| name.contains(part)))
        .collect();
    programs.sort();
    programs.dedup();
    Ok(programs)
}

/// Runs the program's first case.
fn is_clean(bin_dir: &Path, engine: &str, program: &str) -> anyhow::Result<bool> {
    let file = root().join("corpus").join(program);
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let Some(invocation) = text.lines().find_map(|line| line.strip_prefix("-- run: ")) else {
        return Ok(true);
    };
    let ilo4 = bin_dir.join("ilo4");
    // A shell takes the quotes of the annotation apart.
    let script = format!(
        "exec valgrind --quiet --trace-children=yes --trace-children-skip='*/cc,*/gcc,*/ld,*/collect2,*/clang' \
         --smc-check=all-non-file --error-exitcode={FOUND} \"$0\" run --engine {engine} \"$1\" {invocation}"
    );
    let output = Command::new("sh").args(["-c", &script]).arg(&ilo4).arg(&file).output()?;
    if output.status.code() != Some(FOUND) {
        return Ok(true);
    }
    eprintln!("memcheck: {engine} {program}\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(false)
}

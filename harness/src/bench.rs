//! What the harness itself costs, against a plain loop that starts the same processes and waits for them.
//!
//! Both run as processes of their own, so that the kernel charges each with everything it started. The engine is a
//! static program of a few dozen instructions: nearly all that is measured is the runner. Each round puts the
//! harness between two runs of the loop and compares it with their mean, since a shared machine drifts.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde::Serialize;

use crate::exec::reap;

/// The hidden first argument that turns the executable into the plain loop.
pub const LOOP_ARGUMENT: &str = "__spawn-loop";

/// Size of the measurement.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    pub cases: usize,
    pub engines: usize,
    pub jobs: usize,
    pub rounds: usize,
}

/// One process and all it started.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cost {
    pub wall_seconds: f64,
    pub cpu_seconds: f64,
}

/// The outcome: medians over the rounds.
#[derive(Debug, Clone, Serialize)]
pub struct Overhead {
    pub cells: usize,
    pub jobs: usize,
    pub rounds: usize,
    pub plain: Cost,
    pub harness: Cost,
    /// Harness over loop, wall time.
    pub wall_ratio: f64,
    /// Harness over loop, CPU time.
    pub cpu_ratio: f64,
    pub wall_ratios: Vec<f64>,
    pub cpu_ratios: Vec<f64>,
}

/// Becomes the plain loop, and never returns, if the command line says so.
pub fn run_if_asked() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, first, engines, cases, jobs, directory] = &arguments[..]
        && first == LOOP_ARGUMENT
    {
        let number = |text: &String| text.parse().unwrap_or(1);
        let wrong = plain_loop(number(engines), number(cases), number(jobs), Path::new(directory));
        std::process::exit(i32::from(wrong > 0));
    }
}

/// Starts every engine on every case, captures and compares; returns how many were wrong.
fn plain_loop(engines: usize, cases: usize, jobs: usize, directory: &Path) -> usize {
    let (next, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let cell = next.fetch_add(1, Ordering::Relaxed);
                    if cell >= engines * cases {
                        return;
                    }
                    let program = directory.join(format!("cases/c{:05}.t", cell / engines));
                    let engine = directory.join(format!("engine{}", cell % engines));
                    let output = Command::new(engine).arg(program).stdin(Stdio::null()).output();
                    let right =
                        output.is_ok_and(|output| output.status.success() && output.stdout == b"ok\n");
                    if !right {
                        wrong.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    wrong.into_inner()
}

/// Measures both and returns the medians.
///
/// # Errors
/// If the corpus cannot be written, or one of the two does not do its job.
pub fn overhead(setup: Setup) -> anyhow::Result<Overhead> {
    let directory = tempfile::Builder::new().prefix("parallax-bench-").tempdir()?;
    prepare(directory.path(), setup)?;
    let (plain, harness) =
        (plain_command(directory.path(), setup)?, harness_command(directory.path(), setup)?);
    let mut costs = (Vec::new(), Vec::new());
    let (mut wall_ratios, mut cpu_ratios) = (Vec::new(), Vec::new());
    // One unmeasured pass of each warms the file cache.
    measure(&plain, 0)?;
    measure(&harness, 0)?;
    control(directory.path(), &harness)?;
    let mut before = measure(&plain, 0)?;
    for _ in 0..setup.rounds {
        let own = measure(&harness, 0)?;
        let after = measure(&plain, 0)?;
        let mean = |of: fn(&Cost) -> f64| f64::midpoint(of(&before), of(&after));
        wall_ratios.push(own.wall_seconds / mean(|cost| cost.wall_seconds));
        cpu_ratios.push(own.cpu_seconds / mean(|cost| cost.cpu_seconds));
        costs.0.push(after);
        costs.1.push(own);
        before = after;
    }
    let median_cost = |costs: &[Cost]| Cost {
        wall_seconds: median(costs.iter().map(|cost| cost.wall_seconds)),
        cpu_seconds: median(costs.iter().map(|cost| cost.cpu_seconds)),
    };
    Ok(Overhead {
        cells: setup.cases * setup.engines,
        jobs: setup.jobs,
        rounds: setup.rounds,
        plain: median_cost(&costs.0),
        harness: median_cost(&costs.1),
        wall_ratio: median(wall_ratios.iter().copied()),
        cpu_ratio: median(cpu_ratios.iter().copied()),
        wall_ratios,
        cpu_ratios,
    })
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// A corpus, engines and a configuration.
fn prepare(directory: &Path, setup: Setup) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let cases = directory.join("cases");
    std::fs::create_dir_all(&cases)?;
    for case in 0..setup.cases {
        std::fs::write(cases.join(format!("c{case:05}.t")), "# main:\n# out: ok\n")?;
    }
    let mut config =
        String::from("[suite.trivial]\nroot = \"cases\"\ninclude = [\"*.t\"]\ncomment = \"#\"\n");
    config.push_str("[profile.default]\naudit = 0.0\n");
    let program = tiny_program()?;
    for engine in 0..setup.engines {
        let path = directory.join(format!("engine{engine}"));
        std::fs::write(&path, &program)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        config.push_str(&format!(
            "[engine.e{engine}]\nrun = [\"./engine{engine}\", \"{{file}}\", \"{{args}}\"]\n"
        ));
    }
    std::fs::write(directory.join("parallax.toml"), config)?;
    Ok(())
}

fn plain_command(directory: &Path, setup: Setup) -> anyhow::Result<Vec<String>> {
    let numbers = [setup.engines, setup.cases, setup.jobs].map(|number| number.to_string());
    let mut words = vec![own_path()?, LOOP_ARGUMENT.to_string()];
    words.extend(numbers);
    words.push(directory.to_string_lossy().into_owned());
    Ok(words)
}

fn harness_command(directory: &Path, setup: Setup) -> anyhow::Result<Vec<String>> {
    let config = directory.join("parallax.toml").to_string_lossy().into_owned();
    let words = [own_path()?, "run".into(), "--quiet".into(), "--config".into(), config, "-j".into()];
    Ok(words.into_iter().chain([setup.jobs.to_string()]).collect())
}

fn own_path() -> anyhow::Result<String> {
    Ok(std::env::current_exe()?.to_string_lossy().into_owned())
}

/// The harness must notice one wrong expectation, or its speed means nothing.
fn control(directory: &Path, harness: &[String]) -> anyhow::Result<()> {
    let spoiled: PathBuf = directory.join("cases/c00000.t");
    std::fs::write(&spoiled, "# main:\n# out: something else\n")?;
    measure(harness, 1)?;
    std::fs::write(&spoiled, "# main:\n# out: ok\n")?;
    Ok(())
}

/// Runs a command to its end and returns what it and its descendants cost.
fn measure(words: &[String], expected: i32) -> anyhow::Result<Cost> {
    let started = Instant::now();
    let child = Command::new(&words[0])
        .args(&words[1..])
        .env("CI", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| words[0].clone())?;
    let reaped = reap(child.id() as i32)?;
    let wall = started.elapsed();
    let crate::exec::Status::Exited(status) = reaped.status else { bail!("{} was killed", words[1]) };
    ensure!(status == expected, "`{}` ended with {status}, expected {expected}", words.join(" "));
    let cpu: Duration = reaped.user + reaped.system;
    Ok(Cost { wall_seconds: wall.as_secs_f64(), cpu_seconds: cpu.as_secs_f64() })
}

/// A static executable that writes `ok` and a newline and exits: an ELF header, one segment, ten instructions.
fn tiny_program() -> anyhow::Result<Vec<u8>> {
    ensure!(cfg!(target_arch = "x86_64"), "the trivial engine exists for x86-64 only");
    const BASE: u64 = 0x40_0000;
    const HEADERS: u64 = 64 + 56;
    #[rustfmt::skip]
    let code: [u8; 38] = [
        0xb8, 1, 0, 0, 0,                   // mov eax, 1 (write)
        0xbf, 1, 0, 0, 0,                   // mov edi, 1
        0x48, 0x8d, 0x35, 16, 0, 0, 0,      // lea rsi, [rip + 16]: the text behind the code
        0xba, 3, 0, 0, 0,                   // mov edx, 3
        0x0f, 0x05,                         // syscall
        0xb8, 60, 0, 0, 0,                  // mov eax, 60 (exit)
        0x31, 0xff,                         // xor edi, edi
        0x0f, 0x05,                         // syscall
        b'o', b'k', b'\n', 0, 0,
    ];
    let size = HEADERS + code.len() as u64;
    let mut elf = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let half = |elf: &mut Vec<u8>, value: u16| elf.extend(value.to_le_bytes());
    let word = |elf: &mut Vec<u8>, value: u32| elf.extend(value.to_le_bytes());
    let long = |elf: &mut Vec<u8>, value: u64| elf.extend(value.to_le_bytes());
    half(&mut elf, 2); // executable
    half(&mut elf, 62); // x86-64
    word(&mut elf, 1);
    long(&mut elf, BASE + HEADERS); // entry
    long(&mut elf, 64); // program headers follow
    long(&mut elf, 0); // no sections
    word(&mut elf, 0);
    for value in [64, 56, 1, 64, 0, 0] {
        half(&mut elf, value);
    }
    word(&mut elf, 1); // loaded segment
    word(&mut elf, 5); // readable and executable
    for value in [0, BASE, BASE, size, size, 0x1000] {
        long(&mut elf, value);
    }
    elf.extend(code);
    Ok(elf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tiny_program_says_ok() {
        let setup = Setup { cases: 1, engines: 1, jobs: 1, rounds: 1 };
        let directory = tempfile::tempdir().unwrap();
        prepare(directory.path(), setup).unwrap();
        assert_eq!(plain_loop(1, 1, 1, directory.path()), 0);
    }

    #[test]
    fn the_median_is_the_middle_one() {
        assert!((median([3.0, 1.0, 2.0].into_iter()) - 2.0).abs() < f64::EPSILON);
    }
}

//! Does the harness, on this machine, notice what it must notice?
//!
//! Each check runs one villain and says what the harness should make of it. The last ones go through a whole run:
//! a wrong byte must be found, a flickering engine unmasked, an odd engine named.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::exec::{Ending, Execution, Job, Launcher, LauncherError, LimitHit, Limits, signal_name};
use crate::villain::VILLAIN_ARGUMENT;

/// The result of one check.
#[derive(Debug)]
pub struct Checked {
    pub name: String,
    /// What went wrong, if anything.
    pub trouble: Option<String>,
}

/// A villain, how it is started, and what must be found.
struct Check {
    name: &'static str,
    words: &'static [&'static str],
    stdin: Option<&'static [u8]>,
    adjust: fn(&mut Limits),
    /// An explanation if the execution is not what it should be.
    verify: fn(&Execution) -> Result<(), String>,
}

const DEADLY: [i32; 9] = [
    libc::SIGSEGV,
    libc::SIGABRT,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGSYS,
    libc::SIGKILL,
    libc::SIGTERM,
];

fn ordinary(_: &mut Limits) {}

fn short(limits: &mut Limits) {
    limits.wall = Duration::from_millis(150);
    limits.grace = Duration::from_millis(100);
}

fn expect(is_so: bool, message: impl FnOnce() -> String) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(message()) }
}

fn ends(execution: &Execution, ending: Ending, limit: Option<LimitHit>) -> Result<(), String> {
    expect(execution.ending == ending && execution.limit == limit, || {
        format!("{ending}, {limit:?} expected; {}, {:?} found", execution.ending, execution.limit)
    })
}

fn leaks(execution: &Execution, at_least: usize) -> Result<(), String> {
    expect(execution.leaks.len() >= at_least, || {
        format!("{at_least} leaked processes expected, {} found", execution.leaks.len())
    })
}

const CHECKS: &[Check] = &[
    Check {
        name: "an ordinary program",
        words: &["say", "hello"],
        stdin: None,
        adjust: ordinary,
        verify: |e| {
            ends(e, Ending::Exited(0), None)?;
            expect(e.stdout == b"hello\n" && e.stderr.is_empty() && e.leaks.is_empty(), || {
                format!("{:?} {:?} {:?}", e.stdout, e.stderr, e.leaks)
            })
        },
    },
    Check {
        name: "an exit status",
        words: &["exit", "7"],
        stdin: None,
        adjust: ordinary,
        verify: |e| ends(e, Ending::Exited(7), None),
    },
    Check {
        name: "standard input is empty",
        words: &["echo-stdin"],
        stdin: None,
        adjust: short,
        verify: |e| ends(e, Ending::Exited(0), None),
    },
    Check {
        name: "standard input is delivered",
        words: &["echo-stdin"],
        stdin: Some(b"a\0b"),
        adjust: short,
        verify: |e| expect(e.stdout == b"a\0b", || format!("{:?}", e.stdout)),
    },
    Check {
        name: "no stray descriptors",
        words: &["count-descriptors"],
        stdin: None,
        adjust: ordinary,
        verify: |e| {
            expect(e.stdout == b"3\n", || format!("{:?} descriptors", String::from_utf8_lossy(&e.stdout)))
        },
    },
    Check {
        name: "a program that hangs",
        words: &["hang"],
        stdin: None,
        adjust: short,
        verify: |e| ends(e, Ending::Signaled(libc::SIGTERM), Some(LimitHit::Wall)),
    },
    Check {
        name: "a program that ignores SIGTERM",
        words: &["ignore-term"],
        stdin: None,
        adjust: short,
        verify: |e| ends(e, Ending::Signaled(libc::SIGKILL), Some(LimitHit::Wall)),
    },
    Check {
        name: "a program that burns CPU time",
        words: &["spin"],
        stdin: None,
        adjust: |limits| limits.cpu_seconds = Some(1),
        verify: |e| {
            ends(e, Ending::Signaled(libc::SIGXCPU), Some(LimitHit::Cpu))?;
            let used = e.usage.user + e.usage.system;
            expect(used > Duration::from_millis(800), || format!("only {used:?} of CPU time reported"))
        },
    },
    Check {
        name: "a flood of output",
        words: &["flood"],
        stdin: None,
        adjust: |limits| limits.output_bytes = 1 << 20,
        verify: |e| {
            expect(e.limit == Some(LimitHit::Output), || format!("{:?}", e.limit))?;
            expect(e.stdout.len() == 1 << 20, || format!("{} bytes kept", e.stdout.len()))?;
            expect(e.usage.peak_bytes < 64 << 20, || {
                format!("{} bytes of memory charged", e.usage.peak_bytes)
            })
        },
    },
    Check {
        name: "both pipes full",
        words: &["fill-both", "1000000"],
        stdin: None,
        adjust: ordinary,
        verify: |e| {
            ends(e, Ending::Exited(0), None)?;
            expect(e.stdout.len() == 1_000_000 && e.stderr.len() == 1_000_000, || "bytes were lost".into())
        },
    },
    Check {
        name: "a memory hog",
        words: &["hog", "300"],
        stdin: None,
        adjust: |limits| limits.memory_bytes = Some(64 << 20),
        verify: |e| expect(e.limit == Some(LimitHit::Memory), || format!("{:?}", e.limit)),
    },
    Check {
        name: "peak memory is the program's own",
        words: &["hog", "40"],
        stdin: None,
        adjust: ordinary,
        verify: |e| {
            let mebibytes = e.usage.peak_bytes >> 20;
            expect((40..60).contains(&mebibytes), || format!("{mebibytes} MiB charged for 40"))
        },
    },
    Check {
        name: "a small program is charged little",
        words: &["exit", "0"],
        stdin: None,
        adjust: ordinary,
        verify: |e| expect(e.usage.peak_bytes < 16 << 20, || format!("{} bytes charged", e.usage.peak_bytes)),
    },
    Check {
        name: "a file that grows without end",
        words: &["big-file"],
        stdin: None,
        adjust: |limits| limits.file_bytes = Some(1 << 20),
        verify: |e| ends(e, Ending::Signaled(libc::SIGXFSZ), Some(LimitHit::FileSize)),
    },
    Check {
        name: "a child left behind",
        words: &["leave-child"],
        stdin: None,
        adjust: ordinary,
        verify: |e| ends(e, Ending::Exited(0), None).and(leaks(e, 1)),
    },
    Check {
        name: "a child escaped with setsid",
        words: &["leave-escapee"],
        stdin: None,
        adjust: ordinary,
        verify: |e| {
            ends(e, Ending::Exited(0), None).and(leaks(e, 1))?;
            expect(e.stdout == b"done\n", || "output was lost".into())?;
            expect(e.usage.wall < Duration::from_secs(2), || format!("took {:?}", e.usage.wall))
        },
    },
    Check {
        name: "an escapee that closed its output",
        words: &["leave-silent-escapee"],
        stdin: None,
        adjust: ordinary,
        verify: |e| ends(e, Ending::Exited(0), None).and(leaks(e, 1)),
    },
    Check {
        name: "a swarm of escapees",
        words: &["swarm", "6"],
        stdin: None,
        adjust: ordinary,
        verify: |e| ends(e, Ending::Exited(0), None).and(leaks(e, 6)),
    },
];

/// Runs every check. `report` hears of each as soon as it is done.
///
/// # Errors
/// If not even a launcher can be started.
pub fn run(report: &mut dyn FnMut(&Checked)) -> anyhow::Result<bool> {
    let directory = tempfile::Builder::new().prefix("parallax-selftest-").tempdir()?;
    let program = std::env::current_exe()?.to_string_lossy().into_owned();
    let mut launcher = Launcher::start()?;
    let mut is_fine = true;
    let mut note = |name: &str, result: Result<(), String>| {
        is_fine &= result.is_ok();
        report(&Checked { name: name.to_string(), trouble: result.err() });
    };
    for check in CHECKS {
        let mut job = villain(&program, directory.path(), check.words);
        job.stdin = check.stdin.map(<[u8]>::to_vec);
        (check.adjust)(&mut job.limits);
        note(check.name, launcher.run(&job).map_err(|e| e.to_string()).and_then(|e| (check.verify)(&e)));
        let _ = std::fs::remove_file(directory.path().join("big"));
    }
    for signal in DEADLY {
        let job = villain(&program, directory.path(), &["die", &signal.to_string()]);
        let found = launcher.run(&job).map_err(|error| error.to_string());
        note(
            &format!("death by {}", signal_name(signal)),
            found.and_then(|e| ends(&e, Ending::Signaled(signal), None)),
        );
    }
    for (name, path, errno) in [
        ("a program that is not there", "/nonexistent", libc::ENOENT),
        ("a program that is none", "/dev/null", libc::EACCES),
    ] {
        let mut job = villain(&program, directory.path(), &[]);
        job.program = path.to_string();
        let found = launcher.run(&job).map_err(|error| error.to_string());
        note(name, found.and_then(|e| ends(&e, Ending::NotStarted(errno), None)));
    }
    note("nothing is left running", nothing_left(&program));
    note("a launcher that dies is noticed", lost_launcher(&program, directory.path()));
    for (name, check) in whole_runs::CHECKS {
        note(name, check(&program));
    }
    Ok(is_fine)
}

fn villain(program: &str, directory: &Path, words: &[&str]) -> Job {
    let mut argv = vec![program.as_bytes().to_vec(), VILLAIN_ARGUMENT.into()];
    argv.extend(words.iter().map(|word| word.as_bytes().to_vec()));
    Job {
        program: program.to_string(),
        argv,
        env: Arc::new(vec!["PATH=/usr/bin:/bin".into()]),
        cwd: directory.to_string_lossy().into_owned(),
        stdin: None,
        limits: Limits::default(),
    }
}

/// Looks for villains that outlived their check.
fn nothing_left(program: &str) -> Result<(), String> {
    let mut left = Vec::new();
    for entry in std::fs::read_dir("/proc").map_err(|error| error.to_string())?.flatten() {
        let Ok(line) = std::fs::read(entry.path().join("cmdline")) else { continue };
        let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        let is_ours = words.first() == Some(&program.as_bytes());
        if is_ours && words.get(1) == Some(&VILLAIN_ARGUMENT.as_bytes()) {
            left.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    expect(left.is_empty(), || format!("still running: {}", left.join(", ")))
}

/// Stops a launcher in the middle of a job.
fn lost_launcher(program: &str, directory: &Path) -> Result<(), String> {
    let mut launcher = Launcher::start().map_err(|error| error.to_string())?;
    let stopper = launcher.stopper();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        stopper.stop();
    });
    let found = launcher.run(&villain(program, directory, &["hang"]));
    let _ = thread.join();
    drop(launcher);
    expect(matches!(found, Err(LauncherError::Gone)), || "a lost launcher went unnoticed".into())?;
    nothing_left(program)
}

mod whole_runs;

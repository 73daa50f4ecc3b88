//! Programs that behave badly on purpose, built into the executable so that `selftest` works anywhere.
//!
//! A villain is this executable with a hidden argument. Each one is a way in which an engine can end, hang, leak or
//! lie; [`crate::selftest`] starts them and checks what the harness makes of it.

use std::io::{Read, Write};
use std::time::Duration;

use crate::exec::{die_by, fork, ignore};

/// The hidden first argument that turns the executable into a villain.
pub const VILLAIN_ARGUMENT: &str = "__villain";

/// Long enough to count as for ever.
const FOR_EVER: Duration = Duration::from_secs(3600);

/// Becomes a villain, and never returns, if the command line says so.
pub fn run_if_asked() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == VILLAIN_ARGUMENT) {
        let code = match act(&arguments[2..]) {
            Ok(code) => code,
            Err(error) => {
                eprintln!("villain: {error}");
                70
            }
        };
        std::process::exit(code);
    }
}

fn act(arguments: &[String]) -> std::io::Result<i32> {
    let name = arguments.first().map_or("", String::as_str);
    let number = |index: usize| arguments.get(index).and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    match name {
        "exit" => return Ok(number(1) as i32),
        "say" => println!("{}", arguments.get(1).map_or("", String::as_str)),
        "echo-stdin" => {
            std::io::copy(&mut std::io::stdin(), &mut std::io::stdout())?;
        }
        "hang" => std::thread::sleep(FOR_EVER),
        "ignore-term" => {
            ignore(libc::SIGTERM);
            std::thread::sleep(FOR_EVER);
        }
        "spin" => loop {
            std::hint::black_box(0);
        },
        "die" => die_by(number(1) as i32),
        "flood" => flood()?,
        "fill-both" => fill_both(number(1) as usize)?,
        "hog" => hog(number(1) as usize),
        "big-file" => {
            let mut file = std::fs::File::create("big")?;
            loop {
                file.write_all(&[0; 65536])?;
            }
        }
        "leave-child" => leave(false, false)?,
        "leave-escapee" => leave(true, false)?,
        "leave-silent-escapee" => leave(true, true)?,
        "swarm" => swarm(number(1))?,
        "flicker" => flicker(arguments.get(1).map_or("", String::as_str))?,
        "litter" => {
            for place in [".", &std::env::var("HOME").unwrap_or_default()] {
                let seen = std::fs::read_dir(place)?.count();
                println!("{seen}");
                std::fs::write(format!("{place}/litter"), "x")?;
            }
        }
        "grow" => return grow(&arguments[1..]),
        "print-env" => {
            let mut all: Vec<(String, String)> = std::env::vars().collect();
            all.sort();
            all.iter().for_each(|(key, value)| println!("{key}={value}"));
        }
        "count-descriptors" => println!("{}", std::fs::read_dir("/proc/self/fd")?.count() - 1),
        other => {
            eprintln!("villain: there is no villain `{other}`");
            return Ok(64);
        }
    }
    Ok(0)
}

fn flood() -> std::io::Result<()> {
    let line = [b'x'; 4096];
    let mut out = std::io::stdout();
    loop {
        out.write_all(&line)?;
    }
}

/// Writes to stderr first and then to stdout, each more than a pipe holds: a reader of one at a time deadlocks.
fn fill_both(bytes: usize) -> std::io::Result<()> {
    std::io::stderr().write_all(&vec![b'e'; bytes])?;
    std::io::stdout().write_all(&vec![b'o'; bytes])
}

fn hog(mebibytes: usize) {
    let mut held = Vec::new();
    for _ in 0..mebibytes {
        held.push(vec![1u8; 1 << 20]);
        std::hint::black_box(&held);
    }
    std::thread::sleep(Duration::from_millis(300));
}

/// Says "done" and ends, leaving a process that sleeps.
fn leave(new_session: bool, closes_output: bool) -> std::io::Result<()> {
    if fork()? {
        if new_session {
            let _ = rustix::process::setsid();
        }
        if closes_output {
            let null = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
            rustix::stdio::dup2_stdout(&null)?;
            rustix::stdio::dup2_stderr(&null)?;
        }
        std::thread::sleep(FOR_EVER);
    }
    // The child needs a moment to get away.
    std::thread::sleep(Duration::from_millis(30));
    println!("done");
    Ok(())
}

/// A tree of processes, each in a session of its own.
fn swarm(count: i64) -> std::io::Result<()> {
    for _ in 0..count {
        if fork()? {
            let _ = rustix::process::setsid();
            if fork()? {
                let _ = rustix::process::setsid();
            }
            std::thread::sleep(FOR_EVER);
        }
    }
    std::thread::sleep(Duration::from_millis(50));
    println!("done");
    Ok(())
}

/// Prints the same each time, but says on stderr whether it has been started before, as noted in the file `path`.
fn flicker(path: &str) -> std::io::Result<()> {
    let mut text = String::new();
    if let Ok(mut file) = std::fs::File::open(path) {
        file.read_to_string(&mut text)?;
    }
    std::fs::write(path, format!("{text}x"))?;
    println!("steady");
    eprintln!("{}", if text.is_empty() { "first" } else { "again" });
    Ok(())
}

/// Uses up so much processor time, on any machine and however we were compiled.
fn burn(time: Duration) {
    use rustix::time::{ClockId, clock_gettime};
    let used = || clock_gettime(ClockId::ProcessCPUTime);
    let end = used() + rustix::time::Timespec::try_from(time).unwrap_or_default();
    while used() < end {
        (0..1_000).for_each(|step| {
            std::hint::black_box(step);
        });
    }
}

/// An engine whose cost grows in the way `kind` says: `grow KIND N [STATS]`. With a file of counters it does nothing
/// else; the answer is `N`.
fn grow(arguments: &[String]) -> std::io::Result<i32> {
    let [kind, n, stats @ ..] = arguments else { return Ok(64) };
    let Ok(n) = n.parse::<u64>() else { return Ok(64) };
    if kind == "breaks-at-8000" && n >= 8_000 {
        return Ok(9);
    }
    if let [stats] = stats {
        let copies = match kind.as_str() {
            "quadratic-counter" => n * n,
            "linear-counter-times-3" => 3 * n,
            _ => n,
        };
        std::fs::write(stats, format!("{{\"copies\":{copies},\"note\":\"not a number\"}}"))?;
    } else {
        let (nanoseconds, bytes) = match kind.as_str() {
            "quadratic-cpu" => (n * n / 4, 0),
            "linear-cpu" | "busy" => (n * 8_000, 0),
            "quadratic-memory" => (0, n * n / 8),
            "linear-memory" => (0, n * 1024),
            _ => (0, 0),
        };
        std::hint::black_box(vec![1u8; bytes as usize]);
        burn(Duration::from_nanos(nanoseconds));
    }
    println!("{n}");
    Ok(0)
}

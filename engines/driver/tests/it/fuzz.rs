//! Whatever the bytes: decoding, parsing, checking and lowering neither panic nor hang.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use fastrand::Rng;
use ilo4_syntax::{LoadError, Loader, Source, decode, parse_program, render};
use rustix::time::{ClockId, clock_gettime};

use super::corpus::Corpus;

/// How many inputs; `ILO4_FUZZ_INPUTS` says otherwise. `ILO4_FUZZ_SEED` is the number of the first.
const INPUTS: usize = 100_000;

/// Of processor time, so that a busy machine does not decide.
const INPUT_TIME: Duration = Duration::from_secs(5);

/// Without an end to any input for so long, something hangs.
const SILENCE: Duration = Duration::from_secs(120);

/// Longer programs only make the same damage rarer.
const LONGEST_SOURCE: usize = 20_000;

/// As the driver's main thread has.
const STACK_BYTES: usize = 8 << 20;

const WORKERS: usize = 2;

/// A number below the limit; 0 if that is 0.
fn below(random: &mut Rng, limit: usize) -> usize {
    random.usize(..limit.max(1))
}

/// The input of this number: the same on every machine, as long as the corpus is.
fn input(number: u64, texts: &[Vec<u8>]) -> Vec<u8> {
    let mut random = Rng::with_seed(number);
    let mut bytes = texts[below(&mut random, texts.len())].clone();
    match below(&mut random, 10) {
        0 => (0..below(&mut random, 300)).map(|_| random.u8(..)).collect(),
        1 => (0..below(&mut random, 300)).map(|_| b' ' + below(&mut random, 95) as u8).collect(),
        2 => {
            bytes.truncate(below(&mut random, bytes.len()));
            bytes
        }
        _ => {
            let other = &texts[below(&mut random, texts.len())];
            (0..=below(&mut random, 5)).for_each(|_| damage(&mut random, &mut bytes, other));
            bytes
        }
    }
}

/// One small change, most of which leave a program that is nearly right.
fn damage(random: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = below(random, bytes.len() + 1);
    let near = |at: usize, length: usize, limit: usize| (at + length).min(limit);
    match below(random, 7) {
        0 => drop(bytes.drain(at..near(at, below(random, 6), bytes.len()))),
        1 if at < bytes.len() => bytes[at] = b' ' + below(random, 95) as u8,
        2 if at < bytes.len() => bytes[at] ^= 1 << below(random, 8),
        3 => {
            let from = below(random, other.len());
            let piece = &other[from..near(from, below(random, 20), other.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
        4 => {
            let end = near(at, below(random, 12), bytes.len());
            let piece = bytes[at..end].repeat(1 + below(random, 40));
            bytes.splice(at..at, piece);
        }
        5 => {
            let (a, b) = (token(random, bytes), token(random, other));
            bytes.splice(a, other[b].iter().copied());
        }
        _ => {
            let piece = bytes[token(random, bytes)].to_vec();
            let to = token(random, bytes);
            bytes.splice(to, piece);
        }
    }
}

/// The bytes between two blanks or signs, somewhere.
fn token(random: &mut Rng, bytes: &[u8]) -> std::ops::Range<usize> {
    let is_word = |index: usize| bytes.get(index).is_some_and(|byte| byte.is_ascii_alphanumeric());
    let mut start = below(random, bytes.len());
    while start > 0 && is_word(start - 1) {
        start -= 1;
    }
    let mut end = start;
    while is_word(end) {
        end += 1;
    }
    start.min(bytes.len())..end.max(start + 1).min(bytes.len())
}

/// Every import finds the same file, which imports itself.
struct OneFile;

impl Loader for OneFile {
    fn load(&self, _importing: &str, _path: &str) -> Result<(String, String), LoadError> {
        Ok(("one.ilo".into(), "use \"one.ilo\"\nhelper x:n>n;x\n".into()))
    }
}

/// How far an input came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    Bytes,
    Text,
    Tree,
    Mir,
}

fn exercise(bytes: &[u8]) -> Reached {
    let Ok(text) = decode(bytes) else { return Reached::Bytes };
    let parsed = parse_program(Source { name: "fuzz.ilo".into(), text }, Some(&OneFile));
    let checked = ilo4_check::check(&parsed.program);
    for diagnostic in parsed.diagnostics.iter().chain(&checked.diagnostics) {
        assert!(!render(diagnostic, &parsed.sources, false).is_empty());
    }
    if parsed.diagnostics.iter().any(|diagnostic| diagnostic.is_error()) {
        return Reached::Text;
    }
    match checked.program {
        // In a debug build this verifies the MIR as well.
        Some(hir) => drop(ilo4_engine::Program::new(hir)),
        None => return Reached::Tree,
    }
    Reached::Mir
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn number(name: &str, otherwise: usize) -> usize {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => otherwise,
    }
}

#[test]
fn damaged_programs_neither_panic_nor_hang() {
    let (count, seed) = (number("ILO4_FUZZ_INPUTS", INPUTS), number("ILO4_FUZZ_SEED", 1));
    let programs = Corpus::load().programs;
    let texts: Vec<Vec<u8>> = programs
        .into_iter()
        .map(|program| program.text.into_bytes())
        .filter(|text| (1..LONGEST_SOURCE).contains(&text.len()))
        .collect();
    let (texts, next) = (Arc::new(texts), Arc::new(AtomicUsize::new(0)));
    let (sender, receiver) = mpsc::channel();
    for _ in 0..WORKERS {
        let (texts, next, sender) = (Arc::clone(&texts), Arc::clone(&next), sender.clone());
        let work = move || {
            let numbers = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
            for number in numbers.take_while(|index| *index < count).map(|index| seed + index) {
                // Nobody listens once the test has failed.
                let _ = sender.send((number, Event::Starts));
                let reached = one(number, &texts);
                let _ = sender.send((number, Event::Ends(reached)));
            }
        };
        std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).expect("a thread");
    }
    drop(sender);
    let reached = watch(&receiver);
    println!("bytes {}, text {}, tree {}, MIR {}", reached[0], reached[1], reached[2], reached[3]);
    assert_eq!(reached.iter().sum::<usize>(), count);
    // Inputs that are all garbage, or all fine, would test one stage only.
    reached.iter().for_each(|reached| assert!(reached * 50 > count, "a stage is hardly reached: {reached}"));
}

/// What a worker says of an input.
enum Event {
    Starts,
    Ends(Reached),
}

/// How many inputs came how far. A worker that hangs is left behind, and fails the test.
fn watch(events: &Receiver<(usize, Event)>) -> [usize; 4] {
    let (mut reached, mut running) = ([0; 4], BTreeSet::new());
    loop {
        match events.recv_timeout(SILENCE) {
            Ok((number, Event::Starts)) => drop(running.insert(number)),
            Ok((number, Event::Ends(stage))) => {
                running.remove(&number);
                reached[stage as usize] += 1;
            }
            Err(RecvTimeoutError::Timeout) => panic!("these hang, by ILO4_FUZZ_SEED: {running:?}"),
            Err(RecvTimeoutError::Disconnected) => {
                assert!(running.is_empty(), "a worker failed, by ILO4_FUZZ_SEED: {running:?}; see above");
                return reached;
            }
        }
    }
}

fn one(number: usize, texts: &[Vec<u8>]) -> Reached {
    let bytes = input(number as u64, texts);
    let started = processor_time();
    let reached = catch_unwind(AssertUnwindSafe(|| exercise(&bytes)));
    let took = processor_time() - started;
    let shown = String::from_utf8_lossy(&bytes);
    let reached = reached.unwrap_or_else(|_| panic!("ILO4_FUZZ_SEED={number}: panic on\n{shown}"));
    assert!(took < INPUT_TIME, "ILO4_FUZZ_SEED={number}: {took:?} for\n{shown}");
    reached
}

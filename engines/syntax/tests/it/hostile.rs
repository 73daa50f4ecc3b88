//! Whatever the bytes: no panic, no stack overflow, and time that grows with the size only.

use std::time::{Duration, Instant};

use fastrand::Rng;
use ilo4_syntax::{Source, SourceId, decode, parse, print_ast, print_tokens, render, to_json};

use crate::blocks;

/// Inputs of the mutation test; `ILO4_FUZZ_INPUTS` asks for more.
const INPUTS: usize = 20_000;

/// Far above what a small input takes even on a loaded machine, far below what a blow-up takes.
const SMALL_INPUT_TIME: Duration = Duration::from_secs(2);

/// A number below the limit; 0 if that is 0.
fn below(random: &mut Rng, limit: usize) -> usize {
    random.usize(..limit.max(1))
}

/// Pieces that the grammar cares about, to be inserted anywhere.
const PIECES: [&str; 40] = [
    "(", ")", "[", "]", "{", "}", ";", "\n", "\n  ", ":", ">", ">>", "=", "-", "--", "- ", "!", "!!", "??",
    "?", "~", "^", ".", ".?", "..", "@", "$", "_", "\"", "\\", ",", " a", " x:n", " f>n;", " 1", " -1",
    "type ", "use ", "alias ", "é",
];

fn mutate(random: &mut Rng, text: &str, other: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=below(random, 4) {
        let at = below(random, bytes.len() + 1);
        match below(random, 6) {
            0 => bytes.truncate(at),
            1 => {
                let end = (at + below(random, 8)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let piece = PIECES[below(random, PIECES.len())];
                let times = if below(random, 20) == 0 { below(random, 600) } else { 1 };
                bytes.splice(at..at, piece.repeat(times).into_bytes());
            }
            3 if at < bytes.len() => bytes[at] = random.u8(..),
            4 => {
                let from = below(random, other.len() + 1);
                bytes.splice(at.., other.as_bytes()[from..].iter().copied());
            }
            _ => {
                let end = (at + below(random, 30)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    bytes
}

/// Everything a caller may do with a text.
fn exercise(bytes: &[u8]) -> bool {
    let Ok(text) = decode(bytes) else { return false };
    let parsed = parse(&text, SourceId(0));
    assert!(parsed.diagnostics.len() <= 20);
    let sources = [Source { name: "fuzz".into(), text }];
    print_ast(&parsed.program, &sources);
    print_tokens(&sources[0].text);
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.span.expect("the parser always knows where");
        assert!(span.start <= span.end && span.end as usize <= sources[0].text.len());
        assert!(render(diagnostic, &sources, false).starts_with("error[ILO-"));
        to_json(diagnostic, &sources);
    }
    parsed.diagnostics.is_empty()
}

#[test]
fn mutated_programs_never_panic() {
    let count = std::env::var("ILO4_FUZZ_INPUTS").ok().and_then(|n| n.parse().ok()).unwrap_or(INPUTS);
    let seed = std::env::var("ILO4_FUZZ_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let texts: Vec<String> = blocks::all().into_iter().flat_map(|b| b.files.into_values()).collect();
    let mut well_formed = 0;
    for i in 0..count {
        let mut random = Rng::with_seed(seed + i as u64);
        let text = &texts[below(&mut random, texts.len())];
        let other = &texts[below(&mut random, texts.len())];
        let bytes = mutate(&mut random, text, other);
        let started = Instant::now();
        let result = std::panic::catch_unwind(|| exercise(&bytes));
        let input = String::from_utf8_lossy(&bytes);
        let is_well_formed = result.unwrap_or_else(|_| panic!("seed {}: panic on\n{input}", seed + i as u64));
        assert!(started.elapsed() < SMALL_INPUT_TIME, "seed {}: slow on\n{input}", seed + i as u64);
        well_formed += usize::from(is_well_formed);
    }
    // A generator whose inputs are all garbage tests the first error only.
    assert!(well_formed * 50 > count, "only {well_formed} of {count} inputs were well-formed");
}

#[test]
fn random_bytes_never_panic() {
    let mut random = Rng::with_seed(7);
    for _ in 0..2_000 {
        let length = below(&mut random, 200);
        let bytes: Vec<u8> = (0..length).map(|_| random.u8(..128)).collect();
        exercise(&bytes);
    }
}

fn repeated(prefix: &str, piece: &str, bytes: usize) -> String {
    format!("{prefix}{}", piece.repeat(bytes / piece.len()))
}

fn time_to_parse(text: &str) -> Duration {
    let started = Instant::now();
    parse(text, SourceId(0));
    started.elapsed()
}

#[test]
fn a_megabyte_of_brackets_is_quick() {
    for piece in ["(", "-", "- ", "[", "{", "!", "f>n;1 ", "\nf>n;1"] {
        for prefix in ["", "f>n;"] {
            let took = time_to_parse(&repeated(prefix, piece, 1 << 20));
            assert!(took < Duration::from_secs(3), "{took:?} for {piece:?}");
        }
    }
}

/// A scan that is quadratic in the number of tokens takes longer than the limit.
#[test]
fn long_repetitions_are_quick() {
    let prefixes = ["", "f>n;", "f x:", "f>n;x=", "f>n;f ", "f>n;?x{", "f>n;["];
    let pieces = [
        "^",
        "+",
        "+ a ",
        "a + ",
        "?? a ",
        "?x{1:",
        "?",
        ">x 0{",
        "(x:n>",
        "@i x{",
        "f ",
        "abs ",
        "f -a b ",
        "f +",
        ">>g ",
        ".a",
        "{a;",
        "a:",
        "L ",
        "F (",
        "S ",
        "x=",
        ";",
        "\n",
        "\n f",
        "type a{",
        "use \"a\"\n",
        "alias a ",
        "\"",
        "\\",
        "1",
        "1.",
        "x-",
        "?? ",
        ")]}",
        "([{",
        "([{}])",
        "(a > ",
        "[a,",
        "x.0",
        "a ?? ",
        "f>n;) ",
        "f! ",
        "$",
    ];
    for prefix in prefixes {
        for piece in pieces {
            let took = time_to_parse(&repeated(prefix, piece, 1 << 18));
            assert!(took < Duration::from_secs(3), "{took:?} for {prefix:?} and then {piece:?}");
        }
    }
}

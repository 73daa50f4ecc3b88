//! Damaged programs: the checker answers for whatever tree the parser makes of them, and never panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use ilo4_syntax::{Source, parse_program};

use crate::blocks::{self, MAIN};

/// Deep programs recurse deeply in a debug build; a program's own stack is the business of whoever calls the checker.
const STACK_BYTES: usize = 64 << 20;

/// A small generator of numbers (SplitMix64), so that a failure can be repeated from its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}

/// A text cut into pieces of the kinds that tokens have.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut joins = false;
    for c in text.chars() {
        let is_word = c.is_alphanumeric() || matches!(c, '-' | '"' | '.');
        match pieces.last_mut() {
            Some(last) if is_word && joins => last.push(c),
            _ => pieces.push(c.to_string()),
        }
        joins = is_word;
    }
    pieces
}

fn damage(random: &mut Random, programs: &[Vec<String>]) -> String {
    let mut program = programs[random.below(programs.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(program.len());
        let other = &programs[random.below(programs.len())];
        match random.below(5) {
            0 => drop(program.remove(at)),
            1 => program.insert(at, other[random.below(other.len())].clone()),
            2 => program[at] = other[random.below(other.len())].clone(),
            3 => {
                let with = random.below(program.len());
                program.swap(at, with);
            }
            _ => {
                let end = (at + 1 + random.below(12)).min(program.len());
                let copied = program[at..end].to_vec();
                program.splice(at..at, copied);
            }
        }
        if program.is_empty() {
            break;
        }
    }
    program.concat()
}

fn check_one(text: &str) {
    let parsed = parse_program(Source { name: MAIN.into(), text: text.into() }, None);
    let checked = ilo4_check::check(&parsed.program);
    let has_error = checked.diagnostics.iter().any(|d| d.is_error());
    assert_eq!(checked.program.is_none(), has_error);
    if let Some(mut program) = checked.program {
        ilo4_check::last_use::mark(&mut program);
        assert!(ilo4_check::print::print(&program).len() >= program.functions.len());
    }
}

#[test]
fn damaged_programs_are_answered() {
    let programs: Vec<Vec<String>> =
        blocks::all().iter().map(|block| pieces(&block.files[MAIN])).filter(|p| !p.is_empty()).collect();
    let inputs = std::env::var("ILO4_FUZZ_INPUTS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let run = move || {
        for seed in 0..inputs {
            let text = damage(&mut Random(seed), &programs);
            let answered = catch_unwind(AssertUnwindSafe(|| check_one(&text)));
            assert!(answered.is_ok(), "seed {seed}:\n{text}");
        }
    };
    thread::Builder::new().stack_size(STACK_BYTES).spawn(run).expect("a thread").join().expect("no failure");
}

#[test]
fn deep_and_long_programs_are_answered() {
    let texts = [
        format!("f x:n>n;{}x{}\n", "(".repeat(200), ")".repeat(200)),
        format!("f x:n>n;{}x\n", "-1 ".repeat(200)),
        format!("f x:n>n;x{}\n", "+x".repeat(5_000)),
        format!("f x:n>_;{}x\n", "x=[x];".repeat(5_000)),
        format!("f x:n>_;{}x\n", "x=~x;".repeat(5_000)),
        format!("f x:n>n;{}{}\n", "@i 0..2{".repeat(100), "}".repeat(100)),
        format!("f x:n>n;?x{{{}_:1}}\n", "1:2;".repeat(1_000)),
        format!("f x:n>n;{}x\n", "g=(y:n>n;+x y);".repeat(2_000)),
        (0..40).map(|i| format!("alias a{i} R a{} a{}\n", i + 1, i + 1)).collect::<String>() + "f x:a0>n;1\n",
        (0..2_000).map(|i| format!("alias a{i} L a{}\n", i + 1)).collect::<String>() + "f x:a0>n;1\n",
    ];
    let run = move || texts.iter().for_each(|text| check_one(text));
    thread::Builder::new().stack_size(STACK_BYTES).spawn(run).expect("a thread").join().expect("no failure");
}

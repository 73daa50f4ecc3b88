//! `ilo4 fmt` as a command, and what formatted programs do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn ilo4(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ilo4")).args(args).output().expect("ilo4 starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A file with this text in a directory that lives as long as the first component.
fn file(program: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("a.ilo");
    fs::write(&path, program).expect("a file");
    (directory, path)
}

#[test]
fn it_prints_one_of_two_forms() {
    let (_directory, path) = file("f x:n>n;y=+x 1;y -- c\n");
    let path = path.to_str().expect("UTF-8");
    assert_eq!(text(&ilo4(&["fmt", path]).stdout), "f x:n>n\n  y=+x 1\n  y  -- c\n");
    assert_eq!(text(&ilo4(&["fmt", path, "--dense"]).stdout), "f x:n>n;y=+x 1;y\n");
}

#[test]
fn it_rewrites_and_checks() {
    let (_directory, path) = file("f x:n>n;y=+x 1;y");
    let name = path.to_str().expect("UTF-8");
    let before = ilo4(&["fmt", "--check", name]);
    assert_eq!((before.status.code(), text(&before.stdout)), (Some(1), format!("{name}\n")));
    assert_eq!(ilo4(&["fmt", "--write", name]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&path).expect("the file"), "f x:n>n\n  y=+x 1\n  y\n");
    assert_eq!(ilo4(&["fmt", "--check", name]).status.code(), Some(0));
}

#[test]
fn it_leaves_alone_what_is_no_program() {
    let (_directory, path) = file("f>n;(1");
    let rejected = ilo4(&["fmt", "--write", path.to_str().expect("UTF-8")]);
    assert_eq!(rejected.status.code(), Some(2));
    assert!(text(&rejected.stderr).starts_with("error[ILO-P004]"));
    assert_eq!(fs::read_to_string(&path).expect("the file"), "f>n;(1");
}

/// A program of the corpus with one invocation that needs no shell to be read.
struct Sample {
    place: PathBuf,
    program: String,
    args: Vec<String>,
}

fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus"), &mut samples);
    let step = samples.len() / 60;
    assert!(step > 1, "only {} programs with plain arguments found", samples.len());
    samples.into_iter().step_by(step).collect()
}

fn collect(folder: &Path, samples: &mut Vec<Sample>) {
    let entries = fs::read_dir(folder).expect("the corpus");
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let is_slow = path.ends_with("perf") || path.ends_with("deep") || path.ends_with("guests");
        if path.is_dir() && !is_slow {
            collect(&path, samples);
        } else if path.extension().is_some_and(|extension| extension == "ilo")
            && let Ok(program) = fs::read_to_string(&path)
        {
            samples.extend(sample(path, program));
        }
    }
}

fn sample(place: PathBuf, program: String) -> Option<Sample> {
    let run = program.lines().find_map(|line| line.strip_prefix("-- run: "))?;
    let is_plain = !run.contains(['\'', '"', '\\', '{']) && !program.contains("use \"");
    let is_repeatable =
        !["-- file", "-- stdin", "now", "rnd", "-- env"].iter().any(|word| program.contains(word));
    let args = run.split_whitespace().map(str::to_owned).collect();
    (is_plain && is_repeatable).then_some(Sample { place, program, args })
}

/// Status, output, and which diagnostics: their places move.
fn behaviour(program: &str, args: &[String]) -> (Option<i32>, String, Vec<String>) {
    let (_directory, path) = file(program);
    let path = path.to_str().expect("UTF-8");
    let mut all = vec!["run", "--engine", "tree", path];
    all.extend(args.iter().map(String::as_str));
    let output = ilo4(&all);
    let errors = text(&output.stderr);
    let heads = errors.lines().filter(|line| line.starts_with(['e', 'w', '^'])).map(str::to_owned);
    (output.status.code(), text(&output.stdout), heads.collect())
}

#[test]
fn formatted_programs_do_the_same() {
    for Sample { place, program, args } in samples() {
        let expected = behaviour(&program, &args);
        for form in [&["fmt"][..], &["fmt", "--dense"]] {
            let name = place.to_str().expect("UTF-8");
            let formatted = ilo4(&[form, &[name]].concat());
            if formatted.status.code() == Some(0) {
                assert_eq!(behaviour(&text(&formatted.stdout), &args), expected, "{form:?} {name}");
            } else {
                assert_eq!(expected.0, Some(2), "{name}: {}", text(&formatted.stderr));
            }
        }
    }
}

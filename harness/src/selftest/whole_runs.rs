//! Checks that need a configuration, a corpus and a run.

use std::path::Path;
use std::process::Command;

use crate::record::RunRecord;
use crate::verdict::{Verdict, groups_text};
use crate::villain::VILLAIN_ARGUMENT;

/// A check by name: gets the path of this executable.
type WholeRun = fn(&str) -> Result<(), String>;

pub const CHECKS: &[(&str, WholeRun)] = &[
    ("one wrong byte fails", wrong_byte),
    ("an engine that differs is named", odd_engine),
    ("a flickering engine is unmasked", flicker),
    ("every cell starts in a clean place", litter),
    ("no case at all is a failure", no_case),
    ("a missing engine is an error, and the others run", missing_engine),
];

/// A corpus with one case and engines that ignore it; returns the exit code and the record.
fn run(
    program: &str,
    case: &str,
    engines: &[(&str, &str)],
    options: &[&str],
) -> Result<(i32, RunRecord), String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let root = directory.path();
    write(root, "cases/a.txt", case)?;
    let mut config = "[suite.s]\nroot = \"cases\"\ninclude = [\"*.txt\"]\ncomment = \"#\"\n".to_string();
    for (name, words) in engines {
        let words = words.replace("ROOT", &root.to_string_lossy());
        let words: Vec<String> = words.split(' ').map(|word| format!("{word:?}")).collect();
        let start = if words[0].contains('/') {
            String::new()
        } else {
            format!("{program:?}, {VILLAIN_ARGUMENT:?}, ")
        };
        config.push_str(&format!("[engine.{name}]\nrun = [{start}{}]\n", words.join(", ")));
    }
    write(root, "parallax.toml", &config)?;
    let config = root.join("parallax.toml");
    let output = Command::new(program)
        .arg("run")
        .arg("--config")
        .arg(&config)
        .args(options)
        .env("CI", "1")
        .output()
        .map_err(|error| error.to_string())?;
    let record = RunRecord::read(&root.join("target/parallax/last/run.json"))
        .map_err(|message| format!("{message}: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok((output.status.code().unwrap_or(-1), record))
}

fn write(root: &Path, name: &str, text: &str) -> Result<(), String> {
    let path = root.join(name);
    let parent = path.parent().unwrap_or(root);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|error| error.to_string())
}

fn check(code: i32, record: &RunRecord, expected: i32, verdicts: &[(&str, Verdict)]) -> Result<(), String> {
    let cells = record.suites.iter().flat_map(|suite| &suite.cases).flat_map(|case| &case.cells);
    let found: Vec<(&str, Verdict)> = cells.map(|(engine, cell)| (engine.as_str(), cell.verdict)).collect();
    if code == expected && found == verdicts {
        return Ok(());
    }
    Err(format!("exit {expected} and {verdicts:?} expected; exit {code} and {found:?} found"))
}

fn wrong_byte(program: &str) -> Result<(), String> {
    let (code, record) =
        run(program, "# main:\n# out: hello\n", &[("a", "say hello"), ("b", "say hellp")], &[])?;
    check(code, &record, 1, &[("a", Verdict::Pass), ("b", Verdict::Fail)])
}

fn odd_engine(program: &str) -> Result<(), String> {
    let engines = [("a", "exit 1"), ("b", "exit 1"), ("c", "exit 0")];
    let (code, record) = run(program, "# main:\n# silent\n# exit: 1\n", &engines, &[])?;
    check(code, &record, 1, &[("a", Verdict::Pass), ("b", Verdict::Pass), ("c", Verdict::Fail)])?;
    let groups = groups_text(&record.suites[0].cases[0].groups);
    if groups == "c ≠ a = b" { Ok(()) } else { Err(format!("grouped as {groups}")) }
}

fn flicker(program: &str) -> Result<(), String> {
    let engines = [("a", "flicker ROOT/count")];
    let (code, record) = run(program, "# main:\n# out: steady\n", &engines, &["--audit", "1"])?;
    check(code, &record, 1, &[("a", Verdict::Nondet)])
}

fn litter(program: &str) -> Result<(), String> {
    let clean = "# main:\n# out: 0\n# out: 0\n";
    let engines = [("a", "litter"), ("b", "litter")];
    let (code, record) = run(program, clean, &engines, &["--audit", "1"])?;
    check(code, &record, 0, &[("a", Verdict::Pass), ("b", Verdict::Pass)])
}

fn no_case(program: &str) -> Result<(), String> {
    let (code, record) = run(program, "# no-case: nothing here\n", &[("a", "say x")], &[])?;
    check(code, &record, 4, &[])
}

fn missing_engine(program: &str) -> Result<(), String> {
    let engines = [("a", "/nonexistent/engine"), ("b", "say hello")];
    let (code, record) = run(program, "# main:\n# out: hello\n", &engines, &[])?;
    check(code, &record, 3, &[("a", Verdict::Error), ("b", Verdict::Pass)])?;
    if record.is_full() { Err("such a run counts as full".into()) } else { Ok(()) }
}

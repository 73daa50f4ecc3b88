//! `ilo4 build` and the executables that it makes.

use super::sandbox::{ILO4, Said, Sandbox};

const ADD: &str = "add a:n b:n>n;+a b\nmain>n;add 1 2\n";
const TWO: &str = "f>n;1\ng x:n>n;*x 2\n";

#[test]
fn one_function_is_the_entry() {
    let sandbox = Sandbox::with("a.ilo", "double x:n>n;*x 2\n");
    sandbox.expect(0, &["build", "a.ilo", "-o", "a"]).prints("");
    sandbox.start("a", &["21"]).prints("42\n");
    sandbox.start("a", &["--", "-5"]).prints("-10\n");
    let said = sandbox.start("a", &["1", "2"]);
    assert_eq!(said.code, 1);
    said.complains(&["error[ILO-R004]: double: expected 1 args, got 2"]);
}

#[test]
fn main_is_the_entry_where_there_are_several() {
    let sandbox = Sandbox::with("a.ilo", ADD);
    sandbox.expect(0, &["build", "a.ilo", "-o", "a"]);
    sandbox.start("a", &[]).prints("3\n");
}

#[test]
fn a_named_function_is_the_entry() {
    let sandbox = Sandbox::with("two.ilo", TWO);
    sandbox.expect(0, &["build", "two.ilo", "g", "-o", "g"]);
    sandbox.start("g", &["4"]).prints("8\n");
    sandbox.expect(0, &["compile", "two.ilo", "f", "-o", "f"]);
    sandbox.start("f", &[]).prints("1\n");
    sandbox.expect(0, &["build", "-o", "first", "two.ilo", "g"]);
    sandbox.start("first", &["5"]).prints("10\n");
}

#[test]
fn without_a_clear_entry_nothing_is_built() {
    let sandbox = Sandbox::with("two.ilo", TWO);
    sandbox.expect(2, &["build", "two.ilo", "-o", "x"]).complains(&["error[ILO-E801]", "f, g"]);
    sandbox.expect(2, &["build", "two.ilo", "h", "-o", "x"]).complains(&["error[ILO-E801]", "`h`", "f, g"]);
    sandbox.write("bad.ilo", "f>n;y\n");
    sandbox.expect(2, &["build", "bad.ilo", "-o", "x"]).complains(&["error[ILO-T004]"]);
    assert_eq!(sandbox.names(), ["bad.ilo", "two.ilo"]);
}

#[test]
fn any_entry_lets_the_first_argument_choose() {
    let sandbox = Sandbox::with("a.ilo", ADD);
    sandbox.expect(0, &["build", "a.ilo", "--any-entry", "-o", "a"]);
    sandbox.start("a", &["add", "3", "4"]).prints("7\n");
    sandbox.start("a", &[]).prints("3\n");
    let said = sandbox.start("a", &["sub", "3", "4"]);
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    said.complains(&["error[ILO-R002]", "`sub`", "add, main"]);
    sandbox.expect(2, &["build", "a.ilo", "add", "--any-entry", "-o", "b"]).complains(&["--any-entry"]);
}

#[test]
fn it_builds_from_any_directory_and_needs_no_file_afterwards() {
    let sandbox = Sandbox::new();
    sandbox.write("source/lib/double.ilo", "double x:n>n;*x 2\n");
    sandbox.write("source/main.ilo", "use \"lib/double.ilo\"\nmain x:n>n;double x\n");
    sandbox.write("elsewhere/here", "");
    let mut build = sandbox.command(ILO4);
    build.current_dir(sandbox.path("elsewhere"));
    build.args(["build", "../source/main.ilo", "--any-entry", "-o", "../out"]);
    Said::of(&mut build).prints("");
    std::fs::remove_dir_all(sandbox.path("source")).expect("it exists");
    // What is left is one file: no object, no private directory.
    assert_eq!(sandbox.names(), ["elsewhere", "out"]);
    let alone = Sandbox::new();
    std::fs::rename(sandbox.path("out"), alone.path("out"))
        .or_else(|_| std::fs::copy(sandbox.path("out"), alone.path("out")).map(drop))
        .expect("the executable moves");
    Said::of(alone.command(alone.path("out")).env_clear().args(["main", "21"])).prints("42\n");
    assert_eq!(alone.names(), ["out"]);
}

#[test]
fn a_fault_shows_the_source_that_is_gone() {
    let sandbox = Sandbox::with("a.ilo", "f x:n>n;/1 x\n");
    let interpreted = sandbox.expect(1, &["run", "a.ilo", "f", "0"]);
    sandbox.expect(0, &["build", "a.ilo", "-o", "a"]);
    std::fs::remove_file(sandbox.path("a.ilo")).expect("it exists");
    let compiled = sandbox.start("a", &["0"]);
    assert_eq!(compiled.code, 1);
    assert_eq!(compiled.stderr, interpreted.stderr);
    compiled.complains(&["error[ILO-R003]", "a.ilo:1:"]);
}

#[test]
fn warnings_come_with_the_build_or_with_the_run() {
    let sandbox = Sandbox::with("w.ilo", WARNS);
    let warning = sandbox.expect(0, &["check", "w.ilo"]).stderr;
    assert!(warning.starts_with("warning["), "{warning}");
    assert_eq!(sandbox.expect(0, &["build", "w.ilo", "-o", "w"]).stderr, warning);
    let deferred = sandbox.expect(0, &["build", "w.ilo", "--defer-warnings", "-o", "w"]);
    assert_eq!(deferred.stderr, "");
    assert_eq!(sandbox.start("w", &[]).stderr, warning);
}

/// The smallest program that is warned of.
const WARNS: &str = "f>n;x=[1 2];+=x 3;len x\n";

#[test]
fn an_output_that_cannot_be_is_named() {
    let sandbox = Sandbox::with("a.ilo", ADD);
    sandbox.write("directory/file", "");
    for output in ["nowhere/a", "directory", "a.ilo/x", "."] {
        let said = sandbox.expect(1, &["build", "a.ilo", "-o", output]);
        said.complains(&["error: ", output, "cannot be written"]);
    }
    assert_eq!(sandbox.names(), ["a.ilo", "directory"]);
    sandbox.expect(2, &["build", "a.ilo"]).complains(&["--output"]);
}

#[test]
fn an_older_executable_is_replaced_only_by_a_finished_one() {
    let sandbox = Sandbox::with("a.ilo", "f>n;1\n");
    sandbox.expect(0, &["build", "a.ilo", "-o", "a"]);
    sandbox.write("a.ilo", "f>n;oops\n");
    sandbox.expect(2, &["build", "a.ilo", "-o", "a"]);
    sandbox.start("a", &[]).prints("1\n");
    sandbox.write("a.ilo", "f>n;2\n");
    sandbox.expect(0, &["build", "a.ilo", "-o", "a"]);
    sandbox.start("a", &[]).prints("2\n");
}

#[test]
fn run_with_aot_is_build_and_start() {
    let sandbox = Sandbox::with("a.ilo", "f x:n>R n t;>x 0{~x}{^\"small\"}\ng x:n>n;/1 x\n");
    sandbox.expect(0, &["run", "--engine", "aot", "a.ilo", "f", "1"]);
    for arguments in [&["f", "-1"][..], &["f", "1"], &["g", "0"], &["g", "4"], &["h"], &["g"]] {
        let said = |engine: &str| {
            let mut all = vec!["run", "--engine", engine, "a.ilo"];
            all.extend_from_slice(arguments);
            sandbox.ilo4(&all)
        };
        let (vm, aot) = (said("vm"), said("aot"));
        assert_eq!((vm.code, &vm.stdout, &vm.stderr), (aot.code, &aot.stdout, &aot.stderr), "{arguments:?}");
    }
    assert_eq!(sandbox.names(), ["a.ilo"], "nothing is left");
}

#[test]
fn run_with_aot_writes_counters() {
    let sandbox = Sandbox::with("a.ilo", ADD);
    sandbox
        .expect(0, &["run", "--engine", "aot", "--stats", "s.json", "a.ilo", "add", "1", "2"])
        .prints("3\n");
    let stats: serde_json::Value = serde_json::from_str(&sandbox.read("s.json")).expect("JSON");
    assert_eq!((&stats["engine"], &stats["live_objects"]), (&"aot".into(), &0.into()));
    assert!(stats["calls"].as_u64() > Some(0), "{stats}");
}

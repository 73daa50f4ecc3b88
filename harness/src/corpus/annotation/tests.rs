//! What annotations mean, one rule per test.

use super::*;
use crate::config::Config;

const CONFIG: &str = r#"
[suite.s]
root = "."
include = ["*"]
comment = "--"
main = "main.x"
diag_exit = [{ pattern = "^R", exit = 1 }, { pattern = "", exit = 2 }]
[engine.a]
run = ["a"]
[engine.b]
run = ["b"]
"#;

fn read_text(text: &str) -> (Annotated, Vec<String>) {
    let config = Config::parse(std::path::Path::new("/w/parallax.toml"), CONFIG, None).unwrap();
    let text = Text {
        suite: &config.suites[0],
        file: Arc::new("f.x".into()),
        first_line: 1,
        bytes: text.as_bytes(),
    };
    let mut errors = Vec::new();
    let found = read(&text, &mut errors);
    (found, errors.iter().map(ToString::to_string).collect())
}

#[track_caller]
fn good(text: &str) -> Annotated {
    let (found, errors) = read_text(text);
    assert_eq!(errors, Vec::<String>::new());
    found
}

#[track_caller]
fn bad(text: &str, message: &str) {
    let (_, errors) = read_text(text);
    assert!(errors.iter().any(|error| error.contains(message)), "{message:?} not in {errors:?}");
}

fn expectation(text: &str) -> Expectation {
    good(text).cases.remove(0).expectation.unwrap()
}

#[test]
fn a_run_starts_a_case_and_takes_what_follows() {
    let found =
        good("p 1\n-- run: f \"k=v\" '[1,2]'\n-- out: a\n-- out:\n-- out:  b \nq\n-- main: x\n-- silent\n");
    assert_eq!(found.program, b"p 1\nq\n", "everything else is program, in order");
    assert_eq!(found.cases.len(), 2);
    let args = vec!["k=v".to_string(), "[1,2]".to_string()];
    assert_eq!(found.cases[0].invocation, Invocation::Entry { entry: "f".into(), args });
    assert_eq!(found.cases[0].line, 2);
    assert_eq!(found.cases[0].expectation.as_ref().unwrap().stdout, Stdout::Exactly(b"a\n\n b \n".to_vec()));
    assert_eq!(found.cases[1].invocation, Invocation::Main { args: vec!["x".into()] });
    assert_eq!(found.cases[1].expectation.as_ref().unwrap().stdout, Stdout::Exactly(Vec::new()));
}

#[test]
fn without_a_run_the_program_is_only_checked() {
    let found = good("p\n-- diag: T1\n");
    assert_eq!(found.cases[0].invocation, Invocation::Check);
    let found = good("p\n-- clean\n-- run: f\n-- out: 1\n");
    assert_eq!(found.cases.len(), 2);
    let check = found.cases[0].expectation.clone().unwrap();
    assert_eq!(check.stderr, [StderrRule::Clean]);
    assert_eq!(check.exit, Exit::Status(0));
    assert_eq!(check.stdout, Stdout::Any);
}

#[test]
fn exit_status_follows_from_what_is_expected() {
    assert_eq!(expectation("-- run: f\n-- err: ^x\n").exit, Exit::Status(1));
    assert_eq!(expectation("-- run: f\n-- diag: R9\n").exit, Exit::Status(1));
    assert_eq!(expectation("-- run: f\n-- diag: T9\n").exit, Exit::Status(2));
    assert_eq!(expectation("-- run: f\n-- warn: T9\n").exit, Exit::Status(0));
    assert_eq!(expectation("-- run: f\n-- out: 1\n").exit, Exit::Status(0));
    assert_eq!(expectation("-- run: f\n-- out: 1\n-- exit: 7\n").exit, Exit::Status(7));
    assert_eq!(expectation("-- run: f\n-- diag: R9\n-- exit: 3\n").exit, Exit::Status(3));
    assert_eq!(expectation("-- run: f\n-- signal: SEGV\n").exit, Exit::Signal(11));
}

#[test]
fn a_failure_that_states_no_output_has_none() {
    assert_eq!(expectation("-- run: f\n-- err: ^x\n").stdout, Stdout::Exactly(Vec::new()));
    assert_eq!(expectation("-- run: f\n-- diag: R1\n").stdout, Stdout::Exactly(Vec::new()));
    assert_eq!(expectation("-- run: f\n-- out: 1\n-- err: ^x\n").stdout, Stdout::Exactly(b"1\n".to_vec()));
    assert_eq!(expectation("-- run: f\n-- warn: W\n").stdout, Stdout::Any);
}

#[test]
fn an_error_line_is_kept_to_the_byte() {
    assert_eq!(expectation("-- run: f\n-- err: ^\n").stderr, [StderrRule::Line(b"^".to_vec())]);
    assert_eq!(expectation("-- run: f\n-- err:  x \n").stderr, [StderrRule::Line(b" x ".to_vec())]);
}

#[test]
fn files_split_the_text() {
    let found = good("-- file: lib.x\na\n-- file: main.x\nb\n-- run: f\n-- out: 1\nc\n");
    assert_eq!(found.program, b"");
    assert_eq!(found.files, [("lib.x".into(), b"a\n".to_vec()), ("main.x".into(), b"b\nc\n".to_vec())]);
    bad("-- file: ../x\n", "relative path");
    bad("-- file:\n", "relative path");
}

#[test]
fn a_block_of_output_is_many_lines() {
    let found = good("-- run: f\n-- out<<END\n-- a\n--\n--  b\n-- END\n-- exit: 3\n");
    let expected = found.cases[0].expectation.clone().unwrap();
    assert_eq!(expected.stdout, Stdout::Exactly(b"a\n\n b\n".to_vec()));
    let output = |number| (number, Part::Stdout);
    let lines = [output(2), output(3), output(4), output(5), output(6), (7, Part::Ending)];
    assert_eq!(found.cases[0].edit.lines, lines);
    bad("-- run: f\n-- out<<END\n-- a\n", "not closed");
    bad("-- run: f\n-- out<<END\nprogram\n", "not closed");
}

#[test]
fn ordinary_comments_are_program_text() {
    let text = "-- a comment\n-- note: this\n--run: glued\n-- see: that\n   -- comment: deep\nx -- out: no\n";
    let found = good(&format!("{text}-- run: f\n-- out: 1\n"));
    assert_eq!(found.program, text.as_bytes());
}

#[test]
fn a_misspelt_annotation_is_an_error_with_its_line() {
    bad("x\n-- otu: 1\n", "f.x:2: `otu:` is not an annotation; did you mean `out`?");
    bad("-- rnu: 1\n", "did you mean `run`?");
    bad("-- timeuot: 1s\n", "did you mean `timeout`?");
    bad("-- silent: yes\n", "did you mean `silent`?");
    bad("-- scale: f n=1k\n", "needs an entry and at least four");
    bad("-- scale: f big\n", "needs an entry and at least four");
    bad("-- scale: f n=1,2,3,4\n-- out: x\n", "states a growth");
    let text = "-- run: f\n-- out: 1\n-- scale: f n=1k,2k,4k,8k\n-- xfail: all later\n";
    let cases = good(text).cases;
    assert!(matches!(cases[1].invocation, Invocation::Scale(_)));
    assert_eq!((cases[0].xfail.len(), cases[1].xfail.len()), (0, 1), "each setting belongs to its case");
}

#[test]
fn dangling_and_contradicting_annotations_are_errors() {
    bad("-- run: f\n", "expects nothing");
    bad("-- run:\n-- out: 1\n", "needs the name of an entry");
    bad("-- run: f 'x\n-- out: 1\n", "not closed");
    bad("-- run: f\n-- silent\n-- out: 1\n", "contradict");
    bad("-- stdin: x\n", "before any `run:`");
    bad("-- name: x\n", "before the case");
    bad("-- run: f\n-- exit: 300\n", "0 to 255");
    bad("-- run: f\n-- diag: A\n-- diag: B\n", "second `diag:`");
    bad("-- run: f\n-- out: 1\n-- timeout: soon\n", "not a duration");
}

#[test]
fn exceptions_need_known_engines_and_a_reason() {
    let found =
        good("-- skip: a no network\n-- run: f\n-- out: 1\n-- xfail: a,b later\n-- run: g\n-- out: 2\n");
    assert!(found.cases[0].xfail[0].covers("b"));
    assert_eq!(found.cases[0].xfail[0].reason, "later");
    assert!(found.cases[1].xfail.is_empty());
    assert!(found.cases.iter().all(|case| case.skip[0].covers("a") && !case.skip[0].covers("b")));
    bad("-- run: f\n-- out: 1\n-- skip: a\n", "a reason");
    bad("-- run: f\n-- out: 1\n-- xfail: z because\n", "not an engine");
}

#[test]
fn settings_before_the_first_run_hold_for_all_cases() {
    let found =
        good("-- tags: slow, io\n-- env: K=v=w\n-- timeout: 3s\n-- run: f\n-- out: 1\n-- tags: more\n");
    let case = &found.cases[0];
    assert_eq!(case.tags, ["slow", "io", "more"]);
    assert_eq!(case.env, [("K".to_string(), "v=w".to_string())]);
    assert_eq!(case.timeout, Some(Duration::from_secs(3)));
}

#[test]
fn names_stdin_and_permitted_answers() {
    let found = good("-- run: f\n-- name: two-ways\n-- stdin: a\n-- stdin: b\n-- oneof: 1\n-- oneof: 2\n");
    assert_eq!(found.names, [Some("two-ways".to_string())]);
    assert_eq!(found.cases[0].stdin.as_deref(), Some(&b"a\nb\n"[..]));
    let permitted = vec![b"1\n".to_vec(), b"2\n".to_vec()];
    assert_eq!(found.cases[0].expectation.as_ref().unwrap().stdout, Stdout::OneOf(permitted));
}

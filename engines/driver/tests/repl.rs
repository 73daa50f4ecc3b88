//! `ilo4 repl` with its input piped: what a session answers.

use std::io::Write;
use std::process::{Command, Stdio};

/// Standard output and standard error of a session with this input.
fn session(options: &[&str], input: &str) -> (String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ilo4"))
        .arg("repl")
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ilo4 starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("the session reads");
    let output = child.wait_with_output().expect("the session ends");
    assert_eq!(output.status.code(), Some(0));
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr))
}

#[track_caller]
fn check(input: &str, expected: &str) {
    assert_eq!(session(&[], input), (expected.to_owned(), String::new()));
}

/// The input's answers, and the first line of what is complained about.
#[track_caller]
fn check_complaint(input: &str, expected: &str, complaint: &str) {
    let (out, err) = session(&[], input);
    assert_eq!((&*out, err.lines().next().unwrap_or("")), (expected, complaint));
}

#[test]
fn each_entry_has_one_answer() {
    check("+1 2\n\n-- nothing\n\"a\"\n[1 \"x\"]\n-5\n", "3\na\n[1, x]\n-5\n");
}

#[test]
fn declarations_are_added_and_replaced() {
    check("dbl x:n>n;*x 2\n+dbl 3 dbl 4\ndbl x:n>n;*x 3\ndbl 4\n", "14\n12\n");
    check("type pt{x:n;y:n} total p:pt>n;+p.x p.y\ntotal (pt x:1 y:2)\n", "3\n");
    // The new `a` needs `b`, which was declared after the old one.
    check("a x:n>n;x\nb x:n>n;*x 2\na x:n>n;+b x b x\na 1\n", "4\n");
}

#[test]
fn a_wrong_declaration_changes_nothing() {
    let complaint = "error[ILO-T008]: the result is declared as `t`, but the body yields a number";
    check_complaint("f x:n>n;x\nf x:n>t;x\nf 1\n", "1\n", complaint);
    // Also not if only a binding minds.
    let complaint = "error[ILO-T006]: `f` takes 2 arguments, but 1 stands here";
    check_complaint("f x:n>n;x\na=f 1\nf x:n y:n>n;+x y\na\n", "1\n1\n", complaint);
}

#[test]
fn bindings_persist_and_follow_the_functions() {
    check("a=5\nb=+a 1;c=[a b]\nc\n", "5\n[5, 6]\n[5, 6]\n");
    check("s=0\n@i 0..4{s=+s i}\ns\n", "0\n6\n");
    check("f>n;1\na=f()\nf>n;2\na\n", "1\n2\n");
    check("type pt{x:n;y:n}\n{x;y}=pt x:1 y:2\ny\n", "[1, 2]\n2\n");
    assert_eq!(session(&[], "e=^\"bad\"\ne\n").1, "^bad\n^bad\n");
}

#[test]
fn what_cannot_be_repeated_is_not_kept() {
    let note = "note: not kept, because `prnt` may do something else each time; :help says more";
    check_complaint("p=prnt 3\n", "3\n3\n", note);
    check_complaint("show x:n>n;prnt x\np=show 3\n7\n", "3\n3\n7\n", note);
    check_complaint(
        "a=1;ret 5\n",
        "5\n",
        "note: not kept, because it may leave before its end; :help says more",
    );
    // A fault is reported once and binds nothing.
    let fault = "error[ILO-R009]: `at`: index 7 is out of range";
    check_complaint("a=at [1] 7\n5\n", "5\n", fault);
    assert!(session(&[], "a=at [1] 7\na\n").1.contains("error[ILO-T004]"));
}

#[test]
fn entries_may_have_several_lines() {
    check("f x:n>n;\\\ny=*x x;\n+y 1\nf 3\n", "10\n");
    check("[1\n2]\n\"a\nb\"\n=1 1{\n7\n}\n", "[1, 2]\na\nb\n7\n");
    check("f x:n>n;\nx;\n\nf 4\n", "4\n");
    check("(+1\n2)", "3\n");
    check("f x:n>n\n  y=*x x\n  +y 1\n\nf 3\n", "10\n");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let (out, err) = session(&[], "+ 1 \"x\"\n2\n");
    assert_eq!(out, "2\n");
    let (head, excerpt) = err.split_once('\n').expect("more than one line");
    assert!(head.starts_with("error[ILO-T009]"), "{err}");
    assert!(excerpt.starts_with(" --> <session>:2:3\n  |\n2 |   + 1 \"x\"\n  |   ^^^^^^^\n"), "{err}");
    check_complaint(
        "x=1;h>n;2\n",
        "",
        "error[ILO-P001]: statements and declarations cannot be mixed in one entry",
    );
    check_complaint("f x:n>n;(x\n\n1\n", "1\n", "error[ILO-P004]: expected `)`, found the end of the file");
}

#[test]
fn types_are_shown_without_running() {
    check("f x:n>L n;prnt [x]\na=7\n:type f a\n:type fmt \"{}\" a\n", "7\nL n\nt\n");
    check_complaint(":type {\n", "", "error[ILO-P004]: expected `}`, found the end of the file");
}

#[test]
fn every_engine_runs_entries() {
    for engine in ["tree", "vm", "jit", "aot"] {
        assert_eq!(session(&["--engine", engine], "a=2\n*a 21\n:engine\n").0, format!("2\n42\n{engine}\n"));
    }
    check(":engine jit\n+1 1\n:engine\n", "2\njit\n");
}

#[test]
fn every_stage_can_be_seen_for_the_whole_or_a_function() {
    let declared = "f x:n>n;+x 1\ng x:n>n;*x 2\n";
    for stage in ["tokens", "ast", "hir", "mir", "bytecode", "clif", "asm"] {
        let all = session(&[], &format!("{declared}:emit {stage}\n")).0;
        let one = session(&[], &format!("{declared}:emit {stage} g\n")).0;
        assert!(!one.is_empty() && one.len() < all.len(), "{stage}:\n{all}\n{one}");
    }
    let mir = session(&[], &format!("{declared}:emit mir g\n")).0;
    assert!(mir.starts_with("fn g(") && !mir.contains("fn f("), "{mir}");
    check_complaint(":emit mir nope\n", "", "error: the session declares no function `nope`");
    check_complaint(":emit c\n", "", "error: `c` is none of tokens, ast, hir, mir, bytecode, clif, asm");
}

#[test]
fn a_session_can_be_listed_forgotten_and_left() {
    check("f x:n>n;y=x;y\na=f 1\n:list\n:reset\n:list\n:quit\n5\n", "1\nf x:n>n\n  y=x\n  y\n\na=f 1\n");
    assert!(session(&[], ":help\n").0.contains(":emit STAGE [FUNC]"));
}

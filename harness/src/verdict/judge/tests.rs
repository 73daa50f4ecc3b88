//! Verdicts, from hand-made executions.

use super::*;
use crate::config::Config;
use crate::corpus::{Edit, Exception, Invocation};
use crate::exec::Usage;

fn case() -> Case {
    Case {
        name: "c".into(),
        program: 0,
        line: 1,
        invocation: Invocation::Check,
        stdin: None,
        env: Vec::new(),
        timeout: None,
        expectation: Some(Expectation {
            stdout: Stdout::Exactly(b"1\n".to_vec()),
            exit: Exit::Status(0),
            stderr: Vec::new(),
        }),
        normalize: Vec::new(),
        tags: Vec::new(),
        skip: Vec::new(),
        xfail: Vec::new(),
        notes: Vec::new(),
        edit: Edit::default(),
    }
}

fn ran_to(ending: Ending, stdout: &str, stderr: &str) -> Attempt {
    let execution = Execution {
        ending,
        limit: None,
        stdout: stdout.into(),
        stderr: stderr.into(),
        stdout_total: 0,
        stderr_total: 0,
        usage: Usage::default(),
        leaks: Vec::new(),
    };
    Attempt::Ran { execution, in_build: false, growth: None }
}

fn ok(stdout: &str) -> Attempt {
    ran_to(Ending::Exited(0), stdout, "")
}

fn limited(limit: LimitHit) -> Attempt {
    match ok("1\n") {
        Attempt::Ran { mut execution, .. } => {
            execution.limit = Some(limit);
            Attempt::Ran { execution, in_build: false, growth: None }
        }
        other => other,
    }
}

fn verdicts(case: &Case, expect: &Expect, attempts: &[Attempt]) -> (Vec<Verdict>, String) {
    let text = "[suite.s]\nroot='.'\ninclude=['*']\n[engine.e]\nrun=['e']\nrefuse={exit=77}\n";
    let config = Config::parse(std::path::Path::new("/w/p.toml"), text, None).unwrap();
    let rules = Rules::new(&config.suites[0], &config.rewrites);
    let names = ["tree", "vm", "jit", "aot"];
    let refuse = config.engines[0].refuse.as_ref();
    let seats: Vec<Seat<'_>> =
        attempts.iter().zip(names).map(|(attempt, engine)| Seat { engine, refuse, attempt }).collect();
    let found = judge(case, expect, &rules, &seats);
    (found.cells.iter().map(|cell| cell.verdict).collect(), super::super::groups_text(&found.groups))
}

use Verdict::*;

#[track_caller]
fn check(attempts: &[Attempt], expected: &[Verdict], groups: &str) {
    let (found, text) = verdicts(&case(), &Expect::Annotations, attempts);
    assert_eq!(found, expected);
    assert_eq!(text, groups);
}

#[test]
fn equal_and_expected_passes() {
    check(&[ok("1\n"), ok("1\n")], &[Pass, Pass], "tree = vm");
}

#[test]
fn the_wrong_one_fails_and_the_others_still_pass() {
    check(&[ok("1\n"), ok("2\n"), ok("1\n")], &[Pass, Fail, Pass], "vm ≠ tree = jit");
}

#[test]
fn one_byte_of_whitespace_is_wrong() {
    check(&[ok("1"), ok("1\n")], &[Fail, Pass], "tree ≠ vm");
}

#[test]
fn acceptable_but_different_diverges() {
    let noisy = ran_to(Ending::Exited(0), "1\n", "hint\n");
    check(&[ok("1\n"), ok("1\n"), noisy.clone()], &[Pass, Pass, Diverge], "jit ≠ tree = vm");
    check(&[ok("1\n"), noisy], &[Diverge, Diverge], "tree ≠ vm");
}

#[test]
fn exit_status_and_signals_count() {
    check(&[ran_to(Ending::Exited(1), "1\n", "")], &[Fail], "tree");
    check(&[ran_to(Ending::Signaled(11), "1\n", ""), ok("1\n")], &[Crash, Pass], "tree ≠ vm");
    let mut expects_abort = case();
    expects_abort.expectation.as_mut().unwrap().exit = Exit::Signal(6);
    let (found, _) =
        verdicts(&expects_abort, &Expect::Annotations, &[ran_to(Ending::Signaled(6), "1\n", "")]);
    assert_eq!(found, [Pass]);
}

#[test]
fn limits_and_refusals_have_their_own_words_and_no_vote() {
    check(&[limited(LimitHit::Wall), ok("1\n")], &[Timeout, Pass], "vm");
    check(&[limited(LimitHit::Memory)], &[Oom], "");
    check(&[limited(LimitHit::Output), limited(LimitHit::Cpu)], &[Limit, Limit], "");
    check(&[ran_to(Ending::Exited(77), "", ""), ok("1\n")], &[Refused, Pass], "vm");
    check(&[ran_to(Ending::NotStarted(2), "", ""), ok("1\n")], &[Error, Pass], "vm");
    check(&[Attempt::Skip("why".into()), Attempt::Abstain("x".into())], &[Skip, Abstain], "");
}

#[test]
fn a_stated_failure_must_fail() {
    let mut stated = case();
    stated.xfail.push(Exception { engines: Some(vec!["vm".into()]), reason: "not yet".into() });
    let (found, _) = verdicts(&stated, &Expect::Annotations, &[ok("1\n"), ok("2\n")]);
    assert_eq!(found, [Pass, Xfail]);
    let (found, _) = verdicts(&stated, &Expect::Annotations, &[ok("1\n"), ok("1\n")]);
    assert_eq!(found, [Pass, Xpass]);
    let (found, _) = verdicts(&stated, &Expect::Annotations, &[ok("1\n"), Attempt::Error("gone".into())]);
    assert_eq!(found, [Pass, Error], "a missing engine is not the stated failure");
}

#[test]
fn consensus_is_the_one_largest_group() {
    let open = Case { expectation: None, ..case() };
    let decide = |attempts: &[Attempt]| verdicts(&open, &Expect::Consensus, attempts).0;
    assert_eq!(decide(&[ok("1"), ok("2"), ok("1")]), [Pass, Diverge, Pass]);
    assert_eq!(decide(&[ok("1"), ok("2")]), [Diverge, Diverge]);
    assert_eq!(decide(&[ok("1"), limited(LimitHit::Wall), ok("1")]), [Pass, Abstain, Pass]);
    assert_eq!(decide(&[ok("1"), limited(LimitHit::Wall)]), [Error, Timeout], "one engine is no agreement");
    assert_eq!(decide(&[ok("1")]), [Error]);
}

#[test]
fn an_oracle_supplies_the_expectation() {
    let open = Case { expectation: None, ..case() };
    let decide = |attempts: &[Attempt]| verdicts(&open, &Expect::Oracle("vm".into()), attempts).0;
    assert_eq!(decide(&[ok("1"), ok("1"), ok("2")]), [Pass, Pass, Fail]);
    assert_eq!(decide(&[ok("1"), limited(LimitHit::Wall)]), [Abstain, Timeout]);
}

#[test]
fn where_answers_are_permitted_engines_may_choose() {
    let mut choice = case();
    let permitted = vec![b"1\n".to_vec(), b"2\n".to_vec()];
    choice.expectation.as_mut().unwrap().stdout = Stdout::OneOf(permitted);
    let (found, _) = verdicts(&choice, &Expect::Annotations, &[ok("1\n"), ok("2\n"), ok("3\n")]);
    assert_eq!(found, [Pass, Pass, Fail]);
}

//! Which verdict comes of what.

use crate::fixture::{Project, script, shell};

#[test]
fn equal_and_right_passes_and_one_byte_does_not() {
    let project = Project::shells();
    project.write("cases/good.t", "echo \"$1-$2\"\n# run: f 'a b'\n# out: f-a b\n");
    project.expect(0, &["run"]).says("ok: 2 planned = 2 PASS");
    project.write("cases/bad.t", "printf 'x\\n\\n'\n# main:\n# out: x\n");
    let said = project.expect(1, &["run"]);
    said.says("FAIL     s::bad.t@a,b").says("4 planned = 2 PASS + 2 FAIL").says("reproduce: ");
    assert_eq!(project.verdicts(), ["bad.t@a FAIL", "bad.t@b FAIL", "good.t@a PASS", "good.t@b PASS"]);
}

#[test]
fn the_engine_that_differs_is_named_first() {
    let odd = script("c", "echo wrong");
    let project = Project::new(&format!("{}{}{odd}", shell("a"), shell("b")));
    project.write("cases/x.t", "echo right\n# main:\n# out: right\n");
    project.expect(1, &["run"]).says("engines: c ≠ a = b").says("- right").says("+ wrong");
}

#[test]
fn free_text_must_agree_between_engines() {
    let chatty = script("c", "echo right; echo \"by the way\" >&2");
    let project = Project::new(&format!("{}{}{chatty}", shell("a"), shell("b")));
    project.write("cases/x.t", "echo right\n# main:\n# out: right\n");
    project.expect(1, &["run"]);
    assert_eq!(project.verdicts(), ["x.t@a PASS", "x.t@b PASS", "x.t@c DIVERGE"]);
}

#[test]
fn every_ending_has_its_word() {
    let project = Project::new(&format!("{}[limits]\nwall = \"300ms\"\noutput = \"64KiB\"\n", shell("a")));
    project.write("cases/crash.t", "kill -SEGV $$\n# main:\n# silent\n");
    project.write(
        "cases/flood.t",
        "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done\n# main:\n# silent\n",
    );
    project.write("cases/hang.t", "sleep 60\n# main:\n# silent\n");
    project.write("cases/signal.t", "kill -ABRT $$\n# main:\n# silent\n# signal: SIGABRT\n");
    project.write("cases/status.t", "exit 3\n# main:\n# silent\n# exit: 3\n");
    project.expect(1, &["run"]);
    let expected =
        ["crash.t@a CRASH", "flood.t@a LIMIT", "hang.t@a TIMEOUT", "signal.t@a PASS", "status.t@a PASS"];
    assert_eq!(project.verdicts(), expected);
}

#[test]
fn a_refusal_is_not_wrong_and_a_stated_failure_must_fail() {
    let project = Project::new(&format!("{}refuse = {{ exit = 77 }}\n", shell("a")));
    project.write("cases/refused.t", "exit 77\n# main:\n# out: x\n");
    project.write("cases/stated.t", "echo y\n# main:\n# xfail: a not yet\n# out: x\n");
    project.write("cases/left-out.t", "exit 1\n# main:\n# skip: all no network here\n# out: x\n");
    project.expect(0, &["run"]).says("1 REFUSED").says("1 XFAIL").says("1 SKIP");
    project.write("cases/stated.t", "echo x\n# main:\n# xfail: a not yet\n# out: x\n");
    project.expect(1, &["run"]).says("XPASS").says("not yet");
}

#[test]
fn a_configured_exception_covers_documents_without_annotations() {
    let exception = "[[suite.s.xfail]]\ncases = \"deep/*\"\nengines = [\"b\"]\nreason = \"later\"\n";
    let project = Project::new(&format!("{exception}{}{}", shell("a"), script("b", "echo no")));
    project.write("cases/deep/x.t", "echo yes\n# main:\n# out: yes\n");
    project.expect(0, &["run"]);
    assert_eq!(project.verdicts(), ["deep/x.t@a PASS", "deep/x.t@b XFAIL"]);
}

#[test]
fn a_failure_that_goes_away_is_flaky_only_where_retries_are_on() {
    let project = Project::shells();
    let count = project.path("count");
    let text = format!(
        "if [ -e {0}$PPID ] || ! : > {0}$PPID; then echo ok; fi\n# main:\n# out: ok\n",
        count.display()
    );
    project.write("cases/x.t", &text);
    project.expect(1, &["run", "-e", "a", "-j1"]);
    project.expect(0, &["run", "-e", "b", "-j1", "--retries", "2"]).says("1 FLAKY");
}

#[test]
fn consensus_needs_two() {
    let project = Project::new(&format!("{}{}{}", shell("a"), shell("b"), script("c", "exit 9")));
    let config =
        project.read("parallax.toml").replace("comment = \"#\"", "comment = \"#\"\nexpect = \"consensus\"");
    project.write("parallax.toml", &config);
    project.write("cases/x.t", "echo anything\n");
    project.expect(1, &["run"]);
    assert_eq!(project.verdicts(), ["x.t@a PASS", "x.t@b PASS", "x.t@c DIVERGE"]);
    project.expect(1, &["run", "-e", "a"]).says("no quorum");
}

#[test]
fn an_oracle_or_sidecar_files_supply_the_expectation() {
    let project = Project::new(&format!("{}{}", shell("a"), script("b", "echo other")));
    let config = project.read("parallax.toml");
    project.write("parallax.toml", &config.replace("comment = \"#\"", "expect = \"oracle:a\""));
    project.write("cases/x.t", "echo one\n");
    project.expect(1, &["run"]);
    assert_eq!(project.verdicts(), ["x.t@a PASS", "x.t@b FAIL"]);
    project.write("parallax.toml", &config.replace("comment = \"#\"", "expect = \"sidecar\""));
    project.write("cases/x.out", "other\n");
    project.expect(1, &["run"]);
    assert_eq!(project.verdicts(), ["x.t@a FAIL", "x.t@b PASS"]);
}

#[test]
fn permitted_answers_and_rewrites() {
    let rule = "[normalize.pid]\npattern = '\\d+'\nreplace = 'PID'\n";
    let project = Project::new(&format!("{}{}{rule}", shell("a"), shell("b")));
    project.write("cases/any.t", "echo tails\n# main:\n# oneof: heads\n# oneof: tails\n");
    project.write("cases/pid.t", "echo \"I am $$\"\n# main:\n# normalize: pid\n# out: I am 1\n");
    // A second look compares what is left after rewriting.
    project.expect(0, &["run", "--audit", "1"]);
}

#[test]
fn markdown_blocks_are_programs_with_names_that_last() {
    let project = Project::shells();
    let config = "[suite.doc]\nroot = \"doc\"\ninclude = [\"*.md\"]\nformat = \"markdown:sh\"\ncomment = \"#\"\nmain = \"main.t\"\n";
    project.write("parallax.toml", &format!("{config}{}", shell("a")));
    let block = "```sh\n# file: lib.t\nsay() { echo \"said $1\"; }\n# file: main.t\n. ./lib.t\nsay \"$2\"\n# run: f x\n# out: said x\n# run: f y\n# out: said y\n```\n";
    project.write("doc/a.md", &format!("# T\n## 1.1 One & two\n{block}"));
    project.expect(0, &["run"]);
    assert_eq!(project.verdicts(), ["a.md#1.1-one-two/1/1@a PASS", "a.md#1.1-one-two/1/2@a PASS"]);
    project.write("doc/a.md", &format!("# T\n\nnew\n\n## 0.9 New\n{block}\n## 1.1 One & two\n{block}"));
    project.expect(0, &["run", "a.md#1.1-one-two/1/2"]).says("1 planned = 1 PASS");
    project.expect(0, &["list", "a.md:12"]).says("a.md#0.9-new/1/1");
    let block = project.expect(0, &["list", "a.md:6"]);
    assert_eq!(block.stdout.lines().count(), 2, "the line of the fence means the whole block");
}

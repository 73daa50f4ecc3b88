//! Scoreboards cannot lie: what is written, what is refused, what shuts the gate.

use crate::fixture::Project;

fn project() -> Project {
    let project = Project::shells();
    project.write("cases/one.t", "echo 1\n# main:\n# out: 1\n");
    project.write("cases/two.t", "[ -n \"$FAULT\" ] && exit 1\necho 2\n# main:\n# out: 2\n");
    project.expect(0, &["run", "--write-scoreboards"]).says("wrote");
    project
}

const BOARD: &str = "scoreboards/s.json";

#[test]
fn a_full_run_is_written_one_line_per_case() {
    let project = project();
    let text = project.read(BOARD);
    assert!(text.contains("{\"case\":\"one.t\",\"cells\":{\"a\":\"PASS\",\"b\":\"PASS\"}},\n"), "{text}");
    project.expect(0, &["run", "--write-scoreboards", "-j1", "--seed", "7"]);
    assert_eq!(project.read(BOARD), text, "two runs, one text");
    assert!(project.read("scoreboards/s.md").contains("| a | 2 |"));
    project.expect(0, &["gate"]).says("gate: open");
}

#[test]
fn a_filtered_or_troubled_run_is_never_written() {
    let project = project();
    let before = project.read(BOARD);
    for arguments in [
        &["run", "--write-scoreboards", "--force", "one"][..],
        &["run", "--write-scoreboards", "--force", "-e", "a"],
        &["run", "--write-scoreboards", "--force", "--engine-env", "a:X=1"],
    ] {
        project.expect(5, arguments).says("not a full one");
        assert_eq!(project.read(BOARD), before, "{arguments:?}");
        project.expect(5, &["gate", "--tighten", "--force"]);
        assert_eq!(project.read(BOARD), before, "{arguments:?}, then gate");
    }
}

#[test]
fn a_planted_fault_turns_the_run_red_and_writes_nothing() {
    let project = project();
    let before = project.read(BOARD);
    let said = project.expect(1, &["run", "--engine-env", "b:FAULT=1"]);
    said.says("FAIL     s::two.t@b").says("engines: a ≠ b");
    assert_eq!(project.read(BOARD), before);
}

#[test]
fn a_lost_pass_shuts_the_gate() {
    let project = project();
    let before = project.read(BOARD);
    project.write("cases/two.t", "echo 3\n# main:\n# out: 2\n");
    project
        .expect(1, &["run", "--gate"])
        .says("lost pass: two.t@a passed before, now FAIL")
        .says("gate: shut");
    project.expect(1, &["run", "--write-scoreboards"]).says("no scoreboard was written");
    assert_eq!(project.read(BOARD), before);
    project.expect(1, &["diff", BOARD, "target/parallax/last/run.json"]).says("lost pass");
    project.expect(0, &["run", "--write-scoreboards", "--force"]);
    assert_ne!(project.read(BOARD), before);
    project.expect(0, &["run", "--gate"]).says("gate: open");
}

#[test]
fn a_vanished_case_shuts_the_gate_and_a_new_pass_does_not() {
    let project = project();
    project.write("cases/three.t", "echo 3\n# main:\n# out: 3\n");
    project.expect(0, &["run", "--gate"]).says("new pass: three.t@a is new and passes");
    project.expect(0, &["gate", "--tighten"]);
    std::fs::remove_file(project.path("cases/one.t")).unwrap();
    project.expect(1, &["run", "--gate"]).says("vanished case: one.t");
}

#[test]
fn a_vanished_suite_or_engine_shuts_the_gate() {
    let project = project();
    let config = project.read("parallax.toml");
    project.write("parallax.toml", &config[..config.find("[engine.b]").unwrap()]);
    project.expect(1, &["run", "--gate"]).says("fewer engines: b");
    project.write("parallax.toml", &config.replace("[suite.s]", "[suite.other]"));
    project.expect(1, &["run", "--gate"]).says("vanished suite: s");
}

#[test]
fn a_stale_run_is_not_gated() {
    let project = project();
    project.write("cases/one.t", "echo 1\n# main:\n# out: 1\n# main: x\n# out: 1\n");
    project.expect(5, &["gate"]).says("has changed since that run");
}

#[test]
fn a_foreign_scoreboard_is_refused_and_kept() {
    let project = project();
    let spoiled = project.read(BOARD).replace("\"PASS\":2", "\"PASS\":3");
    project.write(BOARD, &spoiled);
    project.expect(2, &["run", "--write-scoreboards", "--force"]).says("totals do not agree");
    assert_eq!(project.read(BOARD), spoiled);
}

//! Growth: each planted cliff raises its own alarm and no other, and honest engines raise none.

use crate::fixture::{BINARY, Project};

const SCALE: &str = "# scale: f n=2k,4k,8k,16k,32k expect<=1.15\n";

/// An engine that is a villain of the given kind, with counters.
fn engine(name: &str, kind: &str) -> String {
    let command = format!("[{BINARY:?}, \"__villain\", \"grow\", {kind:?}, \"{{args}}\"");
    format!("[engine.{name}]\nrun = {command}]\n[engine.{name}.counters]\nrun = {command}, \"{{stats}}\"]\n")
}

fn project(engines: &[(&str, &str)]) -> Project {
    let engines: String = engines.iter().map(|(name, kind)| engine(name, kind)).collect();
    let project = Project::new(&format!("cases = \"scale\"\n{engines}"));
    project.write("cases/x.t", SCALE);
    project
}

/// Runs an honest engine and one of the given kind; only that one fails, and only for `measure`.
#[track_caller]
fn raises_only(kind: &str, measure: &str) {
    let project = project(&[("good", "linear"), ("bad", kind)]);
    let said = project.expect(1, &["run"]);
    assert_eq!(project.verdicts(), ["x.t@bad FAIL", "x.t@good PASS"], "{}", said.stderr);
    for name in ["copies", "cpu", "rss"] {
        let is_named = said.stderr.contains(&format!("{name} grows like"));
        assert_eq!(is_named, name == measure, "{name}\n{}", said.stderr);
    }
    said.says("the bound is 1.15").says("± ");
}

#[test]
fn a_quadratic_counter_is_named() {
    raises_only("quadratic-counter", "copies");
}

#[test]
fn quadratic_time_is_named_though_no_counter_moves() {
    raises_only("quadratic-cpu", "cpu");
}

#[test]
fn growing_memory_is_named() {
    raises_only("quadratic-memory", "rss");
}

#[test]
fn linear_engines_raise_no_alarm() {
    let project = project(&[("a", "linear"), ("b", "linear-cpu"), ("c", "linear-memory")]);
    project.expect(0, &["run"]).says("3 planned = 3 PASS");
    let record = project.read("target/parallax/last/run.json");
    assert!(record.contains("\"exponent\":1.0") && record.contains("\"n\":32000"), "{record}");
}

#[test]
fn an_engine_behind_the_best_is_named_within_the_bound() {
    let project = project(&[("good", "linear"), ("bad", "quadratic-counter")]);
    project.write("cases/x.t", "# scale: f n=2k,4k,8k,16k expect<=2.5\n");
    project.expect(1, &["run"]).says("copies grows like n^2.00 ± 0.00, good's like n^1.00");
}

#[test]
fn one_measure_can_be_chosen_and_a_failure_can_be_stated() {
    let project = project(&[("good", "linear"), ("bad", "quadratic-counter")]);
    project.write("cases/chosen.t", "# scale: f n=2k,4k,8k,16k of=rss\n");
    project.write("cases/x.t", &format!("{SCALE}# xfail: bad copies too much\n"));
    project.expect(0, &["run"]);
    let expected = ["chosen.t@bad PASS", "chosen.t@good PASS", "x.t@bad XFAIL", "x.t@good PASS"];
    assert_eq!(project.verdicts(), expected);
}

#[test]
fn an_engine_that_breaks_at_some_size_has_the_verdict_of_that_run() {
    let project = project(&[("good", "linear"), ("bad", "breaks-at-8000")]);
    project.expect(1, &["run"]).says("could not be measured at every size: exit 9");
    assert_eq!(project.verdicts(), ["x.t@bad FAIL", "x.t@good PASS"]);
}

#[test]
fn each_suite_takes_its_kind_of_cases() {
    let shell = format!(
        "[suite.plain]\nroot = \"cases\"\ninclude = [\"*.t\"]\ncomment = \"#\"\n{}",
        engine("a", "linear")
    );
    let project = Project::new(&format!("cases = \"scale\"\n{shell}"));
    project.write("cases/x.t", &format!("# run: f 3\n# out: 3\n{SCALE}"));
    let listed = project.expect(0, &["list"]);
    assert_eq!(listed.stdout.lines().count(), 2, "{}", listed.stdout);
    let said = project.expect(0, &["run"]);
    assert!(!said.stderr.contains("are in no suite"), "{}", said.stderr);
    project.write("parallax.toml", &project.read("parallax.toml").replace("cases = \"scale\"\n", ""));
    project.expect(0, &["run"]).says("2 `scale:` lines are in no suite");
}

#[test]
fn the_scoreboard_holds_the_bound_and_it_may_not_get_looser() {
    let project = project(&[("a", "linear")]);
    project.expect(0, &["run", "--write-scoreboards"]);
    let text = project.read("scoreboards/s.json");
    assert!(text.contains("{\"case\":\"x.t\",\"bound\":1.15,\"cells\":{\"a\":\"PASS\"}}"), "{text}");
    project.write("cases/x.t", &SCALE.replace("1.15", "1.4"));
    project.expect(1, &["run", "--gate"]).says("looser bound: x.t allowed n^1.15, now n^1.4");
}

#[test]
fn counters_are_the_same_in_two_runs_and_have_a_gate() {
    let project = project(&[("a", "linear")]);
    project.expect(0, &["run"]);
    project.expect(1, &["perf", "gate"]).says("no counters are committed yet");
    project.expect(0, &["perf", "gate", "--tighten"]);
    let text = project.read("scoreboards/counters.json");
    assert!(
        text.contains("{\"case\":\"s::x.t\",\"engine\":\"a\",\"n\":2000,\"counters\":{\"copies\":2000}}"),
        "{text}"
    );
    project.expect(0, &["run"]);
    project.expect(0, &["perf", "gate", "--tighten"]);
    assert_eq!(project.read("scoreboards/counters.json"), text, "two runs, one text");
    let config = project.read("parallax.toml");
    project.write("parallax.toml", &config.replace("\"linear\"", "\"linear-counter-times-3\""));
    project.expect(0, &["run"]);
    project.expect(1, &["perf", "gate"]).says("more: s::x.t@a copies was 2000, now 6000 (× 3.000)");
    project.expect(1, &["perf", "gate", "--tighten"]).says("no counters were written");
    assert_eq!(project.read("scoreboards/counters.json"), text);
    project.expect(0, &["perf", "gate", "--tighten", "--force"]);
    project.write("parallax.toml", &config);
    project.expect(0, &["run"]);
    project.expect(1, &["perf", "gate"]).says("less: s::x.t@a copies was 6000, now 2000");
    project.expect(0, &["perf", "gate", "--tighten"]);
    assert_eq!(project.read("scoreboards/counters.json"), text);
    project.expect(0, &["run", "-e", "a", "x.t"]);
    project.expect(0, &["run", "--write-scoreboards"]).says("wrote");
}

#[test]
fn a_partial_run_is_no_baseline() {
    let project = project(&[("a", "linear"), ("b", "linear")]);
    project.expect(0, &["run", "-e", "a"]);
    project.expect(5, &["perf", "gate", "--tighten", "--force"]).says("not a full one");
    project.expect(0, &["run"]);
    project.expect(0, &["perf", "gate", "--tighten"]);
    project.write("cases/x.t", &format!("{}# A word more.\n", project.read("cases/x.t")));
    project.expect(5, &["perf", "gate"]).says("suite `s` has changed since that run");
}

fn busy(steps: &str) -> String {
    format!("{BINARY} __villain grow busy {steps}")
}

#[test]
fn commands_are_compared_by_turns() {
    let project = Project::shells();
    let said = project.expect(0, &["perf", "compare", &busy("8000"), &busy("32000"), "--pairs", "9"]);
    said.says("9 pairs").says("B needs more");
    project.expect(1, &["perf", "compare", &busy("8000"), &busy("32000"), "--pairs", "6", "--limit", "1.2"]);
    let said =
        project.expect(0, &["perf", "compare", "--json", "--pairs", "6", &busy("8000"), &busy("8000")]);
    let found: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let ratio = found["cpu_seconds"]["ratio"].as_f64().unwrap();
    assert!((0.5..2.0).contains(&ratio), "{found}");
    project.expect(5, &["perf", "compare", "false", "true"]).says("`false` ended with exit 1");
    project.expect(2, &["perf", "compare", "true"]).says("give two commands");
    project.expect(2, &["perf", "compare", "true", "true", "--pairs", "3"]).says("say nothing");
}

#[test]
fn revisions_are_compared_in_worktrees_of_their_own() {
    let project = Project::shells();
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.current_dir(project.root()).args(["-c", "user.name=t", "-c", "user.email=t@example.invalid"]);
        assert!(command.args(arguments).output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "--quiet"]);
    for steps in ["32000", "8000"] {
        project.write("steps", steps);
        git(&["add", "steps"]);
        git(&["commit", "--quiet", "--message", steps]);
    }
    let run = format!("sh -c 'exec {BINARY} __villain grow busy $(cat built)'");
    let arguments = [
        "perf",
        "compare",
        "--pairs",
        "6",
        "--rev",
        "HEAD~1",
        "--rev",
        "HEAD",
        "--build",
        "cp steps built",
        &run,
    ];
    project.expect(0, &arguments).says("B needs less");
    let trees =
        std::process::Command::new("git").current_dir(project.root()).args(["worktree", "list"]).output();
    assert_eq!(String::from_utf8_lossy(&trees.unwrap().stdout).lines().count(), 1, "nothing is left");
}

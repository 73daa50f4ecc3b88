//! The other verbs, and what wrong input gets.

use crate::fixture::{Project, shell};

#[test]
fn mistakes_point_at_their_place() {
    let project = Project::shells();
    project.write("cases/x.t", "echo\n# otu: 1\n");
    project.expect(2, &["run"]).says("cases/x.t:2: `otu:` is not an annotation; did you mean `out`?");
    project.write("cases/x.t", "echo\n");
    project.expect(2, &["run"]).says("the program has no case");
    project.write("cases/x.t", "echo\n# main:\n# out:\n");
    project.expect(2, &["run", "-e", "aa"]).says("did you mean `a`?");
    project.expect(2, &["run", "-E", "engin(a)"]).says("one of suite");
    project.expect(2, &["run", "--nonsense"]);
    let config = project.read("parallax.toml");
    project.write("parallax.toml", &config.replace("include", "inclued"));
    project.expect(2, &["run"]).says("parallax.toml:3:1").says("did you mean `include`?");
    project.write("parallax.toml", &config.replace("{file}", "{flie}"));
    project.expect(2, &["run"]).says("did you mean `file`?");
    project.write("parallax.toml", &format!("{config}[limits]\nwall = \"soon\"\n"));
    project.expect(2, &["run"]).says("not a duration");
}

#[test]
fn nothing_to_run_is_a_failure() {
    let project = Project::shells();
    project.expect(4, &["run"]).says("nothing ran");
    project.write("cases/x.t", "echo 1\n# main:\n# out: 1\n");
    project.expect(4, &["run", "no-such-case"]).says("nothing ran");
    project.expect(4, &["run", "--failed"]).says("nothing ran");
    project.expect(0, &["run", "-n"]).says("s::x.t@a");
}

#[test]
fn only_what_failed_is_run_again() {
    let project = Project::shells();
    project.write("cases/x.t", "echo 1\n# main:\n# out: 1\n");
    project.write("cases/y.t", "echo 1\n# main:\n# out: 2\n");
    project.expect(1, &["run"]);
    project.expect(1, &["run", "--failed"]).says("2 planned = 2 FAIL");
}

#[test]
fn bless_shows_and_rewrites_and_keeps_the_rest() {
    let project = Project::shells();
    let text = "# a remark\necho \"$2\"; exit 3\n# run: f new\n# out: old\n# exit: 3\n# run: f kept\n# out: kept\n# exit: 3\n";
    project.write("cases/x.t", text);
    project.expect(1, &["bless"]).says("-# out: old").says("+# out: new").says("nothing was written");
    assert_eq!(project.read("cases/x.t"), text);
    project.expect(0, &["bless", "--yes"]);
    assert_eq!(project.read("cases/x.t"), text.replace("out: old", "out: new"));
    project.expect(0, &["run"]);
    project.expect(0, &["bless", "--yes"]).says("nothing to bless");
    let output = project.command(&["bless", "--yes"]).env("CI", "1").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn bless_refuses_where_engines_disagree() {
    let project = Project::new(&format!("{}{}", shell("a"), crate::fixture::script("b", "echo other")));
    project.write("cases/x.t", "echo one\n# main:\n# out: two\n");
    project.expect(1, &["bless", "--yes"]).says("the engines do not agree");
    assert!(project.read("cases/x.t").contains("out: two"));
}

#[test]
fn explain_tells_everything_about_one_case() {
    let project = Project::shells();
    project.write("cases/x.t", "echo 1\n# main:\n# out: 2\n");
    let said = project.expect(1, &["explain", "s::x.t@a"]);
    said.says("a  FAIL  stdout differs").says("limits").says("command").says("engines   a = b");
    project.expect(2, &["explain", "nothing"]).says("no case matches");
}

#[test]
fn init_writes_once_and_what_it_writes_works() {
    let project = Project::shells();
    project.expect(2, &["init"]).says("exists");
    project.expect(0, &["init", "new/parallax.toml"]);
    project.write(
        "new/corpus/x.txt",
        "# main:\n# out: # main:\n# out: # out: # main:\n# no-case: only an example\n",
    );
    project.expect(1, &["run", "--config", "new/parallax.toml"]).says("2 planned");
}

#[test]
fn list_schema_completions_and_doctor() {
    let project = Project::shells();
    project.write("cases/x.t", "echo 1\n# main:\n# out: 1\n");
    assert_eq!(project.expect(0, &["list", "--cells"]).stdout, "s::x.t@a\ns::x.t@b\n");
    let schema: serde_json::Value = serde_json::from_str(&project.expect(0, &["schema"]).stdout).unwrap();
    assert!(schema["properties"]["engine"].is_object());
    project.expect(0, &["completions", "bash"]).says("parallax");
    project.expect(0, &["doctor"]).says("subreaper").says("engine a");
}

#[test]
fn the_configuration_is_found_upwards_and_profiles_inherit() {
    let profiles = "[profile.slow]\ninherits = \"ci\"\n[profile.ci.limits]\nwall = \"250ms\"\n";
    let project = Project::new(&format!("{}{profiles}", shell("a")));
    project.write("cases/x.t", "sleep 3\n# main:\n# silent\n");
    let mut command = project.command(&["run", "--profile", "slow"]);
    let output = command.current_dir(project.path("cases")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(project.verdicts(), ["x.t@a TIMEOUT"]);
    project.expect(2, &["run", "--profile", "sloww"]).says("did you mean `slow`?");
}

#[test]
fn the_selftest_passes() {
    let project = Project::shells();
    project.expect(0, &["selftest"]).says("0 not");
}

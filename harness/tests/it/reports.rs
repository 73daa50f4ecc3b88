//! Reports in every format.

use crate::fixture::Project;

fn project() -> Project {
    let project = Project::shells();
    project.write("cases/bad.t", "echo '<&>'; echo oops >&2\n# main:\n# out: 1\n");
    project.write("cases/good.t", "echo 1\n# main:\n# out: 1\n");
    project
}

#[test]
fn every_format_is_written_and_complete() {
    let project = project();
    project.expect(
        1,
        &[
            "run",
            "--report",
            "json=r.json",
            "--report",
            "jsonl=r.jsonl",
            "--report",
            "junit=r.xml",
            "--report",
            "md=r.md",
        ],
    );
    let json: serde_json::Value = serde_json::from_str(&project.read("r.json")).unwrap();
    assert_eq!(json["ledger"]["planned"], 4);
    assert_eq!(json["clusters"].as_array().unwrap().len(), 1);
    let events: Vec<serde_json::Value> =
        project.read("r.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.iter().filter(|event| event["event"] == "cell").count(), 4);
    let junit = project.read("r.xml");
    assert!(junit.contains("tests=\"4\"") && junit.contains("failures=\"2\""), "{junit}");
    let markdown = project.read("r.md");
    assert!(
        markdown.contains("4 planned = 2 PASS + 2 FAIL") && markdown.contains("| FAIL | bad.t@a |"),
        "{markdown}"
    );
}

#[test]
fn data_goes_to_standard_output_and_talk_to_standard_error() {
    let project = project();
    let said = project.expect(1, &["run", "--format", "json"]);
    serde_json::from_str::<serde_json::Value>(&said.stdout).unwrap();
    let said = project.expect(1, &["run"]);
    assert_eq!(said.stdout, "");
    assert!(!said.stderr.contains('\x1b'), "no colour without a terminal");
}

#[test]
fn hosted_ci_gets_annotations_and_a_summary() {
    let project = project();
    let summary = project.path("summary.md");
    let output = project
        .command(&["run"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(stdout.contains("::error file=cases/bad.t,line=2"), "{stdout}");
    assert!(project.read("summary.md").contains("4 planned"));
}

#[test]
fn the_reproducing_command_reproduces() {
    let project = project();
    project.write("cases/files.t", "# file: data\nhello\n# file: main\nread word < data; echo \"$word $2\"\n# run: f 'a  b'\n# out: no\n");
    let said = project.expect(1, &["run", "files.t"]);
    let line = said.stderr.lines().find_map(|line| line.trim().strip_prefix("reproduce: ")).unwrap();
    let output = std::process::Command::new("sh").arg("-c").arg(line).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello a  b\n");
}

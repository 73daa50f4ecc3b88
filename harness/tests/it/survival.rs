//! What is left when a run is cut short: nothing running, nothing damaged.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::fixture::{BINARY, Project};

/// A project whose cells hang, one of them with an escaped grandchild.
fn hanging() -> Project {
    let engine = |name: &str| format!("[engine.{name}]\nrun = [\"sh\", \"{{file}}\"]\n");
    let project = Project::new(&format!("{}{}", engine("a"), engine("b")));
    let mark = project.root().display().to_string();
    project.write(
        "cases/escape.t",
        &format!("setsid sh -c 'sleep 600; : {mark}' & : > {mark}/up-escape; sleep 600\n# main:\n# silent\n"),
    );
    project.write(
        "cases/hang.t",
        &format!(": > {mark}/up-hang; {BINARY} __villain ignore-term {mark}\n# main:\n# silent\n"),
    );
    project
}

fn wait_for(what: &str, mut is_true: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_true() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Processes that mention the project, in their command line or as their directory.
fn survivors(root: &Path) -> Vec<String> {
    let mark = root.to_string_lossy().into_owned();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        let cwd = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        let is_numeric = entry.file_name().to_string_lossy().parse::<i32>().is_ok();
        if is_numeric && (line.contains(&mark) || cwd.starts_with(root)) && !line.is_empty() {
            found.push(line);
        }
    }
    found
}

fn start(project: &Project) -> Child {
    let mut command = project.command(&["run", "-j2", "--write-scoreboards"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for("both cells to run", || project.path("up-escape").exists() && project.path("up-hang").exists());
    child
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_raw(child.id() as i32).unwrap(), signal).unwrap();
}

#[test]
fn sigkill_leaves_no_process_and_no_damaged_file() {
    let project = hanging();
    project.write("scoreboards/s.json", "untouched");
    project.write("target/parallax/last/run.json", "untouched too");
    let mut child = start(&project);
    assert!(survivors(project.root()).len() >= 4, "the cells and the launchers are there");
    send(&child, Signal::KILL);
    child.wait().unwrap();
    wait_for("everything to be gone", || survivors(project.root()).is_empty());
    assert_eq!(project.read("scoreboards/s.json"), "untouched");
    assert_eq!(project.read("target/parallax/last/run.json"), "untouched too");
}

#[test]
fn ctrl_c_ends_with_130_keeps_what_it_has_and_leaves_nothing() {
    let project = hanging();
    project.write("scoreboards/s.json", "untouched");
    let mut child = start(&project);
    send(&child, Signal::INT);
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130), "{:?}", status.signal());
    assert_eq!(survivors(project.root()), Vec::<String>::new());
    assert_eq!(project.read("scoreboards/s.json"), "untouched");
    let record = project.read("target/parallax/last/run.json");
    assert!(record.contains("it was interrupted"), "{record}");
    assert_eq!(std::fs::read_dir(project.temporary()).unwrap().count(), 0, "private directories are removed");
}

#[test]
fn a_second_ctrl_c_does_not_wait() {
    let project = hanging();
    let mut child = start(&project);
    send(&child, Signal::INT);
    std::thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    send(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(started.elapsed() < Duration::from_millis(900), "{:?}", started.elapsed());
    assert_eq!(survivors(project.root()), Vec::<String>::new());
}

#[test]
fn a_run_cleans_up_after_itself() {
    let project = Project::shells();
    project.write("cases/x.t", "echo > litter; mkdir -p \"$HOME/d\"; echo 1\n# main:\n# out: 1\n");
    project.expect(0, &["run"]);
    assert_eq!(std::fs::read_dir(project.temporary()).unwrap().count(), 0);
    project.expect(0, &["run", "--keep", "kept"]);
    assert!(project.path("kept/s__x.t@a/litter").exists());
}

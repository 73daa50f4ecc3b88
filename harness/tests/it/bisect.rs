//! Bisecting a repository that the test makes: forty commits of a small engine, with one bug of each kind.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::fixture::{BINARY, Project, Said};

/// The first commit with each bug.
const SLOW: usize = 9;
const HIDDEN: usize = 16;
const WRONG: usize = 23;
const COPIES: usize = 27;
const HANGS: usize = 31;
const GROWS: usize = 35;
/// Commits that do not build: the first and the last.
const BROKEN: (usize, usize) = (14, 18);
/// Of those, the one whose build never ends.
const ENDLESS_BUILD: usize = 16;
/// The commit from which the corpus in the repository expects what the engine says since [`WRONG`].
const ACCEPTED: usize = 28;
const COMMITS: usize = 40;
/// Steps that halving needs, ends apart: the logarithm of 39, rounded up.
const BOUND: usize = 6;

const CONFIG: &str = r##"
[suite.growth]
root = "cases"
include = ["**/*.g"]
comment = "#"
cases = "scale"
engines = ["vm"]
[engine.tree]
run = ["toy", "{file}"]
[engine.vm]
run = ["toy", "{file}", "{entry}", "{args}"]
[engine.vm.counters]
run = ["toy", "{file}", "{entry}", "{args}"]
env = { STATS = "{stats}" }
[engine.jit]
run = ["toy", "{file}"]
[engine.aot]
run = ["toy", "{file}"]
[limits]
wall = "700ms"
[bisect]
build = ["sh", "./build.sh", "{target}"]
bin = ["{target}/bin"]
timeout = "1s"
"##;

/// The engine at a commit: it reads one word and does what that word says.
fn engine(commit: usize) -> String {
    let turns = if commit < SLOW { 2_000 } else { 200_000 };
    let sum = if commit < WRONG { 4 } else { 5 };
    let hidden = if commit < HIDDEN { 4 } else { 5 };
    let wait = if commit < HANGS { "echo done" } else { "while :; do sleep 0.05; done" };
    let copies = if commit < COPIES { 10 } else { 1000 };
    let grown = if commit < GROWS { "$n" } else { "$((n * n / 1000))" };
    format!(
        "#!/bin/sh\n# commit {commit}\nread -r word <\"$1\"\nn=$3\ncopies={copies}\ncase $word in\n\
         copy) echo done;;\ngrow) copies={grown}; echo \"$n\";;\n\
         add) echo {sum};;\nhidden) echo {hidden};;\nwait) {wait};;\n\
         spin) i=0; while [ $i -lt {turns} ]; do i=$((i+1)); done; echo done;;\nesac\n\
         [ -z \"$STATS\" ] || echo \"{{\\\"copies\\\": $copies}}\" >\"$STATS\"\n"
    )
}

fn build(commit: usize) -> String {
    let note = "[ -z \"$BUILD_LOG\" ] || echo built >>\"$BUILD_LOG\"\nsleep ${BUILD_SLEEP:-0}\n";
    let rest = match commit {
        ENDLESS_BUILD => "sleep 30\n",
        _ if (BROKEN.0..=BROKEN.1).contains(&commit) => "echo 'syntax error in engine.sh' >&2; exit 1\n",
        _ => "mkdir -p \"$1/bin\" && cp engine.sh \"$1/bin/toy\" && chmod +x \"$1/bin/toy\"\n",
    };
    format!("{note}{rest}")
}

fn git(project: &Project, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args([
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.invalid",
        "-c",
        "commit.gpgsign=false",
    ]);
    let output = command.args(arguments).current_dir(project.root()).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

fn commit(project: &Project, number: usize) {
    project.write("engine.sh", &engine(number));
    project.write("build.sh", &build(number));
    let accepted = if number < ACCEPTED { 4 } else { 5 };
    project.write("cases/old.t", &format!("add\n# main:\n# out: {accepted}\n"));
    git(project, &["add", "parallax.toml", "engine.sh", "build.sh", "cases/old.t"]);
    git(project, &["commit", "-q", "-m", &format!("engine: change {number}")]);
    git(project, &["tag", &format!("c{number}")]);
}

/// The repository, with today's cases beside it: they are in no commit.
fn repository() -> Project {
    let project = Project::new(CONFIG);
    git(&project, &["init", "-q", "-b", "main"]);
    (1..=COMMITS).for_each(|number| commit(&project, number));
    for (word, out) in [("add", "4"), ("hidden", "4"), ("wait", "done"), ("spin", "done"), ("copy", "done")] {
        project.write(&format!("cases/{word}.t"), &format!("{word}\n# main:\n# out: {out}\n"));
    }
    project.write("cases/grow.g", "grow\n# scale: grow n=10k,20k,40k,80k expect<=1.15\n");
    project
}

fn id(project: &Project, commit: usize) -> String {
    git(project, &["rev-parse", &format!("c{commit}")])
}

/// Bisects the whole history; returns what was said and how many builds there were.
#[track_caller]
fn bisect(project: &Project, code: i32, arguments: &[&str]) -> (Said, usize) {
    let log = project.path("builds.log");
    let _ = std::fs::remove_file(&log);
    let mut command = project.command(&["bisect", "--engine", "vm"]);
    if !arguments.contains(&"--good") {
        command.args(["--good", "c1", "--bad", "c40"]);
    }
    let said = Said::of(command.args(arguments).env("BUILD_LOG", &log).output().unwrap());
    assert_eq!(said.code, code, "{}\n{}", said.stdout, said.stderr);
    (said, builds(project))
}

fn builds(project: &Project) -> usize {
    std::fs::read_to_string(project.path("builds.log")).unwrap_or_default().lines().count()
}

/// Commits that the report says were tried in vain.
fn untestable(said: &Said) -> usize {
    said.stderr.matches("untestable  ").count()
}

#[track_caller]
fn finds(project: &Project, first: usize, arguments: &[&str]) -> Said {
    let (said, builds) = bisect(project, 0, arguments);
    said.says(&format!("first bad commit: {}", id(project, first)));
    said.says(&format!("subject  engine: change {first}\n"));
    let skipped = untestable(&said);
    assert!(builds <= 2 + BOUND + skipped, "{builds} builds, {skipped} untestable\n{}", said.stderr);
    said
}

#[test]
fn a_wrong_answer_is_found_at_its_commit_with_both_outputs_and_how_to_repeat_it() {
    let project = repository();
    let checkout = |project: &Project| {
        let status = ["status", "--porcelain", "--untracked-files=no"];
        (git(project, &["rev-parse", "HEAD"]), git(project, &status))
    };
    let before = checkout(&project);
    let said = finds(&project, WRONG, &["--case", "add"]);
    said.says("39 commits, at most 6 steps").says("good end").says("bad end");
    said.says("vm  PASS").says("vm  FAIL: stdout differs").says("  4 ").says("|   5\n");
    assert_eq!(checkout(&project), before, "the user's checkout is not touched");
    assert_eq!(git(&project, &["worktree", "list"]).lines().count(), 1, "the tree is gone");
    let repeat =
        said.stdout.lines().find_map(|line| line.strip_prefix("to repeat           parallax ")).unwrap();
    let words: Vec<&str> = repeat.split(' ').collect();
    let again = project.expect(0, &words);
    again.says(&format!("first bad commit: {}", id(&project, WRONG))).says("searched 1 commit with");
}

#[test]
fn a_slow_down_is_found_at_its_commit() {
    let said = finds(&repository(), SLOW, &["--case", "spin", "--predicate", "cpu>4"]);
    said.says("ratio").says("CPU");
}

#[test]
fn a_counter_that_jumps_is_found_at_its_commit() {
    let project = repository();
    let said = finds(&project, COPIES, &["--case", "copy", "--predicate", "counter:copies>100"]);
    said.says("vm: copies 10").says("copies = 1000");
    let (said, _) = bisect(&project, 3, &["--case", "copy", "--predicate", "counter:calls>100"]);
    said.says("it wrote no counter `calls`");
}

#[test]
fn steeper_growth_is_found_at_its_commit() {
    let project = repository();
    let said = finds(&project, GROWS, &["--case", "grow", "--predicate", "growth>1.5"]);
    said.says("copies grows with exponent 2.00").says("copies grows as n^1.00");
    // The case states a bound, so that the verdict finds it too.
    finds(&project, GROWS, &["--case", "grow"]);
    let (said, _) = bisect(&project, 3, &["--case", "copy", "--predicate", "growth>1.5"]);
    said.says("its growth was not measured");
}

#[test]
fn a_hang_is_found_at_its_commit() {
    let said = finds(&repository(), HANGS, &["--case", "wait", "--predicate", "verdict=TIMEOUT"]);
    said.says("vm  TIMEOUT");
}

#[test]
fn commits_that_do_not_build_are_reported_as_a_range() {
    let project = repository();
    let (said, builds) = bisect(&project, 5, &["--case", "hidden"]);
    let count = BROKEN.1 - BROKEN.0 + 2;
    said.says(&format!("the first bad commit is one of these {count}:"));
    for commit in BROKEN.0..=BROKEN.1 + 1 {
        said.says(&format!("  engine: change {commit}  ("));
    }
    said.says("its build failed: exit 1").says("syntax error in engine.sh");
    said.says("its build exceeded the limit on wall time");
    assert!(!said.stdout.contains("first bad commit: "));
    assert!(builds <= 2 + BOUND + untestable(&said), "{builds} builds\n{}", said.stderr);
    // The last commit before them and the first after them were told apart from them.
    assert!(said.stdout.contains(&id(&project, BROKEN.0 - 1)[..7]), "{}", said.stdout);
}

#[test]
fn an_interrupted_bisect_goes_on_where_it_was() {
    let project = repository();
    let log = project.path("builds.log");
    let mut command =
        project.command(&["bisect", "--case", "add", "-e", "vm", "--good", "c1", "--bad", "c40"]);
    command.env("BUILD_LOG", &log).env("BUILD_SLEEP", "0.4").stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while builds(&project) < 4 {
        assert!(Instant::now() < deadline, "no fourth build");
        std::thread::sleep(Duration::from_millis(5));
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 130, "{}\n{}", said.stdout, said.stderr);
    said.says("--resume");

    project.expect(2, &["bisect", "--resume", "--case", "wait"]).says("--case differ");
    let resume = |code: i32| {
        let said =
            Said::of(project.command(&["bisect", "--resume"]).env("BUILD_LOG", &log).output().unwrap());
        assert_eq!(said.code, code, "{}\n{}", said.stdout, said.stderr);
        said
    };
    resume(0).says(&format!("first bad commit: {}", id(&project, WRONG))).says("known from before");
    // The build that was interrupted happened twice.
    let all = builds(&project);
    assert!(all <= 2 + BOUND + (BROKEN.1 - BROKEN.0 + 1) + 1, "{all} builds");
    resume(0).says("0 built now");
    assert_eq!(builds(&project), all);

    project.write("cases/add.t", "add\n# main:\n# out: 6\n");
    resume(2).says("has changed since");
}

#[test]
fn ends_that_do_not_fit_are_shown_before_anything_else() {
    let project = repository();
    let (said, builds) = bisect(&project, 2, &["--case", "add", "--good", "c1", "--bad", "c13"]);
    said.says("the bad end is not bad: vm: PASS").says("good end");
    assert_eq!(builds, 2);
    let (said, _) = bisect(&project, 2, &["--case", "wait", "--predicate", "verdict=PASS"]);
    said.says("the good end is bad already: vm: PASS");
    let (said, _) = bisect(&project, 3, &["--case", "add", "--good", "c14", "--bad", "c40"]);
    said.says("the good end,").says("cannot be tested: its build failed");
    let (said, _) = bisect(&project, 2, &["--case", "add", "--good", "c40", "--bad", "c1"]);
    said.says("is not an ancestor of").says(&id(&project, 1));
    bisect(&project, 2, &["--case", "add", "--good", "c7", "--bad", "c7"]).0.says("both ends are");
    bisect(&project, 2, &["--case", "add", "--good", "c77", "--bad", "c7"]).0.says("no revision `c77`");
    bisect(&project, 2, &["--case", "ad", "--predicate", "verdict=TIMEOTU"]).0.says("did you mean `TIMEOUT`");
    bisect(&project, 2, &["--case", "nothing"]).0.says("no case matches");
    bisect(&project, 3, &["--case", "add", "--build", "no-such-program"])
        .0
        .says("`no-such-program` is not in PATH");
}

#[test]
fn an_engine_that_the_build_did_not_make_is_not_taken_for_one_that_it_made() {
    let project = repository();
    // In PATH there is another build's engine, and from commit 20 on the build puts nothing where it belongs.
    project.write("elsewhere/toy", &engine(1));
    let path = format!("{}:{}", project.path("elsewhere").display(), std::env::var("PATH").unwrap());
    Command::new("chmod").arg("+x").arg(project.path("elsewhere/toy")).status().unwrap();
    let build = "sh -c 'grep -q \"commit [234].$\" engine.sh || exec sh ./build.sh {target}'";
    let mut command =
        project.command(&["bisect", "--case", "add", "-e", "vm", "--good", "c1", "--bad", "c40"]);
    let said = Said::of(command.args(["--build", build]).env("PATH", path).output().unwrap());
    assert_eq!(said.code, 3, "{}\n{}", said.stdout, said.stderr);
    said.says("its build left no `toy`, another one was found");
}

#[test]
fn the_case_can_come_from_each_commit_too() {
    let project = repository();
    let arguments = ["--case", "s::old.t", "--case-from-rev", "--good", "c24", "--bad", "c40"];
    let (said, _) = bisect(&project, 0, &arguments);
    said.says(&format!("first bad commit: {}", id(&project, ACCEPTED))).says("vm  FAIL").says("vm  PASS");
    let arguments = ["--case", "s::add.t", "--case-from-rev", "--good", "c24", "--bad", "c40"];
    bisect(&project, 3, &arguments).0.says("it has no case `s::add.t`");
}

#[test]
fn a_merge_is_one_step_unless_asked_otherwise() {
    let project = Project::new(CONFIG);
    git(&project, &["init", "-q", "-b", "main"]);
    [1, 2, 3].iter().for_each(|number| commit(&project, *number));
    git(&project, &["checkout", "-q", "-b", "side", "c2"]);
    [22, 23, 24].iter().for_each(|number| commit(&project, *number));
    git(&project, &["checkout", "-q", "main"]);
    git(&project, &["merge", "-q", "--no-ff", "-X", "theirs", "-m", "merge side", "side"]);
    git(&project, &["tag", "merged"]);
    project.write("cases/add.t", "add\n# main:\n# out: 4\n");
    let ends = ["--case", "s::add.t", "--good", "c1", "--bad", "merged"];
    let (said, _) = bisect(&project, 0, &ends);
    said.says("subject  merge side").says("searched 3 commits with");
    let (said, _) = bisect(&project, 0, &[&ends[..], &["--all-parents"]].concat());
    said.says("subject  engine: change 23");
}

/// A copy of today's configuration and cases outside the repository, where `git bisect` does not move it.
fn outside(project: &Project) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("cases")).unwrap();
    for name in ["parallax.toml", "cases/add.t", "cases/wait.t", "cases/spin.t"] {
        std::fs::copy(project.path(name), directory.path().join(name)).unwrap();
    }
    directory
}

#[test]
fn a_step_speaks_the_language_of_git_bisect_run() {
    let project = repository();
    let outside = outside(&project);
    let config = outside.path().join("parallax.toml").to_string_lossy().into_owned();
    git(&project, &["clean", "-qfd"]);
    git(&project, &["bisect", "start", "c40", "c1"]);
    let mut arguments = vec!["bisect", "run", BINARY, "bisect-step", "--config", &config];
    arguments.extend(["--case", "add", "-e", "vm"]);
    let said = git(&project, &arguments);
    assert!(said.contains(&format!("{} is the first bad commit", id(&project, WRONG))), "{said}");
    git(&project, &["bisect", "reset"]);

    let step = |code: i32, commit: &str, arguments: &[&str]| {
        git(&project, &["checkout", "-q", "-f", commit]);
        project.expect(code, &[&["bisect-step", "--config", &config, "-e", "vm"], arguments].concat())
    };
    step(0, "c22", &["--case", "add"]).says("good: vm: PASS");
    step(1, "c23", &["--case", "add"]).says("bad: vm: FAIL");
    step(125, "c14", &["--case", "add"]).says("untestable: its build failed");
    step(1, "c31", &["--case", "wait", "--predicate", "verdict=TIMEOUT"]);
    step(0, "c8", &["--case", "spin", "--predicate", "cpu>1", "--good-cpu", "150ms"]);
    step(1, "c9", &["--case", "spin", "--predicate", "cpu>1", "--good-cpu", "10ms"]);
    // What says nothing about any commit must stop the whole bisect, not count as bad.
    step(128, "c22", &["--case", "nothing"]);
    step(128, "c22", &["--no-such-option"]);
    step(128, "c22", &["--case", "add", "--predicate", "cpu>2"]).says("--good-cpu");
    step(128, "c22", &["--case", "add", "--build", "no-such-program"]);
    // Without --config the commit's own corpus is meant, and there the case is absent.
    git(&project, &["checkout", "-q", "-f", "c22"]);
    project.expect(125, &["bisect-step", "--case", "s::add.t"]).says("untestable: no case matches");
}

fn script(project: &Project, name: &str, arguments: &[&str]) -> Output {
    let path = format!("{}/../scripts/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new("sh");
    command.arg(path).args(arguments).current_dir(project.root()).env("PARALLAX", BINARY);
    command.env("TMPDIR", project.temporary()).output().unwrap()
}

#[test]
fn each_engine_has_a_script() {
    let project = repository();
    for engine in ["tree", "vm", "jit", "aot"] {
        let name = format!("bisect-{engine}.sh");
        let said = Said::of(script(&project, &name, &["add", "c21", "c24"]));
        assert_eq!(said.code, 0, "{}", said.stderr);
        said.says(&format!("first bad commit: {}", id(&project, WRONG))).says(&format!("s::add.t@{engine}:"));
        let help = Said::of(script(&project, &name, &["--help"]));
        assert_eq!(help.code, 0);
        help.says(&format!("usage: scripts/{name}")).says("--predicate");
        let wrong = Said::of(script(&project, &name, &["add"]));
        assert_eq!(wrong.code, 2);
        wrong.says("usage:");
    }
    let said =
        Said::of(script(&project, "bisect-vm.sh", &["wait", "c30", "c32", "--predicate", "verdict=TIMEOUT"]));
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.says(&format!("first bad commit: {}", id(&project, HANGS)));
}

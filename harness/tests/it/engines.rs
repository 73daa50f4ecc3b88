//! Engines: builds, probes, environment, and what happens if one is missing.

use crate::fixture::{BINARY, Project, shell};

/// An engine whose "compiler" copies the program, notes that it ran, and fails on request.
fn compiled(project_log: &str) -> String {
    let build = format!(
        "echo built >> {project_log}; grep -q refuse-build \"$1\" && {{ echo 'error[E1]: no' >&2; exit 2; }}; \
         grep -q no-artifact \"$1\" || cp \"$1\" \"$2\""
    );
    format!(
        "[engine.c]\nbuild = [\"sh\", \"-c\", {build:?}, \"sh\", \"{{file}}\", \"{{artifact}}\"]\n\
         run = [\"sh\", \"{{artifact}}\", \"{{entry}}\", \"{{args}}\"]\n"
    )
}

#[test]
fn a_program_is_built_once_and_run_many_times() {
    let project = Project::shells();
    let log = project.path("log");
    let config = project.read("parallax.toml");
    project.write("parallax.toml", &format!("{config}{}", compiled(&log.to_string_lossy())));
    let cases: String = (0..5).map(|n| format!("# run: f {n}\n# out: {n}\n")).collect();
    project.write("cases/x.t", &format!("echo \"$2\"\n{cases}"));
    // A second look would build a second time.
    project.expect(0, &["run", "-e", "c", "--audit", "0"]).says("5 PASS");
    assert_eq!(project.read("log"), "built\n");
}

#[test]
fn a_failed_build_stands_in_for_the_run() {
    let project = Project::shells();
    let log = project.path("log");
    let rules = "diag_exit = [{ pattern = \"\", exit = 2 }]\n";
    let config =
        project.read("parallax.toml").replacen("comment = \"#\"\n", &format!("comment = \"#\"\n{rules}"), 1);
    project.write("parallax.toml", &format!("{config}{}", compiled(&log.to_string_lossy())));
    project.write("cases/expected.t", "refuse-build\n# run: f\n# diag: E1\n");
    project.write("cases/unexpected.t", "refuse-build\n# run: f\n# out: 1\n");
    project.write("cases/empty.t", "no-artifact\n# run: f\n# out: 1\n");
    let said = project.expect(1, &["run", "-e", "c"]);
    assert_eq!(project.verdicts(), ["empty.t@c ERROR", "expected.t@c PASS", "unexpected.t@c FAIL"]);
    said.says("the build step stands in for the run").says("left no artifact");
}

#[test]
fn a_missing_engine_is_exit_3_and_the_others_run() {
    let missing = "[engine.z]\nrun = [\"no-such-program\", \"{file}\"]\nhint = \"install it\"\n";
    let project = Project::new(&format!("{}{missing}", shell("a")));
    project.write("cases/x.t", "echo 1\n# main:\n# out: 1\n");
    project.expect(3, &["run"]).says("`no-such-program` is not in PATH").says("install it");
    assert_eq!(project.verdicts(), ["x.t@a PASS", "x.t@z ERROR"]);
    project.expect(3, &["doctor"]).says("cannot be used");
    project.expect(5, &["gate"]).says("not a full one");
}

#[test]
fn an_engine_behind_a_wrapper_is_found_by_name() {
    let wrapper = "\"env\", \"SEEN={bin:own-shell}\", ";
    let engine = format!("run = [{wrapper}\"{{bin:own-shell}}\", \"{{file}}\"]\nhint = \"install it\"\n");
    let project = Project::new(&format!("[paths]\nbin = [\"tools\"]\n[engine.z]\n{engine}"));
    project.write("cases/x.t", "echo ${SEEN##*/}\n# main:\n# out: own-shell\n");
    project.expect(3, &["run"]).says("`own-shell` is not in").says("install it");
    std::fs::create_dir(project.path("tools")).unwrap();
    std::os::unix::fs::symlink("/bin/sh", project.path("tools/own-shell")).unwrap();
    project.expect(0, &["run"]).says("1 PASS");
    let identity = || project.record()["engines"][0]["hash"].clone();
    let wrapped = identity();
    project.write("parallax.toml", &project.read("parallax.toml").replace(wrapper, ""));
    project.expect(1, &["run"]).says("FAIL");
    assert!(wrapped.is_string());
    assert_eq!(wrapped, identity(), "the engine is what is wrapped, not the wrapper");
}

#[test]
fn an_optional_engine_may_be_absent_and_no_scoreboard_depends_on_it() {
    let guest = |program: &str| {
        format!("{}[engine.z]\nrun = [{program:?}, \"{{file}}\"]\noptional = true\n", shell("a"))
    };
    let project = Project::new(&guest("no-such-program"));
    project.write("cases/x.t", "echo 1\n# main:\n# out: 1\n");
    project.expect(0, &["run", "--write-scoreboards"]).says("engine `z` is absent").says("1 PASS + 1 SKIP");
    project.expect(0, &["doctor"]).says("absent: `no-such-program` is not in PATH");
    let board = ["scoreboards/s.json", "scoreboards/s.md"].map(|file| project.read(file));
    assert!(!board[0].contains("\"z\"") && !board[1].contains("z |"), "{board:?}");
    let config = project.read("parallax.toml");
    project.write("parallax.toml", &config.replace("no-such-program", "sh"));
    project.expect(0, &["run", "--write-scoreboards"]).says("2 planned = 2 PASS");
    assert_eq!(["scoreboards/s.json", "scoreboards/s.md"].map(|file| project.read(file)), board);
    project.expect(0, &["run", "--gate"]).says("gate: open");
    project.write("parallax.toml", &config.replace("no-such-program", "echo"));
    project.expect(1, &["run", "--gate"]).says("optional engine: x.t@z is FAIL");
}

#[test]
fn a_probe_proves_the_tier_or_the_engine_is_out() {
    let probe = |tier: &str| {
        format!(
            "{}[engine.a.probe]\nprogram = \"echo '{{\\\"tier\\\":\\\"{tier}\\\"}}' > $1\"\nname = \"p.t\"\n\
             command = [\"sh\", \"{{file}}\", \"{{dir}}/stats\"]\nfile = \"stats\"\ncontains = '\"tier\":\"fast\"'\n",
            shell("a")
        )
    };
    let project = Project::new(&probe("fast"));
    project.write("cases/x.t", "echo 1\n# main:\n# out: 1\n");
    project.expect(0, &["run"]);
    project.expect(0, &["doctor"]).says("probe passed");
    let project = Project::new(&probe("slow"));
    project.write("cases/x.t", "echo 1\n# main:\n# out: 1\n");
    project.expect(3, &["run"]).says("its probe failed").says("slow");
}

#[test]
fn engines_get_a_clean_environment() {
    let config = format!(
        "[engine.a]\nrun = [{BINARY:?}, \"__villain\", \"print-env\"]\nenv = {{ OWN = \"{{workspace}}!\" }}\n\
         [environment]\npass = [\"PASSED\"]\nset = {{ SET = \"1\" }}\n"
    );
    let project = Project::new(&config);
    project.write("cases/x.t", "# main:\n# env: CASE=x y\n# out: nothing\n");
    let mut command = project.command(&["explain", "x.t"]);
    let output = command.env("SECRET", "s").env("PASSED", "p").env("LANG", "de_DE").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let shown: Vec<&str> =
        text.lines().map(str::trim).filter(|line| line.contains('=') && !line.contains(' ')).collect();
    let has = |line: &str| shown.contains(&line);
    let own = format!("OWN={}!", project.root().canonicalize().unwrap().display());
    assert!(has("LANG=C.UTF-8") && has("TZ=UTC0") && has("PASSED=p") && has("SET=1") && has(&own), "{text}");
    assert!(text.contains("CASE=x y") && !text.contains("SECRET"), "{text}");
    assert!(shown.iter().any(|line| line.starts_with("HOME=") && line.contains("parallax-")), "{text}");
}

#[test]
fn static_checks_use_the_check_command() {
    let check = "check = [\"sh\", \"-c\", \"grep -q bad $0 && { echo 'error[E7]: bad' >&2; exit 2; }; exit 0\", \"{file}\"]\n";
    let project = Project::new(&format!("{}{check}{}", shell("a"), shell("b")));
    let config = project.read("parallax.toml");
    project.write(
        "parallax.toml",
        &config.replacen(
            "comment = \"#\"\n",
            "comment = \"#\"\ndiag_exit = [{ pattern = \"\", exit = 2 }]\n",
            1,
        ),
    );
    project.write("cases/bad.t", "bad\n# diag: E7\n");
    project.write("cases/good.t", "echo 1\n# clean\n# run: f\n# out: 1\n");
    project.expect(0, &["run"]);
    let expected = [
        "bad.t@a PASS",
        "bad.t@b ABSTAIN",
        "good.t:1@a PASS",
        "good.t:1@b ABSTAIN",
        "good.t:2@a PASS",
        "good.t:2@b PASS",
    ];
    assert_eq!(project.verdicts(), expected);
}

#[test]
fn warnings_of_the_build_belong_to_the_run_where_declared() {
    let build =
        "[\"sh\", \"-c\", \"echo 'warning[W1]: x' >&2; cp $1 $2\", \"sh\", \"{file}\", \"{artifact}\"]";
    let engine = |name: &str, counts: bool| {
        format!(
            "[engine.{name}]\nbuild = {build}\nbuild_stderr = {counts}\nrun = [\"sh\", \"{{artifact}}\"]\n"
        )
    };
    let project = Project::new(&format!("{}{}", engine("a", true), engine("b", false)));
    project.write("cases/x.t", "echo 1\n# main:\n# out: 1\n# warn: W1\n");
    project.expect(1, &["run"]);
    assert_eq!(project.verdicts(), ["x.t@a PASS", "x.t@b FAIL"]);
}

//! Planted faults: each turns the run red, the grouping names the engines concerned, and no scoreboard changes.
//!
//! The harness is needed as a process of its own, and Cargo offers the executables of this package only. So this target has a main
//! of its own and becomes `parallax` when it is started with [`AS_PARALLAX`] set.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

/// Set: be `parallax`.
const AS_PARALLAX: &str = "ILO4_TEST_AS_PARALLAX";

const ENGINES: [&str; 4] = ["tree", "vm", "jit", "aot"];

fn main() -> ExitCode {
    parallax::exec::run_if_asked();
    if std::env::var_os(AS_PARALLAX).is_some() {
        return ExitCode::from(parallax::cli::main().code() as u8);
    }
    let trials = vec![
        Trial::test("without_a_plant_the_run_is_green", green),
        #[cfg(debug_assertions)]
        Trial::test("mset_keeps_old_is_wrong_on_the_planted_engines", planted::mset_keeps_old),
        #[cfg(debug_assertions)]
        Trial::test("vm_less_equal_is_wrong_on_vm", planted::vm_less_equal),
        #[cfg(debug_assertions)]
        Trial::test("codegen_missing_copy_is_wrong_on_jit_and_aot", planted::codegen_missing_copy),
        #[cfg(debug_assertions)]
        Trial::test("slow_plants_change_counters_and_nothing_else", planted::slow_plants),
        #[cfg(debug_assertions)]
        Trial::test("each_slow_plant_raises_its_alarm_and_no_other", planted::alarms),
        #[cfg(debug_assertions)]
        Trial::test("a_run_that_leaks_says_so_if_asked", planted::leaking),
        #[cfg(debug_assertions)]
        Trial::test("an_unknown_plant_is_not_overlooked", planted::unknown),
        #[cfg(not(debug_assertions))]
        Trial::test("release_builds_hold_no_plant", release),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A project with the engines of this repository and a corpus of three programs.
struct Project {
    directory: tempfile::TempDir,
}

const PROGRAMS: [(&str, &str); 3] = [
    (
        "maps.ilo",
        "main>_;m=mset mmap \"k\" 1;m=mset m \"k\" 2;m=mset m \"l\" 3;mget m \"k\"\n-- run: main\n-- out: 2\n",
    ),
    (
        "compare.ilo",
        "below a:n b:n>b;<a b\nbelow-all n:n>n;i=0;s=0;wh <i n{s=+s i;i=+i 1};s\n\
         -- run: below 1 1\n-- out: false\n-- run: below 1 2\n-- out: true\n-- run: below-all 4\n-- out: 6\n",
    ),
    (
        "alias.ilo",
        "main>n;xs=[1 2];ys=[xs 0];xs=+=xs 3;prnt str len ys.0;len xs\n-- run: main\n-- out: 2\n-- out: 3\n",
    ),
];

#[cfg(debug_assertions)]
const GROWING: [(&str, &str); 3] = [
    (
        "helper.ilo",
        "put m:M n n k:n>M n n;mset m k k\nmain k:n>n;m=mmap;@i 0..k{m=put m i};len m\n\
         -- scale: main n=100,200,400,800 expect<=1.15\n",
    ),
    (
        "texts.ilo",
        "main k:n>n;m=mmap;@i 0..k{m=mset m (str i) i};len m\n\
         -- scale: main n=4k,8k,16k,32k,64k expect<=1.15\n",
    ),
    (
        "lists.ilo",
        "main k:n>n;s=0;@i 0..k{t=fmt \"number {}\" i;u=[t t];s=+s len u};s\n\
         -- scale: main n=500,1k,2k,4k expect<=1.15\n",
    ),
];

impl Project {
    /// With committed scoreboards of a green run.
    fn green() -> Project {
        let project = Project { directory: tempfile::tempdir().expect("a temporary directory") };
        let bin = Path::new(env!("CARGO_BIN_EXE_ilo4")).parent().expect("a directory");
        project.write("parallax.toml", &configuration(bin));
        for (name, text) in PROGRAMS {
            project.write(&format!("cases/{name}"), text);
        }
        let (code, said) = project.parallax(&["run", "--write-scoreboards"]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("20 planned = 20 PASS"), "{said}");
        project
    }

    /// With growth cases: a map behind a helper, a large map by text, and short lists made in a loop.
    #[cfg(debug_assertions)]
    fn growing() -> Project {
        let project = Project { directory: tempfile::tempdir().expect("a temporary directory") };
        let bin = Path::new(env!("CARGO_BIN_EXE_ilo4")).parent().expect("a directory");
        let plain = configuration(bin).replace("[suite.core]", "[suite.core]\ncases = \"scale\"");
        project.write("parallax.toml", &plain);
        for (name, text) in GROWING {
            project.write(&format!("cases/{name}"), text);
        }
        project
    }

    /// Why each failing cell fails.
    #[cfg(debug_assertions)]
    fn whys(&self) -> Vec<String> {
        let text = std::fs::read(self.path("target/parallax/last/run.json")).expect("a run leaves a record");
        let record: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        let cases = record["suites"][0]["cases"].as_array().expect("cases");
        let cells = cases.iter().flat_map(|case| case["cells"].as_object().expect("cells"));
        let failing = cells.filter(|(_, cell)| cell["verdict"] == "FAIL");
        failing.map(|(_, cell)| cell["why"].as_str().expect("a reason").to_owned()).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(path, text).expect("room for a file");
    }

    fn parallax(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(std::env::current_exe().expect("this executable"));
        command.args(arguments).current_dir(self.directory.path()).env(AS_PARALLAX, "1");
        for name in ["CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "FORCE_COLOR", "ILO4_PLANT"] {
            command.env_remove(name);
        }
        let output = command.output().expect("this executable starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap_or(-1), text(&output.stdout) + &text(&output.stderr))
    }

    /// Both files of the scoreboard, to the byte.
    fn scoreboards(&self) -> Vec<Vec<u8>> {
        let read = |name| std::fs::read(self.path(name)).expect("it was written");
        ["scoreboards/core.json", "scoreboards/core.md"].map(read).to_vec()
    }

    /// Runs with the plant in every engine's environment.
    fn plant(&self, name: &str, more: &[&str]) -> (i32, String) {
        self.plant_in(name, &ENGINES, more)
    }

    fn plant_in(&self, name: &str, engines: &[&str], more: &[&str]) -> (i32, String) {
        let variables: Vec<String> =
            engines.iter().map(|engine| format!("{engine}:ILO4_PLANT={name}")).collect();
        let mut arguments = vec!["run", "--audit", "0"];
        variables.iter().for_each(|variable| arguments.extend(["--engine-env", variable]));
        arguments.extend_from_slice(more);
        self.parallax(&arguments)
    }

    /// The cells that did not pass in the last run, as `case@engine VERDICT`, and the groups of their cases.
    fn red(&self) -> (Vec<String>, Vec<serde_json::Value>) {
        let text = std::fs::read(self.path("target/parallax/last/run.json")).expect("a run leaves a record");
        let record: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        let (mut red, mut groups) = (Vec::new(), Vec::new());
        for case in record["suites"][0]["cases"].as_array().expect("cases") {
            let before = red.len();
            for (engine, cell) in case["cells"].as_object().expect("cells") {
                let verdict = cell["verdict"].as_str().expect("a verdict");
                if verdict != "PASS" {
                    red.push(format!("{}@{engine} {verdict}", case["case"].as_str().expect("a name")));
                }
            }
            if red.len() > before {
                groups.push(case["groups"].clone());
            }
        }
        (red, groups)
    }
}

/// This repository's engines, on suite `core` in `cases/`.
fn configuration(bin: &Path) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../parallax.toml");
    let ours = std::fs::read_to_string(path).expect("the repository's configuration");
    let (_, sections) = ours.split_once("\n[").expect("sections");
    let taken = sections.split("\n[").filter(|section| {
        let name = section.split(']').next().expect("a section has a name");
        name == "suite.core" || name.starts_with("engine.")
    });
    let sections: String = taken.map(|section| format!("[{section}\n")).collect();
    let sections = sections.replace("\nroot = \"corpus\"", "\nroot = \"cases\"");
    assert!(sections.contains("\nroot = \"cases\""), "{sections}");
    format!("[paths]\nbin = [{bin:?}]\n{sections}")
}

fn green() -> Result<(), Failed> {
    let project = Project::green();
    let (code, said) = project.parallax(&["run", "--gate"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(project.red().0, Vec::<String>::new());
    Ok(())
}

#[cfg(debug_assertions)]
mod planted {
    use serde_json::json;

    use super::*;

    /// Plants in all engines; these cells must be red, in these groups, and the scoreboards as before, whatever is asked for.
    fn check(plant: &str, case: &str, engines: &[&str], groups: serde_json::Value, shown: &str) {
        let project = Project::green();
        let before = project.scoreboards();
        let (code, said) = project.plant(plant, &[]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(shown), "no {shown:?} in {said}");
        let (red, found) = project.red();
        let concerned: std::collections::BTreeSet<&str> =
            red.iter().filter_map(|cell| cell.split(['@', ' ']).nth(1)).collect();
        assert_eq!(concerned, engines.iter().copied().collect(), "{red:?}");
        assert!(red.iter().all(|cell| cell.starts_with(case)), "{red:?}");
        found.iter().for_each(|found| assert_eq!(*found, groups));
        assert!(project.scoreboards() == before, "the run changed a scoreboard");
        for arguments in [&["--write-scoreboards"][..], &["--write-scoreboards", "--force"]] {
            let (code, said) = project.plant(plant, arguments);
            assert_ne!(code, 0, "{said}");
            assert!(project.scoreboards() == before, "{arguments:?} changed a scoreboard");
        }
    }

    /// The runtime is everyone's.
    pub fn mset_keeps_old() -> Result<(), Failed> {
        let all = json!([["tree", "vm", "jit", "aot"]]);
        check("mset-keeps-old", "maps.ilo", &ENGINES, all, "core::maps.ilo@tree,vm,jit,aot");
        let project = Project::green();
        let (code, said) = project.plant_in("mset-keeps-old", &["jit"], &[]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("engines: jit ≠ tree = vm = aot"), "{said}");
        Ok(())
    }

    pub fn vm_less_equal() -> Result<(), Failed> {
        let groups = json!([["vm"], ["tree", "jit", "aot"]]);
        check("vm-less-equal", "compare.ilo", &["vm"], groups, "engines: vm ≠ tree = jit = aot");
        Ok(())
    }

    pub fn codegen_missing_copy() -> Result<(), Failed> {
        let groups = json!([["tree", "vm"], ["jit", "aot"]]);
        let shown = "engines: tree = vm ≠ jit = aot";
        check("codegen-missing-copy", "alias.ilo", &["jit", "aot"], groups, shown);
        Ok(())
    }

    /// The output stays right, so only growth and counters can show them.
    pub fn slow_plants() -> Result<(), Failed> {
        let program = "grow m:M n n k:n>M n n;mset m k 1\n\
                       main>n;m=mmap;s=0;@i 0..40{m=grow m i;t=fmt \"number {}\" i;u=[t t];s=+s len u};+s len mkeys m\n";
        let plain = count("jit", None, program);
        let vm = count("vm", None, program);
        assert_eq!((plain["copies"].as_u64(), plain["live_objects"].as_u64()), (Some(0), Some(0)));
        assert_eq!(vm["allocations"], plain["allocations"]);
        for engine in ["tree", "vm", "jit", "aot"] {
            let copying = count(engine, Some("copy-on-helper"), program);
            assert!(copying["copies"].as_u64() >= Some(40), "{engine}: {copying}");
            assert_eq!(copying["live_objects"], 0);
            assert_eq!(count(engine, Some("linear-map"), program)["live_objects"], 0);
        }
        for engine in ["jit", "aot"] {
            let losing = count(engine, Some("codegen-extra-copy"), program);
            assert!(losing["live_objects"].as_u64() >= Some(40), "{engine}: {losing}");
        }
        assert_eq!(count("vm", Some("codegen-extra-copy"), program), vm);
        Ok(())
    }

    /// `ilo4 run` on this engine, with nothing of ours in the environment but the plant.
    fn planted(engine: &str, plant: Option<&str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ilo4"));
        command.args(["run", "--engine", engine]).env_remove("ILO4_PLANT").env_remove("ILO4_LEAK_CHECK");
        if let Some(plant) = plant {
            command.env("ILO4_PLANT", plant);
        }
        command
    }

    fn count(engine: &str, plant: Option<&str>, program: &str) -> serde_json::Value {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let stats = directory.path().join("stats.json");
        let mut command = planted(engine, plant);
        command.arg("--stats").arg(&stats).args([program, "main"]).current_dir(directory.path());
        let output = command.output().expect("ilo4 starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "120\n", "{engine} {plant:?}: {output:?}");
        let text = std::fs::read(stats).expect("counters");
        serde_json::from_slice(&text).expect("JSON")
    }

    pub fn leaking() -> Result<(), Failed> {
        for (engine, plant, asked, code) in [
            ("vm", "codegen-extra-copy", true, 0),
            ("jit", "codegen-extra-copy", false, 0),
            ("jit", "codegen-extra-copy", true, 70),
            ("aot", "codegen-extra-copy", true, 70),
            ("aot", "linear-map", true, 0),
        ] {
            let mut command = planted(engine, Some(plant));
            command.args(["main>n;xs=[1];ys=[xs xs];len ys", "main"]);
            if asked {
                command.env("ILO4_LEAK_CHECK", "1");
            }
            let output = command.output().expect("ilo4 starts");
            assert_eq!(output.status.code(), Some(code), "{engine} {plant}: {output:?}");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(said.contains("alive at the end"), code == 70, "{engine} {plant}: {said}");
        }
        Ok(())
    }

    /// What a plant does not concern stays green.
    pub fn alarms() -> Result<(), Failed> {
        // Copies show in a counter, what is never freed in the count of live objects, and a slow search only in time.
        let all = &["helper.ilo", "lists.ilo", "texts.ilo"][..];
        let expected = [
            // It copies large maps for minutes, so `texts.ilo` stays out.
            ("copy-on-helper", &all[..2], "helper.ilo", &ENGINES[..], "copied_bytes grows like n^2"),
            ("codegen-extra-copy", all, "lists.ilo", &["jit", "aot"], "live_objects grows like n^1"),
            ("linear-map", all, "texts.ilo", &ENGINES, "cpu grows like n^"),
        ];
        let project = Project::growing();
        let (code, said) = project.parallax(&["run"]);
        assert_eq!(code, 0, "{said}");
        for (plant, run, case, engines, alarm) in expected {
            let (code, said) = project.plant(plant, run);
            assert_eq!(code, 1, "{plant}: {said}");
            let red: Vec<String> = project.red().0;
            let wanted = engines.iter().map(|engine| format!("{case}@{engine} FAIL"));
            let sorted = |mut names: Vec<String>| {
                names.sort();
                names
            };
            assert_eq!(sorted(red), sorted(wanted.collect()), "{plant}: {said}");
            for cell in project.whys() {
                assert!(cell.contains(alarm), "{plant}: {cell}");
            }
        }
        Ok(())
    }

    pub fn unknown() -> Result<(), Failed> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ilo4"));
        command.args(["f>M t n;mset mmap \"a\" 1"]).env("ILO4_PLANT", "weed");
        let output = command.output().expect("ilo4 starts");
        assert!(!output.status.success(), "{output:?}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("the plants are mset-keeps-old"),
            "{output:?}"
        );
        Ok(())
    }
}

#[cfg(not(debug_assertions))]
fn release() -> Result<(), Failed> {
    let project = Project::green();
    for plant in ilo4_builtins::plant::Plant::ALL {
        let (code, said) = project.plant(plant.name(), &[]);
        assert_eq!(code, 0, "{}: {said}", plant.name());
    }
    let binary = std::fs::read(env!("CARGO_BIN_EXE_ilo4")).expect("the executable under test");
    let variable = b"ILO4_PLANT";
    assert!(!binary.windows(variable.len()).any(|window| window == variable), "the variable is still read");
    Ok(())
}

//! What can be typed, and what is answered to what cannot.

use super::sandbox::{ILO4, Said, Sandbox};

const ENGINES: [&str; 4] = ["tree", "vm", "jit", "aot"];

#[test]
fn program_text_stands_for_a_file() {
    let sandbox = Sandbox::new();
    sandbox.expect(0, &["f x:n>n;*x 2", "21"]).prints("42\n");
    sandbox.expect(0, &["f x:n>n;*x 2", "f", "21"]).prints("42\n");
    for engine in ENGINES {
        sandbox.expect(0, &["run", "--engine", engine, "f x:t>t;x", "f", "é"]).prints("é\n");
    }
    sandbox.expect(0, &["build", "f>n;7", "-o", "seven"]);
    sandbox.start("seven", &[]).prints("7\n");
    sandbox.expect(2, &["f>n;use"]);
}

#[test]
fn a_file_of_that_name_wins_over_text() {
    let sandbox = Sandbox::with("f>n;1", "f>n;2\n");
    sandbox.expect(0, &["run", "f>n;1"]).prints("2\n");
}

#[test]
fn a_file_that_is_not_there_is_no_program_text() {
    let sandbox = Sandbox::new();
    let said = sandbox.expect(1, &["nowhere.ilo"]);
    said.complains(&["error: nowhere.ilo: No such file"]);
}

#[test]
fn standard_input_is_a_file_called_minus() {
    let sandbox = Sandbox::with("in", "f x:n>n;*x 2\n");
    let input = std::fs::File::open(sandbox.path("in")).expect("just written");
    let said = Said::of(sandbox.command(ILO4).args(["run", "-", "f", "21"]).stdin(input));
    said.prints("42\n");
}

#[test]
fn imports_are_relative_to_the_importing_file() {
    let sandbox = Sandbox::new();
    sandbox.write("p/main.ilo", "use \"lib/a.ilo\"\nmain>n;a 1\n");
    sandbox.write("p/lib/a.ilo", "use \"b.ilo\"\na x:n>n;b +x 1\n");
    sandbox.write("p/lib/b.ilo", "b x:n>n;*x 10\n");
    sandbox.write("b.ilo", "b x:n>n;0\n");
    for engine in ENGINES {
        sandbox.expect(0, &["run", "--engine", engine, "p/main.ilo", "main"]).prints("20\n");
    }
    sandbox.expect(2, &["run", "use \"p/lib/b.ilo\"\nmain>n;b 1\n"]).complains(&["error[ILO-P017]"]);
}

#[test]
fn what_follows_the_file_belongs_to_the_program() {
    let sandbox = Sandbox::with("a.ilo", "f x:n>n;*x 2\ng a:t b:t>t;fmt \"{}|{}\" a b\n");
    for engine in ENGINES {
        let run = |rest: &[&str]| {
            let mut all = vec!["run", "--engine", engine, "a.ilo"];
            all.extend_from_slice(rest);
            sandbox.ilo4(&all)
        };
        run(&["f", "-5"]).prints("-10\n");
        run(&["f", "--", "-5"]).prints("-10\n");
        run(&["g", "--", "--engine", "--"]).prints("--engine|--\n");
        let said = run(&["g", "--help", "x"]);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{engine}");
        said.complains(&["unknown option `--help`"]);
    }
}

#[test]
fn a_wrong_command_line_is_two() {
    let sandbox = Sandbox::with("a.ilo", "f>n;1\n");
    sandbox.expect(2, &["run", "--bogus", "a.ilo"]).complains(&["--bogus"]);
    sandbox.expect(2, &["run", "--engine", "bogus", "a.ilo"]).complains(&["bogus", "tree, vm, jit, aot"]);
    sandbox.expect(2, &["check"]).complains(&["<PROGRAMS>"]);
    sandbox.expect(2, &["emit", "bogus", "a.ilo"]).complains(&["bytecode"]);
    sandbox.expect(2, &["--bogus"]).complains(&["--bogus"]);
    sandbox.expect(2, &[]).complains(&["Usage"]);
}

#[test]
fn version_and_help_are_answers() {
    let sandbox = Sandbox::new();
    sandbox.expect(0, &["--version"]).prints(&format!("ilo4 {}\n", env!("CARGO_PKG_VERSION")));
    let help = sandbox.expect(0, &["--help"]);
    assert!(help.stdout.contains("Exit codes") && help.stderr.is_empty(), "{help:?}");
}

#[test]
fn the_exit_code_is_the_programs() {
    let sandbox = Sandbox::with("a.ilo", "f x:n>R n t;>x 0{~x}{^\"small\"}\n");
    for engine in ENGINES {
        sandbox.expect(0, &["run", "--engine", engine, "a.ilo", "f", "1"]);
        let said = sandbox.expect(1, &["run", "--engine", engine, "a.ilo", "f", "-1"]);
        assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", "^small\n"), "{engine}");
    }
}

#[test]
fn counters_go_to_a_file_or_the_run_fails() {
    let sandbox = Sandbox::with("a.ilo", "f>n;1\n");
    for engine in ENGINES {
        sandbox.expect(0, &["run", "--engine", engine, "--stats", "s.json", "a.ilo"]).prints("1\n");
        let stats: serde_json::Value = serde_json::from_str(&sandbox.read("s.json")).expect("JSON");
        assert_eq!(stats["engine"], engine);
    }
    let said = sandbox.expect(1, &["run", "--stats", "no/where", "a.ilo"]);
    said.complains(&["counters cannot be written to no/where"]);
}

#[test]
fn codes_are_explained() {
    let sandbox = Sandbox::new();
    let said = sandbox.expect(0, &["explain", "ILO-T004"]);
    assert!(said.stdout.starts_with("ILO-T004: ") && said.stdout.contains("For instance"), "{}", said.stdout);
    assert_eq!(sandbox.expect(0, &["explain", "t004"]).stdout, said.stdout);
    sandbox.expect(2, &["explain", "T999"]).complains(&["no code ILO-T999"]);
}

#[test]
fn builtins_are_listed() {
    let sandbox = Sandbox::new();
    let all = sandbox.expect(0, &["builtins"]).stdout;
    let some = sandbox.expect(0, &["builtins", "mset"]).stdout;
    assert_eq!(some.lines().count(), 1);
    assert!(some.starts_with("mset ") && all.contains(&some), "{some}");
    let json = sandbox.expect(0, &["builtins", "--json"]).stdout;
    let names = json.lines().map(|line| {
        let builtin: serde_json::Value = serde_json::from_str(line).expect(line);
        builtin["name"].as_str().expect("a name").to_owned()
    });
    let names: Vec<String> = names.collect();
    assert_eq!(names.len(), ilo4_builtins::BUILTINS.len());
    assert!(names.iter().any(|name| name == "mset"));
}

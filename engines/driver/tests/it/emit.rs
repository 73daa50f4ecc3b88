//! `ilo4 emit`: every stage has a text, and MIR can be read back.

use super::sandbox::Sandbox;

const STAGES: [&str; 7] = ["tokens", "ast", "hir", "mir", "bytecode", "clif", "asm"];

/// Programs that between them have records, closures, loops, faults, tail calls and text.
const PROGRAMS: [&str; 4] = [
    "total xs:L n>n;s=0;@x xs{s=+s x};s\nmain>n;total [1 2 3]\n",
    "type pt{x:n;y:n}\nmain>n;p=pt x:1 y:2;q=p with x:5;+q.x p.y\n",
    "down n:n acc:n>n;<n 1{acc}{down -n 1 +acc n}\nmain>n;down 10 0\n",
    "main>L t;k=\"é\";map (x:n>t;fmt \"{}{}\" k x) [1 2]\n",
];

#[test]
fn every_stage_of_every_program_has_a_text() {
    let sandbox = Sandbox::new();
    for program in PROGRAMS {
        sandbox.write("p.ilo", program);
        for stage in STAGES {
            let said = sandbox.expect(0, &["emit", stage, "p.ilo"]);
            assert_eq!(said.stderr, "", "{stage} of {program}");
            assert!(said.stdout.contains("main"), "{stage} of {program}: {}", said.stdout);
            let again = sandbox.expect(0, &["emit", stage, "p.ilo"]).stdout;
            assert_eq!(said.stdout, again, "{stage} of {program} twice");
        }
    }
}

#[test]
fn later_stages_of_mir_text_are_those_of_the_program() {
    let sandbox = Sandbox::new();
    for program in PROGRAMS {
        sandbox.write("p.ilo", program);
        sandbox.write("p.mir", &sandbox.expect(0, &["emit", "mir", "p.ilo"]).stdout);
        for stage in ["mir", "bytecode", "clif"] {
            let direct = sandbox.expect(0, &["emit", stage, "p.ilo"]).stdout;
            let read = sandbox.expect(0, &["emit", stage, "--from-mir", "p.mir"]).stdout;
            assert_eq!(direct, read, "{stage} of {program}");
        }
    }
}

#[test]
fn ownership_becomes_visible_with_its_pass() {
    let sandbox = Sandbox::with("p.ilo", "f xs:L n>L _;[xs xs]\n");
    let before = sandbox.expect(0, &["emit", "mir", "--after", "build", "p.ilo"]).stdout;
    let after = sandbox.expect(0, &["emit", "mir", "p.ilo"]).stdout;
    assert!(
        !before.contains("copy") && after.contains("copy") && after.contains("move"),
        "{before}\n{after}"
    );
    let said = sandbox.expect(1, &["emit", "mir", "--after", "bogus", "p.ilo"]);
    said.complains(&["no pass `bogus`", "ownership"]);
}

#[test]
fn what_cannot_be_emitted_is_said() {
    let sandbox = Sandbox::with("bad.ilo", "f>n;y\n");
    sandbox.expect(2, &["emit", "mir", "bad.ilo"]).complains(&["error[ILO-T004]"]);
    sandbox.expect(2, &["emit", "hir", "bad.ilo"]).complains(&["error[ILO-T004]"]);
    let ast = sandbox.expect(2, &["emit", "ast", "bad.ilo"]);
    assert!(!ast.stdout.is_empty(), "a tree there is");
    sandbox.write("bad.mir", "fn f( {\n");
    sandbox.expect(1, &["emit", "bytecode", "--from-mir", "bad.mir"]).complains(&["bad.mir: "]);
}

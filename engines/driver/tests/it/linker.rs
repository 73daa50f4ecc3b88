//! Which linker is used, and what is said where there is none.

use super::sandbox::{ILO4, Said, Sandbox};

fn build(sandbox: &Sandbox, path: &str, cc: Option<&str>) -> Said {
    let mut command = sandbox.command(ILO4);
    command.args(["build", "a.ilo", "-o", "a"]).env("PATH", path).env_remove("CC");
    if let Some(cc) = cc {
        command.env("CC", cc);
    }
    Said::of(&mut command)
}

#[test]
fn without_a_linker_it_says_what_to_install() {
    let sandbox = Sandbox::with("a.ilo", "f>n;1\n");
    sandbox.write("bin/ls", "");
    let bin = sandbox.path("bin").display().to_string();
    let said = build(&sandbox, &bin, None);
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    said.complains(&["error: no linker", "cc, gcc, clang", "apt install gcc", "CC"]);
    assert_eq!(sandbox.names(), ["a.ilo", "bin"]);
    let mut run = sandbox.command(ILO4);
    run.args(["run", "--engine", "aot", "a.ilo"]).env("PATH", &bin).env_remove("CC");
    let said = Said::of(&mut run);
    assert_eq!(said.code, 1);
    said.complains(&["error: no linker"]);
}

#[test]
fn a_linker_that_is_named_is_used_and_no_other() {
    let path = std::env::var("PATH").expect("a search path");
    let sandbox = Sandbox::with("a.ilo", "f>n;1\n");
    let said = build(&sandbox, &path, Some("no-such-linker"));
    assert_eq!(said.code, 1);
    said.complains(&["`no-such-linker` cannot be started"]);
    let said = build(&sandbox, &path, Some("false"));
    assert_eq!(said.code, 1);
    said.complains(&["the linker `false` failed"]);
    assert_eq!(sandbox.names(), ["a.ilo"]);
    build(&sandbox, &path, Some("")).prints("");
    sandbox.start("a", &[]).prints("1\n");
}

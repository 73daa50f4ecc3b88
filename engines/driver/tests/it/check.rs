//! `ilo4 check`: diagnostics as text and as data.

use serde_json::Value;

use super::sandbox::{ILO4, Said, Sandbox};

const BAD: &str = "f x:n>n;+ x lenght\ng>t;zzz 1\n";

#[test]
fn every_diagnostic_is_one_line_of_json() {
    let sandbox = Sandbox::with("bad.ilo", BAD);
    sandbox.write("good.ilo", "f>n;1\n");
    let said = sandbox.expect(2, &["check", "--json", "good.ilo", "bad.ilo"]);
    assert_eq!(said.stderr, "");
    let diagnostics: Vec<Value> =
        said.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let codes: Vec<&str> = diagnostics.iter().map(|d| d["code"].as_str().expect("a code")).collect();
    assert_eq!(codes, ["ILO-T004", "ILO-T005"]);
    let place = &diagnostics[0]["place"];
    assert_eq!(
        (&place["file"], &place["line"], &place["column"]),
        (&"bad.ilo".into(), &1.into(), &13.into())
    );
    assert_eq!(&BAD[bytes(place)], "lenght");
    assert_eq!(diagnostics[0]["severity"], "error");
}

fn bytes(place: &Value) -> std::ops::Range<usize> {
    let offset = |name: &str| place[name].as_u64().expect("an offset") as usize;
    offset("start")..offset("end")
}

#[test]
fn json_of_bytes_that_are_no_text_is_still_json() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path("x.ilo"), b"f>t;\"\xff\x00\\\"\n\x1b").expect("room");
    let said = sandbox.expect(2, &["check", "--json", "x.ilo"]);
    assert!(!said.stdout.is_empty());
    said.stdout.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).expect(line)));
}

#[test]
fn accepted_programs_are_silent() {
    let sandbox = Sandbox::with("a.ilo", "f>n;1\n");
    sandbox.expect(0, &["check", "a.ilo"]).prints("");
    sandbox.expect(0, &["check", "--json", "a.ilo"]).prints("");
    sandbox.expect(0, &["check", "a.ilo", "f x:n>n;x"]).prints("");
}

#[test]
fn one_bad_program_among_several_decides() {
    let sandbox = Sandbox::with("a.ilo", "f>n;1\n");
    sandbox.write("b.ilo", "f>n;y\n");
    let said = sandbox.expect(2, &["check", "b.ilo", "a.ilo", "f>n;z"]);
    said.complains(&["--> b.ilo:1:5", "`y`", "`z`"]);
    assert_eq!(said.stdout, "");
}

/// On a terminal of its own, which the `script` program makes.
fn on_a_terminal(sandbox: &Sandbox, no_color: Option<&str>, term: &str) -> Option<String> {
    let mut command = sandbox.command("script");
    command.args(["-qec", &format!("{ILO4} check bad.ilo"), "/dev/null"]).env("TERM", term);
    if let Some(value) = no_color {
        command.env("NO_COLOR", value);
    }
    let output = command.output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn colour_is_for_terminals_that_do_not_decline_it() {
    let sandbox = Sandbox::with("bad.ilo", BAD);
    let plain = Said::of(sandbox.command(ILO4).args(["check", "bad.ilo"])).stderr;
    assert!(plain.contains("error[ILO-T004]") && !plain.contains('\x1b'), "{plain}");
    // Without `script` there is no terminal to try.
    let Some(coloured) = on_a_terminal(&sandbox, None, "xterm") else { return };
    assert!(coloured.contains("\x1b["), "{coloured}");
    for (no_color, term) in [(Some("1"), "xterm"), (None, "dumb")] {
        let declined = on_a_terminal(&sandbox, no_color, term).expect("it was there a moment ago");
        assert!(declined.contains("error[ILO-T004]") && !declined.contains('\x1b'), "{declined}");
    }
    let empty = on_a_terminal(&sandbox, Some(""), "xterm").expect("it was there a moment ago");
    assert!(empty.contains("\x1b["), "an empty NO_COLOR asks for nothing: {empty}");
}

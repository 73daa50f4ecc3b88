//! parse ∘ print = identity.

use std::path::Path;

use ilo4_mir::text::{parse, print};

use crate::lower;

/// The programs of the language documents; directives are comments to the parser, but they may interrupt a layout.
fn documents() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/language");
    let read = |name: &str| {
        std::fs::read_to_string(directory.join(name)).expect("the documents are in the repository")
    };
    let text = read("syntax-and-semantics.md") + &read("builtins.md");
    let blocks = text.split("```ilo\n").skip(1).filter_map(|rest| rest.split("```").next());
    let is_program = |line: &&str| !line.starts_with("-- ");
    blocks.map(|block| block.lines().filter(is_program).collect::<Vec<_>>().join("\n")).collect()
}

#[test]
fn text_parses_back_to_the_same_program() {
    let mut round_trips = 0;
    for program in documents().iter().filter_map(|text| lower(text)) {
        let text = print(&program);
        let parsed = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(parsed, program, "\n{text}");
        round_trips += 1;
    }
    assert!(round_trips > 200, "only {round_trips} programs of the documents were accepted");
}

#[test]
fn literals_and_names_survive() {
    let text = "f>_;[\"a \\\"q\\\" , ) \\n\\t é 🦀\" \"\" 1e300 -0.5 nil true]";
    let program = lower(text).expect("it is a program");
    assert_eq!(parse(&print(&program)), Ok(program));
}

#[test]
fn a_line_that_is_no_mir_is_named() {
    let error = parse(
        "names \ntexts \nshapes \nplaces \n\nfn f() -> word captures 0 [] {\n  bb0:\n    _0 = conjure() @0\n}\n",
    );
    let error = error.expect_err("there is no such operation");
    assert_eq!((error.line, error.message.as_str()), (8, "`conjure` is no operation"));
}

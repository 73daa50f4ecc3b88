//! Following `use` (2.5).

use std::collections::BTreeMap;

use ilo4_syntax::{ParsedProgram, Source, decode, parse_program};

use crate::blocks::Files;

fn program(files: &[(&str, &str)]) -> ParsedProgram {
    let files: BTreeMap<String, String> = files.iter().map(|(n, t)| (n.to_string(), t.to_string())).collect();
    let main = Source { name: "main.ilo".into(), text: files["main.ilo"].clone() };
    parse_program(main, Some(&Files(&files)))
}

/// Function names in merged order, then codes.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &str) {
    let parsed = program(files);
    let mut words: Vec<&str> = parsed.program.functions.iter().map(|f| f.name.text.as_str()).collect();
    words.extend(parsed.diagnostics.iter().map(|d| d.code));
    assert_eq!(words.join(" "), expected);
}

#[test]
fn imported_declarations_take_the_place_of_the_use() {
    check(
        &[
            ("main.ilo", "a>n;1\nuse \"lib\"\nb>n;1\nuse \"two\" [f]\nc>n;1"),
            ("lib", "d>n;1\nuse \"deep\"\n"),
            ("deep", "e>n;1"),
            ("two", "f>n;1\ng>n;1"),
        ],
        "a d e b f c",
    );
}

#[test]
fn a_selection_reaches_through_imports_and_finds_types() {
    check(
        &[
            ("main.ilo", "use \"lib\" [e e p q]"),
            ("lib", "use \"deep\"\ntype p{x:n}\nalias q n"),
            ("deep", "e>n;1"),
        ],
        "e",
    );
}

#[test]
fn errors_stand_where_the_use_stands() {
    check(
        &[("main.ilo", "bad>n;(1 2)\nuse \"lib\"\nuse \"gone\"\nworse>n;)"), ("lib", "x>n;[")],
        "ILO-P003 ILO-P010 ILO-P017 ILO-P009",
    );
}

#[test]
fn a_name_that_is_not_there_gets_a_suggestion() {
    let parsed = program(&[("main.ilo", "use \"lib\" [totl]"), ("lib", "total>n;1")]);
    assert_eq!(parsed.diagnostics[0].code, "ILO-P019");
    assert_eq!(parsed.diagnostics[0].help.as_deref(), Some("did you mean `total`?"));
    assert_eq!(parsed.program.broken_names, ["totl"]);
}

#[test]
fn cycles_are_found_by_file_not_by_spelling() {
    check(&[("main.ilo", "use \"./main.ilo\"\na>n;1"), ("./main.ilo", "b>n;1")], "a ILO-P018");
    check(&[("main.ilo", "use \"l\"\na>n;1"), ("l", "use \"r\"\n"), ("r", "use \"l\"\n")], "a ILO-P018");
}

#[test]
fn a_file_may_be_imported_twice() {
    check(&[("main.ilo", "use \"l\"\nuse \"l\"\n"), ("l", "x>n;1")], "x x");
}

#[test]
fn doubling_imports_do_not_explode() {
    let names: Vec<String> = (0..40).map(|i| format!("f{i}")).collect();
    let texts: Vec<String> = (1..41).map(|i| format!("use \"f{i}\"\nuse \"f{i}\"\n")).collect();
    let mut files: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    files.push(("f40", "x>n;1"));
    files.push(("main.ilo", "use \"f0\"\n"));
    let parsed = program(&files);
    assert!(parsed.sources.len() <= 1000);
    assert!(parsed.diagnostics.iter().all(|d| d.code == "ILO-P017"));
    assert!(!parsed.diagnostics.is_empty());
}

#[test]
fn a_lexical_error_stops_everything() {
    check(&[("main.ilo", "use \"l\"\nuse \"gone\"\na>n;1"), ("l", "my_x")], "a ILO-L002");
}

#[test]
fn text_without_a_file_cannot_import() {
    let main = Source { name: "<text>".into(), text: "use \"lib\"\nf>n;1".into() };
    let parsed = parse_program(main, None);
    assert_eq!(parsed.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["ILO-P017"]);
}

#[test]
fn bytes_must_be_utf8() {
    assert_eq!(decode("f>t;\"é\"".as_bytes()).as_deref(), Ok("f>t;\"é\""));
    let error = decode(b"f>n;1\n\xff").unwrap_err();
    assert_eq!(error.code, "ILO-L001");
    assert_eq!(error.notes, ["the first bad byte is on line 2, at byte offset 6"]);
}

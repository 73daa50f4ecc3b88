//! Diagnostics as a person and as a program reads them.

use ilo4_syntax::{Diagnostic, Source, SourceId, Span, parse, render, to_json};

fn sources(text: &str) -> Vec<Source> {
    vec![Source { name: "main.ilo".into(), text: text.into() }]
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let shown: String =
        parse(text, SourceId(0)).diagnostics.iter().map(|d| render(d, &sources(text), false)).collect();
    assert_eq!(shown, expected);
}

#[test]
fn a_place_a_label_and_help() {
    check(
        "f x:n>n;>x 0{\n  ret 1",
        "\
error[ILO-P004]: expected `}`, found the end of the file
 --> main.ilo:2:8
  |
2 |   ret 1
  |        ^
 ::: main.ilo:1:13
  |
1 | f x:n>n;>x 0{
  |             ^ to close this block
",
    );
    check(
        "f>n;myVar=1;myVar",
        "\
error[ILO-L003]: a capital letter inside the name `myVar`
 --> main.ilo:1:7
  |
1 | f>n;myVar=1;myVar
  |       ^
  = help: names are lower-case with hyphens: `my-var`
",
    );
}

#[test]
fn tabs_and_wide_characters_keep_the_caret_in_place() {
    check(
        "f>t\n\tg \"漢字\" )",
        "\
error[ILO-P001]: expected a declaration, found `)`
 --> main.ilo:2:9
  |
2 |     g \"漢字\" )
  |              ^
  = note: the declaration before is complete here
  = help: statements are separated by `;` or by indented lines; nested calls may need parentheses
",
    );
}

#[test]
fn long_lines_are_shown_through_a_window() {
    let text = format!("f>L n;[{}) {}]", "1 ".repeat(300), "2 ".repeat(300));
    let errors = parse(&text, SourceId(0)).diagnostics;
    let shown = render(&errors[0], &sources(&text), false);
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[3].starts_with("1 | …1 1") && lines[3].ends_with('…'), "{shown}");
    assert!(lines[3].chars().count() < 180, "{shown}");
    assert_eq!(lines[3].chars().position(|c| c == ')'), lines[4].chars().position(|c| c == '^'), "{shown}");
}

#[test]
fn colour_changes_nothing_but_colour() {
    let text = "f>n;)";
    let error = &parse(text, SourceId(0)).diagnostics[0];
    let coloured = render(error, &sources(text), true);
    assert!(coloured.contains("\u{1b}[1;31merror"));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    assert_eq!(plain, render(error, &sources(text), false));
}

#[test]
fn a_diagnostic_without_a_place() {
    let error = Diagnostic { span: None, ..Diagnostic::error("ILO-R012", Span::default(), "no function") };
    assert_eq!(
        render(&error.clone().with_note("n"), &[], false),
        "error[ILO-R012]: no function\n  = note: n\n"
    );
    assert!(to_json(&error, &[]).contains("\"place\":null"));
}

#[test]
fn json_has_every_fact() {
    let text = "f>t;\"é\"\ng x:n>n;>x 0{\n";
    let error = &parse(text, SourceId(0)).diagnostics[0];
    assert_eq!(
        to_json(error, &sources(text)),
        "{\"code\":\"ILO-P004\",\"severity\":\"error\",\"message\":\"expected `}`, found the end of the file\",\
         \"place\":{\"file\":\"main.ilo\",\"line\":2,\"column\":14,\"end_line\":2,\"end_column\":14,\"start\":22,\"end\":22},\
         \"labels\":[{\"text\":\"to close this block\",\"file\":\"main.ilo\",\"line\":2,\"column\":13,\"end_line\":2,\
         \"end_column\":14,\"start\":21,\"end\":22}],\"notes\":[],\"help\":null}"
    );
}

//! What a person reads for each run-time code: one snapshot with a program and its fault for every one of section 9.4.

use std::fmt::Write;

use ilo4_engine::reference::run_text;
use ilo4_tree::Tree;

/// Codes with programs and their arguments.
const FAULTS: &[(&str, &str, &[&str])] = &[
    ("ILO-R002", "f>n;1\ng>n;2", &["h"]),
    ("ILO-R002", "f>n;1\ng>n;2", &[]),
    ("ILO-R003", "f x:n>n;/1 x", &["0"]),
    ("ILO-R004", "f x:_>_;*x 2", &["a"]),
    ("ILO-R004", "f x:n>n;x", &[]),
    ("ILO-R004", "f x:n>n;x", &["a"]),
    ("ILO-R004", "one x:n>n;x\ncall f:F n n n>n;f 1 2\nmain g:_>n;call g", &["main", "one"]),
    ("ILO-R005", "f x:_>_;x.name", &["5"]),
    ("ILO-R006", "f xs:L n>n;xs.3", &["1,2"]),
    ("ILO-R007", "f x:_>_;@i x{i}", &["5"]),
    ("ILO-R008", "f x:_>_;x with a:1", &["5"]),
    ("ILO-R009", "f xs:L n>n;at xs 7", &["1,2"]),
    ("ILO-R012", "type pt{x:n}", &[]),
    ("ILO-R026", "g x:n>R n t;^\"no\"\nf x:n>n;g!! x", &["f", "1"]),
    ("ILO-R026", "f m:O n>n;g!! m\ng m:O n>O n;m", &["f", "nil"]),
    ("ILO-R601", "f x:n>n;+1 f x", &["1"]),
];

#[test]
fn every_fault_reads_as_help() {
    let (mut shown, mut wrong) = (String::new(), String::new());
    for (code, program, args) in FAULTS {
        let execution = run_text(&Tree, program, args);
        let text = execution.stderr;
        if !text.starts_with(&format!("error[{code}]: ")) || execution.code != 1 {
            let _ = writeln!(
                wrong,
                "{code} expected:
{program}
{text}"
            );
        }
        let _ = writeln!(
            shown,
            "## {code}\n\n{program}\n{}\n\n{text}",
            format!("-- run: {}", args.join(" ")).trim_end()
        );
    }
    assert_eq!(wrong, "");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("faults", shown);
    });
}

#[test]
fn no_run_time_code_of_the_document_is_left_out() {
    let document = include_str!("../../../../docs/language/syntax-and-semantics.md");
    let (_, section) = document.split_once("\n### 9.4 ").expect("section 9.4");
    let (section, _) = section.split_once("\n### 9.5 ").expect("section 9.5");
    let documented: Vec<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|code| code.starts_with("ILO-"))
        .collect();
    assert!(documented.len() > 8);
    for code in documented {
        assert!(FAULTS.iter().any(|(known, ..)| *known == code), "{code} has no example");
    }
}

//! What a person reads for each code: one snapshot with a program and the rendered text for every one of section 9.
//!
//! A changed snapshot is a changed message: read it as someone who made the mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ilo4_syntax::{Source, parse_program, render};

use crate::blocks::Files;

/// Codes with programs that get them; the first diagnostic of each is the one in question.
const MISTAKES: &[(&str, &[&str])] = &[
    ("ILO-L001", &["f>n;5 % 2", "f>t;'a'", "f>t;\"open", "f a:b c:b>b;AND a c", "f x:n>n\r\n  x"]),
    ("ILO-L002", &["f>n;my_sum=1;my_sum"]),
    ("ILO-L003", &["f>n;myVar=1;myVar"]),
    ("ILO-P001", &["+1 2", "fn f x:n>n;x", "f x:n>n;x)", "f a:n b:n>n;*a b + 1"]),
    (
        "ILO-P003",
        &[
            "go:>n;5",
            "f x:n->n;x",
            "f a:n b:n>b;=< a b",
            "f a:b b:b>b;&& a b",
            "f x:n>n;+*x 2",
            "f x:n>n;@i 0..3 x",
        ],
    ),
    ("ILO-P004", &["f>n;(1", "f x:n>n;>x 0{1"]),
    ("ILO-P005", &["f xs:L n i:n>n;xs.(+i 1)", "f xs:L n>n;xs. len", "type 5{x:n}", "f x:n>n;x>>5"]),
    ("ILO-P006", &["type", "f x:n>n;x>>"]),
    ("ILO-P007", &["f x:n>R n\ng>n;1", "f x:5>n;1"]),
    ("ILO-P008", &["f x:"]),
    (
        "ILO-P009",
        &["f x:n>n;x;;x", "f>n;.5", "f x:n>n;y=return x;y", "f x:b>b;!!x", "f>n;m={};1", "f>L n;[1;2]"],
    ),
    ("ILO-P010", &["f x:n>n;[x", "f x:n>n;+x", "f x:S"]),
    (
        "ILO-P011",
        &[
            "max a:n>n;a",
            "f>n;flat=3;1",
            "f>n;let=3;1",
            "f>n;cnt=3;1",
            "f x:n>n;?x{-1:2;_:3}",
            "f x:n>n;?x{y:2;_:3}",
            "f x:n>n;?x{>x 1 2}",
        ],
    ),
    ("ILO-P012", &["f x:n>n;?x{"]),
    ("ILO-P016", &["f x:n>n;>x 9 abs x;x", "use 7\nmain>n;1", "use \"lib.ilo\" []\nmain>n;1"]),
    ("ILO-P017", &["use \"missing.ilo\"\nmain>n;1"]),
    ("ILO-P018", &["use \"left.ilo\"\nmain>n;1", "g a:t b:n>t;a\nf>t;g fmt \"{}\" 1 2"]),
    ("ILO-P019", &["use \"lib.ilo\" [bump-to]\nmain>n;1"]),
    ("ILO-P020", &["f x:n\ng>n;1", "f x:n>"]),
    ("ILO-P021", &["f a:n b:n c:n d:n>n;- -*a b *c d"]),
    ("ILO-P101", &["f xs:L n>L n;[fmt \"{}\" 1]"]),
    ("ILO-T001", &["type box{w:n}\ntype box{h:n}\nf>n;1"]),
    ("ILO-T002", &["f>n;1\nf>n;2"]),
    ("ILO-T003", &["type point{x:n}\nf p:poimt>n;1", "f c:b>_;?h c 1 \"a\""]),
    ("ILO-T004", &["f total:n>n;+totl 1", "f>_;map mget [1]"]),
    ("ILO-T005", &["double x:n>n;*x 2\nf>n;doubl 4", "f x:n>n;x 1"]),
    ("ILO-T006", &["g a:n b:n>n;+a b\nf>n;g 1", "f>n;abs 1 2 3"]),
    ("ILO-T007", &["g a:n>n;a\nf>n;g \"a\""]),
    ("ILO-T008", &["f x:n>t;x", "f x:n>n;y=x", "f>n;"]),
    ("ILO-T009", &["f a:n>n;*a \"x\"", "f a:n>_;+a \"x\"", "f x:n>n;{a;b}=x;a"]),
    ("ILO-T010", &["f a:n b:t>b;>a b"]),
    ("ILO-T011", &["f a:n>_;+=a 1"]),
    ("ILO-T012", &["f a:t>n;-a"]),
    ("ILO-T013", &["f>n;abs \"a\"", "f>n;len 5"]),
    ("ILO-T014", &["f x:n>_;@i x{i}", "f x:t>_;@i 0..x{i}"]),
    ("ILO-T015", &["type pt{x:n;y:n}\nf>pt;pt x:1"]),
    ("ILO-T016", &["type pt{x:n;width:n}\nf>pt;pt x:1 widht:2"]),
    ("ILO-T017", &["type pt{x:n}\nf>pt;pt x:\"a\""]),
    ("ILO-T018", &["f x:n>_;x.name"]),
    ("ILO-T019", &["type pt{x:n;width:n}\nf p:pt>n;p.widht", "type pt{x:n;y:n}\nf p:pt>n;{z}=p;z"]),
    ("ILO-T020", &["f x:n>_;x with a:1"]),
    ("ILO-T021", &["type pt{x:n;width:n}\nf p:pt>pt;p with widht:1"]),
    ("ILO-T022", &["type pt{x:n}\nf p:pt>pt;p with x:\"a\""]),
    ("ILO-T023", &["f x:n>_;x.0"]),
    ("ILO-T024", &["f x:n>n;?x{1:2}", "f x:R n t>n;?x{~v:v}", "f x:S red green>n;?x{\"red\":1}"]),
    ("ILO-T025", &["g x:n>n;x\nf x:n>R n t;~(g! x)"]),
    ("ILO-T026", &["g x:n>R n t;~x\nf x:n>n;g! x"]),
    ("ILO-T027", &["g x:n>n;x\nf x:n>n;>x 1 g;x"]),
    ("ILO-T028", &["f x:n>n;>x 1{brk};x", "f x:n>n;>x 1{cnt};x"]),
    ("ILO-T029", &["f x:n>n;ret x;+x 1"]),
    ("ILO-T030", &["alias aa L bb\nalias bb L aa\nf>n;1"]),
    ("ILO-T031", &["alias t n\nf>n;1"]),
    ("ILO-T032", &["f x:n>n;fmt \"{}\" x;x"]),
    ("ILO-T033", &["f xs:L n>n;+=xs 1;0", "f m:M t n>n;mset m \"a\" 1;0"]),
    ("ILO-T034", &["f g:R n t>R n t;~(g!)"]),
    ("ILO-T035", &["f x:O n>n;?x{~v:v;_:0}"]),
    ("ILO-N200", &["f>_;get \"a\"", "f>_;$\"ls\"", "tool fetch\"get\" url:t>R t t"]),
];

/// Codes of section 9 that no program for the checker gets: nothing reaches the first, the second is the driver's.
const NOT_HERE: [&str; 2] = ["ILO-P002", "ILO-E801"];

#[test]
fn every_message_reads_as_help() {
    let (mut shown, mut wrong) = (String::new(), String::new());
    for (code, programs) in MISTAKES {
        for program in *programs {
            let text = rendered(program);
            let first = text.split(['[', ']']).nth(1);
            if first != Some(*code) {
                let _ = writeln!(
                    wrong,
                    "{code} expected:
{program}
{text}"
                );
            }
            let _ = writeln!(shown, "## {code}\n\n{}\n\n{text}", program.replace('\r', "␍").trim_end());
        }
    }
    assert_eq!(wrong, "");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("diagnostics", shown);
    });
}

#[test]
fn no_code_of_the_document_is_left_out() {
    let shown: BTreeSet<&str> = MISTAKES.iter().map(|(code, _)| *code).chain(NOT_HERE).collect();
    assert_eq!(shown.into_iter().collect::<Vec<_>>().join(" "), documented().join(" "));
}

/// The codes in the tables of 9.1 to 9.3, short forms in one row included.
fn documented() -> Vec<String> {
    let document = include_str!("../../../../docs/language/syntax-and-semantics.md");
    let (_, section) = document.split_once("\n### 9.1 ").expect("section 9.1");
    let (section, _) = section.split_once("\n### 9.4 ").expect("section 9.4");
    let rows = section.lines().filter(|line| line.starts_with("| `ILO-"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let codes: BTreeSet<String> = cells
        .flat_map(|cell| cell.split('`').filter(|word| word.ends_with(|c: char| c.is_ascii_digit())))
        .map(|code| if code.starts_with("ILO-") { code.to_owned() } else { format!("ILO-{code}") })
        .collect();
    codes.into_iter().collect()
}

/// Everything that is reported about a program, as it is printed.
fn rendered(program: &str) -> String {
    let main = Source { name: "main.ilo".into(), text: program.into() };
    let files = BTreeMap::from([
        ("main.ilo".to_owned(), program.to_owned()),
        ("lib.ilo".to_owned(), "bump-two x:n>n;+x 2\n".to_owned()),
        ("left.ilo".to_owned(), "use \"main.ilo\"\n".to_owned()),
    ]);
    let parsed = parse_program(main, Some(&Files(&files)));
    let checked = ilo4_check::check(&parsed.program);
    let all = parsed.diagnostics.iter().chain(&checked.diagnostics);
    all.map(|diagnostic| render(diagnostic, &parsed.sources, false)).collect()
}

//! The laws of the formatter over every program of the repository, and its layout on a few.

use std::fs;
use std::path::{Path, PathBuf};

use ilo4_syntax::{Form, FormatError, SourceId, format, parse, print_ast};

use crate::blocks;

/// Every text of the corpus and of the blocks in the documents, with its place.
fn texts() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    collect(&root, &mut texts);
    assert!(texts.len() > 400, "only {} programs found in the corpus", texts.len());
    for block in blocks::all() {
        for (name, text) in block.files {
            texts.push((format!("{} {name}", block.place), text));
        }
    }
    texts
}

fn collect(folder: &Path, texts: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "ilo")
            && let Ok(text) = fs::read_to_string(&path)
        {
            texts.push((path.display().to_string(), text));
        }
    }
}

/// The tree without places, and the imports without spans.
fn shape(text: &str) -> String {
    let parsed = parse(text, SourceId(0));
    let printed = print_ast(&parsed.program, &[]);
    let without_places: Vec<String> = printed.lines().map(without_place).collect();
    let uses: Vec<String> = parsed
        .uses
        .iter()
        .map(|import| {
            let names: Option<Vec<&str>> =
                import.names.as_ref().map(|names| names.iter().map(|name| name.text.as_str()).collect());
            format!("{} {names:?} {:?}", import.path, import.at)
        })
        .collect();
    format!("{}\n{}", without_places.join("\n"), uses.join("\n"))
}

/// A line of the printed tree without its ` @start..end`, which is the last word before the closing parentheses.
fn without_place(line: &str) -> String {
    match line.rfind(" @") {
        Some(at) => {
            let closing = line[at..].trim_start_matches([' ', '@', '.']);
            let closing = closing.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            format!("{}{closing}", &line[..at])
        }
        None => line.to_owned(),
    }
}

fn comments(text: &str) -> usize {
    let mut count = 0;
    let mut end = 0;
    for token in ilo4_syntax::lex(text, SourceId(0)).expect("a text that parsed") {
        let gap = &text[end..token.start as usize];
        count += gap.lines().filter(|line| line.trim_start().starts_with("--")).count();
        end = token.end as usize;
    }
    count
}

/// What is wrong with formatting `text`, if it is a program.
fn broken_law(text: &str) -> Option<String> {
    let expected = shape(text);
    let mut forms = Vec::new();
    for form in [Form::Expanded, Form::Dense] {
        let formatted = match format(text, form) {
            Ok(formatted) => formatted,
            Err(error) => return Some(format!("{form:?}: {error:?}")),
        };
        if shape(&formatted) != expected {
            return Some(format!("{form:?} is another program:\n{formatted}"));
        }
        match format(&formatted, form) {
            Ok(again) if again == formatted => forms.push(formatted),
            again => return Some(format!("{form:?} is not idempotent:\n{formatted}\n{again:?}")),
        }
    }
    let [expanded, dense] = &forms[..] else { return Some("two forms".into()) };
    if comments(expanded) != comments(text) {
        return Some(format!("comments are lost:\n{expanded}"));
    }
    if format(expanded, Form::Dense).as_ref() != Ok(dense) && comments(text) == comments(dense) {
        return Some(format!("dense depends on the layout:\n{dense}\n{:?}", format(expanded, Form::Dense)));
    }
    let there_and_back = format(dense, Form::Expanded).map(|back| shape(&back));
    (there_and_back != Ok(expected)).then(|| format!("expanding the dense form:\n{dense}"))
}

#[test]
fn formatting_changes_no_program_and_nothing_twice() {
    let (mut failures, mut formatted) = (Vec::new(), 0);
    for (place, text) in texts() {
        if parse(&text, SourceId(0)).diagnostics.is_empty() {
            formatted += 1;
            failures.extend(broken_law(&text).map(|problem| format!("{place}: {problem}")));
        } else {
            assert!(matches!(format(&text, Form::Dense), Err(FormatError::Rejected(_))), "{place}");
        }
    }
    assert!(formatted > 900, "only {formatted} programs were formatted");
    let shown: Vec<&String> = failures.iter().take(10).collect();
    assert!(failures.is_empty(), "{} of {formatted}:\n{shown:#?}", failures.len());
}

/// Line ends and comments wherever the language does not mind them.
#[test]
fn comments_survive_wherever_they_stand() {
    for (place, text) in texts() {
        let noisy: String = text.replace(";\n", "; -- a\n -- b\n\n\n").replace("\n  ", " -- c\n\n\t-- d\n  ");
        if parse(&text, SourceId(0)).diagnostics.is_empty() && shape(&noisy) == shape(&text) {
            assert_eq!(broken_law(&noisy), None, "{place}\n{noisy}");
        }
    }
}

#[track_caller]
fn check(source: &str, expanded: &str, dense: &str) {
    assert_eq!(format(source, Form::Expanded).as_deref(), Ok(expanded));
    assert_eq!(format(source, Form::Dense).as_deref(), Ok(dense));
}

#[test]
fn statements_blocks_and_arms_have_lines() {
    check(
        "f x:n > n;y = +x 1;>y 2{ret 9};?y{1:a=2;+a 1;_:{0}}",
        "f x:n>n\n  y=+x 1\n  >y 2{\n    ret 9\n  }\n  ?y{\n    1:a=2\n      +a 1\n    _:{\n      0\n    }\n  }\n",
        "f x:n>n;y=+x 1;>y 2{ret 9};?y{1:a=2;+a 1;_:{0}}\n",
    );
    check("f>_;{}", "f>_{}\n", "f>_{}\n");
    check("f p:pt>n;{x;y}=p;- x y;", "f p:pt>n\n  {x;y}=p\n  - x y\n", "f p:pt>n;{x;y}=p;-x y\n");
    check("f x:n>n;y=>x 1{5}{6};y", "f x:n>n\n  y=>x 1{5}{6}\n  y\n", "f x:n>n;y=>x 1{5}{6};y\n");
}

#[test]
fn what_stands_in_brackets_keeps_its_lines() {
    check("f>L n\n  [1 , -- one\n -2\n]\n", "f>L n\n  [1,  -- one\n    -2\n  ]\n", "f>L n;[1,-2]\n");
    check(
        "f xs:L n>L n\n  xs\n >>map (x:n>n;y=x; *y 2)\n",
        "f xs:L n>L n\n  xs\n    >>map (x:n>n;y=x; *y 2)\n",
        "f xs:L n>L n;xs>>map(x:n>n;y=x;*y 2)\n",
    );
}

#[test]
fn signs_and_marks_keep_their_meaning() {
    check("f a:n>n;b=- 4;-1 a", "f a:n>n\n  b=- 4\n  -1 a\n", "f a:n>n;b=- 4;-1 a\n");
    check("f>n -1", "f>n -1\n", "f>n -1\n");
    check("f a:n>b;! =a 1", "f a:n>b\n  ! =a 1\n", "f a:n>b;! =a 1\n");
    check("f a:n>n;- -a 1 -2", "f a:n>n\n  - -a 1 -2\n", "f a:n>n;- -a 1 -2\n");
    check("f a:n>t;g !a", "f a:n>t\n  g !a\n", "f a:n>t;g !a\n");
    check("f>n;+1\n2", "f>n\n  +1 2\n", "f>n;+1 2\n");
}

#[test]
fn a_declaration_is_a_paragraph_or_a_line() {
    check(
        "-- top\nuse \"a\"\nalias c L n -- list\ntype pt{x:n;y:n} f>n;1\n-- run: f\ng>t;\"a\nb\" -- last\n  -- own\n",
        "-- top\nuse \"a\"\nalias c L n  -- list\n\ntype pt{x:n;y:n}\n\nf>n\n  1\n\n-- run: f\ng>t\n  \"a\nb\"  -- last\n  -- own\n",
        "-- top\nuse\"a\"\nalias c L n\ntype pt{x:n;y:n}\nf>n;1\n-- run: f\ng>t;\"a\\nb\"\n",
    );
    check("type a{x:n -- c\n  y:n}", "type a{\n  x:n  -- c\n  y:n\n}\n", "type a{x:n;y:n}\n");
    check("", "", "");
    check("-- only\n", "-- only\n", "-- only\n");
}

#[test]
fn a_text_that_is_no_program_is_rejected() {
    let Err(FormatError::Rejected(diagnostics)) = format("f>n;(1", Form::Expanded) else {
        panic!("an open parenthesis is accepted");
    };
    assert_eq!(diagnostics[0].code, "ILO-P004");
}

//! Codes of ill-formed programs beyond the documents' examples, recovery, and limits.

use ilo4_syntax::{SourceId, parse};

fn codes(source: &str) -> Vec<&'static str> {
    parse(source, SourceId(0)).diagnostics.iter().map(|d| d.code).collect()
}

/// `expected` holds all codes in order, separated by blanks; empty for a well-formed program.
#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(codes(source).join(" "), expected, "\n{source}");
}

#[test]
fn headers() {
    check("f", "ILO-P020");
    check("f x", "ILO-P003");
    check("f x:n", "ILO-P020");
    check("f x:n>", "ILO-P020");
    check("f x:\ng>n;1", "ILO-P007");
    check("f x:n>L", "ILO-P008");
    check("f x:n->n;1", "ILO-P003");
    check("f(x)>n;1", "ILO-P003");
    check("f let:n>n;1", "ILO-P011");
    check("let=3", "ILO-P011");
    check("if x", "ILO-P001");
    check("type a{x:n;}", "ILO-P005");
    check("type a{x n}", "ILO-P003");
    check("alias L n", "ILO-P005");
    check("alias _ n", "ILO-P005");
    check("alias ids L n\nf>n;1", "");
    check("use \"a\" []", "ILO-P016");
    check("use \"a\" [b", "ILO-P016");
    check("alias>n;1", "");
}

#[test]
fn statements() {
    check("f>n;wh=3", "ILO-P010");
    check("f>n;brk=3", "ILO-P011");
    check("f>n;x={\"k\" 1};1", "ILO-P009");
    check("f>n;{1}", "");
    check("f>n;1;{1}", "ILO-P009");
    check("f x:n>n;>x 0{1", "ILO-P004");
    check("f x:n>n;>x 0{1 2}", "ILO-P003");
    check("f x:n>n;?x{1:2 3}", "ILO-P003");
    check("f x:n>n;?x{1 2}", "ILO-P003");
    check("f x:n>n;?abs x{1:2}", "ILO-P009");
    check("f x:n>n;?+x 1{1:2}", "ILO-P009");
    check("f x:n>n;?x", "ILO-P004");
    check("f x:n>n;^1>>g", "ILO-P001");
    check("f x:n>n;@if xs{1}", "ILO-P011");
    check("f x:n>n;ret", "ILO-P010");
    check("f x:n>n;x;type a{y:n}", "ILO-P009");
}

#[test]
fn expressions() {
    check("f>n;(1 2)", "ILO-P003");
    check("f>n;()", "ILO-P009");
    check("f>n;(", "ILO-P010");
    check("f>n;(x:n>n;1", "ILO-P003");
    check("f>n;(x:n>n;1 2)", "ILO-P003");
    check("f a:n>n;+*a", "ILO-P003");
    check("f a:n>n;(+a)", "ILO-P009");
    check("f a:n>n;*a +a", "ILO-P010");
    check("f a:n>n;x=a =< 3;x", "ILO-P003");
    check("f a:b>b;(a && a)", "ILO-P003");
    check("f a:b>b;|| a a", "ILO-P003");
    check("f a:b>b;!!a", "ILO-P009");
    check("f a:_>n;a.-1", "ILO-P005");
    check("f a:_>n;a. x", "ILO-P005");
    check("f a:_>n;a.", "ILO-P006");
    check("f a:n>n;x=a>>;x", "ILO-P005");
    check("f a:n>n;let", "ILO-P009");
    check("f a:n>n;[a,;]", "ILO-P009");
    check("f a:n>n;[now 1]", "ILO-P101");
    check("f a:n>n;g() .x", "ILO-P001");
    check("g>n;1\nf a:n>n;g $\"ls\"", "ILO-N200");
    check("tool x\nf>n;1", "ILO-N200");
    check("f a:n>n;1 tool x", "ILO-N200");
}

#[test]
fn a_broken_declaration_does_not_hide_the_next_one() {
    let parsed = parse("bad>n;(1 2\n  )\nok>n;1\nworse x:n>n;)\nfine>n;2", SourceId(0));
    let names: Vec<&str> = parsed.program.functions.iter().map(|f| f.name.text.as_str()).collect();
    assert_eq!(names, ["ok", "fine"]);
    assert_eq!(parsed.program.broken_names, ["bad", "worse"]);
    check("bad>n;(1 2\n  )\nok>n;1\nworse x:n>n;)\nfine>n;2", "ILO-P003 ILO-P009");
}

#[test]
fn echoes_are_suppressed_and_errors_are_bounded() {
    check("f>n;1) ) )\n) )\ng>n;2", "ILO-P001");
    let many = "f>n;(1 2)\n".repeat(50);
    assert_eq!(codes(&many).len(), 20);
}

#[test]
fn a_lexical_error_is_the_only_error() {
    check("f>n;(1 2)\ng>n;my_sum", "ILO-L002");
}

/// A `;` before a header ends the declaration although an expression could go on.
#[test]
fn a_name_before_an_infix_greater_is_a_header() {
    check("f a:n>n;b=1;a > b{ret 9};0", "ILO-P001");
    check("f a:n>n;b=(a > 1);@i 0..a{a > i};wh a > 9{a=1};a", "");
}

#[test]
fn nesting_is_bounded() {
    let nested = |open: &str, close: &str, depth: usize| {
        format!("f>_;x={}1{};x", open.repeat(depth), close.repeat(depth))
    };
    check(&nested("(", ")", 250), "");
    check(&nested("[", "]", 250), "");
    check(&nested("(", ")", 257), "ILO-P009");
    check(&nested("[", "]", 257), "ILO-P009");
    check(&nested("!", "", 257), "ILO-P009");
    check(&format!("f>_;{}1{}", "=1 1{".repeat(257), "}".repeat(257)), "ILO-P009");
    check(&format!("f x:{}n>n;1", "L ".repeat(257)), "ILO-P007");
    check(&format!("f x:_>_;x{}", ".a".repeat(200)), "");
    check(&format!("f x:_>_;x{}", ".a".repeat(2000)), "ILO-P005");
    check(&format!("f x:_>_;x{}", " + x".repeat(200)), "");
    check(&format!("f x:_>_;x{}", " + x".repeat(2000)), "ILO-P009");
    check(&format!("f x:_>_;x{}", ">>g".repeat(2000)), "ILO-P009");
    // Chains on top of nesting: neither is long, the tree would be.
    check(&format!("f x:_>_;y={}x{};y", "(".repeat(100), " + x + x + x)".repeat(100)), "");
    check(&format!("f x:_>_;y={}x{};y", "(".repeat(200), " + x + x + x)".repeat(200)), "ILO-P009");
}

#[test]
fn messages_say_what_to_write_instead() {
    let help = |source: &str| parse(source, SourceId(0)).diagnostics[0].help.clone().unwrap_or_default();
    assert_eq!(help("f>n;myVar=1;myVar"), "names are lower-case with hyphens: `my-var`");
    assert_eq!(help("f a:n>n;=<a 3 1;0"), "write `<=`");
    assert!(help("f>n;if x").contains("cond{"));
    assert!(help("go:>n;5").contains("name>type"));
    assert!(help("f xs:L n>n;xs.(+0 1)").contains("at xs i"));
    assert!(help("f ok:b>n;x=0;?ok{x=3};x").contains("no question mark"));
}

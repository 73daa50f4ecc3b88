//! Which codes a program gets, in which order: what the documents' own examples leave open.

use ilo4_syntax::{Diagnostic, Source, parse_program};

fn diagnostics(source: &str) -> Vec<Diagnostic> {
    let parsed = parse_program(Source { name: "main.ilo".into(), text: source.into() }, None);
    let checked = ilo4_check::check(&parsed.program);
    let has_error = checked.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(checked.program.is_none(), has_error, "{source}");
    parsed.diagnostics.into_iter().chain(checked.diagnostics).collect()
}

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    let all = diagnostics(source);
    let codes: Vec<&str> = all.iter().map(|d| d.code.trim_start_matches("ILO-")).collect();
    assert_eq!(codes, expected, "{source}\n{all:#?}");
}

#[track_caller]
fn check_help(source: &str, expected: &str) {
    let all = diagnostics(source);
    assert_eq!(all.first().and_then(|d| d.help.as_deref()), Some(expected), "{source}\n{all:#?}");
}

#[test]
fn declarations_are_reported_before_bodies_and_by_kind() {
    check(
        "f x:zork>n;y\nf>n;1\ntype r{a:zork}\ntype r{b:n}\nalias t n\nalias r n\nalias aa bb\nalias bb aa\n",
        &["T031", "T030", "T001", "T001", "T003", "T002", "T003", "T004"],
    );
}

#[test]
fn undefined_types_are_reported_where_a_value_of_them_could_exist() {
    check("f x:L zork>n;1\n", &["T003"]);
    check("f x:R n zork>n;1\n", &["T003"]);
    check("f x:O zork y:M t zork z:F zork n>n;1\n", &[]);
    check("alias z L zork\nf>n;1\n", &[]);
    check("alias z L zork\nf x:z>n;1\n", &["T003"]);
    check("alias z L zork\nf x:O z>n;1\n", &[]);
    check("f>L n;map (x:zork>n;1) []\n", &["T003"]);
}

#[test]
fn single_letters_are_unknown_types_even_beside_a_record() {
    check("type p{x:n}\nf q:p>_;q.y\n", &[]);
    check("alias p t\nf q:p>n;-q\n", &["T012"]);
}

#[test]
fn arguments_come_before_their_call_and_counts_before_types() {
    check("g x:n>n;x\nf>n;g (-\"a\") zz\n", &["T012", "T004", "T006"]);
    check("g x:n y:n>n;x\nf>n;g \"a\" \"b\"\n", &["T007", "T007"]);
    check("f>_;at \"a\" \"b\" 1\n", &["T006"]);
    check("f>_;at 5 \"b\"\n", &["T013", "T013"]);
}

#[test]
fn one_mistake_is_reported_once() {
    check("f>n;x=zz;y=+x 1;-y\n", &["T004"]);
    check("f>n;x=gg 1;x.a\n", &["T005"]);
    check("type rec{a:n}\nf x:rec>n;y=x.b;+y \"a\"\n", &["T019"]);
    check("f x:n>n;>x 0{zz}{yy};xx\n", &["T004", "T004", "T004"]);
}

#[test]
fn names_of_broken_declarations_are_not_reported() {
    check("tool fetch\"x\"\nf>n;y=fetch \"a\";len y\n", &["N200"]);
}

#[test]
fn names_outside_the_profile() {
    check("f>_;get 1 2 3\n", &["N200"]);
    check("f>_;x=run;x\n", &["N200"]);
    check("f get:n>n;get\n", &[]);
}

#[test]
fn variables_functions_and_builtins_of_one_name() {
    check("g>n;1\nf g:n>n;g\n", &[]);
    check("g x:n>n;1\nf g:n>n;g 1\n", &["T005"]);
    check("f len:n>n;+len (len \"ab\")\n", &["P010"]);
    check("f len:n>n;+(len \"ab\") len\n", &[]);
    check("f g:F n n>n;g 1 2\n", &["T006"]);
    check("f g:F n n>n;g \"a\"\n", &["T007"]);
    check("f x:_>n;x 1\n", &["T005"]);
}

#[test]
fn unwrapping() {
    check("g>R n t;~1\nf>_;g!()\n", &["T026"]);
    check("g>O n;nil\nf>_;g!()\n", &[]);
    check("g>O n;nil\nf>R n t;~g!()\n", &["T026"]);
    check("g>R n t;~1\nf>n;g!!()\n", &[]);
    check("g>n;1\nf>n;g!!()\n", &["T025"]);
    check("g>_;1\nf>n;g!()\n", &[]);
    check("f>R n t;x=map (y:n>n;g! y) [1];~1\ng x:n>R n t;~x\n", &["T026"]);
    check("f r:R n t>R n t;r! 1\n", &["T005"]);
    check("f r:R n t>n;r!!\n", &["T034"]);
}

#[test]
fn lambdas_are_functions_of_their_own() {
    check("f>_;@i 0..2{map (x:n>n;brk) [1]};1\n", &["T028"]);
    check("f>_;g=(x:n>n;g x);1\n", &["T005"]);
    check("f>_;map (x:n>n;\"a\") [1]\n", &["T008"]);
    check("f>_;map (x:n>n;y=x;y) [1];y\n", &["T004"]);
    check("f>n;y=1;g=(x:n>n;x);y=\"a\";h=(x:n>t;y);g 1\n", &[]);
}

#[test]
fn scopes_keep_types() {
    check("f>n;x=1;>x 0{x=\"a\";y=len x};-x\n", &[]);
    check("f>n;x=\"a\";>1 0{x=1;-x};-x\n", &["T012"]);
    check("f x:n>n;@i 0..2{y=i};y\n", &["T004"]);
    check("f x:n>n;?x{1:y=2;_:0};y\n", &["T004"]);
    check("f x:n>n;v=>x 0{1};v\n", &["T004"]);
}

#[test]
fn values_that_are_names_of_functions() {
    check("g>n;1\nf x:n>n;>x 0{g};1\n", &[]);
    check("f x:n>n;>x 0{g};1\ng>n;1\n", &["T027"]);
    check("f x:n>n;>x 0 abs;1\n", &["T027"]);
    check("f x:n>n;!>x 0{abs};1\n", &["T027"]);
    check("f x:n>_;>x 0 mmap;1\n", &[]);
    check("f x:n abs:n>n;>x 0 abs;1\n", &[]);
    check("g x:n>n;x\nf x:n>_;>x 0{g}{g};1\n", &[]);
}

#[test]
fn warnings() {
    check("f>n;ret 1;2;3\n", &["T029"]);
    check("f>n;@i 0..3{brk;zz};ret 1;yy\n", &["T029", "T029"]);
    check("f>t;fmt \"a\"\n", &[]);
    check("f>n;format \"a\";fmt2 1 2;1\n", &["T032", "T032"]);
    check("f>n;@i 0..2{fmt \"a\"};1\n", &[]);
    check("f xs:L n>L n;+=xs 1\n", &[]);
    check("f xs:L n>n;@i 0..2{>i 0{+=xs i}};1\n", &["T033"]);
    check("f xs:L n>n;@i 0..2{xs=?i{1:+=xs i;_:xs}};1\n", &[]);
    check("f xs:L n>n;@i 0..2{?i{1:+=xs i;_:xs}};1\n", &["T033"]);
    check("f m:M t n>n;mset m \"a\" 1;mdel m \"a\";1\n", &["T033", "T033"]);
}

#[test]
fn matches() {
    check("f x:R n t>n;?x{~v:v;_:0}\n", &[]);
    check("f x:L n>n;?x{l v:1}\n", &[]);
    check("f x:n>n;?x{}\n", &["T024"]);
    check("f x:O n>n;?x{^e:1;~v:2}\n", &["T035", "T035", "T024"]);
    check("f c:S up down>n;?c{\"up\":1;\"down\":2}\n", &[]);
    check("f x:_>n;?x{1:2}\n", &[]);
    check("f x:n>n;+x 1;?{1:2}\n", &[]);
}

#[test]
fn special_rules_of_builtins() {
    check("f>_;lst [1] 0 \"a\"\n", &["T013"]);
    check("f>_;lst [] 0 \"a\"\n", &[]);
    check("f m:M b n>_;mget m true\n", &["T013"]);
    check("f m:M t n>_;mdel m 1\n", &["T013"]);
    check("f m:_>_;mset m true 1\n", &[]);
    check("f>_;m=mset mmap 1 2;mset m \"a\" 1\n", &[]);
    check("f x:O t>_;trm x\n", &[]);
    check("f x:O t>_;rev x\n", &["T013"]);
    check("f x:S a c>_;len x\n", &["T013"]);
    check("f x:S a c>_;trm x\n", &[]);
    check("f xs:L n>t;zip xs [\"a\"]\n", &["T008"]);
    check("f xs:L n>L (L n);zip xs []\n", &[]);
    check("f xs:L b>M t n;frq xs\n", &[]);
    check("f xs:L n>M b n;frq xs\n", &["T008"]);
    check("f>M t (L n);grp (x:n>b;>x 1) [1 2]\n", &[]);
    check("f>t;fmt \"{:2}\" 1\n", &["T013"]);
    check("f p:t>t;fmt p 1\n", &[]);
}

#[test]
fn higher_order_builtins() {
    check("f x:_>t;hd (flt (y:n>b;>y 1) x)\n", &[]);
    check("f>t;hd (map (y:n>n;y) [1])\n", &["T008"]);
    check("f k:n>t;hd (map (y:n>n;+y k) [1])\n", &[]);
    check("f>t;fld (a:n x:n>n;+a x) [1] 0\n", &["T008"]);
    check("g x:n c:n d:n>n;x\nf>_;fld g 1 [1] 0\n", &[]);
    check("g x:n c:n>n;x\nf>_;fld g 1 [1] 0\n", &["T013"]);
    check("g c:n w:t>b;true\nf>_;ct g 7 [\"a\"]\n", &[]);
    check("g c:n w:t>b;true\nf>_;flt g 7 [\"a\"]\n", &["T013"]);
    check("f>_;map min 3 [1]\n", &[]);
    check("f>_;map abs 3 [1]\n", &["T013"]);
    check("f>_;map zz [1]\n", &["T004"]);
    check("f>_;map (x:n>n;x)\n", &["T006"]);
    check("f>R n t;mapr num [\"1\"]\n", &["T008"]);
}

#[test]
fn misspelt_names_get_a_suggestion() {
    check_help("total x:n>n;x\nf>n;totla 1\n", "did you mean `total`?");
    check_help("f length-of:n>n;lengthof\n", "did you mean `length-of`?");
    check_help("type part{name:t;qty:n}\nf x:parts>n;1\n", "did you mean `part`?");
    check_help("type part{name:t;qty:n}\nf x:part>t;x.nmae\n", "did you mean `name`?");
    check_help("type part{name:t}\nf x:part>_;x with nam:\"a\"\n", "did you mean `name`?");
    check_help("type part{name:t}\nf>_;part nmae:\"a\"\n", "did you mean `name`?");
    check_help("type part{name:t;qty:n}\nf>_;part name:\"a\"\n", "add `qty:…`");
}

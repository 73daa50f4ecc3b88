//! The decisions of the grammar, seen in the printed tree.

use ilo4_syntax::{Source, SourceId, parse, print_ast, print_tokens};

/// The body of the last function of `source`, on one line and without places.
fn shape(source: &str) -> String {
    let parsed = parse(source, SourceId(0));
    assert_eq!(parsed.diagnostics, [], "\n{source}");
    let printed = print_ast(&parsed.program, &[Source { name: "a".into(), text: source.into() }]);
    let (_, body) = printed.trim_end().rsplit_once("\n  (body").expect("a function has a body");
    let body = body.strip_suffix("))").expect("body and function are closed");
    let mut words = String::new();
    for word in body.split_whitespace() {
        match word.strip_prefix('@') {
            Some(place) => words.push_str(place.trim_start_matches(|c| c != ')')),
            None => words.extend([" ", word]),
        }
    }
    words.trim_start().to_string()
}

#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(shape(source), expected, "\n{source}");
}

const XY: &str = "(name x) (name y)";

#[test]
fn calls_take_what_their_arity_says() {
    check("inc a:n>n;+a 1\nf x:n y:n>n;+inc x y", "(+ (call inc (name x)) (name y))");
    check("f x:n y:n>n;max abs x y", "(call max (call abs (name x)) (name y))");
    check("f x:n y:n>n;later abs x y", "(call later (call abs (name x)) (name y))");
    check("f x:_ y:_>_;map abs x", "(call map (name abs) (name x))");
    check("ap g:F n n a:n>n;1\nf x:n>n;ap abs x", "(call ap (name abs) (name x))");
    check("f x:n>t;len fmt \"{}\" x 1", "(call len (call fmt (text \"{}\") (name x) (number 1)))");
}

#[test]
fn arguments_stop_at_infix_operators() {
    check("f x:n y:n>n;g x + y", "(+ (call g (name x)) (name y))");
    check("f x:n y:n>n;g - y", "(- (name g) (name y))");
    check("f x:n y:n>n;g -x y", &format!("(call g (- {XY}))"));
    check("f x:n y:n>n;g! x + y", "(+ (call g! (name x)) (name y))");
    check("f x:n y:n>n;g! + y", "(+ (call g!) (name y))");
    check("f x:n y:n>n;g ?? y", "(?? (name g) (name y))");
    check("f x:n y:n>n;g !x", "(call g (not (name x)))");
    check("f x:n y:n>n;g -1", "(call g (number -1))");
}

#[test]
fn infix_precedence() {
    check("f x:n>n;1 + 2 * 3 - 4", "(- (+ (number 1) (* (number 2) (number 3))) (number 4))");
    check("f x:n>n;1 - 2 - 3", "(- (- (number 1) (number 2)) (number 3))");
    check(
        "f x:n>b;1 | 2 & 3 = 4 < 5 + 6 * 7",
        "(| (number 1) (& (number 2) (= (number 3) (< (number 4) (+ (number 5) (* (number 6) (number 7)))))))",
    );
    check("f x:n>b;1 * 2 | 3", "(| (* (number 1) (number 2)) (number 3))");
}

#[test]
fn minus_has_one_or_two_operands() {
    check("f x:n y:n>n;- -x y", &format!("(negate (- {XY}))"));
    check("f x:n y:n>n;-x", "(negate (name x))");
    check("f x:n y:n>n;-1 x", "(- (number 1) (name x))");
}

#[test]
fn bare_names_may_be_calls() {
    check("mk>n;1\nf>n;mk", "(name-or-call mk)");
    check("mk>n;1\nf>n;+mk 1", "(+ (name mk) (number 1))");
    check("f>n;mk", "(name mk)");
    check("f>n;+now 1", "(+ (call now) (number 1))");
    check("f>n;now - 1", "(- (call now) (number 1))");
    check("f>n;rnd", "(call rnd)");
    check("f>n;+rnd 1", "(+ (name rnd) (number 1))");
    check("f>n;mset mmap \"a\" 1", "(call mset (call mmap) (text \"a\") (number 1))");
}

#[test]
fn lists_have_two_modes() {
    check("f x:n y:n>_;[x len y x]", "(list (name x) (call len (name y)) (name x))");
    check("f x:n y:n>_;[g x, y]", "(list (call g (name x)) (name y))");
    check("f x:n y:n>_;[x (g y)]", "(list (name x) (call g (name y)))");
    check("f x:n y:n>_;[1 -x]", "(list (- (number 1) (name x)))");
    check("f x:n y:n>_;[x -1]", "(list (name x) (number -1))");
    check(
        "f x:n y:n>_;[?x{1:g y;_:0}]",
        "(list (match (name x) (arm 1 (call g (name y))) (arm _ (number 0))))",
    );
}

#[test]
fn statements_by_their_tails() {
    check("f x:n y:n>n;>x 0 y;x", "(guard (> (name x) (number 0)) (name y)) (name x)");
    check("f x:n y:n>n;!=x 0{1}{2}", "(if (!= (name x) (number 0)) (then (number 1)) (else (number 2)))");
    check("f x:n y:n>n;!(=x 0){1}", "(if-not (= (name x) (number 0)) (then (number 1)))");
    check("f x:n y:n>n;!=x 0 y;x", "(guard (!= (name x) (number 0)) (name y)) (name x)");
    check(
        "f x:n y:n>n;v=>x 0{1}{z=1;2};v",
        "(bind-ternary v (> (name x) (number 0)) (then (number 1)) (else (number 2))) (name v)",
    );
    check("f x:n y:n>n;v=>x 0{};v", "(bind-if v (> (name x) (number 0)) (then)) (name v)");
    check("f x:n y:n>n;{a;b}=x;a", "(destructure a b (name x)) (name a)");
}

#[test]
fn questions() {
    check("f x:n y:n>n;?=x y 1 2", &format!("(ternary (= {XY}) (number 1) (number 2))"));
    check("f x:n y:n>n;?x{1}{2}", "(ternary (name x) (number 1) (number 2))");
    check("f x:n y:n>n;?h x 1 2", "(ternary (name x) (number 1) (number 2))");
    check("f x:n y:n>n;?h 1 2", "(ternary (name h) (number 1) (number 2))");
    check("f x:n y:n>n;?{~v:v;^_:}", "(match (arm ~v (name v)) (arm ^_))");
}

#[test]
fn pipes_append_the_piped_value() {
    check("f x:n y:n>n;x>>g y>>h!", "(call h! (call g (name y) (name x)))");
    check("f x:n y:n>n;~x>>g", "(call g (~ (name x)))");
}

#[test]
fn a_variable_makes_a_field_an_index() {
    check("f m:_ i:n>n;m.i.i", "(at i (at i (name m)))");
    check("f m:_ i:n>n;m.?i", "(field .?i (name m))");
    check("f m:_>n;m.i;i=1;m.i", "(field .i (name m)) (bind i (number 1)) (at i (name m))");
    check("type c{i:n}\nf m:_ i:n>n;m.i", "(field .i (name m))");
    check(
        "f m:_>n;@i 0..1{m.i};m.i",
        "(for-range i (number 0) (number 1) (body (at i (name m)))) (field .i (name m))",
    );
    check("f m:_>n;?m{n i:m.i};m.i", "(match (name m) (arm n i (at i (name m)))) (field .i (name m))");
    check(
        "f m:_>n;>m 0{i=1};m.i",
        "(if (> (name m) (number 0)) (then (bind i (number 1)))) (field .i (name m))",
    );
}

#[test]
fn the_printed_tree_has_places() {
    let source = "f x:n>n;y=+x 1\n\ng>t;\"é\"\n";
    let parsed = parse(source, SourceId(0));
    let printed = print_ast(&parsed.program, &[Source { name: "a".into(), text: source.into() }]);
    assert_eq!(
        printed,
        "\
(function f > n @1:1-1:15
  (param x n @1:3-1:4)
  (body @1:9-1:15
    (bind y @1:9-1:15
      (+ @1:11-1:15
        (name x @1:12-1:13)
        (number 1 @1:14-1:15)))))
(function g > t @3:1-3:8
  (body @3:5-3:8
    (text \"é\" @3:5-3:8)))
"
    );
}

#[test]
fn the_printed_tokens_show_the_layout() {
    assert_eq!(
        print_tokens("f>n\n  -1\ng>t"),
        "\
1:1 | Identifier f
1:2 >
1:3 Identifier n
1:4 ; inserted
2:3 -
2:4 Number 1
3:1 | Identifier g
3:2 >
3:3 Identifier t
3:4 end
"
    );
    assert_eq!(print_tokens("f>n;é"), "1:5 error ILO-L001 `é` starts no token\n");
}

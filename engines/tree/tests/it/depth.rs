//! Deep and endless recursion.

use ilo4_builtins::Prim;
use ilo4_check::hir::Expr;
use ilo4_engine::reference::run_text;
use ilo4_tree::Tree;

use super::build::*;

/// `f k`: 0 for 0, else 1 + f (k - 1), the call standing under that many further operators.
fn nested(levels: usize) -> ilo4_engine::Program {
    let less = prim(Prim::Subtract, [var(0), number(1.0)]);
    let mut sum: Expr = prim(Prim::Add, [call(0, [less]), number(1.0)]);
    for _ in 0..levels {
        sum = prim(Prim::Subtract, [number(0.0), sum]);
    }
    program([function("f", [0, 1, 1], when(prim(Prim::Equal, [var(0), number(0.0)]), number(0.0), sum))])
}

#[test]
fn fifty_thousand_calls_nest() {
    let ran = run(&nested(0), [50_000.0]);
    assert_eq!((ran.outcome, ran.calls), (Ok("50000".into()), 50_001));
}

/// A quarter of what the parser lets a source text nest, because all of it needs 4 GiB of memory.
#[test]
fn fifty_thousand_calls_nest_in_large_expressions() {
    assert_eq!(run(&nested(64), [50_000.0]).outcome, Ok("50000".into()));
}

#[test]
fn endless_recursion_is_a_fault_without_a_place() {
    let held = list([text("held"), at(7, call(0, []))]);
    let program = program([function("f", [0, 0, 0], held)]);
    let (code, place) = run(&program, []).outcome.unwrap_err();
    assert_eq!((code.as_str(), program.places.span(place)), ("ILO-R601", None));
}

#[test]
fn tail_calls_do_not_nest() {
    let odd_or_even = |name, other, at_zero| {
        let next = tail_call(other, [prim(Prim::Subtract, [var(0), number(1.0)])]);
        let stop = ret(text(at_zero));
        function(name, [0, 1, 2], block([when(prim(Prim::Equal, [var(0), number(0.0)]), stop, next)]))
    };
    let program = program([odd_or_even("even", 1, "even"), odd_or_even("odd", 0, "odd")]);
    assert_eq!(run(&program, [1_000_001.0]).outcome, Ok("odd".into()));
}

/// A tail call out of a loop, in the middle of an operand, with arguments that reuse the variables they replace.
#[test]
fn tail_calls_leave_loops() {
    let next = ret(tail_call(
        1,
        [prim(Prim::Subtract, [var(0), number(1.0)]), prim(Prim::Append, [last(1), var(0)])],
    ));
    let stop = when(prim(Prim::Equal, [var(0), number(0.0)]), ret(prim(Prim::Len, [last(1)])), number(0.0));
    let body = repeat(number(1.0), list([text("waits"), stop, next]));
    let spin = function("spin", [0, 2, 2], body);
    let main = function("main", [0, 0, 0], call(1, [number(10_000.0), list([])]));
    let ran = run(&program([main, spin]), []);
    assert_eq!((ran.outcome, ran.counters.copies), (Ok("10000".into()), 0));
}

#[test]
fn fifty_thousand_calls_nest_through_builtins_and_function_values() {
    let through_map = "f k:n>n;=k 0 0;xs=map (x:n>n;f -k 1) [1];+1 (hd xs)";
    let through_value = "ap g:F n n x:n>n;g x\nf k:n>n;=k 0 0;h=(x:n>n;f -k 1);r=ap h k;+r 1";
    for program in [through_map, through_value] {
        assert_eq!(run_text(&Tree, program, &["f", "50000"]).stdout, "50000\n");
    }
}

#[test]
fn endless_recursion_through_builtins_is_a_fault() {
    let ran = run_text(
        &Tree,
        "f k:n>n;prnt k;xs=map (x:n>n;prnt \"in\";g x) [1];hd xs\ng k:n>n;ys=map g [k];hd ys",
        &["f", "1"],
    );
    assert_eq!((ran.stdout.as_str(), ran.code, ran.counters.live_objects), ("1\nin\n", 1, 0));
    assert!(ran.stderr.starts_with("error[ILO-R601]: "), "{}", ran.stderr);
}

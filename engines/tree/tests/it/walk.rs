//! What each kind of expression does.

use ilo4_builtins::Prim;
use ilo4_check::hir::{Expr, ExprKind, VarId};

use super::build::*;

/// The value of one expression in a function with four variables.
#[track_caller]
fn value(body: Expr, expected: &str) {
    check([function("f", [0, 0, 4], body)], expected);
}

#[track_caller]
fn faults(body: Expr, code: &str, start: u32) {
    let program = program([function("f", [0, 0, 4], body)]);
    let (got, place) = run(&program, []).outcome.unwrap_err();
    assert_eq!((got.as_str(), program.places.span(place).map(|span| span.start)), (code, Some(start)));
}

#[test]
fn operands_and_branches() {
    value(prim(Prim::Add, [number(1.0), number(2.0)]), "3");
    value(prim(Prim::Add, [text("a"), text("b")]), "ab");
    value(list([number(1.0), text("x"), list([])]), "[1, x, []]");
    value(when(text(""), number(1.0), number(2.0)), "2");
    value(expr(ExprKind::And { left: Box::new(number(3.0)), right: Box::new(text("")) }), "false");
    value(expr(ExprKind::Or { left: Box::new(number(0.0)), right: Box::new(text("x")) }), "true");
    value(prim(Prim::Not, [expr(ExprKind::Bool(false))]), "true");
    value(block([]), "nil");
}

#[test]
fn an_operand_that_was_read_keeps_its_value() {
    let change = block([set(0, number(5.0)), var(0)]);
    value(block([set(0, number(1.0)), list([var(0), change, var(0)])]), "[1, 5, 5]");
}

/// 1 + 2 + … while below a bound, leaving and skipping in the middle of an operand.
#[test]
fn loops_forget_unfinished_operands() {
    let leave = when(prim(Prim::Greater, [var(0), number(6.0)]), expr(ExprKind::Break), number(0.0));
    let skip = when(prim(Prim::Less, [var(0), number(3.0)]), expr(ExprKind::Continue), number(0.0));
    let body = block([
        set(0, prim(Prim::Add, [var(0), number(1.0)])),
        set(1, prim(Prim::Append, [var(1), list([var(0), text("waits"), list([text("too"), leave, skip])])])),
    ]);
    let program = block([
        set(0, number(0.0)),
        set(1, list([])),
        repeat(prim(Prim::Less, [var(0), number(10.0)]), body),
        list([var(0), prim(Prim::Len, [var(1)])]),
    ]);
    value(program, "[7, 4]");
}

#[test]
fn return_leaves_from_within_operands_and_loops() {
    let inner = repeat(number(1.0), list([text("waits"), ret(text("left"))]));
    check(
        [function("f", [0, 0, 0], list([text("a"), call(1, [])])), function("g", [0, 0, 0], inner)],
        "[a, left]",
    );
}

#[test]
fn fields_by_slot_by_name_and_taken() {
    let make = || record([(1, list([number(2.0)])), (0, text("x"))]);
    value(make(), "duo {a: x, b: [2]}");
    value(field(make(), "b", Some(1), false), "[2]");
    value(field(make(), "b", None, false), "[2]");
    let taken = block([set(0, make()), set(1, field(var(0), "b", Some(1), true)), list([var(1), var(0)])]);
    value(taken, "[[2], duo {a: x, b: nil}]");
    let kept = block([
        set(0, make()),
        set(2, var(0)),
        set(1, field(var(0), "b", Some(1), true)),
        list([var(1), var(0)]),
    ]);
    value(kept, "[[2], duo {a: x, b: [2]}]");
    faults(at(9, field(make(), "c", None, false)), "ILO-R005", 9);
}

#[test]
fn with_replaces_fields_of_a_copy_only_if_shared() {
    let make = record([(0, number(1.0)), (1, number(2.0))]);
    let with = |base| {
        let fields = vec![("b".into(), number(3.0))];
        expr(ExprKind::With { base: Box::new(base), fields })
    };
    let program = program([function("f", [0, 0, 2], block([set(0, make), set(1, with(last(0))), last(1)]))]);
    let ran = run(&program, []);
    assert_eq!(ran.outcome, Ok("duo {a: 1, b: 3}".into()));
    assert_eq!((ran.counters.copies, ran.counters.in_place_updates), (0, 1));
    faults(at(4, with(number(1.0))), "ILO-R008", 4);
}

#[test]
fn elements_are_taken_from_a_sole_owner() {
    let take = |index| expr(ExprKind::TakeElement { list: VarId(0), index: Box::new(number(index)) });
    let make = || set(0, list([text("a"), list([text("b")])]));
    value(block([make(), set(1, take(1.0)), list([var(1), var(0)])]), "[[b], [a, nil]]");
    value(block([make(), set(2, var(0)), set(1, take(1.0)), list([var(1), var(0)])]), "[[b], [a, [b]]]");
}

#[test]
fn the_last_read_makes_updates_in_place() {
    let body = block([
        set(0, list([])),
        set(1, number(0.0)),
        repeat(
            prim(Prim::Less, [var(1), number(100.0)]),
            block([
                set(0, prim(Prim::Append, [last(0), var(1)])),
                set(1, prim(Prim::Add, [last(1), number(1.0)])),
            ]),
        ),
        prim(Prim::Len, [last(0)]),
    ]);
    let ran = run(&program([function("f", [0, 0, 2], body)]), []);
    assert_eq!((ran.outcome, ran.counters.copies), (Ok("100".into()), 0));
}

#[test]
fn function_values_bring_their_captures() {
    let apply =
        function("f", [0, 0, 1], block([set(0, closure(1, [text("c")])), call_value(var(0), [text("x")])]));
    let inner = function("f.1", [1, 1, 2], list([last(0), last(1)]));
    check([apply, inner], "[c, x]");
}

#[test]
fn a_callee_is_looked_at_after_its_arguments() {
    faults(
        at(3, call_value(number(7.0), [at(5, prim(Prim::Divide, [number(1.0), number(0.0)]))])),
        "ILO-R003",
        5,
    );
    faults(at(3, call_value(number(7.0), [number(1.0)])), "ILO-R004", 3);
    let program = program([
        function("f", [0, 0, 0], call_value(closure(1, [text("c")]), [])),
        function("f.1", [1, 1, 2], number(0.0)),
    ]);
    assert_eq!(run(&program, []).outcome.unwrap_err().0, "ILO-R004");
}

#[test]
fn a_fault_has_the_place_of_the_innermost_expression_and_leaves_nothing_alive() {
    let raise = at(6, prim(Prim::Subtract, [list([text("held")]), number(1.0)]));
    faults(
        at(1, prim(Prim::Add, [list([text("waiting")]), at(2, list([text("too"), raise]))])),
        "ILO-R004",
        6,
    );
}

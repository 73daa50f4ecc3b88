//! Marks on HIR written by hand; whole programs are in `tests/it.rs`.

use ilo4_builtins::Prim;
use ilo4_syntax::Span;

use super::mark;
use crate::build::At;
use crate::hir::{Expr, ExprKind, Function, Origin, Program, Var, VarId};
use crate::types::Type;

const AT: At = At(Span { source: ilo4_syntax::SourceId(0), start: 0, end: 0 });
const R: VarId = VarId(0);
const X: VarId = VarId(1);

fn field(name: &str) -> Expr {
    let base = Box::new(AT.read(R));
    AT.expr(ExprKind::Field { base, name: name.into(), tolerant: false, hint: None, take: false })
}

fn with(name: &str, value: Expr) -> Expr {
    AT.expr(ExprKind::With { base: Box::new(AT.read(R)), fields: vec![(name.into(), value)] })
}

#[track_caller]
fn check(body: Vec<Expr>, expected: &[&str]) {
    let vars = ["r", "x"].map(|name| Var { name: name.into() }).into();
    let function = Function {
        name: "f".into(),
        origin: Origin::Declared,
        captures: 0,
        vars,
        params: vec![Type::Any, Type::Any],
        result: Type::Any,
        body: AT.expr(ExprKind::Block(body)),
        omits_result: false,
        span: AT.0,
    };
    let mut program = Program { functions: vec![function], records: Vec::new() };
    mark(&mut program);
    let text = crate::print::print(&program);
    let lines: Vec<&str> = text.lines().skip(1).filter(|line| *line != "}").map(str::trim).collect();
    assert_eq!(lines, expected);
}

#[test]
fn an_operand_already_read_holds_its_own_reference() {
    // The later operand assigns `x`, so the value that the first one read is not needed in `x` any more.
    let assigning = AT.block(vec![AT.assign(X, AT.number(5.0)), AT.read(X)]);
    check(vec![AT.prim(Prim::Add, [AT.read(X), assigning])], &["add(x#1', {", "x#1 = 5", "x#1'", "})"]);
    // The later operand reads `x`, so it has the last use.
    check(vec![AT.prim(Prim::Add, [AT.read(X), AT.read(X)])], &["add(x#1, x#1')"]);
}

#[test]
fn a_field_that_is_replaced_next_may_be_taken() {
    let appended = AT.prim(Prim::Append, [field("xs"), AT.number(1.0)]);
    check(
        vec![AT.assign(X, appended), AT.assign(R, with("xs", AT.read(X))), AT.read(R)],
        &["x#1 = append(take r#0.xs, 1)", "r#0 = r#0' with {xs: x#1'}", "r#0'"],
    );
}

#[test]
fn a_field_that_is_observed_later_is_not_taken() {
    let appended = || AT.prim(Prim::Append, [field("xs"), AT.number(1.0)]);
    check(
        vec![AT.assign(X, appended()), AT.assign(X, with("ys", AT.read(X))), AT.read(X)],
        &["x#1 = append(r#0.xs, 1)", "x#1 = r#0' with {ys: x#1'}", "x#1'"],
    );
    check(
        vec![AT.assign(X, appended()), AT.assign(X, with("xs", AT.read(X))), field("xs")],
        &["x#1 = append(r#0.xs, 1)", "x#1 = r#0 with {xs: x#1'}", "take r#0'.xs"],
    );
}

#[test]
fn a_slot_that_is_replaced_next_may_be_taken() {
    let slot = || AT.prim(Prim::Mget, [AT.read(R), AT.number(7.0)]);
    let replaced = |key: f64| AT.assign(R, AT.prim(Prim::Mset, [AT.read(R), AT.number(key), AT.read(X)]));
    check(
        vec![AT.assign(X, slot()), replaced(7.0), AT.read(R)],
        &["x#1 = mget_take(r#0, 7)", "r#0 = mset(r#0', 7, x#1')", "r#0'"],
    );
    check(
        vec![AT.assign(X, slot()), replaced(8.0), AT.read(R)],
        &["x#1 = mget(r#0, 7)", "r#0 = mset(r#0', 8, x#1')", "r#0'"],
    );
}

#[test]
fn a_slot_whose_key_is_assigned_in_between_is_another_one() {
    let slot = |map, key| AT.prim(Prim::Mget, [AT.read(map), AT.read(key)]);
    let replaced = AT.assign(R, AT.prim(Prim::Mset, [AT.read(R), AT.read(X), AT.nil()]));
    check(
        vec![slot(R, X), AT.assign(X, AT.number(1.0)), replaced, AT.read(R)],
        &["mget(r#0, x#1')", "x#1 = 1", "r#0 = mset(r#0', x#1', nil)", "r#0'"],
    );
}

#[test]
fn a_loop_needs_what_its_next_round_reads() {
    let round = AT.assign(R, AT.prim(Prim::Append, [AT.read(R), AT.read(X)]));
    check(
        vec![AT.while_loop(AT.prim(Prim::IsNil, [AT.read(R)]), round), AT.read(R)],
        &["while is_nil(r#0) {", "r#0 = append(r#0', x#1)", "}", "r#0'"],
    );
}

#[test]
fn each_branch_has_its_own_last_use() {
    let leave = AT.return_value(AT.read(X));
    check(
        vec![AT.when(AT.read(R), leave, AT.nil()), AT.prim(Prim::IsNil, [AT.read(X)])],
        &["if r#0' {", "return x#1'", "}", "is_nil(x#1')"],
    );
}

//! HIR by hand, and running it.

use ilo4_builtins::Prim;
use ilo4_check::hir::{Expr, ExprKind, Function, FunctionId, Origin, Program, Record, RecordId, Var, VarId};
use ilo4_check::types::Type;
use ilo4_engine::stack::PROGRAM_STACK_BYTES;
use ilo4_engine::{Engine, Outcome, Request, run_on_big_stack};
use ilo4_runtime::{Runtime, Value, counters};
use ilo4_syntax::{SourceId, Span};
use ilo4_tree::Tree;

pub fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

/// The same expression at a place of its own.
pub fn at(start: usize, mut expr: Expr) -> Expr {
    expr.span = Span::new(SourceId(0), start, start + 1);
    expr
}

pub fn number(number: f64) -> Expr {
    expr(ExprKind::Number(number))
}

pub fn text(text: &str) -> Expr {
    expr(ExprKind::Text(text.into()))
}

pub fn var(var: u32) -> Expr {
    expr(ExprKind::Var { var: VarId(var), last: false })
}

/// The last read.
pub fn last(var: u32) -> Expr {
    expr(ExprKind::Var { var: VarId(var), last: true })
}

pub fn prim<const N: usize>(prim: Prim, args: [Expr; N]) -> Expr {
    expr(ExprKind::Prim { prim, args: args.into() })
}

pub fn call<const N: usize>(function: u32, args: [Expr; N]) -> Expr {
    expr(ExprKind::Call { function: FunctionId(function), args: args.into(), tail: false })
}

pub fn tail_call<const N: usize>(function: u32, args: [Expr; N]) -> Expr {
    expr(ExprKind::Call { function: FunctionId(function), args: args.into(), tail: true })
}

pub fn call_value<const N: usize>(callee: Expr, args: [Expr; N]) -> Expr {
    expr(ExprKind::CallValue { callee: Box::new(callee), args: args.into() })
}

pub fn closure<const N: usize>(function: u32, captures: [Expr; N]) -> Expr {
    expr(ExprKind::Closure { function: FunctionId(function), captures: captures.into() })
}

pub fn list<const N: usize>(items: [Expr; N]) -> Expr {
    expr(ExprKind::List(items.into()))
}

pub fn block<const N: usize>(parts: [Expr; N]) -> Expr {
    expr(ExprKind::Block(parts.into()))
}

pub fn set(var: u32, value: Expr) -> Expr {
    expr(ExprKind::Assign { var: VarId(var), value: Box::new(value) })
}

pub fn when(cond: Expr, then: Expr, other: Expr) -> Expr {
    expr(ExprKind::If { cond: Box::new(cond), then: Box::new(then), other: Box::new(other) })
}

pub fn repeat(cond: Expr, body: Expr) -> Expr {
    expr(ExprKind::While { cond: Box::new(cond), body: Box::new(body) })
}

pub fn ret(value: Expr) -> Expr {
    expr(ExprKind::Return(Box::new(value)))
}

pub fn record<const N: usize>(fields: [(u32, Expr); N]) -> Expr {
    expr(ExprKind::Record { record: RecordId(0), fields: fields.into() })
}

pub fn field(base: Expr, name: &str, hint: Option<u32>, take: bool) -> Expr {
    let hint = hint.map(|slot| (RecordId(0), slot));
    expr(ExprKind::Field { base: Box::new(base), name: name.into(), tolerant: false, hint, take })
}

/// A function with that many captured values, parameters and variables (parameters included).
pub fn function(name: &str, [captures, params, vars]: [usize; 3], body: Expr) -> Function {
    Function {
        name: name.into(),
        origin: if captures == 0 { Origin::Declared } else { Origin::Lambda },
        captures,
        vars: (0..vars).map(|var| Var { name: format!("v{var}") }).collect(),
        params: vec![Type::Any; params],
        result: Type::Any,
        body,
        omits_result: false,
        span: Span::default(),
    }
}

/// The functions and one record type `duo` with fields `a` and `b`.
pub fn program<const N: usize>(functions: [Function; N]) -> ilo4_engine::Program {
    let fields = vec![("a".into(), Type::Any), ("b".into(), Type::Any)];
    let records = vec![Record { name: "duo".into(), fields }];
    let by_hand = Program { functions: functions.into(), records };
    // The marks of last reads are part of what is built by hand.
    ilo4_engine::Program { hir: by_hand.clone(), ..ilo4_engine::Program::new(by_hand) }
}

/// What a run left behind, as data that may leave its thread.
#[derive(Debug, PartialEq)]
pub struct Ran {
    /// Display of the result, or code and place of the fault.
    pub outcome: Result<String, (String, u32)>,
    pub counters: counters::Counters,
    pub calls: u64,
}

/// Runs function 0 on a large stack and checks that nothing stays alive.
#[track_caller]
pub fn run<const N: usize>(program: &ilo4_engine::Program, numbers: [f64; N]) -> Ran {
    let ran = run_on_big_stack(PROGRAM_STACK_BYTES, |stack| {
        let mut runtime = Runtime::new(&program.info);
        runtime.stack_limit = stack.limit;
        let args = numbers.map(Value::number).into();
        let outcome = Tree.run(program, Request { function: 0, args, count_calls: true }, &mut runtime);
        let outcome = describe(&runtime, outcome);
        Ran { outcome, counters: counters::snapshot(), calls: runtime.calls }
    })
    .expect("a thread for the program");
    assert_eq!(ran.counters.live_objects, 0, "{ran:?}");
    ran
}

fn describe(runtime: &Runtime, outcome: Outcome) -> Result<String, (String, u32)> {
    match outcome {
        Ok(value) => Ok(ilo4_runtime::display(runtime, &value)),
        Err(fault) => Err((fault.code.as_str().to_owned(), fault.place)),
    }
}

#[track_caller]
pub fn check<const N: usize>(functions: [Function; N], expected: &str) {
    assert_eq!(run(&program(functions), []).outcome, Ok(expected.to_owned()));
}

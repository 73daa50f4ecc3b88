//! Who may write to what (section 21 of the builtins document), that nothing leaks, and that depth costs no stack.

use ilo4_builtins::{FaultCode, Prim, abi};

use crate::counters::{self, Counters};
use crate::dispatch::{PRIM_CALLS, call};
use crate::operation::{self, Hint};
use crate::program::{FunctionInfo, ProgramInfo, ShapeInfo};
use crate::{Runtime, Value, display, equal};

fn point_program() -> ProgramInfo {
    let function = |name: &str, arity, captures| FunctionInfo {
        name: name.to_string(),
        declared: true,
        builtin: false,
        arity,
        captures,
        params: Vec::new(),
        omits_result: false,
    };
    ProgramInfo {
        functions: vec![function("f", 2, 0), function("f.1", 1, 2)],
        shapes: vec![ShapeInfo { name: "pt".to_string(), fields: vec![1, 0] }],
        names: ["x", "y", "z"].map(str::to_string).to_vec(),
        texts: vec!["a literal".to_string()],
    }
}

fn runtime() -> Runtime {
    Runtime::new(&point_program())
}

fn numbers(count: usize) -> Value {
    Value::list((0..count).map(|number| Value::number(number as f64)).collect())
}

/// The difference that `action` makes to the counters.
fn counted<R>(action: impl FnOnce() -> R) -> (R, Counters) {
    counters::reset();
    let result = action();
    (result, counters::snapshot())
}

/// Runs a primitive whose first owned list, map or text is solely owned, then the same with a second holder.
#[track_caller]
fn check_ownership(prim: Prim, make: impl Fn() -> Vec<Value>, container: usize) {
    let mut rt = runtime();
    let mut operands = make();
    let (answer, sole) = counted(|| call(&mut rt, prim, &mut operands).unwrap());
    assert_eq!((sole.in_place_updates, sole.copies), (1, 0), "{prim:?} with a sole owner");
    let mut operands = make();
    let holder = operands[container].clone();
    let before = display(&rt, &holder);
    let (shared_answer, shared) = counted(|| call(&mut rt, prim, &mut operands).unwrap());
    assert_eq!((shared.in_place_updates, shared.copies), (0, 1), "{prim:?} of a shared value");
    assert_eq!(display(&rt, &holder), before, "{prim:?} wrote to a shared value");
    assert!(equal(&rt, &answer, &shared_answer), "{prim:?} depends on ownership");
    drop((answer, shared_answer, holder, operands));
    assert_eq!(counters::snapshot().live_objects, 0, "{prim:?} leaks");
}

#[test]
fn sole_owners_are_updated_in_place_and_shared_values_copied() {
    let map = || {
        let empty = Value::map(crate::MapTable::new());
        call(&mut runtime(), Prim::Mset, &mut [empty, Value::text("key"), numbers(1)]).unwrap()
    };
    let text = || Value::text("a text long enough");
    let list = || Value::list([3, 1, 2, 1].map(|n| Value::number(f64::from(n))).to_vec());
    let n = |number: f64| Value::number(number);
    check_ownership(Prim::Mset, || vec![map(), Value::text("key"), n(1.0)], 0);
    check_ownership(Prim::Mdel, || vec![map(), Value::text("key")], 0);
    check_ownership(Prim::Append, || vec![list(), text()], 0);
    check_ownership(Prim::Add, || vec![list(), numbers(2)], 0);
    check_ownership(Prim::Add, || vec![text(), Value::text("é")], 0);
    check_ownership(Prim::Lst, || vec![list(), n(1.0), text()], 0);
    check_ownership(Prim::Rev, || vec![list()], 0);
    check_ownership(Prim::Srt, || vec![list()], 0);
    check_ownership(Prim::Rsrt, || vec![list()], 0);
    check_ownership(Prim::SortByKeys, || vec![list(), numbers(4)], 0);
    check_ownership(Prim::Unq, || vec![list()], 0);
    check_ownership(Prim::UniqueByKeys, || vec![list(), list()], 0);
    check_ownership(Prim::Take, || vec![n(2.0), list()], 1);
    check_ownership(Prim::Take, || vec![n(2.0), text()], 1);
    check_ownership(Prim::DropFirst, || vec![n(2.0), list()], 1);
    check_ownership(Prim::DropFirst, || vec![n(2.0), text()], 1);
    check_ownership(Prim::Tl, || vec![list()], 0);
    check_ownership(Prim::Slc, || vec![list(), n(1.0), n(3.0)], 0);
    check_ownership(Prim::ListSet, || vec![list(), n(1.0), text()], 0);
    check_ownership(Prim::ListTruncate, || vec![list(), n(1.0)], 0);
    check_ownership(Prim::Extend, || vec![list(), numbers(2)], 0);
}

#[test]
fn appending_is_amortised() {
    let mut rt = runtime();
    let (list, list_cost) = counted(|| {
        (0..10_000).fold(numbers(0), |list, number| {
            call(&mut rt, Prim::Append, &mut [list, Value::number(f64::from(number))]).unwrap()
        })
    });
    assert_eq!(list.as_list().map(<[Value]>::len), Some(10_000));
    assert!(list_cost.allocations < 40, "{list_cost:?}");
    let piece = Value::text("ab");
    let (text, text_cost) = counted(|| {
        (0..10_000).fold(Value::text("start"), |text, _| {
            call(&mut rt, Prim::Add, &mut [text, piece.clone()]).unwrap()
        })
    });
    assert_eq!(text.as_str().map(str::len), Some(20_005));
    assert!(text_cost.allocations < 40, "{text_cost:?}");
}

#[test]
fn reading_only_grows_nothing() {
    let mut rt = runtime();
    let list = numbers(1000);
    let (_, cost) = counted(|| call(&mut rt, Prim::Len, &mut [list.clone()]).unwrap());
    assert_eq!((cost.allocations, cost.copies), (0, 0));
}

#[test]
fn records_are_read_and_replaced_by_name() {
    let rt = runtime();
    let point = |x: f64| operation::record_new(0, vec![Value::number(1.0), Value::number(x)]);
    let shown = display(&rt, &point(2.0));
    assert_eq!(shown, "pt {y: 1, x: 2}");
    let first = point(2.0);
    for hint in [None, Some(Hint { shape: 0, slot: 1 }), Some(Hint { shape: 9, slot: 0 })] {
        let x = operation::field(&rt, &first, 0, hint).unwrap();
        assert_eq!(x.as_number(), Some(2.0), "{hint:?}");
    }
    let code = |result: Result<Value, crate::Fault>| result.map_err(|fault| fault.code).err();
    assert_eq!(code(operation::field(&rt, &first, 2, None)), Some(FaultCode::R005));
    assert_eq!(code(operation::field(&rt, &Value::nil(), 0, None)), Some(FaultCode::R005));
    assert!(operation::field_tolerant(&rt, &first, 2, None).is_nil());
    let with =
        |base: Value, name| operation::with(&rt, base, &[name], std::iter::once(Value::text("new text")));
    assert_eq!(code(with(Value::number(5.0), 0)), Some(FaultCode::R008));
    assert_eq!(code(with(first.clone(), 2)), Some(FaultCode::R005));
    let (second, cost) = counted(|| with(first.clone(), 0).unwrap());
    assert_eq!((cost.copies, cost.in_place_updates), (1, 0));
    let (second, cost) = counted(|| with(second, 1).unwrap());
    assert_eq!((cost.copies, cost.in_place_updates), (0, 1));
    assert_eq!(display(&rt, &second), "pt {y: new text, x: new text}");
    assert_eq!(display(&rt, &first), "pt {y: 1, x: 2}");
    drop((first, second));
    assert_eq!(counters::snapshot().live_objects, 0);
}

#[test]
fn a_taken_field_or_element_leaves_nil_only_in_sole_owners() {
    let rt = runtime();
    let mut record = operation::record_new(0, vec![numbers(1), numbers(2)]);
    let holder = record.clone();
    let shared = operation::field_take(&rt, &mut record, 0, None).unwrap();
    assert!(!shared.is_unique());
    drop((shared, holder));
    let taken = operation::field_take(&rt, &mut record, 0, None).unwrap();
    assert!(taken.is_unique());
    assert_eq!(display(&rt, &record), "pt {y: [0], x: nil}");
    let mut list = Value::list(vec![numbers(1)]);
    let holder = list.clone();
    assert!(!operation::element_take(&mut list, 0.0).is_unique());
    drop(holder);
    assert!(operation::element_take(&mut list, 0.0).is_unique());
    assert_eq!(display(&rt, &list), "[nil]");
    let mut rt = rt;
    let mut map =
        call(&mut rt, Prim::Mset, &mut [Value::map(crate::MapTable::new()), Value::text("k"), numbers(3)])
            .unwrap();
    let (holder, key) = (map.clone(), Value::text("k"));
    assert!(!operation::slot_take(&mut rt, &mut map, &key).unwrap().is_unique());
    drop(holder);
    assert!(operation::slot_take(&mut rt, &mut map, &Value::text("other")).unwrap().is_nil());
    assert!(operation::slot_take(&mut rt, &mut map, &key).unwrap().is_unique());
    assert_eq!(display(&rt, &map), "{k: nil}");
    drop((record, taken, list, map, key));
    assert_eq!(counters::snapshot().live_objects, 0);
}

#[test]
fn calls_of_values_are_checked() {
    let rt = runtime();
    let closure = operation::closure_new(1, vec![Value::text("captured"), Value::nil()]);
    assert_eq!(operation::call_target(&rt, &closure, 1).ok(), Some(1));
    assert_eq!(operation::closure_captures(&closure)[0].as_str(), Some("captured"));
    for (callee, arity) in [(&closure, 2), (&Value::function(0), 1), (&Value::text("f"), 2)] {
        let fault = operation::call_target(&rt, callee, arity).unwrap_err();
        assert_eq!(fault.code, FaultCode::R004);
    }
    assert_eq!(operation::call_target(&rt, &Value::function(0), 2).ok(), Some(0));
}

/// Lists, records, Ok values and maps nested `depth` times around nil.
fn deep(depth: usize) -> Value {
    (0..depth).fold(Value::nil(), |inner, level| match level % 4 {
        0 => Value::list(vec![inner]),
        1 => Value::ok(inner),
        2 => operation::record_new(0, vec![Value::nil(), inner]),
        _ => {
            let mut table = crate::MapTable::new();
            table.insert(crate::Key::Integer(1), inner);
            Value::map(table)
        }
    })
}

#[test]
#[cfg_attr(miri, ignore = "too deep to be interpreted in minutes")]
fn a_million_levels_are_shown_compared_and_freed_without_stack() {
    let run = || {
        let mut rt = runtime();
        let (left, right) = (deep(1_000_000), deep(1_000_000));
        assert!(equal(&rt, &left, &right));
        assert!(display(&rt, &left).len() > 3_000_000);
        drop(call(&mut rt, Prim::Jdmp, &mut [left.clone()]).unwrap());
        let shallower = deep(999_996);
        assert!(!equal(&rt, &left, &shallower));
        let list = Value::list(vec![left, right]);
        drop(call(&mut rt, Prim::Unq, &mut [list]).unwrap());
        drop(shallower);
        counters::snapshot().live_objects
    };
    // Far less stack than a recursion over so many levels needs.
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(run).unwrap();
    assert_eq!(thread.join().unwrap(), 0);
}

#[test]
#[cfg_attr(miri, ignore = "too wide to be interpreted in minutes")]
fn wide_records_know_their_length() {
    let mut rt = runtime();
    let fields: Vec<u32> =
        (0..70_000).map(|number| rt.shapes_mut().intern(&format!("field {number:05}"))).collect();
    let shape = rt.shapes_mut().json(fields.clone());
    let record =
        operation::record_new(shape, (0..70_000).map(|n| Value::text(&format!("value {n}"))).collect());
    let last = operation::field(&rt, &record, fields[69_999], None).unwrap();
    assert_eq!(last.as_str(), Some("value 69999"));
    assert_eq!(rt.shapes_mut().json(fields), shape);
    drop((record, last));
    assert_eq!(counters::snapshot().live_objects, 0);
}

#[test]
fn literals_are_shared_uncounted_and_never_written() {
    let mut rt = runtime();
    assert_eq!(counters::snapshot().live_objects, 0);
    let literal = rt.literal(0);
    let longer = call(&mut rt, Prim::Add, &mut [literal, Value::text("!")]).unwrap();
    assert_eq!(longer.as_str(), Some("a literal!"));
    assert_eq!(rt.literal(0).as_str(), Some("a literal"));
    drop(longer);
    drop(rt);
    assert_eq!(counters::snapshot().live_objects, 0);
    assert_eq!(counters::snapshot().heap_bytes, 0);
}

#[test]
fn raw_calls_answer_bits_or_a_fault() {
    let mut rt = runtime();
    let context: *mut Runtime = &raw mut rt;
    let raw = |prim: Prim, operands: &[u64]| {
        // SAFETY: the operands are of the classes of the rows, owned ones are given up.
        unsafe { PRIM_CALLS[prim as usize](context, operands.as_ptr()) }
    };
    assert_eq!(raw(Prim::AddNumber, &[1.5f64.to_bits(), 2.0f64.to_bits()]), 3.5f64.to_bits());
    assert_eq!(raw(Prim::LessNumber, &[1.5f64.to_bits(), 2.0f64.to_bits()]), 1);
    assert_eq!(raw(Prim::Not, &[1]), 0);
    assert_eq!(raw(Prim::Divide, &[1.0f64.to_bits(), 4.0f64.to_bits()]), 0.25f64.to_bits());
    assert_eq!(raw(Prim::Len, &[Value::number(4.0).raw()]), abi::FAULT);
    let list = numbers(2).into_raw();
    let longer = raw(Prim::Append, &[list, abi::TRUE]);
    // SAFETY: the primitive answered an owned word.
    let longer = unsafe { Value::from_raw(longer) };
    rt.fault_place = 5;
    let fault = rt.take_fault().unwrap();
    assert_eq!((fault.code, fault.place), (FaultCode::R009, 5));
    assert_eq!(display(&rt, &longer), "[0, 1, true]");
    drop(longer);
    assert_eq!(counters::snapshot().live_objects, 0);
}

#[test]
fn a_number_that_is_none_is_the_fault_of_the_row() {
    let mut rt = runtime();
    let fault = call(&mut rt, Prim::Subtract, &mut [Value::number(1.0), Value::text("x")]).unwrap_err();
    assert_eq!((fault.code, fault.message.as_str()), (FaultCode::R004, "`-` needs a number, got a text"));
    let fault = call(&mut rt, Prim::Flr, &mut [Value::nil()]).unwrap_err();
    assert_eq!((fault.code, fault.message.as_str()), (FaultCode::R009, "`flr` needs a number, got nil"));
}

#[test]
fn every_function_for_generated_code_has_its_own_symbol() {
    let symbols = crate::abi::symbols();
    let names: std::collections::HashSet<_> = symbols.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), symbols.len());
    for prim in Prim::ALL {
        assert!(names.contains(abi::symbol(prim.name()).as_str()), "{prim:?}");
    }
}

/// A map that is passed around as a queue, in all four states: growing, shared, shrinking, empty again.
#[test]
fn maps_keep_what_their_holders_saw() {
    let mut rt = runtime();
    let mut map = Value::map(crate::MapTable::new());
    let mut holders = Vec::new();
    for number in 0..100 {
        map = call(&mut rt, Prim::Mset, &mut [map, Value::number(f64::from(number)), numbers(1)]).unwrap();
        if number % 10 == 0 {
            holders.push((map.clone(), number + 1));
        }
    }
    for number in 0..100 {
        map = call(&mut rt, Prim::Mdel, &mut [map, Value::number(f64::from(number))]).unwrap();
    }
    assert_eq!(display(&rt, &map), "{}");
    for (holder, length) in &holders {
        assert_eq!(holder.as_map().map(crate::MapTable::len), Some(*length as usize));
    }
    drop((map, holders));
    assert_eq!(counters::snapshot().live_objects, 0);
}

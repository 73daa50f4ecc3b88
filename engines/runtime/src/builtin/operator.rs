//! Operators (6.6 of the language document).

use std::cmp::Ordering;

use ilo4_builtins::FaultCode;

use super::Runtime;
use crate::argument::Outcome;
use crate::equality;
use crate::fault::Fault;
use crate::value::{Value, View};

pub(crate) fn add(_: &mut Runtime, mut left: Value, right: &Value) -> Outcome<Value> {
    match (left.view(), right.view()) {
        (View::Number(left), View::Number(right)) => Ok(Value::number(left + right)),
        (View::Text(_), View::Text(more)) => Ok(left.append_text(more)),
        (View::List(_), View::List(more)) => {
            left.update_list(|elements| elements.extend_from_slice(more));
            Ok(left)
        }
        _ => Err(two_operands("+", "two numbers, two texts or two lists", &left, right)),
    }
}

#[cold]
fn two_operands(operator: &str, wanted: &str, left: &Value, right: &Value) -> Fault {
    let (left, right) = (left.kind().with_article(), right.kind().with_article());
    Fault::new(FaultCode::R004, format!("`{operator}` needs {wanted}, got {left} and {right}"))
}

pub(crate) fn add_number(_: &mut Runtime, left: f64, right: f64) -> f64 {
    left + right
}

pub(crate) fn subtract(_: &mut Runtime, left: f64, right: f64) -> f64 {
    left - right
}

pub(crate) fn multiply(_: &mut Runtime, left: f64, right: f64) -> f64 {
    left * right
}

pub(crate) fn divide(_: &mut Runtime, left: f64, right: f64) -> Outcome<f64> {
    if right == 0.0 {
        return Err(Fault::new(FaultCode::R003, "division by zero"));
    }
    Ok(left / right)
}

pub(crate) fn negate(_: &mut Runtime, operand: f64) -> f64 {
    -operand
}

pub(crate) fn append(_: &mut Runtime, mut list: Value, element: Value) -> Outcome<Value> {
    if list.as_list().is_none() {
        return Err(Fault::wrong_kind(FaultCode::R004, "+=", "a list on the left", &list));
    }
    list.push(element);
    Ok(list)
}

/// The order of two numbers or two texts; `None` if one is NaN.
fn compare(operator: &str, left: &Value, right: &Value) -> Outcome<Option<Ordering>> {
    match (left.view(), right.view()) {
        (View::Number(left), View::Number(right)) => Ok(left.partial_cmp(&right)),
        // The order of UTF-8 bytes is the order of code points.
        (View::Text(left), View::Text(right)) => Ok(Some(left.as_bytes().cmp(right.as_bytes()))),
        _ => Err(two_operands(operator, "two numbers or two texts", left, right)),
    }
}

pub(crate) fn less(_: &mut Runtime, left: &Value, right: &Value) -> Outcome<bool> {
    Ok(compare("<", left, right)?.is_some_and(Ordering::is_lt))
}

pub(crate) fn less_equal(_: &mut Runtime, left: &Value, right: &Value) -> Outcome<bool> {
    Ok(compare("<=", left, right)?.is_some_and(Ordering::is_le))
}

pub(crate) fn greater(_: &mut Runtime, left: &Value, right: &Value) -> Outcome<bool> {
    Ok(compare(">", left, right)?.is_some_and(Ordering::is_gt))
}

pub(crate) fn greater_equal(_: &mut Runtime, left: &Value, right: &Value) -> Outcome<bool> {
    Ok(compare(">=", left, right)?.is_some_and(Ordering::is_ge))
}

pub(crate) fn less_number(_: &mut Runtime, left: f64, right: f64) -> bool {
    left < right
}

pub(crate) fn less_equal_number(_: &mut Runtime, left: f64, right: f64) -> bool {
    left <= right
}

pub(crate) fn greater_number(_: &mut Runtime, left: f64, right: f64) -> bool {
    left > right
}

pub(crate) fn greater_equal_number(_: &mut Runtime, left: f64, right: f64) -> bool {
    left >= right
}

pub(crate) fn equal(rt: &mut Runtime, left: &Value, right: &Value) -> bool {
    equality::equal(rt, left, right)
}

pub(crate) fn not_equal(rt: &mut Runtime, left: &Value, right: &Value) -> bool {
    !equality::equal(rt, left, right)
}

pub(crate) fn equal_number(_: &mut Runtime, left: f64, right: f64) -> bool {
    left == right
}

pub(crate) fn not_equal_number(_: &mut Runtime, left: f64, right: f64) -> bool {
    left != right
}

pub(crate) fn truthy(_: &mut Runtime, value: &Value) -> bool {
    value.is_truthy()
}

pub(crate) fn not(_: &mut Runtime, truth: bool) -> bool {
    !truth
}

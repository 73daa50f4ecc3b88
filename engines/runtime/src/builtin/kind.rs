//! Kinds, Ok and Err marks, `!!`.

use ilo4_builtins::FaultCode;

use super::Runtime;
use crate::argument::Outcome;
use crate::display;
use crate::fault::Fault;
use crate::value::{Kind, Value, View};

pub(crate) fn is_nil(_: &mut Runtime, value: &Value) -> bool {
    value.is_nil()
}

pub(crate) fn is_number(_: &mut Runtime, value: &Value) -> bool {
    value.as_number().is_some()
}

pub(crate) fn is_text(_: &mut Runtime, value: &Value) -> bool {
    value.kind() == Kind::Text
}

pub(crate) fn is_bool(_: &mut Runtime, value: &Value) -> bool {
    value.as_bool().is_some()
}

pub(crate) fn is_list(_: &mut Runtime, value: &Value) -> bool {
    value.kind() == Kind::List
}

pub(crate) fn is_ok(_: &mut Runtime, value: &Value) -> bool {
    value.kind() == Kind::Ok
}

pub(crate) fn is_err(_: &mut Runtime, value: &Value) -> bool {
    value.kind() == Kind::Err
}

pub(crate) fn make_ok(_: &mut Runtime, payload: Value) -> Value {
    Value::ok(payload)
}

pub(crate) fn make_err(_: &mut Runtime, payload: Value) -> Value {
    Value::err(payload)
}

pub(crate) fn payload(_: &mut Runtime, value: Value) -> Value {
    value.into_payload()
}

/// The messages are normative (6.8).
pub(crate) fn panic_unwrap(rt: &mut Runtime, value: &Value) -> Outcome<Value> {
    let reason = match value.view() {
        View::Err(payload) => display::display(rt, payload),
        _ => format!("expected value, got {}", display::display(rt, value)),
    };
    Err(Fault::new(FaultCode::R026, format!("panic-unwrap: {reason}")))
}

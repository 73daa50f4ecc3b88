//! Operations with a variable number of operands, or on more than values: records, closures, calls of function values.
//!
//! Names of fields are name ids; a *hint* is the shape and slot to try first.

use ilo4_builtins::{BUILTINS, FaultCode, Lowering, Prim};

use crate::fault::Fault;
use crate::runtime::Runtime;
use crate::value::{Kind, Value};

/// A shape and the slot that a field has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    pub shape: u32,
    pub slot: u32,
}

/// The slot of a field in a value, if it is a record that has it.
fn slot_of(rt: &Runtime, base: &Value, name: u32, hint: Option<Hint>) -> Option<usize> {
    let (shape, fields) = base.as_record()?;
    match hint {
        Some(hint) if hint.shape == shape && (hint.slot as usize) < fields.len() => Some(hint.slot as usize),
        _ => rt.shapes().shape(shape).slot(name),
    }
}

#[cold]
fn no_field(rt: &Runtime, base: &Value, name: u32) -> Fault {
    let name = rt.shapes().name(name);
    let message = match base.as_record() {
        Some((shape, _)) => format!("a `{}` record has no field `{name}`", rt.shapes().shape(shape).name()),
        None => format!("field `{name}` of {}: only records have fields", base.kind().with_article()),
    };
    Fault::new(FaultCode::R005, message)
}

/// The value of a field.
///
/// # Errors
/// R005 on another value, or without the field.
pub fn field(rt: &Runtime, base: &Value, name: u32, hint: Option<Hint>) -> Result<Value, Fault> {
    match (slot_of(rt, base, name, hint), base.as_record()) {
        (Some(slot), Some((_, fields))) => Ok(fields[slot].clone()),
        _ => Err(no_field(rt, base, name)),
    }
}

/// The value of a field, nil if there is none.
pub fn field_tolerant(rt: &Runtime, base: &Value, name: u32, hint: Option<Hint>) -> Value {
    match (slot_of(rt, base, name, hint), base.as_record()) {
        (Some(slot), Some((_, fields))) => fields[slot].clone(),
        _ => Value::nil(),
    }
}

/// The value of a field that nobody will read in this record again: moved out, leaving nil, if the record is solely owned.
///
/// # Errors
/// As [`field`].
pub fn field_take(rt: &Runtime, base: &mut Value, name: u32, hint: Option<Hint>) -> Result<Value, Fault> {
    let Some(slot) = slot_of(rt, base, name, hint) else { return Err(no_field(rt, base, name)) };
    match base.unique_fields_mut() {
        Some(fields) => Ok(std::mem::take(&mut fields[slot])),
        None => field(rt, base, name, hint),
    }
}

/// The value of a key, moved out of a map that is solely owned (nil stays there), shared otherwise; nil without the key. Only where
/// nobody sees that slot of this map again.
///
/// # Errors
/// R009 on another value than a map, or if the key is none.
pub fn slot_take(rt: &mut Runtime, map: &mut Value, key: &Value) -> Result<Value, Fault> {
    crate::builtin::mget_take(rt, map, key)
}

/// The record with some fields replaced, in place if solely owned. `values` belong to `names`, pairwise.
///
/// # Errors
/// R008 on another value, R005 without one of the fields.
pub fn with(
    rt: &Runtime,
    mut base: Value,
    names: &[u32],
    values: impl Iterator<Item = Value>,
) -> Result<Value, Fault> {
    let Some((shape, _)) = base.as_record() else {
        return Err(Fault::wrong_kind(FaultCode::R008, "with", "a record", &base));
    };
    let shape = rt.shapes().shape(shape);
    if let Some(name) = names.iter().find(|name| shape.slot(**name).is_none()) {
        return Err(no_field(rt, &base, *name));
    }
    let fields = base.update_record();
    for (name, value) in names.iter().zip(values) {
        if let Some(slot) = shape.slot(*name) {
            fields[slot] = value;
        }
    }
    Ok(base)
}

/// Element `index`, known to be in range, that nobody will read in this list again before it is set: moved out, leaving
/// nil, if the list is solely owned.
pub fn element_take(list: &mut Value, index: f64) -> Value {
    let index = index as usize;
    if list.kind() == Kind::List && list.is_unique() {
        return list.update_unique_list(|elements| std::mem::take(&mut elements[index]));
    }
    list.as_list().map_or_else(Value::nil, |elements| elements[index].clone())
}

/// A list of these elements.
pub fn list_from(elements: Vec<Value>) -> Value {
    Value::list(elements)
}

/// A record; the fields in the order of the slots.
pub fn record_new(shape: u32, fields: Vec<Value>) -> Value {
    Value::record(shape, fields.into_iter())
}

/// A function value; without captured values no object is made.
pub fn closure_new(function: u32, captures: Vec<Value>) -> Value {
    if captures.is_empty() {
        Value::function(function)
    } else {
        Value::closure(function, captures.into_iter())
    }
}

/// The function to call: its index. Its first parameters are the [`closure_captures`].
///
/// # Errors
/// R004 if it is no function or takes another number of arguments.
pub fn call_target(rt: &Runtime, callee: &Value, arity: u32) -> Result<u32, Fault> {
    let Some((function, _)) = callee.as_function() else {
        let got = callee.kind().with_article();
        return Err(Fault::new(FaultCode::R004, format!("cannot call {got}: it is not a function")));
    };
    match rt.functions().get(function as usize) {
        Some(info) if info.arity != arity => {
            let takes = info.arity;
            let message = format!("the function takes {takes} argument(s), the call gives {arity}");
            Err(Fault::new(FaultCode::R004, message))
        }
        _ => Ok(function),
    }
}

/// The captured values of a function value.
pub fn closure_captures(callee: &Value) -> &[Value] {
    callee.as_function().map_or(&[], |(_, captures)| captures)
}

/// The fault of an operand that is not a number where the primitive needs one.
#[cold]
pub fn number_mismatch(prim: Prim, operand: &Value) -> Fault {
    Fault::wrong_kind(prim.info().mismatch, source_name(prim), "a number", operand)
}

/// How programs write the primitive.
fn source_name(prim: Prim) -> &'static str {
    match prim {
        Prim::AddNumber => "+",
        Prim::Subtract | Prim::Negate => "-",
        Prim::Multiply => "*",
        Prim::Divide => "/",
        Prim::LessNumber => "<",
        Prim::LessEqualNumber => "<=",
        Prim::GreaterNumber => ">",
        Prim::GreaterEqualNumber => ">=",
        Prim::Index | Prim::IndexTolerant => "index access",
        _ => BUILTINS
            .iter()
            .find(|builtin| {
                builtin.forms.iter().any(|form| matches!(form.lowering, Lowering::Prim(p) if p == prim))
            })
            .map_or(prim.name(), |builtin| builtin.name),
    }
}

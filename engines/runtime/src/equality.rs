//! Equality of values (2.7 of the builtins document): by content, never by storage; and a hash that agrees with it.

use crate::hash;
use crate::map_table::MapTable;
use crate::runtime::Runtime;
use crate::shapes::Shapes;
use crate::value::{Value, View};

/// Are the values the same? NaN and functions are the same as nothing. Nesting costs memory, not stack.
pub fn equal(runtime: &Runtime, left: &Value, right: &Value) -> bool {
    let mut pending = Vec::new();
    let mut pair = Some((left, right));
    while let Some((left, right)) = pair {
        if !equal_outside(runtime.shapes(), left, right, &mut pending) {
            return false;
        }
        pair = next_pair(&mut pending);
    }
    true
}

/// Slices of equal length whose elements have yet to be compared pairwise.
type Pending<'a> = Vec<(&'a [Value], &'a [Value])>;

fn next_pair<'a>(pending: &mut Pending<'a>) -> Option<(&'a Value, &'a Value)> {
    loop {
        let (left, right) = pending.last_mut()?;
        match (left.split_first(), right.split_first()) {
            (Some((first_left, rest_left)), Some((first_right, rest_right))) => {
                (*left, *right) = (rest_left, rest_right);
                return Some((first_left, first_right));
            }
            _ => {
                pending.pop();
            }
        }
    }
}

/// Compares kinds, sizes and contents that are not values; what remains to be compared goes to `pending`.
fn equal_outside<'a>(shapes: &Shapes, left: &'a Value, right: &'a Value, pending: &mut Pending<'a>) -> bool {
    match (left.view(), right.view()) {
        (View::Nil, View::Nil) => true,
        (View::Bool(left), View::Bool(right)) => left == right,
        (View::Number(left), View::Number(right)) => left == right,
        (View::Text(left), View::Text(right)) => left == right,
        (View::List(left), View::List(right)) => {
            pending.push((left, right));
            left.len() == right.len()
        }
        (View::Ok(left), View::Ok(right)) | (View::Err(left), View::Err(right)) => {
            pending.push((std::slice::from_ref(left), std::slice::from_ref(right)));
            true
        }
        (View::Map(left), View::Map(right)) => maps(left, right, pending),
        (
            View::Record { shape: left_shape, fields: left },
            View::Record { shape: right_shape, fields: right },
        ) => {
            if left_shape == right_shape {
                pending.push((left, right));
                return true;
            }
            records(shapes, (left_shape, left), (right_shape, right), pending)
        }
        _ => false,
    }
}

fn maps<'a>(left: &'a MapTable, right: &'a MapTable, pending: &mut Pending<'a>) -> bool {
    left.len() == right.len()
        && left.iter().all(|(key, value)| match right.get(key.as_ref()) {
            Some(other) => {
                pending.push((std::slice::from_ref(value), std::slice::from_ref(other)));
                true
            }
            None => false,
        })
}

/// Records of different shapes are equal if they have the same type name and fields: a declared type may be called `json`.
fn records<'a>(
    shapes: &Shapes,
    (left_shape, left): (u32, &'a [Value]),
    (right_shape, right): (u32, &'a [Value]),
    pending: &mut Pending<'a>,
) -> bool {
    let (left_shape, right_shape) = (shapes.shape(left_shape), shapes.shape(right_shape));
    left_shape.name() == right_shape.name()
        && left.len() == right.len()
        && left_shape.fields().iter().zip(left).all(|(name, value)| match right_shape.slot(*name) {
            Some(slot) => {
                pending.push((std::slice::from_ref(value), std::slice::from_ref(&right[slot])));
                true
            }
            None => false,
        })
}

/// How many elements of a list take part in its hash.
const SAMPLE: usize = 8;

/// The same for equal values. Looks one level deep, so it costs little; [`equal`] decides.
pub(crate) fn hash(value: &Value) -> u64 {
    match value.view() {
        View::List(elements) => {
            let start = hash::mix(11, elements.len() as u64);
            elements.iter().take(SAMPLE).fold(start, |sum, element| hash::mix(sum, shallow(element)))
        }
        // Fields may stand in different orders, so their hashes are added.
        View::Record { fields, .. } => {
            fields.iter().fold(12, |sum: u64, field| sum.wrapping_add(shallow(field)))
        }
        View::Ok(payload) => hash::mix(13, shallow(payload)),
        View::Err(payload) => hash::mix(14, shallow(payload)),
        _ => shallow(value),
    }
}

fn shallow(value: &Value) -> u64 {
    match value.view() {
        View::Nil => 1,
        View::Bool(truth) => 2 + u64::from(truth),
        // -0 equals 0.
        View::Number(number) => hash::mix(4, (number + 0.0).to_bits()),
        View::Text(text) => hash::of_bytes(text.as_bytes()),
        View::List(elements) => hash::mix(5, elements.len() as u64),
        View::Map(table) => hash::mix(6, table.len() as u64),
        View::Record { fields, .. } => hash::mix(7, fields.len() as u64),
        View::Ok(_) => 8,
        View::Err(_) => 9,
        View::Function { .. } => 10,
    }
}

//! Numbers (section 5 of the builtins document).

use ilo4_builtins::FaultCode;

use super::Runtime;
use crate::argument::{self, Outcome, number_element};
use crate::fault::Fault;
use crate::value::Value;

macro_rules! functions_of_one_number {
    ($($name:ident = $method:ident;)*) => {
        $(pub(crate) fn $name(_: &mut Runtime, number: f64) -> f64 {
            number.$method()
        })*
    };
}

functions_of_one_number! {
    abs = abs;
    flr = floor;
    cel = ceil;
    rou = round;
    sqrt = sqrt;
    exp = exp;
    log = ln;
    log10 = log10;
    log2 = log2;
    sin = sin;
    cos = cos;
    tan = tan;
    asin = asin;
    acos = acos;
    atan = atan;
}

pub(crate) fn modulo(_: &mut Runtime, dividend: f64, divisor: f64) -> Outcome<f64> {
    if divisor == 0.0 {
        return Err(Fault::new(FaultCode::R003, "`mod`: the divisor is zero"));
    }
    Ok(dividend % divisor)
}

pub(crate) fn min(_: &mut Runtime, a: f64, b: f64) -> f64 {
    a.min(b)
}

pub(crate) fn max(_: &mut Runtime, a: f64, b: f64) -> f64 {
    a.max(b)
}

pub(crate) fn min_of(_: &mut Runtime, list: &Value) -> Outcome<f64> {
    extreme("min", list, f64::min)
}

pub(crate) fn max_of(_: &mut Runtime, list: &Value) -> Outcome<f64> {
    extreme("max", list, f64::max)
}

fn extreme(operation: &str, list: &Value, choose: fn(f64, f64) -> f64) -> Outcome<f64> {
    let elements = argument::list(operation, list)?;
    let mut best = None;
    for element in elements {
        let number = number_element(operation, element)?;
        best = Some(match best {
            None => number,
            Some(best) if f64::is_nan(best) || number.is_nan() => f64::NAN,
            Some(best) => choose(best, number),
        });
    }
    best.ok_or_else(|| Fault::argument(operation, "the list is empty"))
}

pub(crate) fn clamp(_: &mut Runtime, number: f64, low: f64, high: f64) -> f64 {
    number.min(high).max(low)
}

pub(crate) fn pow(_: &mut Runtime, base: f64, exponent: f64) -> f64 {
    base.powf(exponent)
}

pub(crate) fn atan2(_: &mut Runtime, y: f64, x: f64) -> f64 {
    y.atan2(x)
}

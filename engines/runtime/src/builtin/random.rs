//! Random numbers (section 18 of the builtins document): `rnd`, `rndn`.

use std::f64::consts::TAU;

use super::Runtime;
use crate::argument::Outcome;
use crate::fault::Fault;

pub(crate) fn rnd(rt: &mut Runtime) -> f64 {
    rt.random.unit()
}

pub(crate) fn rnd_between(rt: &mut Runtime, low: f64, high: f64) -> Outcome<f64> {
    // Casts truncate, saturate, and make 0 of NaN, as the bounds are specified.
    let (low, high) = (low as i64, high as i64);
    if low > high {
        return Err(Fault::argument("rnd", format!("the lower bound {low} is above the upper bound {high}")));
    }
    let step = rt.random.up_to(high.wrapping_sub(low) as u64);
    Ok(low.wrapping_add(step as i64) as f64)
}

/// Box and Muller's transformation of two uniform samples; the first is in (0, 1], so that its logarithm is finite.
pub(crate) fn rndn(rt: &mut Runtime, mean: f64, deviation: f64) -> f64 {
    let (first, second) = (1.0 - rt.random.unit(), rt.random.unit());
    mean + deviation * ((-2.0 * first.ln()).sqrt() * (TAU * second).cos())
}

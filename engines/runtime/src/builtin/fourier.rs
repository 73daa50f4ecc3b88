//! The Fourier transform (section 12 of the builtins document): in-place radix-2 decimation in time. The order of the
//! operations is normative, to the last bit.

use std::f64::consts::PI;

use super::Runtime;
use crate::argument::{self, Outcome, numbers};
use crate::fault::Fault;
use crate::value::Value;

#[derive(Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    fn times(self, other: Complex) -> Complex {
        Complex { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

/// `direction` is the sign of the angle: -1 forward, 1 inverse.
fn transform(values: &mut [Complex], direction: f64) {
    reverse_bits(values);
    let mut length = 2;
    while length <= values.len() {
        let angle = direction * 2.0 * PI / length as f64;
        let step = Complex { re: angle.cos(), im: angle.sin() };
        for block in values.chunks_exact_mut(length) {
            butterflies(block, step);
        }
        length *= 2;
    }
}

fn butterflies(block: &mut [Complex], step: Complex) {
    let (upper, lower) = block.split_at_mut(block.len() / 2);
    let mut twiddle = Complex { re: 1.0, im: 0.0 };
    for (upper, lower) in upper.iter_mut().zip(lower) {
        let turned = lower.times(twiddle);
        *lower = Complex { re: upper.re - turned.re, im: upper.im - turned.im };
        *upper = Complex { re: upper.re + turned.re, im: upper.im + turned.im };
        twiddle = twiddle.times(step);
    }
}

fn reverse_bits(values: &mut [Complex]) {
    let bits = values.len().trailing_zeros();
    for index in 0..values.len() {
        // With no bits there is one value, which stays; the shift by the full width must not happen.
        let reversed = if bits == 0 { 0 } else { index.reverse_bits() >> (usize::BITS - bits) };
        if index < reversed {
            values.swap(index, reversed);
        }
    }
}

/// Padded with zeros to the next power of two.
fn padded(operation: &str, mut values: Vec<Complex>) -> Outcome<Vec<Complex>> {
    if values.is_empty() {
        return Err(Fault::argument(operation, "the list is empty"));
    }
    values.resize(values.len().next_power_of_two(), Complex { re: 0.0, im: 0.0 });
    Ok(values)
}

pub(crate) fn fft(_: &mut Runtime, samples: &Value) -> Outcome<Value> {
    let samples = numbers("fft", samples)?.into_iter().map(|re| Complex { re, im: 0.0 });
    let mut values = padded("fft", samples.collect())?;
    transform(&mut values, -1.0);
    let pair = |value: Complex| Value::list(vec![Value::number(value.re), Value::number(value.im)]);
    Ok(Value::list(values.into_iter().map(pair).collect()))
}

pub(crate) fn ifft(_: &mut Runtime, pairs: &Value) -> Outcome<Value> {
    let pairs = argument::list("ifft", pairs)?.iter().map(pair_of);
    let mut values = padded("ifft", pairs.collect::<Outcome<_>>()?)?;
    transform(&mut values, 1.0);
    let scale = 1.0 / values.len() as f64;
    Ok(Value::list(values.into_iter().map(|value| Value::number(value.re * scale)).collect()))
}

fn pair_of(element: &Value) -> Outcome<Complex> {
    match element.as_list() {
        Some([re, im]) => Ok(Complex {
            re: argument::number_element("ifft", re)?,
            im: argument::number_element("ifft", im)?,
        }),
        _ => Err(Fault::argument("ifft", "every element must be a list of two numbers")),
    }
}

//! Statistics (section 10 of the builtins document). Everything is accumulated left to right in plain f64.

use super::Runtime;
use super::sort::compare_numbers;
use crate::argument::{Outcome, numbers};
use crate::fault::Fault;
use crate::value::Value;

fn total(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |sum, number| sum + number)
}

fn mean(numbers: &[f64]) -> f64 {
    total(numbers) / numbers.len() as f64
}

/// The numbers of a list that must have at least `least` of them.
fn sample(operation: &str, list: &Value, least: usize) -> Outcome<Vec<f64>> {
    let numbers = numbers(operation, list)?;
    if numbers.len() < least {
        let got = numbers.len();
        return Err(Fault::argument(operation, format!("needs at least {least} element(s), got {got}")));
    }
    Ok(numbers)
}

pub(crate) fn sum(_: &mut Runtime, list: &Value) -> Outcome<f64> {
    Ok(total(&numbers("sum", list)?))
}

pub(crate) fn cumsum(_: &mut Runtime, mut list: Value) -> Outcome<Value> {
    let numbers = numbers("cumsum", &list)?;
    let mut sum = 0.0;
    for (element, number) in list.elements_mut().iter_mut().zip(numbers) {
        sum += number;
        *element = Value::number(sum);
    }
    Ok(list)
}

pub(crate) fn avg(_: &mut Runtime, list: &Value) -> Outcome<f64> {
    Ok(mean(&sample("avg", list, 1)?))
}

/// Ascending; `None` if one of the numbers is NaN.
fn sorted(mut numbers: Vec<f64>) -> Option<Vec<f64>> {
    numbers.sort_by(|a, b| compare_numbers(*a, *b));
    numbers.last().is_some_and(|last| !last.is_nan()).then_some(numbers)
}

pub(crate) fn median(_: &mut Runtime, list: &Value) -> Outcome<f64> {
    let Some(numbers) = sorted(sample("median", list, 1)?) else { return Ok(f64::NAN) };
    let middle = numbers.len() / 2;
    Ok(if numbers.len() % 2 == 1 { numbers[middle] } else { (numbers[middle - 1] + numbers[middle]) / 2.0 })
}

pub(crate) fn quantile(_: &mut Runtime, list: &Value, p: f64) -> Outcome<f64> {
    let numbers = sample("quantile", list, 1)?;
    if let [only] = numbers[..] {
        return Ok(only);
    }
    let Some(numbers) = sorted(numbers).filter(|_| !p.is_nan()) else { return Ok(f64::NAN) };
    let position = p.clamp(0.0, 1.0) * (numbers.len() - 1) as f64;
    let (below, above) = (numbers[position.floor() as usize], numbers[position.ceil() as usize]);
    Ok(below + (position - position.floor()) * (above - below))
}

fn spread(operation: &str, list: &Value) -> Outcome<f64> {
    let numbers = sample(operation, list, 2)?;
    let mean = mean(&numbers);
    let squares = numbers.iter().fold(0.0, |sum, number| sum + (number - mean) * (number - mean));
    Ok(squares / (numbers.len() - 1) as f64)
}

pub(crate) fn variance(_: &mut Runtime, list: &Value) -> Outcome<f64> {
    spread("variance", list)
}

pub(crate) fn stdev(_: &mut Runtime, list: &Value) -> Outcome<f64> {
    Ok(spread("stdev", list)?.sqrt())
}

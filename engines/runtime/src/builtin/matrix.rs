//! Linear algebra (section 11 of the builtins document). The order of the operations is normative, to the last bit.

use super::Runtime;
use crate::argument::{self, Outcome, numbers};
use crate::fault::Fault;
use crate::value::Value;

/// A pivot below this magnitude makes a matrix singular.
const SINGULAR_BELOW: f64 = 1e-12;

fn number_list(numbers: Vec<f64>) -> Value {
    Value::list(numbers.into_iter().map(Value::number).collect())
}

/// A matrix as a program sees it.
fn rows_value(rows: Vec<Vec<f64>>) -> Value {
    Value::list(rows.into_iter().map(number_list).collect())
}

/// The rows, equally long; a matrix without rows has no columns.
fn matrix(operation: &str, value: &Value) -> Outcome<Vec<Vec<f64>>> {
    let rows = argument::list(operation, value)?.iter().map(|row| numbers(operation, row));
    let rows = rows.collect::<Outcome<Vec<_>>>()?;
    let columns = rows.first().map_or(0, Vec::len);
    if rows.iter().any(|row| row.len() != columns) {
        return Err(uneven(operation));
    }
    Ok(rows)
}

#[cold]
fn uneven(operation: &str) -> Fault {
    Fault::argument(operation, "the rows of a matrix must be equally long")
}

fn square(operation: &str, value: &Value) -> Outcome<Vec<Vec<f64>>> {
    let rows = matrix(operation, value)?;
    if rows.is_empty() || rows[0].len() != rows.len() {
        return Err(Fault::argument(operation, "the matrix must be square and not empty"));
    }
    Ok(rows)
}

pub(crate) fn transpose(_: &mut Runtime, value: &Value) -> Outcome<Value> {
    let rows = argument::list("transpose", value)?.iter().map(|row| argument::list("transpose", row));
    let rows = rows.collect::<Outcome<Vec<_>>>()?;
    let columns = rows.first().map_or(0, |row| row.len());
    if rows.iter().any(|row| row.len() != columns) {
        return Err(uneven("transpose"));
    }
    let column = |index: usize| Value::list(rows.iter().map(|row| row[index].clone()).collect());
    Ok(Value::list((0..columns).map(column).collect()))
}

pub(crate) fn matmul(_: &mut Runtime, left: &Value, right: &Value) -> Outcome<Value> {
    let (left, right) = (matrix("matmul", left)?, matrix("matmul", right)?);
    let inner = left.first().map_or(0, Vec::len);
    if inner != right.len() {
        let problem = format!("{inner} columns on the left do not fit {} rows on the right", right.len());
        return Err(Fault::argument("matmul", problem));
    }
    let columns = right.first().map_or(0, Vec::len);
    let cell = |row: &[f64], column: usize| (0..inner).fold(0.0, |sum, k| sum + row[k] * right[k][column]);
    let product = left.iter().map(|row| (0..columns).map(|column| cell(row, column)).collect());
    Ok(rows_value(product.collect()))
}

pub(crate) fn dot(_: &mut Runtime, left: &Value, right: &Value) -> Outcome<f64> {
    let (left, right) = (numbers("dot", left)?, numbers("dot", right)?);
    if left.len() != right.len() {
        return Err(Fault::argument("dot", "the vectors must be equally long"));
    }
    Ok(left.iter().zip(right).fold(0.0, |sum, (left, right)| sum + left * right))
}

/// A matrix as `L·U` with its rows permuted, both factors in one square.
struct Factors {
    cells: Vec<Vec<f64>>,
    /// The original row that stands in each row.
    order: Vec<usize>,
    /// Of the permutation: 1 or -1.
    sign: f64,
    singular: bool,
}

fn factorise(mut cells: Vec<Vec<f64>>) -> Factors {
    let size = cells.len();
    let mut factors = Factors { cells: Vec::new(), order: (0..size).collect(), sign: 1.0, singular: false };
    for k in 0..size {
        let mut pivot = k;
        for row in k + 1..size {
            if cells[row][k].abs() > cells[pivot][k].abs() {
                pivot = row;
            }
        }
        if cells[pivot][k].abs() < SINGULAR_BELOW {
            factors.singular = true;
            continue;
        }
        if pivot != k {
            cells.swap(pivot, k);
            factors.order.swap(pivot, k);
            factors.sign = -factors.sign;
        }
        eliminate(&mut cells, k);
    }
    factors.cells = cells;
    factors
}

/// Clears column `k` below the diagonal, keeping the factors there.
fn eliminate(cells: &mut [Vec<f64>], k: usize) {
    let (above, below) = cells.split_at_mut(k + 1);
    let pivot_row = &above[k];
    for row in below {
        row[k] /= pivot_row[k];
        let factor = row[k];
        for (cell, upper) in row.iter_mut().zip(pivot_row).skip(k + 1) {
            *cell -= factor * upper;
        }
    }
}

impl Factors {
    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let size = self.cells.len();
        let mut x: Vec<f64> = self.order.iter().map(|row| right[*row]).collect();
        for i in 0..size {
            for j in 0..i {
                x[i] -= self.cells[i][j] * x[j];
            }
        }
        for i in (0..size).rev() {
            for j in i + 1..size {
                x[i] -= self.cells[i][j] * x[j];
            }
            x[i] /= self.cells[i][i];
        }
        x
    }
}

#[cold]
fn singular(operation: &str) -> Fault {
    Fault::argument(operation, "the matrix is singular")
}

pub(crate) fn det(_: &mut Runtime, value: &Value) -> Outcome<f64> {
    let factors = factorise(square("det", value)?);
    if factors.singular {
        return Ok(0.0);
    }
    Ok(factors.cells.iter().enumerate().fold(factors.sign, |product, (i, row)| product * row[i]))
}

pub(crate) fn inv(_: &mut Runtime, value: &Value) -> Outcome<Value> {
    let factors = factorise(square("inv", value)?);
    if factors.singular {
        return Err(singular("inv"));
    }
    let size = factors.cells.len();
    let unit = |column: usize| (0..size).map(|row| if row == column { 1.0 } else { 0.0 }).collect::<Vec<_>>();
    let columns: Vec<_> = (0..size).map(|column| factors.solve(&unit(column))).collect();
    Ok(rows_value((0..size).map(|row| columns.iter().map(|column| column[row]).collect()).collect()))
}

pub(crate) fn solve(_: &mut Runtime, value: &Value, right: &Value) -> Outcome<Value> {
    let cells = square("solve", value)?;
    let right = numbers("solve", right)?;
    if right.len() != cells.len() {
        return Err(Fault::argument("solve", "the right side needs one entry per row"));
    }
    let factors = factorise(cells);
    if factors.singular {
        return Err(singular("solve"));
    }
    Ok(number_list(factors.solve(&right)))
}

//! Numbers as text (2.2 of the builtins document).

use std::fmt::Write;

/// Whole numbers from here on are not integers of 64 bits any more.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
/// `str` writes whole numbers from here on with their shortest digits.
const STR_SHORTEST_FROM: f64 = 1e15;

/// Appends the display of a number: whole ones exactly, others with their shortest digits, never an exponent.
pub fn display(out: &mut String, number: f64) {
    if number.fract() == 0.0 && (-TWO_TO_63..TWO_TO_63).contains(&number) {
        integer(out, number as i64);
    } else {
        shortest(out, number);
    }
}

/// Appends a number as `str` writes it.
pub fn str(out: &mut String, number: f64) {
    if number.fract() == 0.0 && number.abs() >= STR_SHORTEST_FROM {
        shortest(out, number);
    } else {
        display(out, number);
    }
}

/// Appends a number with a fixed number of decimals, rounding half to even.
pub fn fixed(out: &mut String, number: f64, digits: usize) {
    if number.is_finite() {
        // Writing to a String does not fail.
        let _ = write!(out, "{number:.digits$}");
    } else {
        shortest(out, number);
    }
}

/// Rust's own format is what we need: the shortest digits that read back, positional, `NaN`, `inf`.
pub(crate) fn shortest(out: &mut String, number: f64) {
    let _ = write!(out, "{number}");
}

/// Appends an integer. Written out because integers are most of what programs print, and `format!` costs as much as the rest.
pub(crate) fn integer(out: &mut String, number: i64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push('-');
    }
    out.extend(digits[start..].iter().map(|digit| char::from(*digit)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(write: impl Fn(&mut String), wanted: &str) {
        let mut text = String::new();
        write(&mut text);
        assert_eq!(text, wanted);
    }

    #[test]
    fn display_is_positional_and_shortest() {
        for (number, wanted) in [
            (0.0, "0"),
            (-0.0, "0"),
            (f64::NAN, "NaN"),
            (-f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
            (-f64::INFINITY, "-inf"),
            (-2.5, "-2.5"),
            (1e21, "1000000000000000000000"),
            (1e-7, "0.0000001"),
            (2.0 / 3.0, "0.6666666666666666"),
            (1_152_921_504_606_846_976.0, "1152921504606846976"),
            (-TWO_TO_63, "-9223372036854775808"),
            (TWO_TO_63, "9223372036854776000"),
            (18_446_744_073_709_551_616.0, "18446744073709552000"),
            (1e308 * 1e-320, "0.000000000000999988867182683"),
        ] {
            check(|out| display(out, number), wanted);
        }
    }

    #[test]
    fn integers_of_every_length() {
        for number in [0, 7, 10, -10, 99, 12_345_678_901, i64::MAX, i64::MIN] {
            check(|out| integer(out, number), &number.to_string());
        }
    }

    #[test]
    fn str_shortens_large_whole_numbers() {
        check(|out| str(out, 1_152_921_504_606_846_976.0), "1152921504606847000");
        check(|out| str(out, 1000.0), "1000");
        check(|out| str(out, -0.125), "-0.125");
        check(|out| str(out, -0.0), "0");
    }

    #[test]
    fn fixed_rounds_the_exact_value() {
        for (number, digits, wanted) in [
            (2.5, 0, "2"),
            (3.5, 0, "4"),
            (0.125, 2, "0.12"),
            (0.375, 2, "0.38"),
            (1.005, 2, "1.00"),
            (-0.001, 2, "-0.00"),
            (0.1, 20, "0.10000000000000000555"),
            (1e21, 1, "1000000000000000000000.0"),
            (f64::INFINITY, 2, "inf"),
            (f64::NAN, 2, "NaN"),
        ] {
            check(|out| fixed(out, number, digits), wanted);
        }
    }
}

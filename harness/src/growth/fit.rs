//! Least squares on logarithms.

use serde::{Deserialize, Serialize};

/// The exponent of a power law, as fitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// `k` of `cost ~ n^k`.
    pub exponent: f64,
    /// Standard error of the exponent.
    pub error: f64,
    /// How many points it rests on.
    pub points: usize,
}

/// Fewer points than this have no standard error.
pub const FEWEST: usize = 3;

/// Fits `cost ~ n^k`. `None` if there are fewer than [`FEWEST`] points, one is not positive, or all sizes are equal.
pub fn power_law(points: &[(f64, f64)]) -> Option<Fit> {
    if points.len() < FEWEST || points.iter().any(|(n, cost)| *n <= 0.0 || *cost <= 0.0) {
        return None;
    }
    let logs: Vec<(f64, f64)> = points.iter().map(|(n, cost)| (n.ln(), cost.ln())).collect();
    let count = logs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    if spread == 0.0 {
        return None;
    }
    let exponent = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>() / spread;
    let residues: f64 = logs.iter().map(|(x, y)| (y - mean_y - exponent * (x - mean_x)).powi(2)).sum();
    let error = (residues / (count - 2.0) / spread).sqrt();
    Some(Fit { exponent, error, points: logs.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(exponent: f64) -> Vec<(f64, f64)> {
        [1e3, 2e3, 4e3, 8e3].iter().map(|n| (*n, 7.0 * f64::powf(*n, exponent))).collect()
    }

    #[test]
    fn a_pure_law_is_found_exactly() {
        for exponent in [0.0, 1.0, 1.5, 2.0, 3.0] {
            let fit = power_law(&law(exponent)).unwrap();
            assert!((fit.exponent - exponent).abs() < 1e-9 && fit.error < 1e-6, "{fit:?}");
            assert_eq!(fit.points, 4);
        }
    }

    #[test]
    fn the_standard_error_is_the_textbook_one() {
        // y = 0, 1, 1 at x = 0, 1, 2 (natural logarithms): slope 1/2, residues 1/6, error sqrt(1/6 / 1 / 2).
        let e = std::f64::consts::E;
        let fit = power_law(&[(1.0, 1.0), (e, e), (e * e, e)]).unwrap();
        assert!((fit.exponent - 0.5).abs() < 1e-12, "{fit:?}");
        assert!((fit.error - (1.0_f64 / 12.0).sqrt()).abs() < 1e-12, "{fit:?}");
    }

    #[test]
    fn too_little_is_no_fit() {
        assert_eq!(power_law(&law(1.0)[..2]), None);
        assert_eq!(power_law(&[(1.0, 1.0), (2.0, 0.0), (3.0, 1.0)]), None);
        assert_eq!(power_law(&[(2.0, 1.0), (2.0, 2.0), (2.0, 3.0)]), None);
    }
}

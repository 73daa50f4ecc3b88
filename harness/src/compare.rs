//! Two commands against each other: run by turns, compared pair by pair.
//!
//! A machine drifts, so a measurement is only held against its neighbour. Each pair gives one ratio; the median of the
//! ratios is the answer, and the order statistics around it are its confidence interval, whatever the distribution.

use std::time::Duration;

use serde::Serialize;

use crate::exec::{Ending, Execution, Job, Launcher, LauncherError};

/// Fewer pairs than this have no 95 % interval.
pub const FEWEST_PAIRS: usize = 6;

/// A difference below this is none.
const SMALLEST: f64 = 0.01;

/// An interval around 1 that ends further away than this does not show that there is no difference.
const WIDEST: f64 = 0.05;

/// What one process cost.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cost {
    pub cpu_seconds: f64,
    pub peak_bytes: f64,
}

/// What the pairs say about B compared with A.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opinion {
    More,
    Less,
    Same,
    TooNoisy,
}

impl std::fmt::Display for Opinion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Opinion::More => "B needs more",
            Opinion::Less => "B needs less",
            Opinion::Same => "no difference",
            Opinion::TooNoisy => "too noisy to say",
        })
    }
}

/// One quantity of both commands.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Comparison {
    /// Medians, in the quantity's unit.
    pub a: f64,
    pub b: f64,
    /// Median of the pairs' B over A.
    pub ratio: f64,
    /// Its interval, with at least 95 % confidence.
    pub low: f64,
    pub high: f64,
    pub opinion: Opinion,
}

/// Runs `a` and `b` by turns, who begins changing from pair to pair, after one unmeasured run of each.
///
/// # Errors
/// A message if one of them does not exit with 0.
pub fn measure(a: &Job, b: &Job, pairs: usize) -> Result<Vec<(Cost, Cost)>, String> {
    let mut launcher = Launcher::start().map_err(|error| error.to_string())?;
    let mut one = |job: &Job| cost(job, launcher.run(job));
    one(a)?;
    one(b)?;
    let mut costs = Vec::with_capacity(pairs);
    for pair in 0..pairs {
        costs.push(if pair % 2 == 0 {
            let first = one(a)?;
            (first, one(b)?)
        } else {
            let first = one(b)?;
            (one(a)?, first)
        });
    }
    Ok(costs)
}

fn cost(job: &Job, result: Result<Execution, LauncherError>) -> Result<Cost, String> {
    let execution = result.map_err(|error| error.to_string())?;
    let words = job.argv.iter().map(|word| String::from_utf8_lossy(word).into_owned());
    if let Some(limit) = execution.limit {
        return Err(format!("`{}` exceeded its {} limit", crate::corpus::join(words), limit.name()));
    }
    if execution.ending != Ending::Exited(0) {
        let stderr = String::from_utf8_lossy(&execution.stderr).trim_end().to_string();
        return Err(format!("`{}` ended with {}: {stderr}", crate::corpus::join(words), execution.ending));
    }
    let cpu: Duration = execution.usage.user + execution.usage.system;
    Ok(Cost { cpu_seconds: cpu.as_secs_f64(), peak_bytes: execution.usage.peak_bytes as f64 })
}

/// Compares one quantity over all pairs. `None` for fewer than [`FEWEST_PAIRS`], or if A needs nothing.
pub fn judge(pairs: &[(f64, f64)]) -> Option<Comparison> {
    if pairs.len() < FEWEST_PAIRS || pairs.iter().any(|(a, _)| *a <= 0.0) {
        return None;
    }
    let ratios = sorted(pairs.iter().map(|(a, b)| b / a));
    let rank = interval_rank(ratios.len());
    let (low, high) = (ratios[rank - 1], ratios[ratios.len() - rank]);
    let opinion = match (low, high) {
        _ if low > 1.0 + SMALLEST => Opinion::More,
        _ if high < 1.0 - SMALLEST => Opinion::Less,
        _ if low >= 1.0 - WIDEST && high <= 1.0 + WIDEST => Opinion::Same,
        _ => Opinion::TooNoisy,
    };
    Some(Comparison {
        a: median(&sorted(pairs.iter().map(|pair| pair.0))),
        b: median(&sorted(pairs.iter().map(|pair| pair.1))),
        ratio: median(&ratios),
        low,
        high,
        opinion,
    })
}

/// The largest rank k for which the k-th smallest and the k-th largest of `count` values enclose the true median with
/// at least 95 % confidence: a binomial distribution with p = 1/2 (the sign test's interval).
fn interval_rank(count: usize) -> usize {
    let mut probability = 0.5_f64.powi(count as i32);
    let mut tail = 0.0;
    for rank in 0..count {
        tail += probability;
        if tail > 0.025 {
            return rank.max(1);
        }
        probability *= (count - rank) as f64 / (rank + 1) as f64;
    }
    1
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs whose ratios are spread evenly over `middle ± spread`.
    fn opinion(middle: f64, spread: f64) -> Opinion {
        let pairs: Vec<(f64, f64)> =
            (0..15).map(|i| (2.0, 2.0 * (middle + spread * (f64::from(i) - 7.0) / 7.0))).collect();
        judge(&pairs).unwrap().opinion
    }

    #[test]
    fn opinions_follow_the_interval() {
        assert_eq!(opinion(1.2, 0.05), Opinion::More);
        assert_eq!(opinion(0.8, 0.05), Opinion::Less);
        assert_eq!(opinion(1.0, 0.02), Opinion::Same);
        assert_eq!(opinion(1.05, 0.4), Opinion::TooNoisy);
        assert_eq!(opinion(1.0, 0.5), Opinion::TooNoisy);
    }

    #[test]
    fn the_interval_is_the_sign_tests() {
        // From tables: n = 6 → 1, 8 → 1, 9 → 2, 15 → 4, 20 → 6, 25 → 8.
        for (count, rank) in [(6, 1), (8, 1), (9, 2), (15, 4), (20, 6), (25, 8)] {
            assert_eq!(interval_rank(count), rank, "{count}");
        }
    }

    #[test]
    fn too_few_pairs_say_nothing() {
        assert!(judge(&[(1.0, 2.0); 5]).is_none());
        let found = judge(&[(1.0, 2.0); 6]).unwrap();
        assert_eq!((found.a, found.b, found.ratio, found.low, found.high), (1.0, 2.0, 2.0, 2.0, 2.0));
    }
}

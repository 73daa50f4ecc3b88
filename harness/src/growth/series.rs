//! What one engine cost at each size, and the measures made of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fit::{FEWEST, Fit, power_law};

/// Name of the measure of user plus system time.
pub const CPU: &str = "cpu";

/// Name of the measure of resident memory.
pub const RSS: &str = "rss";

/// A counter that never gets this far grows in a way that nobody will notice.
const COUNTER_FLOOR: f64 = 1_000.0;

/// A step of CPU time below this many seconds is start-up noise.
const CPU_FLOOR: f64 = 0.005;

/// A step of resident memory below this many bytes is the allocator's doing.
const RSS_FLOOR: f64 = 4.0 * 1024.0 * 1024.0;

/// One size.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub n: u64,
    /// Seconds of user plus system time, the smallest of all samples: load only ever adds.
    pub cpu_seconds: f64,
    /// Peak resident bytes, the smallest of all samples.
    pub peak_bytes: u64,
    pub samples: u32,
    /// The engine's own counters, if it declares any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counters: BTreeMap<String, u64>,
}

impl Point {
    /// Takes one more sample in.
    pub fn add(&mut self, cpu_seconds: f64, peak_bytes: u64) {
        let is_first = self.samples == 0;
        self.cpu_seconds = if is_first { cpu_seconds } else { self.cpu_seconds.min(cpu_seconds) };
        self.peak_bytes = if is_first { peak_bytes } else { self.peak_bytes.min(peak_bytes) };
        self.samples += 1;
    }
}

/// One engine over all sizes, the smallest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    pub points: Vec<Point>,
    /// The size at which the engine did not come to a good end; the points are those before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_at: Option<u64>,
}

/// How far a measure can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A counter: the same on every run.
    Exact,
    /// A clock or a memory reading.
    Noisy,
}

/// One thing that grows.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    pub name: String,
    pub kind: Kind,
    /// Its value at each size: a count, seconds, or bytes.
    pub values: Vec<(u64, f64)>,
    /// `None` if it stays too small to matter.
    pub fit: Option<Fit>,
}

impl Series {
    /// All measures: counters in the order of their names, then CPU time, then memory.
    pub fn measures(&self) -> Vec<Measure> {
        let names: std::collections::BTreeSet<&String> =
            self.points.iter().flat_map(|p| p.counters.keys()).collect();
        let counters = names.into_iter().map(|name| {
            self.measure(name, Kind::Exact, |point| {
                point.counters.get(name).map_or(0.0, |count| *count as f64)
            })
        });
        let noisy = [
            self.measure(CPU, Kind::Noisy, |point| point.cpu_seconds),
            self.measure(RSS, Kind::Noisy, |point| point.peak_bytes as f64),
        ];
        counters.chain(noisy).collect()
    }

    fn measure(&self, name: &str, kind: Kind, of: impl Fn(&Point) -> f64) -> Measure {
        let values: Vec<(u64, f64)> = self.points.iter().map(|point| (point.n, of(point))).collect();
        let fit = match kind {
            Kind::Exact => exact(&values),
            Kind::Noisy => steps(&values, if name == CPU { CPU_FLOOR } else { RSS_FLOOR }),
        };
        Measure { name: name.to_string(), kind, values, fit }
    }

    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// The fit of a counter. Values below the floor are constant overhead and would only hide growth; where too few
/// are above it, the floor stands in for them, so that a late take-off is still seen.
fn exact(values: &[(u64, f64)]) -> Option<Fit> {
    let above: Vec<(f64, f64)> = values
        .iter()
        .filter(|(_, value)| *value >= COUNTER_FLOOR)
        .map(|(n, value)| (*n as f64, *value))
        .collect();
    match above.len() {
        0 => None,
        count if count < FEWEST => {
            let raised: Vec<(f64, f64)> =
                values.iter().map(|(n, value)| (*n as f64, value.max(COUNTER_FLOOR))).collect();
            power_law(&raised)
        }
        _ => power_law(&above),
    }
}

/// The fit of the steps between neighbouring sizes: a constant cancels in them, and for sizes in geometric
/// progression they follow the same power law as the whole.
fn steps(values: &[(u64, f64)], floor: f64) -> Option<Fit> {
    let steps: Vec<(f64, f64)> = values
        .windows(2)
        .map(|pair| ((pair[0].0 as f64 * pair[1].0 as f64).sqrt(), pair[1].1 - pair[0].1))
        .filter(|(_, step)| *step >= floor)
        .collect();
    power_law(&steps)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A series with one counter and a clock, from functions of n.
    pub fn series(counter: impl Fn(f64) -> f64, seconds: impl Fn(f64) -> f64) -> Series {
        let point = |n: u64| Point {
            n,
            cpu_seconds: seconds(n as f64),
            peak_bytes: 10 << 20,
            samples: 1,
            counters: BTreeMap::from([("copies".to_string(), counter(n as f64) as u64)]),
        };
        Series { points: [2_000, 4_000, 8_000, 16_000, 32_000].map(point).to_vec(), cut_at: None }
    }

    fn exponent(series: &Series, name: &str) -> Option<f64> {
        let found = series.measures().into_iter().find(|measure| measure.name == name);
        found.and_then(|measure| Some(measure.fit?.exponent))
    }

    #[test]
    fn start_up_time_does_not_hide_an_exponent() {
        let quadratic = series(|_| 0.0, |n| 0.3 + 1e-9 * n * n);
        assert!((exponent(&quadratic, CPU).unwrap() - 2.0).abs() < 0.01);
        let linear = series(|_| 0.0, |n| 0.3 + 1e-5 * n);
        assert!((exponent(&linear, CPU).unwrap() - 1.0).abs() < 0.01);
    }

    #[test]
    fn what_stays_small_has_no_exponent() {
        let small = series(|n| n.ln(), |n| 0.01 + 1e-8 * n);
        assert_eq!(
            (exponent(&small, "copies"), exponent(&small, CPU), exponent(&small, RSS)),
            (None, None, None)
        );
    }

    #[test]
    fn a_counter_that_takes_off_late_is_seen() {
        let late = series(|n| if n < 10_000.0 { 5.0 } else { n * n / 1e3 }, |_| 0.01);
        assert!(exponent(&late, "copies").unwrap() > 2.0);
    }

    #[test]
    fn the_smallest_sample_counts() {
        let mut point = Point::default();
        for (cpu, peak) in [(0.2, 9), (0.1, 11), (0.4, 10)] {
            point.add(cpu, peak);
        }
        assert_eq!((point.cpu_seconds, point.peak_bytes, point.samples), (0.1, 9, 3));
    }
}

//! What one commit showed: kept as data, so that an interrupted bisect need not look again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::exec::{Ending, Execution};
use crate::growth::Series;
use crate::verdict::Verdict;

/// Bytes of each stream that are kept.
const KEPT_BYTES: usize = 16 << 10;

/// What trying a commit gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trial {
    Seen(Observation),
    /// Why nothing can be said: it does not build, the case or the engine is not there.
    Untestable(String),
}

/// The case on every watched engine.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Observation {
    pub cells: Vec<Seen>,
    /// The programs that the engines' commands start, for noticing that another build's was found.
    pub programs: Vec<Started>,
}

/// A program that an engine's command names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    pub engine: String,
    pub name: String,
    /// Whether it comes from the commit's own tree or build.
    pub is_built: bool,
    /// Content hash.
    pub hash: Option<String>,
}

/// One engine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seen {
    pub engine: String,
    pub verdict: Verdict,
    pub why: String,
    pub ending: Option<Ending>,
    /// The first part of each stream; bytes that are not text are replaced.
    pub stdout: String,
    pub stderr: String,
    /// User plus system time of each run, in microseconds.
    pub cpu_us: Vec<u64>,
    pub peak_kib: u64,
    /// What the engine counted, where it was asked to; of a `scale:` case, at the largest size.
    #[serde(default)]
    pub counters: BTreeMap<String, u64>,
    /// Of a `scale:` case: the growth exponent of each measure, 0 for one that stays too small to matter.
    #[serde(default)]
    pub exponents: BTreeMap<String, f64>,
    /// The size at which measuring growth came to a bad end; the exponents are those of the smaller sizes.
    #[serde(default)]
    pub cut_at: Option<u64>,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen {
            engine: String::new(),
            verdict: Verdict::Abstain,
            why: String::new(),
            ending: None,
            stdout: String::new(),
            stderr: String::new(),
            cpu_us: Vec::new(),
            peak_kib: 0,
            counters: BTreeMap::new(),
            exponents: BTreeMap::new(),
            cut_at: None,
        }
    }
}

impl Seen {
    /// Median CPU time over the runs.
    pub fn cpu_seconds(&self) -> f64 {
        let mut sorted = self.cpu_us.clone();
        sorted.sort_unstable();
        let upper = sorted.get(sorted.len() / 2).copied().unwrap_or(0) as f64;
        let lower = sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0) as f64;
        (lower + upper) / 2e6
    }

    pub fn verdict_and_why(&self) -> String {
        if self.why.is_empty() { self.verdict.to_string() } else { format!("{}: {}", self.verdict, self.why) }
    }

    /// Keeps how the cost grew.
    pub fn take_in_growth(&mut self, series: &Series) {
        if let Some(largest) = series.points.last() {
            self.counters.clone_from(&largest.counters);
        }
        self.cut_at = series.cut_at;
        for measure in series.measures() {
            self.exponents.insert(measure.name, measure.fit.map_or(0.0, |fit| fit.exponent));
        }
    }

    /// Keeps what `execution` said and used.
    pub fn take_in(&mut self, execution: &Execution) {
        self.ending = Some(execution.ending);
        self.stdout = kept(&execution.stdout);
        self.stderr = kept(&execution.stderr);
        self.peak_kib = self.peak_kib.max(execution.usage.peak_bytes / 1024);
    }
}

impl Observation {
    /// One line: `tree=PASS vm=FAIL`.
    pub fn summary(&self) -> String {
        let words: Vec<String> =
            self.cells.iter().map(|cell| format!("{}={}", cell.engine, cell.verdict)).collect();
        words.join(" ")
    }
}

fn kept(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(KEPT_BYTES)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_ones() {
        let seen = |cpu_us: &[u64]| Seen { cpu_us: cpu_us.to_vec(), ..Seen::default() }.cpu_seconds();
        assert_eq!(seen(&[]), 0.0);
        assert_eq!(seen(&[3_000_000]), 3.0);
        assert_eq!(seen(&[9_000_000, 1_000_000, 2_000_000]), 2.0);
        assert_eq!(seen(&[4_000_000, 1_000_000, 2_000_000, 9_000_000]), 3.0);
    }
}

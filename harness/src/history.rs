//! How long cells took last time, for starting the longest first. Outside the repository, and never needed.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::filter::cell_name;
use crate::record::RunRecord;

/// Seconds by full cell name.
#[derive(Debug, Default)]
pub struct History {
    seconds: HashMap<String, f64>,
}

fn path(output: &Path) -> PathBuf {
    output.join("durations")
}

impl History {
    /// Reads the file of an output directory; a missing or foreign one is an empty history.
    pub fn read(output: &Path) -> History {
        let text = std::fs::read_to_string(path(output)).unwrap_or_default();
        let entry = |line: &str| {
            let (seconds, name) = line.split_once('\t')?;
            Some((name.to_string(), seconds.parse().ok()?))
        };
        History { seconds: text.lines().filter_map(entry).collect() }
    }

    /// The expected seconds of a cell; what failed last time goes first, what is unknown next.
    pub fn weight(&self, name: &str) -> f64 {
        match self.seconds.get(name) {
            Some(seconds) if *seconds < 0.0 => f64::INFINITY,
            Some(seconds) => *seconds,
            None => 1.0,
        }
    }

    /// Adds a run and writes the file. A failed cell is stored as a negative time.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn update(mut self, run: &RunRecord, output: &Path) -> std::io::Result<()> {
        for suite in &run.suites {
            for case in &suite.cases {
                for (engine, cell) in &case.cells {
                    let Some(measured) = &cell.measured else { continue };
                    let seconds = (measured.wall_us as f64 / 1e6 + measured.build_ms as f64 / 1e3).max(1e-6);
                    let signed = if cell.verdict.fails() { -seconds } else { seconds };
                    self.seconds.insert(cell_name(&suite.name, &case.case, engine), signed);
                }
            }
        }
        let mut lines: Vec<_> = self.seconds.iter().collect();
        lines.sort_by(|a, b| a.0.cmp(b.0));
        let mut text = String::new();
        for (name, seconds) in lines {
            let _ = writeln!(text, "{seconds:.6}\t{name}");
        }
        crate::files::replace(&path(output), text.as_bytes())
    }
}

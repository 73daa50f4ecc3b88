//! How much more a program costs when its input grows: the exponent of each engine, and alarms about it.
//!
//! A `scale:` annotation names an entry and sizes. Every engine runs the program at every size, interleaved, and each
//! *measure* (the engine's own counters, CPU time, peak memory) gets the exponent `k` of `cost ~ n^k`, fitted by least
//! squares on the logarithms. Counters are exact and judged as they are. Clocks and resident memory carry the
//! machine's noise: they are fitted on the steps from one size to the next, so that start-up cost cancels, judged
//! with their standard error and a margin, and measured again before they count.
//!
//! Everything here is a pure function of what was measured; [`crate::schedule`] does the measuring.

mod alarm;
pub mod baseline;

mod fit;
mod scale;
mod series;
pub mod show;

pub use alarm::{Alarm, CLOCK_MARGIN, GAP, alarms};
pub use fit::{Fit, power_law};
pub use scale::{DEFAULT_BOUND, Scale, parse};
pub use series::{CPU, Kind, Measure, Point, RSS, Series};

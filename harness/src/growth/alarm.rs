//! When growth is too fast.

use super::scale::Scale;
use super::series::{Kind, Measure, Series};

/// An exponent this much above the best engine's is an alarm, even within its bound.
pub const GAP: f64 = 0.3;

/// Every exponent may exceed a limit by twice its standard error. Clocks and resident memory may by this much more:
/// caches get colder and allocators coarser as data grows, which no counter sees.
pub const CLOCK_MARGIN: f64 = 0.3;

/// What an exponent was held against.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    Bound(f64),
    /// The engine with the smallest exponent.
    Best {
        engine: String,
        exponent: f64,
    },
}

/// One measure of one engine that grows too fast.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    pub measure: String,
    pub kind: Kind,
    pub exponent: f64,
    pub error: f64,
    pub limit: Limit,
}

impl std::fmt::Display for Alarm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} grows like n^{:.2} ± {:.2}", self.measure, self.exponent, self.error)?;
        match &self.limit {
            Limit::Bound(bound) => write!(f, ", the bound is {bound:.2}")?,
            Limit::Best { engine, exponent } => write!(f, ", {engine}'s like n^{exponent:.2}")?,
        }
        match self.kind {
            Kind::Exact => Ok(()),
            Kind::Noisy => write!(f, " (with a margin of {CLOCK_MARGIN:.2})"),
        }
    }
}

/// The alarms of each engine, the steepest first. An exact one explains the clocks, which are left out then.
///
/// Engines are held against the best of those that ran at all sizes. A counter that stays below the floor counts as constant when engines
/// are compared; a clock that does so says nothing.
pub fn alarms(scale: &Scale, engines: &[(&str, &Series)]) -> Vec<Vec<Alarm>> {
    let measured: Vec<Vec<Measure>> = engines.iter().map(|(_, series)| series.measures()).collect();
    let is_judged = |measure: &&Measure| scale.of.as_ref().is_none_or(|of| *of == measure.name);
    measured
        .iter()
        .map(|own| {
            let mut found: Vec<Alarm> = own
                .iter()
                .filter(is_judged)
                .filter_map(|measure| alarm(scale.bound, measure, best(&measure.name, engines, &measured)))
                .collect();
            if found.iter().any(|alarm| alarm.kind == Kind::Exact) {
                found.retain(|alarm| alarm.kind == Kind::Exact);
            }
            found.sort_by(|a, b| b.exponent.total_cmp(&a.exponent));
            found
        })
        .collect()
}

fn alarm(bound: f64, measure: &Measure, best: Option<(&str, f64)>) -> Option<Alarm> {
    let fit = measure.fit?;
    let allowance = match measure.kind {
        Kind::Exact => 0.0,
        Kind::Noisy => CLOCK_MARGIN,
    };
    // A count is exact and its law may still not be a pure one: a buffer that doubles grows in stairs.
    let sure = fit.exponent - 2.0 * fit.error - allowance;
    let limit = match best {
        _ if sure > bound => Limit::Bound(bound),
        Some((engine, exponent)) if sure > exponent + GAP => {
            Limit::Best { engine: engine.to_string(), exponent }
        }
        _ => return None,
    };
    let Measure { name, kind, .. } = measure;
    Some(Alarm { measure: name.clone(), kind: *kind, exponent: fit.exponent, error: fit.error, limit })
}

/// The engine whose exponent of this measure is the smallest.
fn best<'e>(name: &str, engines: &[(&'e str, &Series)], measured: &[Vec<Measure>]) -> Option<(&'e str, f64)> {
    let complete = engines.iter().zip(measured).filter(|((_, series), _)| series.cut_at.is_none());
    let exponents = complete.filter_map(|((engine, _), measures)| {
        let measure = measures.iter().find(|measure| measure.name == name)?;
        let exponent = match (measure.fit, measure.kind) {
            (Some(fit), _) => fit.exponent,
            (None, Kind::Exact) => 0.0,
            (None, Kind::Noisy) => return None,
        };
        Some((*engine, exponent))
    });
    exponents.min_by(|a, b| a.1.total_cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::super::series::tests::series;
    use super::*;

    fn found(text: &str, engines: &[(&str, &Series)]) -> Vec<Vec<String>> {
        let scale = super::super::parse(text).unwrap();
        let names = |found: Vec<Alarm>| found.into_iter().map(|alarm| alarm.measure).collect();
        alarms(&scale, engines).into_iter().map(names).collect()
    }

    const LINEAR: &str = "f n=2k,4k,8k,16k expect<=1.15";

    #[test]
    fn each_measure_raises_its_own_alarm() {
        let good = series(|n| 3.0 * n, |n| 0.01 + 1e-5 * n);
        let counter = series(|n| n * n, |n| 0.01 + 1e-5 * n);
        let clock = series(|n| 3.0 * n, |n| 0.01 + 1e-9 * n * n);
        assert_eq!(found(LINEAR, &[("a", &good), ("b", &counter)]), [vec![], vec!["copies".to_string()]]);
        assert_eq!(found(LINEAR, &[("a", &good), ("b", &clock)]), [vec![], vec!["cpu".to_string()]]);
        assert_eq!(found(&format!("{LINEAR} of=cpu"), &[("b", &counter)]), [Vec::<String>::new()]);
        assert_eq!(found("f n=1,2,3,4 expect<=2.05", &[("b", &counter)]), [Vec::<String>::new()]);
    }

    #[test]
    fn an_engine_far_behind_the_best_is_an_alarm_within_the_bound() {
        let constant = series(|_| 5.0, |_| 0.01);
        let linear = series(|n| 3.0 * n, |_| 0.01);
        let scale = super::super::parse(LINEAR).unwrap();
        let alarms = alarms(&scale, &[("a", &constant), ("b", &linear)]);
        assert_eq!(alarms[0], []);
        assert_eq!(alarms[1][0].to_string(), "copies grows like n^1.00 ± 0.00, a's like n^0.00");
    }

    #[test]
    fn a_clock_has_a_margin_and_a_counter_has_none() {
        let bent = series(|n| n.powf(1.3), |n| 0.01 + 1e-6 * n.powf(1.3));
        assert_eq!(found(LINEAR, &[("a", &bent)]), [vec!["copies".to_string()]]);
    }
}

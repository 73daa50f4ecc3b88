//! Points, exponents and standard errors as text.

use super::series::{CPU, Kind, Measure, RSS, Series};

/// One line per measure that has an exponent, or of the measures called `only`: name, exponent, points.
pub fn table(engine: &str, series: &Series, only: Option<&[&str]>) -> Vec<String> {
    let is_shown = |measure: &Measure| match only {
        Some(names) => names.contains(&measure.name.as_str()),
        None => measure.fit.is_some(),
    };
    series
        .measures()
        .iter()
        .filter(|measure| is_shown(measure))
        .map(|measure| line(engine, measure))
        .collect()
}

fn line(engine: &str, measure: &Measure) -> String {
    let exponent = match (&measure.fit, measure.kind) {
        (Some(fit), _) => format!("n^{:.2} ± {:.2}", fit.exponent, fit.error),
        (None, Kind::Exact) => "below the floor".to_string(),
        (None, Kind::Noisy) => "too small to fit".to_string(),
    };
    let points: Vec<String> = measure
        .values
        .iter()
        .map(|(n, value)| format!("{}: {}", size(*n), amount(&measure.name, *value)))
        .collect();
    format!("{engine:8} {:18} {exponent:16} {}", measure.name, points.join("  "))
}

/// `2k`, `500`.
pub fn size(n: u64) -> String {
    if n >= 1_000 && n.is_multiple_of(1_000) { format!("{}k", n / 1_000) } else { n.to_string() }
}

fn amount(measure: &str, value: f64) -> String {
    match measure {
        CPU => format!("{:.1} ms", value * 1e3),
        RSS => format!("{:.1} MiB", value / f64::from(1 << 20)),
        _ => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::series::tests::series;
    use super::*;

    #[test]
    fn points_and_exponents_are_shown() {
        let shown = table("vm", &series(|n| 2.0 * n, |_| 0.01), None);
        assert_eq!(shown.len(), 1, "{shown:?}");
        assert!(shown[0].contains("copies") && shown[0].contains("n^1.00 ± 0.00"), "{shown:?}");
        assert!(shown[0].contains("2k: 4000  4k: 8000"), "{shown:?}");
        let chosen = table("vm", &series(|n| 2.0 * n, |_| 0.01), Some(&["cpu"]));
        assert!(chosen[0].contains("too small to fit") && chosen[0].contains("2k: 10.0 ms"), "{chosen:?}");
    }
}

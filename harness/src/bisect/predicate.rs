//! What makes a commit bad: pure functions of what was seen.

use super::observation::{Observation, Seen};
use super::search::Answer;
use crate::config::suggestion;
use crate::verdict::Verdict;

/// The question that is put to every commit.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// Bad if an engine's verdict differs from the one at the good end.
    Changed,
    /// Bad if an engine's verdict is this one.
    Is(Verdict),
    /// Bad if an engine's verdict is another one.
    IsNot(Verdict),
    /// Bad if an engine uses more than this many times the CPU time of the good end.
    Cpu(f64),
    /// Bad if an engine's counter is larger than this.
    Counter { name: String, above: f64 },
    /// Bad if the exponent with which a measure grows is larger than this; any measure if it has no name.
    Growth { measure: Option<String>, above: f64 },
}

/// The forms that [`Predicate::parse`] reads.
pub const FORMS: &str = "`verdict`, `verdict=TIMEOUT`, `verdict!=PASS`, `cpu>1.5` (times the good end), \
`counter:NAME>1000`, `growth>1.3`, `growth:MEASURE>1.3`";

/// An answer with its grounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub answer: Answer,
    pub why: String,
}

impl Predicate {
    /// Reads one of the [`FORMS`].
    ///
    /// # Errors
    /// A message that says what was expected.
    pub fn parse(text: &str) -> Result<Predicate, String> {
        let unknown = || format!("`{text}` is not a predicate; known are {FORMS}");
        if text == "verdict" {
            return Ok(Predicate::Changed);
        }
        if let Some(word) = text.strip_prefix("verdict!=") {
            return verdict(word).map(Predicate::IsNot);
        }
        if let Some(word) = text.strip_prefix("verdict=") {
            return verdict(word).map(Predicate::Is);
        }
        let (what, number) = text.split_once('>').ok_or_else(unknown)?;
        let number: f64 = number
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| format!("`{number}` in `{text}` is not a number"))?;
        match what.split_once(':') {
            None if what == "cpu" && number > 0.0 => Ok(Predicate::Cpu(number)),
            Some(("counter", name)) if !name.is_empty() => {
                Ok(Predicate::Counter { name: name.to_string(), above: number })
            }
            None if what == "growth" => Ok(Predicate::Growth { measure: None, above: number }),
            Some(("growth", name)) if !name.is_empty() => {
                Ok(Predicate::Growth { measure: Some(name.to_string()), above: number })
            }
            _ => Err(unknown()),
        }
    }

    /// How often a commit runs the case unless told otherwise.
    pub fn runs(&self) -> usize {
        match self {
            Predicate::Cpu(_) => 5,
            Predicate::Changed
            | Predicate::Is(_)
            | Predicate::IsNot(_)
            | Predicate::Counter { .. }
            | Predicate::Growth { .. } => 1,
        }
    }

    /// Whether the answer needs the good end's observation.
    pub fn compares(&self) -> bool {
        match self {
            Predicate::Changed | Predicate::Cpu(_) => true,
            Predicate::Is(_) | Predicate::IsNot(_) | Predicate::Counter { .. } | Predicate::Growth { .. } => {
                false
            }
        }
    }

    /// Whether engines must be run in the way that makes them write their counters.
    pub fn counts(&self) -> bool {
        matches!(self, Predicate::Counter { .. })
    }

    /// Answers for one commit. A commit is bad if any watched engine is; `good` is what the good end showed.
    pub fn decide(&self, good: &Observation, seen: &Observation) -> Decision {
        let mut grounds = Vec::new();
        let mut is_untestable = false;
        for cell in &seen.cells {
            let before = good.cells.iter().find(|other| other.engine == cell.engine);
            let decision = self.decide_cell(before, cell);
            match decision.answer {
                Answer::Bad => return decision,
                Answer::Untestable if !std::mem::replace(&mut is_untestable, true) => {
                    grounds = vec![decision.why];
                }
                Answer::Good if !is_untestable => grounds.push(decision.why),
                Answer::Good | Answer::Untestable => {}
            }
        }
        let answer = if is_untestable { Answer::Untestable } else { Answer::Good };
        Decision { answer, why: grounds.join(", ") }
    }

    fn decide_cell(&self, good: Option<&Seen>, seen: &Seen) -> Decision {
        let decision = |is_bad: bool, why: String| {
            let answer = if is_bad { Answer::Bad } else { Answer::Good };
            Decision { answer, why: format!("{}: {why}", seen.engine) }
        };
        if let Some(why) = says_nothing(seen) {
            return untestable(seen, &why);
        }
        match self {
            Predicate::Changed => {
                let is_bad = good.is_some_and(|good| good.verdict != seen.verdict);
                decision(is_bad, seen.verdict_and_why())
            }
            Predicate::Is(wanted) => decision(seen.verdict == *wanted, seen.verdict_and_why()),
            Predicate::IsNot(wanted) => decision(seen.verdict != *wanted, seen.verdict_and_why()),
            Predicate::Cpu(_) | Predicate::Counter { .. } if is_cut_short(good, seen) => {
                untestable(seen, &format!("it ended in {}, which says nothing here", seen.verdict))
            }
            Predicate::Cpu(bound) => {
                let base = good.map_or(0.0, Seen::cpu_seconds).max(SMALLEST_CPU_SECONDS);
                let ratio = seen.cpu_seconds() / base;
                decision(ratio > *bound, format!("CPU {:.3} s, ratio {ratio:.2}", seen.cpu_seconds()))
            }
            Predicate::Counter { name, above } => match seen.counters.get(name) {
                Some(value) => decision(*value as f64 > *above, format!("{name} {value}")),
                None => untestable(seen, &format!("it wrote no counter `{name}`")),
            },
            Predicate::Growth { measure, above } => match steepest(seen, measure.as_deref()) {
                // What was too steep before the bad end is too steep; what was not says nothing.
                Some((name, exponent)) if exponent > *above || seen.cut_at.is_none() => {
                    decision(exponent > *above, format!("{name} grows with exponent {exponent:.2}"))
                }
                None if measure.is_some() && !seen.exponents.is_empty() => {
                    let known: Vec<&str> = seen.exponents.keys().map(String::as_str).collect();
                    untestable(seen, &format!("only these were measured: {}", known.join(", ")))
                }
                _ => untestable(
                    seen,
                    &format!("its growth was not measured at every size ({})", seen.verdict_and_why()),
                ),
            },
        }
    }
}

fn untestable(seen: &Seen, why: &str) -> Decision {
    Decision { answer: Answer::Untestable, why: format!("{}: {why}", seen.engine) }
}

/// The measure that grows fastest, or the one called `name`.
fn steepest<'a>(seen: &'a Seen, name: Option<&str>) -> Option<(&'a str, f64)> {
    let all = seen.exponents.iter().map(|(name, exponent)| (name.as_str(), *exponent));
    let wanted = all.filter(|(measure, _)| name.is_none_or(|name| name == *measure));
    wanted.max_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// Below this a CPU time is the clock's tick, not the engine's work.
const SMALLEST_CPU_SECONDS: f64 = 0.0005;

/// Verdicts that are about our machinery or the plan, not about the engine.
fn says_nothing(seen: &Seen) -> Option<String> {
    match seen.verdict {
        Verdict::Error | Verdict::Skip | Verdict::Abstain => Some(seen.verdict_and_why()),
        Verdict::Pass
        | Verdict::Fail
        | Verdict::Diverge
        | Verdict::Crash
        | Verdict::Timeout
        | Verdict::Oom
        | Verdict::Limit
        | Verdict::Refused
        | Verdict::Nondet
        | Verdict::Xfail
        | Verdict::Xpass
        | Verdict::Flaky => None,
    }
}

/// Whether the engine gave up early, and did not at the good end: what it used up to there is no measurement.
fn is_cut_short(good: Option<&Seen>, seen: &Seen) -> bool {
    let gave_up = matches!(seen.verdict, Verdict::Crash | Verdict::Refused);
    gave_up && good.is_none_or(|good| good.verdict != seen.verdict)
}

fn verdict(word: &str) -> Result<Verdict, String> {
    let upper = word.to_uppercase();
    let known = Verdict::ALL.map(Verdict::word);
    Verdict::ALL.into_iter().find(|verdict| verdict.word() == upper).ok_or_else(|| {
        match suggestion(&upper, known) {
            Some(meant) => format!("there is no verdict `{word}`; did you mean `{meant}`?"),
            None => format!("there is no verdict `{word}`; known are {}", known.join(", ")),
        }
    })
}

impl std::fmt::Display for Predicate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Predicate::Changed => f.write_str("verdict"),
            Predicate::Is(verdict) => write!(f, "verdict={verdict}"),
            Predicate::IsNot(verdict) => write!(f, "verdict!={verdict}"),
            Predicate::Cpu(ratio) => write!(f, "cpu>{ratio}"),
            Predicate::Counter { name, above } => write!(f, "counter:{name}>{above}"),
            Predicate::Growth { measure: None, above } => write!(f, "growth>{above}"),
            Predicate::Growth { measure: Some(name), above } => write!(f, "growth:{name}>{above}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observation(cells: &[(&str, Verdict, u64)]) -> Observation {
        let cells = cells.iter().map(|(engine, verdict, cpu_us)| Seen {
            engine: (*engine).to_string(),
            verdict: *verdict,
            cpu_us: vec![*cpu_us],
            counters: [("copies".to_string(), *cpu_us)].into(),
            ..Seen::default()
        });
        Observation { cells: cells.collect(), programs: Vec::new() }
    }

    #[track_caller]
    fn check(predicate: &str, good: (Verdict, u64), seen: (Verdict, u64), expected: Answer) {
        let predicate = Predicate::parse(predicate).unwrap();
        let (good, seen) = (observation(&[("vm", good.0, good.1)]), observation(&[("vm", seen.0, seen.1)]));
        assert_eq!(predicate.decide(&good, &seen).answer, expected);
    }

    #[test]
    fn a_verdict_changes_or_is_the_one_that_was_asked_for() {
        use Answer::{Bad, Good, Untestable};
        let pass = (Verdict::Pass, 1);
        check("verdict", pass, pass, Good);
        check("verdict", pass, (Verdict::Timeout, 1), Bad);
        check("verdict", (Verdict::Fail, 1), pass, Bad);
        check("verdict", pass, (Verdict::Error, 1), Untestable);
        check("verdict=timeout", pass, (Verdict::Fail, 1), Good);
        check("verdict=OOM", pass, (Verdict::Oom, 1), Bad);
        check("verdict!=PASS", pass, (Verdict::Crash, 1), Bad);
        check("verdict!=PASS", pass, (Verdict::Skip, 1), Untestable);
    }

    #[test]
    fn times_are_compared_with_the_good_end_and_counters_with_a_bound() {
        use Answer::{Bad, Good, Untestable};
        let good = (Verdict::Pass, 10_000);
        check("cpu>1.5", good, (Verdict::Pass, 14_000), Good);
        check("cpu>1.5", good, (Verdict::Pass, 16_000), Bad);
        check("cpu>1.5", good, (Verdict::Timeout, 90_000), Bad);
        check("cpu>1.5", good, (Verdict::Crash, 1_000), Untestable);
        check("cpu>1.5", (Verdict::Pass, 0), (Verdict::Pass, 400), Good);
        check("counter:copies>5", good, (Verdict::Pass, 5), Good);
        check("counter:copies>5", good, (Verdict::Pass, 6), Bad);
        check("counter:calls>5", good, (Verdict::Pass, 6), Untestable);
    }

    #[test]
    fn the_steepest_measure_counts_unless_one_is_named() {
        let decide = |predicate: &str, exponents: &[(&str, f64)]| {
            let mut seen = observation(&[("vm", Verdict::Pass, 1)]);
            let exponents = exponents.iter().map(|(name, exponent)| ((*name).to_string(), *exponent));
            seen.cells[0].exponents = exponents.collect();
            Predicate::parse(predicate).unwrap().decide(&Observation::default(), &seen).answer
        };
        let both = [("calls", 1.0), ("copied_bytes", 2.0)];
        assert_eq!(decide("growth>1.3", &both), Answer::Bad);
        assert_eq!(decide("growth:copied_bytes>1.3", &both), Answer::Bad);
        assert_eq!(decide("growth:calls>1.3", &both), Answer::Good);
        assert_eq!(decide("growth:rss>1.3", &both), Answer::Untestable);
        assert_eq!(decide("growth>1.3", &[]), Answer::Untestable);
    }

    #[test]
    fn one_bad_engine_is_enough_and_an_untestable_one_hides_no_bad_one() {
        let good = observation(&[("tree", Verdict::Pass, 1), ("vm", Verdict::Pass, 1)]);
        let seen = observation(&[("tree", Verdict::Error, 1), ("vm", Verdict::Fail, 1)]);
        assert_eq!(Predicate::Changed.decide(&good, &seen).answer, Answer::Bad);
        let seen = observation(&[("tree", Verdict::Pass, 1), ("vm", Verdict::Error, 1)]);
        assert_eq!(Predicate::Changed.decide(&good, &seen).answer, Answer::Untestable);
    }

    #[test]
    fn what_is_printed_reads_back_and_nonsense_does_not() {
        let growths = ["growth>1.3", "growth:copied_bytes>1.3"];
        let others = ["verdict", "verdict=TIMEOUT", "verdict!=PASS", "cpu>1.5", "counter:copies>1000"];
        for text in growths.into_iter().chain(others) {
            assert_eq!(Predicate::parse(text).unwrap().to_string(), text);
        }
        assert!(Predicate::parse("verdict=TIMEOTU").unwrap_err().contains("did you mean `TIMEOUT`"));
        for text in ["", "cpu", "cpu>", "cpu>x", "cpu>-1", "cpu>NaN", "counter:>3", "speed>3", "verdict>3"] {
            assert!(Predicate::parse(text).is_err(), "{text}");
        }
    }
}

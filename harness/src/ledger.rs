//! planned = the sum of all verdicts + not run. A ledger that does not close is never published.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// The account of one run, in cells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Fixed before the first cell starts.
    pub planned: usize,
    pub verdicts: BTreeMap<Verdict, usize>,
}

impl Ledger {
    pub fn new(planned: usize) -> Ledger {
        Ledger { planned, verdicts: BTreeMap::new() }
    }

    pub fn count(&mut self, verdict: Verdict) {
        *self.verdicts.entry(verdict).or_insert(0) += 1;
    }

    pub fn of(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or(0)
    }

    fn counted(&self) -> usize {
        self.verdicts.values().sum()
    }

    /// Cells that were planned and have no verdict.
    pub fn not_run(&self) -> usize {
        self.planned.saturating_sub(self.counted())
    }

    /// Whether every planned cell has exactly one verdict.
    pub fn closes(&self) -> bool {
        self.counted() == self.planned
    }

    /// Cells that make the run fail.
    pub fn failures(&self) -> usize {
        self.verdicts.iter().filter(|(verdict, _)| verdict.fails()).map(|(_, count)| count).sum()
    }

    /// `12 planned = 10 PASS + 1 FAIL + 1 not run`.
    pub fn tally(&self) -> String {
        let verdicts = self.verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}"));
        let not_run = (self.not_run() > 0).then(|| format!("{} not run", self.not_run()));
        let parts: Vec<String> = verdicts.chain(not_run).collect();
        let sum = if parts.is_empty() { "nothing".to_string() } else { parts.join(" + ") };
        format!("{} planned = {sum}", self.planned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tally_adds_up_to_planned() {
        let mut ledger = Ledger::new(4);
        ledger.count(Verdict::Pass);
        ledger.count(Verdict::Pass);
        ledger.count(Verdict::Fail);
        assert!(!ledger.closes());
        assert_eq!(ledger.tally(), "4 planned = 2 PASS + 1 FAIL + 1 not run");
        assert_eq!((ledger.failures(), ledger.not_run()), (1, 1));
        ledger.count(Verdict::Xfail);
        assert!(ledger.closes());
        ledger.count(Verdict::Pass);
        assert!(!ledger.closes(), "a verdict too many does not close either");
    }
}

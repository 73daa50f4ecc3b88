//! Which commit to try next: binary search over a history, walking around what cannot be tested. Pure.
//!
//! Commits are numbers, parents before children; the last one is the bad end and is known to be bad. Everything
//! the good end can reach has been left out. As in `git bisect`, the best commit to try is the one whose answer, bad
//! or good, leaves the fewest candidates in the worse case. The treatment of untestable commits follows
//! cargo-bisect-rustc: they are never taken for either answer, and what they hide is reported as a range.

/// What trying a commit has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Good,
    Bad,
    Untestable,
}

/// What is known so far.
#[derive(Debug, Clone)]
pub struct Search {
    /// Per commit, its parents among the commits.
    parents: Vec<Vec<usize>>,
    /// May still be the first bad one.
    is_candidate: Vec<bool>,
    is_untestable: Vec<bool>,
    /// The earliest commit known to be bad; a candidate itself.
    bad: usize,
    /// How many untestable answers came in a row.
    streak: u32,
}

/// How a search ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Found(usize),
    /// The first bad commit is one of these, in order; all but the last are untestable.
    Range(Vec<usize>),
}

impl Search {
    /// A history whose last commit is bad. `parents` must name earlier commits only.
    ///
    /// # Panics
    /// If there is no commit.
    pub fn new(parents: Vec<Vec<usize>>) -> Search {
        assert!(!parents.is_empty(), "a history without commits has no first bad one");
        debug_assert!(parents.iter().enumerate().all(|(commit, all)| all.iter().all(|p| *p < commit)));
        let count = parents.len();
        Search {
            parents,
            is_candidate: vec![true; count],
            is_untestable: vec![false; count],
            bad: count - 1,
            streak: 0,
        }
    }

    /// How many commits may still be the first bad one.
    pub fn candidates(&self) -> usize {
        self.is_candidate.iter().filter(|is| **is).count()
    }

    /// The commit to try next; `None` when nothing testable is left to ask.
    ///
    /// After an untestable answer the choice moves away from the middle, the farther the longer the streak, because
    /// commits that do not build come in stretches.
    pub fn next(&self) -> Option<usize> {
        let total = self.candidates();
        let below = self.candidates_below();
        let mut choices: Vec<(usize, usize)> = (0..self.parents.len())
            .filter(|commit| {
                self.is_candidate[*commit] && !self.is_untestable[*commit] && *commit != self.bad
            })
            .map(|commit| (below[commit].min(total - below[commit]), commit))
            .collect();
        choices.sort_by(|(a, first), (b, second)| b.cmp(a).then(first.cmp(second)));
        let rank = (1usize << self.streak.min(20)) - 1;
        let rank = rank.min(choices.len() / 4);
        choices.get(rank).map(|(_, commit)| *commit)
    }

    /// Takes in the answer about `commit`.
    pub fn answer(&mut self, commit: usize, answer: Answer) {
        match answer {
            Answer::Good => {
                for ancestor in self.with_ancestors(commit) {
                    self.is_candidate[ancestor] = false;
                }
                self.streak = 0;
            }
            Answer::Bad => {
                let kept = self.with_ancestors(commit);
                self.is_candidate = vec![false; self.parents.len()];
                kept.into_iter().for_each(|ancestor| self.is_candidate[ancestor] = true);
                self.bad = commit;
                self.streak = 0;
            }
            Answer::Untestable => {
                self.is_untestable[commit] = true;
                self.streak += 1;
            }
        }
    }

    /// What is known once [`Search::next`] has nothing to ask.
    pub fn ending(&self) -> Ending {
        let left: Vec<usize> = (0..self.parents.len()).filter(|commit| self.is_candidate[*commit]).collect();
        match left[..] {
            [only] => Ending::Found(only),
            _ => Ending::Range(left),
        }
    }

    /// Upper bound of the answers still needed, untestable ones not counted.
    pub fn steps_left(&self) -> u32 {
        bound(self.candidates())
    }

    /// For each candidate, how many candidates it contains: itself and its ancestors.
    fn candidates_below(&self) -> Vec<usize> {
        let mut below = vec![0; self.parents.len()];
        for commit in (0..self.parents.len()).filter(|commit| self.is_candidate[*commit]) {
            let mut parents = self.parents[commit].iter().filter(|parent| self.is_candidate[**parent]);
            below[commit] = match (parents.next(), parents.next()) {
                (None, _) => 1,
                (Some(parent), None) => below[*parent] + 1,
                (Some(_), Some(_)) => self.with_ancestors(commit).len(),
            };
        }
        below
    }

    /// `commit` and its ancestors, as far as they are candidates.
    fn with_ancestors(&self, commit: usize) -> Vec<usize> {
        let mut is_seen = vec![false; self.parents.len()];
        let mut open = vec![commit];
        let mut found = Vec::new();
        while let Some(commit) = open.pop() {
            if std::mem::replace(&mut is_seen[commit], true) || !self.is_candidate[commit] {
                continue;
            }
            found.push(commit);
            open.extend(&self.parents[commit]);
        }
        found
    }
}

/// The least number of yes-or-no answers that tells `count` candidates apart.
pub fn bound(count: usize) -> u32 {
    count.max(1).next_power_of_two().trailing_zeros()
}

#[cfg(test)]
mod tests;

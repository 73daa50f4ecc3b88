//! Since which commit? Binary search over a repository's history, with the verdict on one case as the question.
//!
//! Both ends are tried first, and the search does not start unless they really differ. Each commit is built in a
//! worktree that belongs to the bisect, with one target directory for all of them, and runs *today's* case under
//! today's configuration unless the caller asks for the commit's own. What does not build cannot be tested; it is
//! walked around and never taken for either answer. Everything seen is kept in a file, so a bisect can be resumed.
//!
//! [`search`] and [`predicate`] are pure. [`git`], [`recipe`] and [`trial`] do things. [`report`] only reads.

pub mod git;
mod observation;
mod predicate;
mod recipe;
pub mod report;
mod search;
mod state;
mod trial;

pub use observation::{Observation, Seen, Trial};
pub use predicate::{Decision, FORMS, Predicate};
pub use recipe::{BuildError, Recipe, Site};
pub use search::{Answer, Ending, Search, bound};
pub use state::{Asked, State, StateError, occupy};
pub use trial::{Laboratory, Source, Subject, TrialError, shown_name};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git::{Commit, GitError, Repository};

/// A bisect, ready to run.
pub struct Bisection<'a> {
    pub repository: Repository,
    pub laboratory: Laboratory<'a>,
    pub predicate: Predicate,
    pub state: State,
    /// Where the state, the tree and the logs are.
    pub work: PathBuf,
}

/// How many commits were tried, by what came of it. Those that an earlier part of a resumed bisect tried count too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Good or bad, both ends apart.
    pub answered: u32,
    pub untestable: u32,
    /// Commits that were tried now, ends included.
    pub tried_now: u32,
}

/// The end of a bisect.
#[derive(Debug)]
pub struct Found {
    /// The commits searched; the ending counts in them.
    pub commits: Vec<Commit>,
    pub ending: Ending,
    /// The commit that stands for "still good": the first bad one's parent if it was tried, else the nearest that was.
    pub last_good: String,
    /// Why commits could not be tested, by number.
    pub untestable: BTreeMap<usize, String>,
    pub effort: Effort,
}

/// One commit's result, as it becomes known.
#[derive(Debug)]
pub struct Progress<'a> {
    pub commit: &'a str,
    /// `good end`, `bad end`, or the number of the step.
    pub label: String,
    pub decision: Decision,
    /// Seconds of its build; `None` if it was known from before.
    pub build_seconds: Option<f64>,
    /// Candidates and steps that are left after it.
    pub left: Option<(usize, u32)>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum BisectError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Trial(#[from] TrialError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error("the {end} end, {commit}, cannot be tested: {why}")]
    EndUntestable { end: &'static str, commit: String, why: String },
    #[error("the good end is bad already: {0}")]
    GoodIsBad(String),
    #[error("the bad end is not bad: {0}")]
    BadIsGood(String),
}

impl Bisection<'_> {
    /// Tries both ends, then searches between them. `tell` hears of every commit.
    ///
    /// # Errors
    /// [`BisectError`] if an end does not fit or something of ours or the machine's fails; what is known is kept.
    pub fn run(&mut self, tell: &mut dyn FnMut(&Progress<'_>)) -> Result<Found, BisectError> {
        let (good, bad) = (self.state.asked.good.clone(), self.state.asked.bad.clone());
        let commits = self.repository.between(&good, &bad, self.state.asked.first_parent)?;
        let mut effort = Effort::default();
        let base = self.ends(&good, &bad, &mut effort, tell)?;
        let mut search = Search::new(commits.iter().map(|commit| commit.parents.clone()).collect());
        let mut untestable = BTreeMap::new();
        while let Some(place) = search.next() {
            let id = &commits[place].id;
            let (trial, build_seconds) = self.trial(id, &mut effort)?;
            let decision = self.decide(&base, &trial);
            match decision.answer {
                Answer::Untestable => {
                    effort.untestable += 1;
                    untestable.insert(place, decision.why.clone());
                }
                Answer::Good | Answer::Bad => effort.answered += 1,
            }
            search.answer(place, decision.answer);
            let left = Some((search.candidates(), search.steps_left()));
            let label = format!("step {}", effort.answered + effort.untestable);
            tell(&Progress { commit: id, label, decision, build_seconds, left });
        }
        let ending = search.ending();
        let last_good = self.last_good(&commits, &ending, &base, &good);
        Ok(Found { commits, ending, last_good, untestable, effort })
    }

    /// Tries both ends; returns what the good one showed.
    fn ends(
        &mut self,
        good: &str,
        bad: &str,
        effort: &mut Effort,
        tell: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Observation, BisectError> {
        let mut base: Option<Observation> = None;
        for (end, commit) in [("good", good), ("bad", bad)] {
            let (trial, build_seconds) = self.trial(commit, effort)?;
            let decision = match (&base, &trial) {
                (None, Trial::Seen(seen)) => self.predicate.decide(seen, seen),
                (None, Trial::Untestable(why)) => Decision { answer: Answer::Untestable, why: why.clone() },
                (Some(base), _) => self.decide(base, &trial),
            };
            let (answer, why) = (decision.answer, decision.why.clone());
            let label = format!("{end} end");
            tell(&Progress { commit, label, decision, build_seconds, left: None });
            match (end, answer) {
                (_, Answer::Untestable) => {
                    let commit = commit.chars().take(10).collect();
                    return Err(BisectError::EndUntestable { end, commit, why });
                }
                ("good", Answer::Bad) => return Err(BisectError::GoodIsBad(why)),
                ("bad", Answer::Good) => {
                    return Err(BisectError::BadIsGood(why + &self.suspicion(base.as_ref(), &trial)));
                }
                _ => {}
            }
            if let (None, Trial::Seen(seen)) = (&base, trial) {
                base = Some(seen);
            }
        }
        Ok(base.unwrap_or_default())
    }

    /// If both ends ran the same program file, the builds may not be where the engines are looked for.
    fn suspicion(&self, good: Option<&Observation>, bad: &Trial) -> String {
        let (Some(good), Trial::Seen(bad)) = (good, bad) else { return String::new() };
        let is_same = !bad.programs.is_empty() && good.programs == bad.programs;
        if is_same && bad.programs.iter().any(|program| !program.is_built) {
            let names: Vec<&str> = bad.programs.iter().map(|program| program.name.as_str()).collect();
            let places = self.laboratory.recipe.finder(&self.laboratory.site).places();
            return format!(
                "; both ends ran the same `{}`, not one built from the commit (looked for in {places}): \
                 see `bin` in [bisect]",
                names.join("`, `")
            );
        }
        String::new()
    }

    /// What a commit shows; tried now unless it is known.
    fn trial(&mut self, id: &str, effort: &mut Effort) -> Result<(Trial, Option<f64>), BisectError> {
        if let Some(known) = self.state.trials.get(id) {
            return Ok((known.clone(), None));
        }
        self.repository.check_out(&self.tree(), id)?;
        let log = self.log(id);
        let (trial, seconds) = self.laboratory.look(&log)?;
        effort.tried_now += 1;
        self.state.trials.insert(id.to_string(), trial.clone());
        self.state.write(&self.work)?;
        Ok((trial, Some(seconds)))
    }

    fn decide(&self, base: &Observation, trial: &Trial) -> Decision {
        match trial {
            Trial::Untestable(why) => Decision { answer: Answer::Untestable, why: why.clone() },
            Trial::Seen(seen) => match strayed(base, seen) {
                Some(why) => Decision { answer: Answer::Untestable, why },
                None => self.predicate.decide(base, seen),
            },
        }
    }

    fn last_good(&self, commits: &[Commit], ending: &Ending, base: &Observation, good: &str) -> String {
        let first = match ending {
            Ending::Found(place) => *place,
            Ending::Range(places) => places.first().copied().unwrap_or_default(),
        };
        let is_good = |id: &str| {
            self.state.trials.get(id).is_some_and(|trial| self.decide(base, trial).answer == Answer::Good)
        };
        let parents = commits[first].parents.iter().map(|place| &commits[*place].id);
        parents.into_iter().find(|id| is_good(id)).map_or_else(|| good.to_string(), String::clone)
    }

    pub fn tree(&self) -> PathBuf {
        tree(&self.work)
    }

    /// Where the log of a commit's build is.
    pub fn log(&self, id: &str) -> PathBuf {
        let short: String = id.chars().take(12).collect();
        self.work.join("logs").join(format!("{short}.log"))
    }
}

/// The worktree of a bisect.
pub fn tree(work: &Path) -> PathBuf {
    work.join("tree")
}

/// A program that was built at the good end and now comes from elsewhere is another build's.
fn strayed(base: &Observation, seen: &Observation) -> Option<String> {
    seen.programs.iter().find_map(|program| {
        let before = base.programs.iter().find(|other| other.engine == program.engine)?;
        let is_stray = before.is_built && !program.is_built;
        is_stray.then(|| format!("its build left no `{}`, another one was found", program.name))
    })
}

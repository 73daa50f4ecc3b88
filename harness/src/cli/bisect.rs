//! `parallax bisect`.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;

use super::{Failure, Global, Opened, Outcome, Session};
use crate::bisect::git::{GitError, Repository};
use crate::bisect::{
    Asked, BisectError, Bisection, Ending, FORMS, Laboratory, Predicate, Recipe, Site, Source, State,
    StateError, Subject, TrialError, bound, occupy, report, shown_name,
};
use crate::config::{Config, parse_span};
use crate::corpus::split;
use crate::exit::Exit;
use crate::schedule::Interrupt;

/// What `bisect` and `bisect-step` have in common: which cells, which question, how engines are made.
#[derive(Debug, Args)]
pub struct Question {
    /// The case: its name, its place such as `helper.x:12`, or a part that only one case has.
    #[arg(long, value_name = "NAME")]
    pub case: Option<String>,
    /// Only this engine's verdict counts, and only it runs where the expectation allows. May be repeated.
    #[arg(short, long, value_name = "NAME")]
    pub engine: Vec<String>,
    #[arg(long, value_name = "WHAT", help = format!("What makes a commit bad: {FORMS}"))]
    pub predicate: Option<String>,
    /// How often each commit runs the case; of several runs the first that fails counts. Default 1, 5 for `cpu`.
    #[arg(long, value_name = "COUNT")]
    pub runs: Option<usize>,
    /// The build command, split like a shell does, instead of the configured one. `{target}` and `{workspace}` are
    /// the shared target directory and the commit's tree. Empty means no build.
    #[arg(long, value_name = "COMMAND")]
    pub build: Option<String>,
    /// Where the build puts the engines, instead of the configured place. May be repeated.
    #[arg(long, value_name = "DIR")]
    pub bin: Vec<String>,
    /// A build that takes longer makes the commit untestable.
    #[arg(long, value_name = "DURATION")]
    pub build_timeout: Option<String>,
    /// Do not ask engines to prove that the intended tier runs.
    #[arg(long)]
    pub no_probe: bool,
    /// Where builds, trees and state are kept, instead of the configured place.
    #[arg(long, value_name = "DIR")]
    pub work: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct BisectArgs {
    #[command(flatten)]
    question: Question,
    /// A commit at which the case behaved as it should (or: as it did before).
    #[arg(long, value_name = "REVISION", required_unless_present = "resume")]
    good: Option<String>,
    /// A later commit at which it does not.
    #[arg(long, value_name = "REVISION", required_unless_present = "resume")]
    bad: Option<String>,
    /// Take the case and the configuration from each commit instead of from here.
    #[arg(long)]
    case_from_rev: bool,
    /// Look into merged branches too; otherwise a merge is one step.
    #[arg(long)]
    all_parents: bool,
    /// Go on with the bisect that was interrupted. What else is given must be as it was.
    #[arg(long)]
    resume: bool,
    /// Keep the bisect's worktree when it is done.
    #[arg(long)]
    keep: bool,
}

/// Exit 0 if the commit was found, 5 if only a range was.
pub fn bisect(global: &Global, args: &BisectArgs) -> Outcome {
    let session = Session::open(global)?;
    let question = &args.question;
    let work =
        question.work.as_ref().map_or_else(|| Ok(session.config.bisect.work.clone()), std::path::absolute)?;
    let _lock = occupy(&work).map_err(state_failure)?;
    let repository = Repository::around(&session.config.workspace).map_err(git_failure)?;
    let opened = session.corpus()?;
    let state = match args.resume {
        true => resumed(&session, &opened, global, args, &repository, &work)?,
        false => {
            let asked = asked(&session, &opened, global, args, &repository)?;
            State::new(asked)
        }
    };
    state.write(&work).map_err(state_failure)?;
    let asked = state.asked.clone();
    let predicate = Predicate::parse(&asked.predicate).map_err(|message| Failure::usage(anyhow!(message)))?;
    let workspace = crate::bisect::tree(&work).join(&repository.prefix);
    let subject = Subject {
        case: asked.case.clone(),
        engines: asked.engines.clone(),
        runs: asked.runs,
        case_from_rev: asked.case_from_rev,
        probes: asked.probes,
        counts: predicate.counts(),
    };
    let scratch = work.join("counters");
    let shown = shown_name(&subject);
    let laboratory = Laboratory {
        source: source(&session, &opened, asked.profile.as_deref(), &subject, &workspace, &scratch)?,
        subject,
        recipe: Recipe {
            build: asked.build.clone(),
            bin: asked.bin.clone(),
            timeout: std::time::Duration::from_millis(asked.timeout_ms),
        },
        site: Site { workspace, target: work.join("target") },
        interrupt: Interrupt::listen()?,
        scratch,
    };
    let mut bisection = Bisection { repository, laboratory, predicate, state, work };
    if !global.quiet {
        announce(&bisection, &shown)?;
    }
    let repository = bisection.repository.clone();
    let mut tell = |progress: &crate::bisect::Progress<'_>| {
        let subject = repository.describe(progress.commit).map(|commit| commit.subject).unwrap_or_default();
        if !global.quiet {
            eprintln!("{}", report::progress(progress, &subject));
        }
    };
    let found = match bisection.run(&mut tell) {
        Ok(found) => found,
        Err(error) => return Err(failure(error)),
    };
    print!("{}", report::ending(&bisection, &found).map_err(git_failure)?);
    if !args.keep {
        bisection.repository.remove_tree(&bisection.tree()).map_err(git_failure)?;
    }
    Ok(match found.ending {
        Ending::Found(_) => Exit::Success,
        Ending::Range(_) => Exit::Incomplete,
    })
}

fn announce(bisection: &Bisection<'_>, shown: &str) -> Result<(), Failure> {
    let asked = &bisection.state.asked;
    let commits =
        bisection.repository.between(&asked.good, &asked.bad, asked.first_parent).map_err(git_failure)?.len();
    let known = bisection.state.trials.len();
    let known = if known > 0 { format!(", {known} known from before") } else { String::new() };
    eprintln!(
        "{shown}: {commits} commits, at most {} steps after the two ends{known}; bad means `{}`",
        bound(commits),
        bisection.predicate
    );
    Ok(())
}

/// The question of the command line, names resolved and defaults filled in.
fn asked(
    session: &Session,
    opened: &Opened,
    global: &Global,
    args: &BisectArgs,
    repository: &Repository,
) -> Result<Asked, Failure> {
    let (Some(good), Some(bad)) = (&args.good, &args.bad) else {
        return Err(Failure::usage(anyhow!("--good and --bad are needed")));
    };
    let question = &args.question;
    let predicate = question.predicate("verdict")?;
    let recipe = question.recipe(session)?;
    let case = question.case(session, opened, args.case_from_rev)?;
    Ok(Asked {
        case_hash: case_hash(opened, &case),
        case,
        engines: question.engine.clone(),
        predicate: predicate.to_string(),
        runs: question.runs.unwrap_or(predicate.runs()),
        good: repository.commit(good).map_err(git_failure)?,
        bad: repository.commit(bad).map_err(git_failure)?,
        first_parent: !args.all_parents,
        case_from_rev: args.case_from_rev,
        probes: !question.no_probe,
        profile: global.profile.clone(),
        build: recipe.build,
        bin: recipe.bin,
        timeout_ms: recipe.timeout.as_millis() as u64,
    })
}

/// The kept state, if what the command line says besides is what it says too.
fn resumed(
    session: &Session,
    opened: &Opened,
    global: &Global,
    args: &BisectArgs,
    repository: &Repository,
    work: &Path,
) -> Result<State, Failure> {
    let state = State::read(work).map_err(state_failure)?;
    let kept = &state.asked;
    let question = &args.question;
    let mut differing = Vec::new();
    let mut compare = |flag: &'static str, is_same: bool| {
        if !is_same {
            differing.push(flag);
        }
    };
    if question.case.is_some() {
        compare("--case", question.case(session, opened, kept.case_from_rev)? == kept.case);
    }
    for (flag, name, commit) in [("--good", &args.good, &kept.good), ("--bad", &args.bad, &kept.bad)] {
        if let Some(name) = name {
            compare(flag, repository.commit(name).map_err(git_failure)? == *commit);
        }
    }
    if question.predicate.is_some() {
        compare("--predicate", question.predicate("verdict")?.to_string() == kept.predicate);
    }
    compare("--engine", question.engine.is_empty() || question.engine == kept.engines);
    compare("--runs", question.runs.is_none_or(|runs| runs == kept.runs));
    compare("--case-from-rev", !args.case_from_rev || kept.case_from_rev);
    compare("--all-parents", !args.all_parents || !kept.first_parent);
    compare("--no-probe", !question.no_probe || !kept.probes);
    compare("--profile", global.profile.is_none() || global.profile == kept.profile);
    let recipe = question.recipe(session)?;
    compare("--build", question.build.is_none() || recipe.build == kept.build);
    compare("--bin", question.bin.is_empty() || recipe.bin == kept.bin);
    compare(
        "--build-timeout",
        question.build_timeout.is_none() || recipe.timeout.as_millis() as u64 == kept.timeout_ms,
    );
    if !differing.is_empty() {
        return Err(Failure::usage(anyhow!(
            "the bisect in {} was asked something else ({} differ); start anew without --resume",
            work.display(),
            differing.join(", ")
        )));
    }
    if !kept.case_from_rev && case_hash(opened, &kept.case) != kept.case_hash {
        return Err(Failure::usage(anyhow!(
            "the case `{}` has changed since, so what is known is about another program; start anew",
            kept.case
        )));
    }
    Ok(state)
}

impl Question {
    /// # Errors
    /// A usage failure if it cannot be read.
    pub fn predicate(&self, default: &str) -> Result<Predicate, Failure> {
        let text = self.predicate.as_deref().unwrap_or(default);
        Predicate::parse(text).map_err(|message| Failure::usage(anyhow!(message)))
    }

    /// The case's full name. With `from_rev` it need not exist here, but must be written in full then.
    ///
    /// # Errors
    /// A usage failure if it is not given, or means no case or several.
    pub fn case(&self, session: &Session, opened: &Opened, from_rev: bool) -> Result<String, Failure> {
        let Some(wanted) = &self.case else { return Err(Failure::usage(anyhow!("--case is needed"))) };
        for name in &self.engine {
            if session.config.engine(name).is_none() && !from_rev {
                let known: Vec<&str> =
                    session.config.engines.iter().map(|engine| engine.name.as_str()).collect();
                let known = known.join(", ");
                return Err(Failure::usage(anyhow!("there is no engine `{name}`; known are: {known}")));
            }
        }
        match session.one_case(opened, wanted) {
            Err(_) if from_rev && wanted.contains("::") => Ok(wanted.clone()),
            other => other,
        }
    }

    /// The configured recipe with what the command line says instead.
    ///
    /// # Errors
    /// A usage failure for what cannot be read.
    pub fn recipe(&self, session: &Session) -> Result<Recipe, Failure> {
        let config = &session.config;
        let mut recipe = Recipe::configured(&config.bisect, &session.finder.bin_dirs, &config.workspace);
        if let Some(text) = &self.build {
            recipe.build = split(text).map_err(|message| Failure::usage(anyhow!("--build: {message}")))?;
        }
        if !self.bin.is_empty() {
            recipe.bin.clone_from(&self.bin);
        }
        if let Some(text) = &self.build_timeout {
            recipe.timeout = parse_span(text).ok_or_else(|| {
                Failure::usage(anyhow!(
                    "--build-timeout: `{text}` is not a duration; write for example `20m`"
                ))
            })?;
        }
        Ok(recipe)
    }
}

/// Today's configuration and corpus, for engines that live in `workspace`.
///
/// # Errors
/// A usage failure if the configuration can no longer be read.
pub fn source<'a>(
    session: &Session,
    opened: &'a Opened,
    profile: Option<&'a str>,
    subject: &Subject,
    workspace: &Path,
    scratch: &Path,
) -> Result<Source<'a>, Failure> {
    let mut config = Config::load(&session.config.path, profile).map_err(Failure::usage)?;
    let config_name = config.path.strip_prefix(&config.workspace).unwrap_or(&config.path).to_path_buf();
    config.workspace = workspace.to_path_buf();
    subject.prepare(&mut config, scratch);
    Ok(Source { config, corpus: &opened.corpus, config_name, profile })
}

/// Of everything that a case consists of; empty if it is not in this corpus.
fn case_hash(opened: &Opened, full_name: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut is_found = false;
    for suite in &opened.corpus.suites {
        for case in &suite.cases {
            if full_name != format!("{}::{}", suite.name, case.name) {
                continue;
            }
            is_found = true;
            let program = &suite.programs[case.program];
            hasher.update(format!("{case:?}{:?}", program.source).as_bytes());
            if let crate::corpus::Source::File(path) = &program.source {
                hasher.update(&std::fs::read(path).unwrap_or_default());
            }
        }
    }
    if is_found { hasher.finalize().to_hex()[..16].to_string() } else { String::new() }
}

pub fn git_failure(error: GitError) -> Failure {
    match error {
        GitError::NoRevision { .. }
        | GitError::NotAncestor { .. }
        | GitError::SameEnds(_)
        | GitError::NoRepository { .. } => Failure::usage(error),
        GitError::Start(_) | GitError::Failed { .. } => Failure::environment(error),
    }
}

fn state_failure(error: StateError) -> Failure {
    match error {
        StateError::Nothing(_) | StateError::Unreadable { .. } | StateError::Busy(_) => Failure::usage(error),
        StateError::Io { .. } => Failure::environment(error),
    }
}

fn failure(error: BisectError) -> Failure {
    match error {
        BisectError::Git(error) => git_failure(error),
        BisectError::State(error) => state_failure(error),
        BisectError::Trial(TrialError::Stopped(signal)) => Failure {
            exit: Exit::Signal(signal),
            error: anyhow!("stopped; what is known is kept, `parallax bisect --resume` goes on"),
        },
        BisectError::Trial(error) => Failure::environment(error),
        BisectError::GoodIsBad(_) | BisectError::BadIsGood(_) => Failure::usage(error),
        BisectError::EndUntestable { .. } => Failure::environment(error),
    }
}

//! What a person sees on standard error: a progress bar, each failure the moment it happens, and one closing tally.

use std::collections::HashSet;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::show;
use super::style::{Style, is_ci};
use crate::config::{CaseKind, Expect};
use crate::corpus::{StderrRule, Stdout};
use crate::growth;
use crate::record::RunRecord;
use crate::reproduce;
use crate::schedule::{CaseDone, Context};
use crate::verdict::{Attempt, Mismatch, Verdict, groups_text};

/// Failures repeated at the end.
const REPEATED: usize = 20;
/// Failures shown in full as they happen; after that, one line each.
const IN_FULL: usize = 50;
const CI_ANNOTATIONS: usize = 10;

/// The terminal reporter of one run.
pub struct Terminal<'a> {
    context: Context<'a>,
    style: Style,
    bar: ProgressBar,
    is_quiet: bool,
    is_verbose: bool,
    failed: Vec<String>,
    annotated: usize,
    reproductions: PathBuf,
}

impl<'a> Terminal<'a> {
    pub fn new(context: Context<'a>, is_quiet: bool, is_verbose: bool) -> Terminal<'a> {
        let style = Style::from_environment();
        let hidden = is_quiet || is_ci() || std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let target =
            if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(10) };
        let bar = ProgressBar::with_draw_target(Some(context.plan.cells.len() as u64), target);
        if let Ok(template) = ProgressStyle::with_template("{bar:30} {pos}/{len} cells {elapsed} {msg}") {
            bar.set_style(template);
        }
        let reproductions = context.config.output.join("last/cells");
        // A leftover from the previous run would be misleading, but is no reason to stop.
        let _ = std::fs::remove_dir_all(&reproductions);
        Terminal {
            context,
            style,
            bar,
            is_quiet,
            is_verbose,
            failed: Vec::new(),
            annotated: 0,
            reproductions,
        }
    }

    fn say(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
    }

    pub fn case(&mut self, done: &CaseDone) {
        self.bar.inc(done.attempts.len() as u64);
        let planned = &self.context.plan.cases[done.case];
        let failing: Vec<usize> =
            (0..done.attempts.len()).filter(|i| done.verdict.cells[*i].verdict.fails()).collect();
        if self.is_verbose && failing.is_empty() {
            let loaded = &self.context.corpus.suites[planned.suite];
            let words: Vec<&str> = done.verdict.cells.iter().map(|cell| cell.verdict.word()).collect();
            self.say(&format!("{}::{}  {}", loaded.name, loaded.cases[planned.index].name, words.join(" ")));
        }
        for members in alike(done, &failing) {
            let text = self.failure(done, &members);
            self.say(&text);
        }
        if !failing.is_empty() {
            self.bar.set_message(format!("{} failing", self.failed.len()));
        }
    }

    /// One failing case, for engines that fail alike.
    fn failure(&mut self, done: &CaseDone, members: &[usize]) -> String {
        let planned = &self.context.plan.cases[done.case];
        let loaded = &self.context.corpus.suites[planned.suite];
        let case = &loaded.cases[planned.index];
        let program = &loaded.programs[case.program];
        let cell = |position: usize| &self.context.plan.cells[planned.cells.start + position];
        let engines: Vec<&str> =
            members.iter().map(|i| self.context.seat(cell(*i)).engine.name.as_str()).collect();
        let judged = &done.verdict.cells[members[0]];
        let place = format!("{}:{}", program.file.display(), case.line);
        let head =
            format!("{:8} {}::{}@{}", judged.verdict.word(), loaded.name, case.name, engines.join(","));
        self.failed.push(format!("{head}  {place}  {}", judged.why));
        self.annotate(&program.file.display().to_string(), case.line, &head, &judged.why);
        let mut lines = vec![format!(
            "{} {}::{}@{}  {}",
            self.style.bad(&format!("{:8}", judged.verdict.word())),
            loaded.name,
            case.name,
            engines.join(","),
            self.style.dim(&place)
        )];
        lines.push(format!("    {}", judged.why));
        if self.failed.len() > IN_FULL {
            return lines.join("\n");
        }
        if done.verdict.groups.len() > 1 {
            lines.push(format!("    engines: {}", groups_text(&done.verdict.groups)));
        }
        lines.extend(self.growth(done));
        if let Attempt::Ran { execution, .. } = &done.attempts[members[0]] {
            let expected = case.expectation.as_ref();
            if judged.mismatches.contains(&Mismatch::Stdout)
                && let Some(Stdout::Exactly(bytes)) = expected.map(|e| &e.stdout)
            {
                lines.push("    stdout (- expected, + actual):".into());
                lines.extend(show::difference(bytes, &execution.stdout).iter().map(|l| format!("      {l}")));
            }
            let exact = judged.mismatches.iter().find_map(|mismatch| match mismatch {
                Mismatch::Stderr(StderrRule::Exactly(bytes)) => Some(bytes),
                _ => None,
            });
            if let Some(bytes) = exact {
                lines.push("    stderr (- expected, + actual):".into());
                lines.extend(show::difference(bytes, &execution.stderr).iter().map(|l| format!("      {l}")));
            } else if !execution.stderr.is_empty() {
                lines.push("    stderr:".into());
                lines.extend(show::head(&execution.stderr, 6).iter().map(|l| format!("      {l}")));
            }
        }
        if judged.verdict == Verdict::Diverge || (judged.verdict == Verdict::Fail && self.is_compared(done)) {
            lines.extend(other_side(done, members[0]));
        }
        let ran = matches!(done.attempts[members[0]], Attempt::Ran { .. });
        if let (true, Ok(command)) =
            (ran, reproduce::command(self.context, cell(members[0]), &self.reproductions))
        {
            lines.push(format!("    reproduce: {command}"));
        }
        lines.join("\n")
    }

    /// The points of the measures that raise an alarm on any engine, for all engines.
    fn growth(&self, done: &CaseDone) -> Vec<String> {
        let planned = &self.context.plan.cases[done.case];
        let alarms = done.verdict.cells.iter().flat_map(|cell| &cell.alarms);
        let names: Vec<&str> = alarms.map(|alarm| alarm.measure.as_str()).collect();
        let cells = self.context.plan.cells[planned.cells.clone()].iter().zip(&done.attempts);
        let lines = cells.flat_map(|(cell, attempt)| match attempt {
            Attempt::Ran { growth: Some(series), .. } => {
                growth::show::table(&self.context.seat(cell).engine.name, series, Some(&names))
            }
            Attempt::Ran { .. } | Attempt::Skip(_) | Attempt::Abstain(_) | Attempt::Error(_) => Vec::new(),
        });
        lines.map(|line| format!("    {line}")).collect()
    }

    /// How many `scale:` lines no suite measures.
    fn unmeasured(&self) -> usize {
        let of_kind = |kind| {
            let suites = self.context.corpus.suites.iter();
            let suites = suites.filter(move |suite| self.context.config.suites[suite.index].cases == kind);
            suites.flat_map(|suite| &suite.programs)
        };
        let measured: HashSet<&PathBuf> =
            of_kind(CaseKind::Scale).map(|program| program.file.as_ref()).collect();
        let rest = of_kind(CaseKind::Run).filter(|program| !measured.contains(program.file.as_ref()));
        rest.map(|program| program.left_out).sum()
    }

    /// Whether the expectation of this case came from other engines, so that their output must be shown.
    fn is_compared(&self, done: &CaseDone) -> bool {
        let suite = self.context.corpus.suites[self.context.plan.cases[done.case].suite].index;
        matches!(self.context.config.suites[suite].expect, Expect::Oracle(_) | Expect::Consensus)
    }

    /// Annotations for hosted CI: at most ten, the rest is counted in the summary.
    fn annotate(&mut self, file: &str, line: usize, title: &str, message: &str) {
        if std::env::var_os("GITHUB_ACTIONS").is_none() || self.annotated >= CI_ANNOTATIONS {
            return;
        }
        self.annotated += 1;
        println!("::error file={file},line={line},title={}::{message}", title.trim());
    }

    /// Failures again, suspects, and the tally.
    pub fn finish(self, run: &RunRecord) {
        self.bar.finish_and_clear();
        if !self.is_quiet && self.failed.len() > 1 {
            eprintln!("\nfailures:");
            for line in self.failed.iter().take(REPEATED) {
                eprintln!("  {line}");
            }
            if self.failed.len() > REPEATED {
                eprintln!("  … {} more", self.failed.len() - REPEATED);
            }
        }
        if !self.is_quiet && run.clusters.len() > 1 {
            eprintln!("\nsuspects:");
            for cluster in run.clusters.iter().take(REPEATED) {
                eprintln!(
                    "  {:4} × {}  (smallest: {})",
                    cluster.members.len(),
                    cluster.key,
                    cluster.smallest
                );
            }
        }
        for identity in &run.engines {
            if let Some(trouble) = &identity.trouble {
                eprintln!("engine `{}` could not be used: {trouble}", identity.name);
            }
            if let Some(absent) = &identity.absent {
                eprintln!("engine `{}` is absent: {absent}", identity.name);
            }
        }
        let scales = self.unmeasured();
        if scales > 0 && !self.is_quiet {
            let note = format!("{scales} `scale:` lines are in no suite with `cases = \"scale\"`");
            eprintln!("{}", self.style.dim(&note));
        }
        let leaks = run.suites.iter().flat_map(|suite| &suite.cases).flat_map(|case| case.cells.values());
        let leaks: usize = leaks.map(|cell| cell.leaks.len()).sum();
        if leaks > 0 {
            eprintln!("{leaks} processes outlived their engine and were killed; see `leaks` in the record");
        }
        let word = if run.ledger.failures() == 0 && run.ledger.closes() {
            self.style.good("ok")
        } else {
            self.style.bad("not ok")
        };
        eprintln!("{word}: {} in {:.2} s", run.ledger.tally(), run.wall_ms as f64 / 1000.0);
        let partial: Vec<&String> =
            run.partial.iter().filter(|reason| !reason.starts_with("engine")).collect();
        if !partial.is_empty() && !self.is_quiet {
            let reasons: Vec<&str> = partial.iter().map(|reason| reason.as_str()).collect();
            eprintln!("{}", self.style.dim(&format!("not a full run: {}", reasons.join("; "))));
        }
    }
}

/// Failing cells of a case, put together where they failed in the same way.
fn alike(done: &CaseDone, failing: &[usize]) -> Vec<Vec<usize>> {
    let same = |a: usize, b: usize| {
        done.verdict.cells[a] == done.verdict.cells[b]
            && match (&done.attempts[a], &done.attempts[b]) {
                (Attempt::Ran { execution: x, .. }, Attempt::Ran { execution: y, .. }) => {
                    x.stdout == y.stdout && x.stderr == y.stderr
                }
                (Attempt::Ran { .. }, _) | (_, Attempt::Ran { .. }) => false,
                (_, _) => true,
            }
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for index in failing {
        match groups.iter_mut().find(|group| same(group[0], *index)) {
            Some(group) => group.push(*index),
            None => groups.push(vec![*index]),
        }
    }
    groups
}

/// What an engine outside this cell's group did instead.
fn other_side(done: &CaseDone, position: usize) -> Vec<String> {
    let Attempt::Ran { execution: own, .. } = &done.attempts[position] else { return Vec::new() };
    let other = done.attempts.iter().enumerate().find_map(|(index, attempt)| match attempt {
        Attempt::Ran { execution, .. } if index != position => {
            let differs = execution.ending != own.ending
                || execution.stdout != own.stdout
                || execution.stderr != own.stderr;
            differs.then_some(execution)
        }
        _ => None,
    });
    let Some(other) = other else { return Vec::new() };
    let mut lines = Vec::new();
    if other.ending != own.ending {
        lines.push(format!("    ended with {}, others with {}", own.ending, other.ending));
    }
    for (name, theirs, ours) in
        [("stdout", &other.stdout, &own.stdout), ("stderr", &other.stderr, &own.stderr)]
    {
        if theirs != ours {
            lines.push(format!("    {name} (- others, + this one):"));
            lines.extend(show::difference(theirs, ours).iter().map(|line| format!("      {line}")));
        }
    }
    lines
}

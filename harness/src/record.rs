//! The data of one run: what `run.json` holds. Reports, scoreboards, `gate` and `diff` read nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::corpus::Invocation;
use crate::exec::{Ending, Leak};
use crate::growth::{Fit, Point, Series};
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::roster::{Identity, Roster};
use crate::schedule::{CaseDone, Context, Summary};
use crate::verdict::{Attempt, Cluster, Group, Member, Verdict, cluster, cluster_key, groups_text};

/// Version of the format.
pub const SCHEMA: u32 = 1;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunRecord {
    pub schema: u32,
    pub tool: String,
    /// Why this run must not be taken for a full one; empty if it may.
    pub partial: Vec<String>,
    pub plan: String,
    pub profile: String,
    pub jobs: usize,
    pub seed: u64,
    pub wall_ms: u64,
    /// One-minute load average and CPU pressure when the run ended.
    pub load: String,
    pub engines: Vec<Identity>,
    pub ledger: Ledger,
    pub clusters: Vec<Cluster>,
    pub suites: Vec<SuiteRecord>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SuiteRecord {
    pub name: String,
    pub digest: String,
    pub engines: Vec<String>,
    pub cases: Vec<CaseRecord>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseRecord {
    pub case: String,
    pub file: String,
    pub line: usize,
    /// How many engines took part in the comparison.
    pub live: usize,
    /// Of a `scale:` case: the largest exponent that passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    pub groups: Vec<Group>,
    pub cells: BTreeMap<String, CellRecord>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellRecord {
    pub verdict: Verdict,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<GrowthRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaks: Vec<Leak>,
}

/// What a cell cost at each size, and how that grows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GrowthRecord {
    pub points: Vec<Point>,
    /// By measure; what stays too small to matter has no fit.
    pub fits: BTreeMap<String, Fit>,
}

impl GrowthRecord {
    fn of(series: &Series) -> GrowthRecord {
        let measures = series.measures().into_iter();
        let fits = measures.filter_map(|measure| Some((measure.name, measure.fit?))).collect();
        GrowthRecord { points: series.points.clone(), fits }
    }
}

/// What the kernel charged for a cell.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Measured {
    pub ending: Ending,
    pub wall_us: u64,
    pub user_us: u64,
    pub system_us: u64,
    pub peak_kib: u64,
    /// Share of the build step charged to this cell.
    pub build_ms: u64,
}

/// Collects a run's cases as they are judged.
pub struct Recorder<'a> {
    context: Context<'a>,
    cases: Vec<Option<CaseRecord>>,
    suspects: Vec<Member>,
}

/// Facts about a run that its cells do not show.
pub struct Circumstances {
    pub partial: Vec<String>,
    pub jobs: usize,
    pub seed: u64,
}

impl<'a> Recorder<'a> {
    pub fn new(context: Context<'a>) -> Recorder<'a> {
        Recorder { context, cases: vec![None; context.plan.cases.len()], suspects: Vec::new() }
    }

    pub fn add(&mut self, done: &CaseDone) {
        let context = self.context;
        let planned = &context.plan.cases[done.case];
        let loaded = &context.corpus.suites[planned.suite];
        let case = &loaded.cases[planned.index];
        let engines =
            context.plan.cells[planned.cells.clone()].iter().map(|cell| &context.seat(cell).engine.name);
        let mut cells = BTreeMap::new();
        for (position, engine) in engines.clone().enumerate() {
            cells.insert(engine.clone(), cell_record(done, position));
        }
        if done.verdict.cells.iter().any(|cell| cell.verdict.fails()) {
            let executions = done.attempts.iter().map(|attempt| match attempt {
                Attempt::Ran { execution, .. } => Some(execution),
                Attempt::Skip(_) | Attempt::Abstain(_) | Attempt::Error(_) => None,
            });
            let seen: Vec<_> = engines
                .map(String::as_str)
                .zip(&done.verdict.cells)
                .zip(executions)
                .map(|((engine, judged), execution)| (engine, judged, execution))
                .collect();
            let key = cluster_key(case, &seen, &groups_text(&done.verdict.groups));
            let size = program_size(&loaded.programs[case.program].source);
            self.suspects.push(Member { name: format!("{}::{}", loaded.name, case.name), key, size });
        }
        self.cases[done.case] = Some(CaseRecord {
            case: case.name.clone(),
            file: loaded.programs[case.program].file.display().to_string(),
            line: case.line,
            live: done.verdict.live,
            bound: match &case.invocation {
                Invocation::Scale(scale) => Some(scale.bound),
                Invocation::Check | Invocation::Entry { .. } | Invocation::Main { .. } => None,
            },
            groups: done.verdict.groups.clone(),
            cells,
        });
    }

    pub fn finish(self, summary: &Summary, circumstances: Circumstances) -> RunRecord {
        let context = self.context;
        let mut suites: Vec<SuiteRecord> = context
            .corpus
            .suites
            .iter()
            .map(|loaded| SuiteRecord {
                name: loaded.name.clone(),
                digest: loaded.digest.clone(),
                engines: context.config.suites[loaded.index].engines.clone(),
                cases: Vec::new(),
            })
            .collect();
        for (planned, record) in context.plan.cases.iter().zip(self.cases) {
            suites[planned.suite].cases.extend(record);
        }
        let mut partial = circumstances.partial;
        partial.extend(reasons(context.plan, context.roster, summary));
        RunRecord {
            schema: SCHEMA,
            tool: format!("parallax {}", env!("CARGO_PKG_VERSION")),
            partial,
            plan: context.plan.hash.clone(),
            profile: context.config.profile_name.clone(),
            jobs: circumstances.jobs,
            seed: circumstances.seed,
            wall_ms: summary.wall.as_millis() as u64,
            load: load(),
            engines: context.roster.seats.iter().map(|seat| seat.identity.clone()).collect(),
            ledger: summary.ledger.clone(),
            clusters: cluster(&self.suspects),
            suites,
        }
    }
}

fn reasons(plan: &Plan, roster: &Roster<'_>, summary: &Summary) -> Vec<String> {
    let mut reasons = Vec::new();
    if plan.is_filtered {
        reasons.push("it was filtered".to_string());
    }
    if plan.cells.is_empty() {
        reasons.push("it planned nothing".to_string());
    }
    if summary.interrupted.is_some() {
        reasons.push("it was interrupted".to_string());
    }
    if !summary.ledger.closes() {
        reasons.push(format!("its ledger does not close: {}", summary.ledger.tally()));
    }
    let troubled =
        roster.seats.iter().filter_map(|seat| Some((&seat.identity.name, seat.identity.trouble.as_ref()?)));
    reasons.extend(troubled.map(|(name, trouble)| format!("engine `{name}` could not be used: {trouble}")));
    let ours = summary.ledger.of(Verdict::Error);
    if ours > 0 && reasons.is_empty() {
        reasons.push(format!("{ours} cells ended in ERROR, which says nothing about the engines"));
    }
    reasons
}

fn cell_record(done: &CaseDone, position: usize) -> CellRecord {
    let judged = &done.verdict.cells[position];
    let (measured, growth, leaks) = match &done.attempts[position] {
        Attempt::Ran { execution, growth, .. } => {
            let micros = |time: Duration| time.as_micros() as u64;
            let measured = Measured {
                ending: execution.ending,
                wall_us: micros(execution.usage.wall),
                user_us: micros(execution.usage.user),
                system_us: micros(execution.usage.system),
                peak_kib: execution.usage.peak_bytes / 1024,
                build_ms: (done.build_seconds[position] * 1000.0) as u64,
            };
            (Some(measured), growth.as_deref().map(GrowthRecord::of), execution.leaks.clone())
        }
        Attempt::Skip(_) | Attempt::Abstain(_) | Attempt::Error(_) => (None, None, Vec::new()),
    };
    CellRecord {
        verdict: judged.verdict,
        why: judged.why.clone(),
        note: done.notes[position].clone(),
        measured,
        growth,
        leaks,
    }
}

fn program_size(source: &crate::corpus::Source) -> usize {
    match source {
        crate::corpus::Source::File(path) => path.metadata().map_or(0, |meta| meta.len() as usize),
        crate::corpus::Source::Written(files) => files.iter().map(|(_, content)| content.len()).sum(),
    }
}

fn load() -> String {
    let average = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let pressure = std::fs::read_to_string("/proc/pressure/cpu").unwrap_or_default();
    let average = average.split(' ').next().unwrap_or_default().to_string();
    let pressure = pressure.lines().next().unwrap_or_default().to_string();
    format!("{average}; {pressure}")
}

impl RunRecord {
    pub fn is_full(&self) -> bool {
        self.partial.is_empty()
    }

    /// Without the engines that need not be there: what scoreboards are made of.
    pub fn without_optional(&self) -> RunRecord {
        let mut record = self.clone();
        let is_kept = |engine: &String| !self.is_optional(engine);
        record.engines.retain(|identity| !identity.is_optional);
        for suite in &mut record.suites {
            suite.engines.retain(is_kept);
            for case in &mut suite.cases {
                case.cells.retain(|engine, _| is_kept(engine));
                case.groups.iter_mut().for_each(|group| group.retain(is_kept));
                case.groups.retain(|group| !group.is_empty());
            }
        }
        record
    }

    pub fn is_optional(&self, engine: &str) -> bool {
        self.engines.iter().any(|identity| identity.is_optional && identity.name == *engine)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// A message that says why the file cannot be used.
    pub fn read(path: &std::path::Path) -> Result<RunRecord, String> {
        let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let record: RunRecord = serde_json::from_slice(&text)
            .map_err(|error| format!("{} is not the record of a run: {error}", path.display()))?;
        if record.schema != SCHEMA {
            return Err(format!("{} has schema {}, expected {SCHEMA}", path.display(), record.schema));
        }
        Ok(record)
    }
}

//! From the written document to what the harness works with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex::bytes::Regex;

use super::error::{ConfigError, syntax};
use super::file::{
    ConfigFile, CountersTable, EngineTable, ExceptionTable, LimitsTable, OverrideTable, ProfileTable,
    SuiteTable,
};
use super::{FILE_NAMES, suggestion};
use crate::exec::Limits;

/// A configuration, ready to use.
#[derive(Debug)]
pub struct Config {
    pub path: PathBuf,
    /// The directory that relative paths start from.
    pub workspace: PathBuf,
    pub suites: Vec<Suite>,
    /// In the order of the file, which is the order of display.
    pub engines: Vec<Engine>,
    pub bin_dirs: Vec<PathBuf>,
    pub output: PathBuf,
    pub scoreboards: PathBuf,
    pub overrides: Vec<Override>,
    pub rewrites: BTreeMap<String, Rewrite>,
    pub pass_env: Vec<String>,
    pub set_env: BTreeMap<String, String>,
    pub profile_name: String,
    pub retries: u32,
    pub jobs: Option<usize>,
    pub audit: f64,
    pub bisect: Bisect,
    /// Counters of which more is better.
    pub gains: BTreeSet<String>,
}

/// How `parallax bisect` makes the engines of a commit; commands and places are templates.
#[derive(Debug)]
pub struct Bisect {
    pub build: Vec<String>,
    pub bin: Option<Vec<String>>,
    pub timeout: std::time::Duration,
    pub work: PathBuf,
}

/// Where a suite's expectations come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    Annotations,
    Sidecar,
    Consensus,
    /// Another engine's execution is the expectation.
    Oracle(String),
}

/// How a suite's files are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Plain,
    /// Fenced blocks with this tag.
    Markdown(String),
}

/// Which cases a suite takes from its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseKind {
    /// What programs do.
    Run,
    /// How their cost grows: `scale:` lines.
    Scale,
}

#[derive(Debug)]
pub struct CodeExit {
    pub pattern: Regex,
    pub exit: i32,
}

#[derive(Debug)]
pub struct XfailRule {
    pub cases: GlobSet,
    pub patterns: Vec<String>,
    pub engines: Option<Vec<String>>,
    pub reason: String,
}

#[derive(Debug)]
pub struct Suite {
    pub name: String,
    pub root: PathBuf,
    pub include: GlobSet,
    pub exclude: GlobSet,
    pub comment: String,
    pub expect: Expect,
    pub cases: CaseKind,
    pub format: Format,
    pub main: String,
    pub engines: Vec<String>,
    pub diag_exit: Vec<CodeExit>,
    pub diag_line: String,
    pub warn_line: String,
    pub compare_stderr: bool,
    pub normalize: Vec<String>,
    pub xfail: Vec<XfailRule>,
    pub skip: Vec<XfailRule>,
    pub limits: Option<LimitsTable>,
}

#[derive(Debug)]
pub struct Rewrite {
    pub pattern: Regex,
    pub replace: String,
}

#[derive(Debug)]
pub struct Refusal {
    pub exit: Option<i32>,
    pub stderr: Option<Regex>,
}

#[derive(Debug)]
pub struct Probe {
    pub command: Vec<String>,
    pub program: Option<String>,
    pub name: String,
    pub exit: i32,
    pub stdout: Option<String>,
    pub file: Option<String>,
    pub contains: Option<String>,
    pub env: BTreeMap<String, String>,
}

/// How to get an engine's counters; commands may contain `{stats}`.
#[derive(Debug)]
pub struct Counters {
    pub build: Option<Vec<String>>,
    pub run: Vec<String>,
    pub env: BTreeMap<String, String>,
}

#[derive(Debug)]
pub struct Engine {
    pub name: String,
    pub build: Option<Vec<String>>,
    /// A successful build's standard error is the beginning of the run's.
    pub build_stderr: bool,
    pub run: Vec<String>,
    pub check: Option<Vec<String>>,
    pub version: Option<Vec<String>>,
    pub probe: Option<Probe>,
    pub refuse: Option<Refusal>,
    pub env: BTreeMap<String, String>,
    pub limits: Limits,
    pub build_limits: Limits,
    pub counters: Option<Counters>,
    pub hint: Option<String>,
    /// It may be absent, and scoreboards leave it out.
    pub is_optional: bool,
}

#[derive(Debug)]
pub struct Override {
    pub suite: Option<String>,
    pub cases: Option<GlobSet>,
    pub engines: Option<Vec<String>>,
    pub limits: LimitsTable,
}

impl Config {
    /// Looks for a configuration file from `from` upwards.
    ///
    /// # Errors
    /// [`ConfigError::NotFound`] if there is none.
    pub fn find(from: &Path) -> Result<PathBuf, ConfigError> {
        for directory in from.ancestors() {
            for name in FILE_NAMES {
                let candidate = directory.join(name);
                if candidate.is_file() {
                    return Ok(candidate);
                }
            }
        }
        Err(ConfigError::NotFound { from: from.to_path_buf() })
    }

    /// Reads and checks the file at `path`, with the settings of `profile` (`default` if `None`).
    ///
    /// # Errors
    /// Any [`ConfigError`] but `NotFound`; the message names the place.
    pub fn load(path: &Path, profile: Option<&str>) -> Result<Config, ConfigError> {
        let read = |source| ConfigError::Read { path: path.to_path_buf(), source };
        let text = std::fs::read_to_string(path).map_err(read)?;
        let path = path.canonicalize().map_err(read)?;
        Config::parse(&path, &text, profile)
    }

    /// As [`Config::load`], of a text that stands for the file at `path`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(path: &Path, text: &str, profile: Option<&str>) -> Result<Config, ConfigError> {
        let file: ConfigFile =
            toml::from_str(text).map_err(|error| syntax(path.to_path_buf(), text, &error))?;
        Resolver { path }.config(file, profile)
    }

    pub fn engine(&self, name: &str) -> Option<&Engine> {
        self.engines.iter().find(|engine| engine.name == name)
    }
}

/// Lays `over` upon `base`.
pub fn with_limits(base: &Limits, over: &LimitsTable) -> Limits {
    Limits {
        wall: over.wall.map_or(base.wall, |span| span.0),
        grace: over.grace.map_or(base.grace, |span| span.0),
        cpu_seconds: over.cpu.map(|span| span.0.as_secs_f64().ceil() as u64).or(base.cpu_seconds),
        memory_bytes: over.memory.map(|size| size.0).or(base.memory_bytes),
        output_bytes: over.output.map_or(base.output_bytes, |size| size.0),
        file_bytes: over.file_size.map(|size| size.0).or(base.file_bytes),
        processes: over.processes.or(base.processes),
        stack_bytes: over.stack.map(|size| size.0).or(base.stack_bytes),
    }
}

struct Resolver<'a> {
    path: &'a Path,
}

type Checked<T> = Result<T, ConfigError>;

impl Resolver<'_> {
    fn wrong(&self, message: impl Into<String>) -> ConfigError {
        ConfigError::Meaning { path: self.path.to_path_buf(), message: message.into() }
    }

    fn config(&self, file: ConfigFile, profile: Option<&str>) -> Checked<Config> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let workspace = match directory.file_name() {
            Some(name) if name == ".config" => directory.parent().unwrap_or(directory),
            _ => directory,
        };
        let settings = self.profile(&file.profile, profile.unwrap_or("default"))?;
        let run_limits = with_limits(&with_limits(&Limits::default(), &file.limits), &settings.limits);
        let build_base = Limits {
            wall: std::time::Duration::from_secs(60),
            memory_bytes: Some(4 << 30),
            ..Limits::default()
        };
        let build_limits = with_limits(&build_base, &file.build_limits);
        let mut tables: Vec<_> = file.engine.into_iter().collect();
        tables.sort_by_key(|(_, table)| table.span().start);
        let engines = tables
            .into_iter()
            .map(|(name, table)| self.engine(name, table.into_inner(), &run_limits, &build_limits))
            .collect::<Checked<Vec<_>>>()?;
        if engines.is_empty() {
            return Err(self.wrong("no engine is declared; add a table [engine.NAME] with `run = [...]`"));
        }
        if file.suite.is_empty() {
            return Err(
                self.wrong("no suite is declared; add a table [suite.NAME] with `root` and `include`")
            );
        }
        let mut rewrites = BTreeMap::new();
        for (name, table) in file.normalize {
            let pattern = self.regex(&format!("normalize.{name}"), &table.pattern)?;
            rewrites.insert(name, Rewrite { pattern, replace: table.replace });
        }
        let names: Vec<String> = engines.iter().map(|engine| engine.name.clone()).collect();
        let suites = file
            .suite
            .into_iter()
            .map(|(name, table)| self.suite(name, table, workspace, &names, &rewrites))
            .collect::<Checked<Vec<_>>>()?;
        let overrides =
            file.overrides.into_iter().map(|table| self.over(table, &names)).collect::<Checked<Vec<_>>>()?;
        let audit = settings.audit.unwrap_or(0.02);
        if !(0.0..=1.0).contains(&audit) {
            return Err(self.wrong(format!("audit = {audit} is not a share between 0 and 1")));
        }
        let at =
            |path: Option<PathBuf>, default: &str| workspace.join(path.unwrap_or_else(|| default.into()));
        let output = at(file.paths.output, "target/parallax");
        let bisect = Bisect {
            build: file.bisect.build,
            bin: file.bisect.bin,
            timeout: file.bisect.timeout.map_or(std::time::Duration::from_secs(1800), |span| span.0),
            work: file.bisect.work.map_or_else(|| output.join("bisect"), |path| workspace.join(path)),
        };
        Ok(Config {
            path: self.path.to_path_buf(),
            bisect,
            suites,
            engines,
            bin_dirs: file.paths.bin.iter().map(|dir| workspace.join(dir)).collect(),
            output,
            scoreboards: at(file.paths.scoreboards, "scoreboards"),
            workspace: workspace.to_path_buf(),
            overrides,
            rewrites,
            pass_env: file.environment.pass,
            set_env: file.environment.set,
            profile_name: profile.unwrap_or("default").to_string(),
            retries: settings.retries.unwrap_or(0),
            jobs: settings.jobs,
            audit,
            gains: file.perf.gains,
        })
    }

    /// The settings of a profile, what it inherits filled in.
    fn profile(&self, all: &BTreeMap<String, ProfileTable>, name: &str) -> Checked<ProfileTable> {
        let mut chain = Vec::new();
        let mut next = Some(name.to_string());
        while let Some(name) = next {
            if chain.iter().any(|(seen, _)| *seen == name) {
                return Err(self.wrong(format!("profile `{name}` inherits from itself")));
            }
            let table = match all.get(&name) {
                Some(table) => table.clone(),
                None if name == "default" => ProfileTable::default(),
                None => return Err(self.unknown("profile", &name, all.keys().map(String::as_str))),
            };
            next = match (&table.inherits, name.as_str()) {
                (Some(parent), _) => Some(parent.clone()),
                (None, "default") => None,
                (None, _) => Some("default".to_string()),
            };
            chain.push((name, table));
        }
        let mut merged = ProfileTable::default();
        for (_, table) in chain.into_iter().rev() {
            merged.retries = table.retries.or(merged.retries);
            merged.jobs = table.jobs.or(merged.jobs);
            merged.audit = table.audit.or(merged.audit);
            merged.limits = overlay(&merged.limits, &table.limits);
        }
        Ok(merged)
    }

    fn unknown<'a>(&self, what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> ConfigError {
        let known: Vec<&str> = known.collect();
        let hint = match suggestion(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known are: {}", known.join(", ")),
        };
        self.wrong(format!("there is no {what} `{name}`; {hint}"))
    }

    fn regex(&self, place: &str, pattern: &str) -> Checked<Regex> {
        Regex::new(pattern).map_err(|error| self.wrong(format!("{place}: {error}")))
    }

    /// Globs over case names, where `*` crosses everything.
    fn globs(&self, place: &str, patterns: &[String]) -> Checked<GlobSet> {
        self.glob_set(place, patterns, false)
    }

    /// Globs over paths, where `*` stays within one folder and `**` does not.
    fn path_globs(&self, place: &str, patterns: &[String]) -> Checked<GlobSet> {
        self.glob_set(place, patterns, true)
    }

    fn glob_set(&self, place: &str, patterns: &[String], literal_separator: bool) -> Checked<GlobSet> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let glob = GlobBuilder::new(pattern).literal_separator(literal_separator).build();
            set.add(glob.map_err(|error| self.wrong(format!("{place}: {error}")))?);
        }
        set.build().map_err(|error| self.wrong(format!("{place}: {error}")))
    }

    fn engine(&self, name: String, table: EngineTable, run: &Limits, build: &Limits) -> Checked<Engine> {
        let place = format!("engine.{name}");
        let commands = [("build", &table.build), ("check", &table.check), ("version", &table.version)];
        let commands = commands.into_iter().filter_map(|(key, command)| Some((key, command.as_ref()?)));
        for (key, command) in commands.chain([("run", &table.run)]) {
            if command.is_empty() {
                return Err(self.wrong(format!("{place}.{key} is an empty command")));
            }
            for word in command {
                self.placeholders(&format!("{place}.{key}"), word)?;
            }
        }
        if table.build.is_none() && table.run.iter().any(|word| word.contains("{artifact}")) {
            return Err(self.wrong(format!("{place}.run uses {{artifact}}, but there is no `build`")));
        }
        let counters = table.counters.map(|table| self.counters(&place, table)).transpose()?;
        let probe = table.probe.map(|probe| Probe {
            command: probe.command,
            program: probe.program,
            name: probe.name.unwrap_or_else(|| "probe".into()),
            exit: probe.exit.unwrap_or(0),
            stdout: probe.stdout,
            file: probe.file,
            contains: probe.contains,
            env: probe.env,
        });
        let refuse = match table.refuse {
            None => None,
            Some(refuse) => Some(Refusal {
                exit: refuse.exit,
                stderr: refuse.stderr.map(|p| self.regex(&format!("{place}.refuse"), &p)).transpose()?,
            }),
        };
        Ok(Engine {
            name,
            build: table.build,
            build_stderr: table.build_stderr,
            run: table.run,
            check: table.check,
            version: table.version,
            probe,
            refuse,
            env: table.env,
            limits: with_limits(run, &table.limits.unwrap_or_default()),
            build_limits: with_limits(build, &table.build_limits.unwrap_or_default()),
            counters,
            hint: table.hint,
            is_optional: table.optional,
        })
    }

    fn counters(&self, place: &str, table: CountersTable) -> Checked<Counters> {
        for (key, command) in [("build", table.build.as_ref()), ("run", Some(&table.run))] {
            let Some(command) = command else { continue };
            if command.is_empty() {
                return Err(self.wrong(format!("{place}.counters.{key} is an empty command")));
            }
            for word in command {
                self.placeholders(&format!("{place}.counters.{key}"), &word.replace("{stats}", ""))?;
            }
        }
        let mut words = table.run.iter().chain(table.env.values());
        if !words.any(|word| word.contains("{stats}")) {
            let message = format!("{place}.counters names {{stats}} neither in `run` nor in `env`");
            return Err(self.wrong(message));
        }
        Ok(Counters { build: table.build, run: table.run, env: table.env })
    }

    fn placeholders(&self, place: &str, word: &str) -> Checked<()> {
        const KNOWN: [&str; 6] = ["file", "entry", "args", "artifact", "dir", "workspace"];
        for part in word.split('{').skip(1) {
            let Some((name, _)) = part.split_once('}') else { continue };
            let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
            if is_name && !KNOWN.contains(&name) {
                let what = format!("placeholder in {place} named");
                return Err(self.unknown(&what, name, KNOWN.into_iter()));
            }
        }
        Ok(())
    }

    fn suite(
        &self,
        name: String,
        table: SuiteTable,
        workspace: &Path,
        engines: &[String],
        rewrites: &BTreeMap<String, Rewrite>,
    ) -> Checked<Suite> {
        let place = format!("suite.{name}");
        if name == crate::growth::baseline::NAME {
            return Err(self.wrong(format!("{place}: `{name}` is the name of the file of counters")));
        }
        let chosen = table.engines.unwrap_or_else(|| engines.to_vec());
        for engine in &chosen {
            self.known_engine(&place, engine, engines)?;
        }
        for rule in &table.normalize {
            if !rewrites.contains_key(rule) {
                return Err(self.unknown(
                    "rule in [normalize] named",
                    rule,
                    rewrites.keys().map(String::as_str),
                ));
            }
        }
        let expect = match table.expect.as_deref() {
            None | Some("annotations") => Expect::Annotations,
            Some("sidecar") => Expect::Sidecar,
            Some("consensus") => Expect::Consensus,
            Some(other) => match other.strip_prefix("oracle:") {
                Some(oracle) => {
                    self.known_engine(&place, oracle, &chosen)?;
                    Expect::Oracle(oracle.to_string())
                }
                None => {
                    let known = ["annotations", "sidecar", "consensus", "oracle:ENGINE"];
                    return Err(self.unknown(&format!("value of {place}.expect"), other, known.into_iter()));
                }
            },
        };
        let cases = match table.cases.as_deref() {
            None | Some("run") => CaseKind::Run,
            Some("scale") => CaseKind::Scale,
            Some(other) => {
                let known = ["run", "scale"];
                return Err(self.unknown(&format!("value of {place}.cases"), other, known.into_iter()));
            }
        };
        let format = match table.format.as_deref() {
            None | Some("plain") => Format::Plain,
            Some(other) => match other.strip_prefix("markdown:").filter(|tag| !tag.is_empty()) {
                Some(tag) => Format::Markdown(tag.to_string()),
                None => {
                    let known = ["plain", "markdown:TAG"];
                    return Err(self.unknown(&format!("value of {place}.format"), other, known.into_iter()));
                }
            },
        };
        let diag_exit = table
            .diag_exit
            .iter()
            .map(|row| Ok(CodeExit { pattern: self.regex(&place, &row.pattern)?, exit: row.exit }))
            .collect::<Checked<Vec<_>>>()?;
        let diag_line = table.diag_line.unwrap_or_else(|| r"error\[{code}\]".into());
        let warn_line = table.warn_line.unwrap_or_else(|| r"warning\[{code}\]".into());
        for pattern in [&diag_line, &warn_line] {
            if !pattern.contains("{code}") {
                return Err(self.wrong(format!("{place}: `{pattern}` does not contain {{code}}")));
            }
            self.regex(&place, &pattern.replace("{code}", "x"))?;
        }
        Ok(Suite {
            root: workspace.join(&table.root),
            include: self.path_globs(&place, &table.include)?,
            exclude: self.path_globs(&place, &table.exclude)?,
            comment: table.comment.unwrap_or_else(|| "#".into()),
            expect,
            cases,
            format,
            main: table.main.unwrap_or_else(|| "main".into()),
            diag_exit,
            diag_line,
            warn_line,
            compare_stderr: table.compare_stderr.unwrap_or(true),
            normalize: table.normalize,
            xfail: self.exceptions(&format!("{place}.xfail"), table.xfail, &chosen)?,
            skip: self.exceptions(&format!("{place}.skip"), table.skip, &chosen)?,
            limits: table.limits,
            engines: chosen,
            name,
        })
    }

    fn known_engine(&self, place: &str, name: &str, known: &[String]) -> Checked<()> {
        if known.iter().any(|engine| engine == name) {
            return Ok(());
        }
        Err(self.unknown(&format!("engine (in {place}) named"), name, known.iter().map(String::as_str)))
    }

    fn exceptions(
        &self,
        place: &str,
        tables: Vec<ExceptionTable>,
        engines: &[String],
    ) -> Checked<Vec<XfailRule>> {
        let mut rules = Vec::new();
        for table in tables {
            if table.reason.trim().is_empty() {
                return Err(self.wrong(format!("{place}: a reason is required")));
            }
            for engine in table.engines.iter().flatten() {
                self.known_engine(place, engine, engines)?;
            }
            let patterns = table.cases.as_slice().to_vec();
            rules.push(XfailRule {
                cases: self.globs(place, &patterns)?,
                patterns,
                engines: table.engines,
                reason: table.reason,
            });
        }
        Ok(rules)
    }

    fn over(&self, table: OverrideTable, engines: &[String]) -> Checked<Override> {
        for engine in table.engines.iter().flatten() {
            self.known_engine("override", engine, engines)?;
        }
        let cases = table.cases.map(|cases| self.globs("override", cases.as_slice())).transpose()?;
        Ok(Override { suite: table.suite, cases, engines: table.engines, limits: table.limits })
    }
}

fn overlay(base: &LimitsTable, over: &LimitsTable) -> LimitsTable {
    LimitsTable {
        wall: over.wall.or(base.wall),
        grace: over.grace.or(base.grace),
        cpu: over.cpu.or(base.cpu),
        memory: over.memory.or(base.memory),
        output: over.output.or(base.output),
        file_size: over.file_size.or(base.file_size),
        processes: over.processes.or(base.processes),
        stack: over.stack.or(base.stack),
    }
}

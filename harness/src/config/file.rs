//! The document as written. Every table refuses keys it does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::units::{ByteSize, Span};

/// The whole of `parallax.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConfigFile {
    /// Named sets of cases.
    pub suite: BTreeMap<String, SuiteTable>,
    /// Ways to run a program, in the order in which they are shown.
    #[schemars(with = "BTreeMap<String, EngineTable>")]
    pub engine: BTreeMap<String, Spanned<EngineTable>>,
    /// Limits of every execution, unless something more specific says otherwise.
    pub limits: LimitsTable,
    /// Limits of every build step.
    pub build_limits: LimitsTable,
    /// Named settings of a run, chosen with `--profile`.
    pub profile: BTreeMap<String, ProfileTable>,
    /// Limits for some cases on some engines.
    #[serde(rename = "override")]
    pub overrides: Vec<OverrideTable>,
    /// Named rewrite rules, for `normalize`.
    pub normalize: BTreeMap<String, NormalizeTable>,
    pub paths: PathsTable,
    /// The environment that engines get.
    pub environment: EnvironmentTable,
    /// How `parallax bisect` makes the engines of an old commit.
    pub bisect: BisectTable,
    /// How `parallax perf gate` reads counters.
    pub perf: PerfTable,
}

/// One suite.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuiteTable {
    /// Where its files are, relative to this file.
    pub root: PathBuf,
    /// Globs of files that belong to it, relative to `root`.
    pub include: Vec<String>,
    /// Globs of files that do not.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// What starts a comment line in the language.
    pub comment: Option<String>,
    /// `annotations` (default), `sidecar`, `consensus` or `oracle:ENGINE`.
    pub expect: Option<String>,
    /// Which cases it takes from its files: `run` (default: what programs do) or `scale` (how their cost grows).
    pub cases: Option<String>,
    /// `plain` (default) or `markdown:TAG`.
    pub format: Option<String>,
    /// The file name given to a program that has to be written to disk.
    pub main: Option<String>,
    /// Engines of this suite; all of them if absent.
    pub engines: Option<Vec<String>>,
    /// Exit status by diagnostic code: the first pattern that matches decides.
    #[serde(default)]
    pub diag_exit: Vec<CodeExitTable>,
    /// A pattern for the line that reports an error; `{code}` stands for the code.
    pub diag_line: Option<String>,
    /// A pattern for the line that reports a warning.
    pub warn_line: Option<String>,
    /// Whether engines must agree on standard error too. Default true.
    pub compare_stderr: Option<bool>,
    /// Names of rewrite rules applied before comparing.
    #[serde(default)]
    pub normalize: Vec<String>,
    /// Cases that are known to fail.
    #[serde(default)]
    pub xfail: Vec<ExceptionTable>,
    /// Cases that are not run.
    #[serde(default)]
    pub skip: Vec<ExceptionTable>,
    pub limits: Option<LimitsTable>,
}

/// Exit status by diagnostic code.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeExitTable {
    /// A regular expression for the code.
    pub pattern: String,
    pub exit: i32,
}

/// Cases that are skipped or expected to fail.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionTable {
    /// A glob over case names, or several.
    pub cases: OneOrMany,
    /// Engines concerned; all if absent.
    pub engines: Option<Vec<String>>,
    /// Why. Required, and shown in the scoreboard.
    pub reason: String,
}

/// One text or a list of them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub fn as_slice(&self) -> &[String] {
        match self {
            OneOrMany::One(text) => std::slice::from_ref(text),
            OneOrMany::Many(texts) => texts,
        }
    }
}

/// One engine. Commands are argument lists; no shell reads them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineTable {
    /// Turns the program into `{artifact}`; once per program, not once per case.
    pub build: Option<Vec<String>>,
    /// Whether what a successful build writes to standard error counts as the beginning of each run's. For
    /// compilers that print the program's warnings there and nothing else.
    #[serde(default)]
    pub build_stderr: bool,
    /// Runs the program. Placeholders: `{file} {entry} {args} {artifact} {dir} {workspace}`, and in any word
    /// `{bin:NAME}`: where the program NAME was found, for engines that run under a tool such as valgrind.
    pub run: Vec<String>,
    /// For cases that only check the program.
    pub check: Option<Vec<String>>,
    /// Prints the engine's version.
    pub version: Option<Vec<String>>,
    /// How to see that this tier really runs programs.
    pub probe: Option<ProbeTable>,
    /// How the engine says "not supported".
    pub refuse: Option<RefuseTable>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    pub limits: Option<LimitsTable>,
    pub build_limits: Option<LimitsTable>,
    /// How to get the engine's deterministic counters.
    pub counters: Option<CountersTable>,
    /// What to do if the engine is missing; shown with the error.
    pub hint: Option<String>,
    /// Where it is not installed its cells are skipped and it is reported as absent. Scoreboards leave it out, so that
    /// they are the same on every machine; where it is installed, its failures shut the gate all the same.
    #[serde(default)]
    pub optional: bool,
}

/// How to run a program so that the engine writes its counters to the file `{stats}`: one JSON object, numbers by
/// name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountersTable {
    /// Instead of the engine's `build`, if counting needs a build of its own.
    pub build: Option<Vec<String>>,
    /// Instead of the engine's `run`. Placeholders as there, and `{stats}`.
    pub run: Vec<String>,
    /// Besides the engine's own. May use `{stats}`.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// A proof that the intended tier runs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeTable {
    /// The command; with `{artifact}` in it, the engine's build step runs first.
    pub command: Vec<String>,
    /// Text of the program that `{file}` stands for.
    pub program: Option<String>,
    /// File name of that program.
    pub name: Option<String>,
    /// Expected exit status; 0 if absent.
    pub exit: Option<i32>,
    /// Exact standard output.
    pub stdout: Option<String>,
    /// A file in `{dir}` to read after the command; standard output if absent.
    pub file: Option<String>,
    /// What it must contain.
    pub contains: Option<String>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// How an engine says that it does not support a program.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseTable {
    pub exit: Option<i32>,
    /// A regular expression for standard error.
    pub stderr: Option<String>,
}

/// Limits; what is absent is inherited.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsTable {
    pub wall: Option<Span>,
    pub grace: Option<Span>,
    /// Whole seconds of user plus system time.
    pub cpu: Option<Span>,
    pub memory: Option<ByteSize>,
    pub output: Option<ByteSize>,
    pub file_size: Option<ByteSize>,
    pub processes: Option<u64>,
    pub stack: Option<ByteSize>,
}

/// Settings of a run.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileTable {
    pub inherits: Option<String>,
    /// How often a failing cell is tried again.
    pub retries: Option<u32>,
    pub jobs: Option<usize>,
    /// Share of passing cells that is run a second time, from 0 to 1.
    pub audit: Option<f64>,
    pub limits: LimitsTable,
}

/// Limits for some cases.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideTable {
    pub suite: Option<String>,
    /// A glob over case names.
    pub cases: Option<OneOrMany>,
    pub engines: Option<Vec<String>>,
    pub limits: LimitsTable,
}

/// A rewrite rule.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NormalizeTable {
    pub pattern: String,
    pub replace: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PathsTable {
    /// Where programs named without a slash are looked for before PATH.
    pub bin: Vec<PathBuf>,
    /// Where the data of the last run goes. Default `target/parallax`.
    pub output: Option<PathBuf>,
    /// Where scoreboards are kept. Default `scoreboards`.
    pub scoreboards: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EnvironmentTable {
    /// Variables of the harness's own environment that engines get too.
    pub pass: Vec<String>,
    /// Variables that engines get.
    pub set: BTreeMap<String, String>,
}

/// What counters mean.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PerfTable {
    /// Counters of which more is better, such as updates in place. Of all others less is.
    pub gains: BTreeSet<String>,
}

/// How engines of any commit are made.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BisectTable {
    /// Builds the engines, in the commit's workspace. Placeholders: `{workspace} {target}`. Absent: no build.
    pub build: Vec<String>,
    /// Where the build puts them; `paths.bin` inside the commit's workspace if absent. Same placeholders.
    pub bin: Option<Vec<String>>,
    /// A build that takes longer makes the commit untestable. Default 30m.
    pub timeout: Option<Span>,
    /// Where trees, builds and state are kept. Default `bisect` in the output directory.
    pub work: Option<PathBuf>,
}

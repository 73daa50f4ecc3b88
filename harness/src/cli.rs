//! The command line.

mod bench;
mod bisect;
mod bisect_step;
mod bless;
mod compare;
mod diff;
mod doctor;
mod explain;
mod gate;
mod init;
mod list;
mod perf;
mod run;
mod selftest;
mod session;

pub use session::{Opened, Session};

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::exit::Exit;

/// Runs every case of a corpus on every engine and compares what they did.
#[derive(Debug, Parser)]
#[command(name = "parallax", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "Exit codes: 0 as expected, 1 verdicts or gate failed, 2 usage or configuration, \
3 environment (engine missing, probe failed), 4 nothing ran, 5 incomplete, 70 a bug in parallax, 130 and 143 signals.";

/// Options of every verb.
#[derive(Debug, Args)]
pub struct Global {
    /// The configuration file; found upwards from here if absent.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Look here first for programs named without a slash. May be repeated.
    #[arg(long, global = true, value_name = "DIR")]
    pub bin_dir: Vec<PathBuf>,
    /// Settings of a run, as declared in the configuration.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Where the data of runs goes, instead of the configured place.
    #[arg(long, global = true, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Say less.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more.
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// Which cells are meant.
#[derive(Debug, Default, Args)]
pub struct Selection {
    /// Parts of case names or places, such as `maps/` or `helper.x:12`; any of them may match.
    #[arg(value_name = "TEXT")]
    pub substrings: Vec<String>,
    /// Only this engine. May be repeated.
    #[arg(short, long, value_name = "NAME")]
    pub engine: Vec<String>,
    /// Only this suite. May be repeated.
    #[arg(short, long, value_name = "NAME")]
    pub suite: Vec<String>,
    /// An expression such as `suite(core) & engine(jit) & not xfail()`.
    #[arg(short = 'E', long, value_name = "EXPRESSION")]
    pub filter: Option<String>,
    /// Only what failed in the last run.
    #[arg(long)]
    pub failed: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write a commented configuration for a new language.
    Init(init::InitArgs),
    /// Run cases and judge them.
    Run(run::RunArgs),
    /// Show cases without running them.
    List(list::ListArgs),
    /// Compare two runs or scoreboards, case by case.
    Diff(diff::DiffArgs),
    /// Accept what the engines agree on as the new expectation.
    Bless(bless::BlessArgs),
    /// Run one case and tell everything about it.
    Explain(explain::ExplainArgs),
    /// Find the commit since which a case behaves otherwise.
    Bisect(bisect::BisectArgs),
    /// Test the checkout at hand, for `git bisect run`: exit 0 good, 1 bad, 125 untestable, 128 and above stop.
    BisectStep(bisect_step::StepArgs),
    /// Show which mechanisms are in force here, and the state of the engines.
    Doctor(doctor::DoctorArgs),
    /// Check that the harness notices what it must notice on this machine.
    Selftest(selftest::SelftestArgs),
    /// Print the JSON schema of parallax.toml.
    Schema,
    /// Print a completion script for a shell.
    Completions { shell: clap_complete::Shell },
    /// Measure what the harness itself costs.
    #[command(hide = true)]
    BenchHarness(bench::BenchArgs),
    /// Judge cost: counters against their baseline, two commands against each other.
    Perf(perf::PerfArgs),
    /// Compare the last full run with the committed scoreboards.
    Gate(gate::GateArgs),
}

/// Runs the command line and returns how the process should end.
pub fn main() -> Exit {
    crate::exec::die_of_closed_pipes();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let is_help = !error.use_stderr();
            let _ = error.print();
            return match is_help {
                true => Exit::Success,
                false if bisect_step::is_asked_for() => Exit::Stop,
                false => Exit::Usage,
            };
        }
    };
    let global = &cli.global;
    let result = match cli.verb {
        Verb::Run(args) => run::run(global, &args),
        Verb::List(args) => list::list(global, &args),
        Verb::BenchHarness(args) => bench::bench(global, &args),
        Verb::Selftest(args) => selftest::selftest(global, &args),
        Verb::Init(args) => init::init(global, &args),
        Verb::Diff(args) => diff::diff(global, &args),
        Verb::Bless(args) => bless::bless(global, &args),
        Verb::Explain(args) => explain::explain(global, &args),
        Verb::Bisect(args) => bisect::bisect(global, &args),
        Verb::BisectStep(args) => bisect_step::bisect_step(global, &args),
        Verb::Doctor(args) => doctor::doctor(global, &args),
        Verb::Schema => schema(),
        Verb::Completions { shell } => completions(shell),
        Verb::Perf(args) => perf::perf(global, &args),
        Verb::Gate(args) => gate::gate(global, &args),
    };
    result.unwrap_or_else(|failure| {
        eprintln!("parallax: {:#}", failure.error);
        failure.exit
    })
}

fn schema() -> Outcome {
    let schema = schemars::schema_for!(crate::config::file::ConfigFile);
    println!("{}", serde_json::to_string_pretty(&schema).map_err(anyhow::Error::from)?);
    Ok(Exit::Success)
}

fn completions(shell: clap_complete::Shell) -> Outcome {
    use clap::CommandFactory;
    clap_complete::generate(shell, &mut Cli::command(), "parallax", &mut std::io::stdout());
    Ok(Exit::Success)
}

/// An error of our own with the exit code it deserves.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub error: anyhow::Error,
}

impl Failure {
    /// The user's mistake.
    pub fn usage(error: impl Into<anyhow::Error>) -> Failure {
        Failure { exit: Exit::Usage, error: error.into() }
    }

    /// The machine's.
    pub fn environment(error: impl Into<anyhow::Error>) -> Failure {
        Failure { exit: Exit::Environment, error: error.into() }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        Failure::environment(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::environment(error)
    }
}

/// What a verb returns.
pub type Outcome = Result<Exit, Failure>;

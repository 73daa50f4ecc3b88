//! The command line: what was typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(name = "ilo4", version, about, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
}

const AFTER_HELP: &str = "\
`ilo4 FILE [FUNC] [ARG…]` is short for `ilo4 run FILE [FUNC] [ARG…]`. Where no file of that name exists, FILE is taken as \
program text. What follows FILE belongs to the program.

Exit codes: what the program ended with (0, or 1 for an Err and for run-time faults); 2 if the program is rejected or the command \
line is wrong; 1 if ilo4 cannot do its job (no linker, say).";

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Check and run a program
    Run(RunOptions),
    /// Compile a program into an executable
    #[command(alias = "compile")]
    Build(BuildOptions),
    /// Check programs without running them
    Check(CheckOptions),
    /// Print one stage of a program: from its tokens to its machine code
    Emit(EmitOptions),
    /// Lay programs out anew
    Fmt(FmtOptions),
    /// Enter a program piece by piece, and look at what it does
    Repl(ReplOptions),
    /// List the builtin functions
    Builtins(BuiltinsOptions),
    /// Explain a diagnostic code
    Explain {
        /// For instance ILO-T004
        code: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    /// Walks the checked program
    Tree,
    /// Register machine
    Vm,
    /// Compiles to memory
    Jit,
    /// Compiles to an executable in a private directory and starts it
    Aot,
}

/// Read by `ilo4 run` and by compiled programs alike, see `ilo4_runtime::settings`.
const ENVIRONMENT: &str = "\
Environment, also of compiled programs:
  ILO4_LEAK_CHECK  Set to whatever: exit with 70 if objects are alive at the end (a bug of ours)
  ILO4_STACK_MIB   The stack a program may use, in MiB; more or less depth before ILO-R601";

#[derive(Debug, Args)]
#[command(after_help = ENVIRONMENT)]
pub struct RunOptions {
    /// How to run it
    #[arg(long, value_enum, default_value = "vm")]
    pub engine: EngineName,
    /// Write the engine's counters as JSON to this file when the program ends
    #[arg(long, value_name = "FILE")]
    pub stats: Option<PathBuf>,
    /// A file, or program text; then the function and its arguments
    #[arg(value_name = "FILE [FUNC] [ARG…]")]
    pub program: String,
}

#[derive(Debug, Args)]
pub struct BuildOptions {
    /// A file, or program text
    pub program: String,
    /// The function to run: if not given, the only one, or `main`
    pub function: Option<String>,
    /// The executable to write
    #[arg(short, long)]
    pub output: PathBuf,
    /// Let the executable's first argument choose the function, as `ilo4 run` does
    #[arg(long, conflicts_with = "function")]
    pub any_entry: bool,
    /// Leave the warnings to the executable, which prints them when it starts in any case
    #[arg(long)]
    pub defer_warnings: bool,
    /// Count calls; the executable writes its counters to the file named in ILO4_STATS
    #[arg(long)]
    pub counters: bool,
}

#[derive(Debug, Args)]
pub struct CheckOptions {
    /// Files, or program texts
    #[arg(required = true)]
    pub programs: Vec<String>,
    /// Write each diagnostic as one line of JSON to standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    Tokens,
    Ast,
    Hir,
    Mir,
    Bytecode,
    Clif,
    Asm,
}

#[derive(Debug, Args)]
pub struct EmitOptions {
    #[arg(value_enum)]
    pub stage: Stage,
    /// A file, or program text; with `--from-mir` a file of MIR text
    pub program: String,
    /// For `mir`: stop after this pass
    #[arg(long, value_name = "PASS")]
    pub after: Option<String>,
    /// The input is MIR text, as `emit mir` prints it
    #[arg(long)]
    pub from_mir: bool,
}

#[derive(Debug, Args)]
pub struct FmtOptions {
    /// Files, or program texts; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub programs: Vec<String>,
    /// One line per declaration instead of one per statement; comments inside declarations are dropped
    #[arg(long)]
    pub dense: bool,
    /// Print nothing but the names of files that are not in this form, and exit with 1 if there are any
    #[arg(long, conflicts_with = "write")]
    pub check: bool,
    /// Rewrite the files instead of printing the result
    #[arg(long)]
    pub write: bool,
}

#[derive(Debug, Args)]
pub struct ReplOptions {
    /// What runs the entries
    #[arg(long, value_enum, default_value = "vm")]
    pub engine: EngineName,
}

#[derive(Debug, Args)]
pub struct BuiltinsOptions {
    /// Only builtins whose name or alias contains this
    pub filter: Option<String>,
    /// One JSON object per builtin
    #[arg(long)]
    pub json: bool,
}

/// Options of `run` that take a value.
const RUN_VALUES: [&str; 2] = ["--engine", "--stats"];
const VERBS: [&str; 10] =
    ["run", "build", "compile", "check", "emit", "fmt", "repl", "builtins", "explain", "help"];

/// Divides the arguments into ours and the program's, which clap must not interpret: everything behind FILE.
///
/// # Errors
/// If an argument of the program is not UTF-8.
pub fn split(args: impl Iterator<Item = OsString>) -> Result<(Vec<OsString>, Vec<String>), String> {
    let mut args: Vec<OsString> = args.collect();
    let first = args.get(1).and_then(|arg| arg.to_str()).unwrap_or("");
    let is_short_form = !first.is_empty() && !first.starts_with('-') && !VERBS.contains(&first);
    if is_short_form {
        args.insert(1, "run".into());
    } else if first != "run" {
        return Ok((args, Vec::new()));
    }
    let end = end_of_own(&args);
    let program = args.split_off(end);
    let utf8 = |arg: OsString| arg.into_string().map_err(|arg| format!("argument {arg:?} is not UTF-8"));
    Ok((args, program.into_iter().map(utf8).collect::<Result<_, _>>()?))
}

/// The position behind FILE in `ilo4 run [OPTION…] FILE …`.
fn end_of_own(args: &[OsString]) -> usize {
    let mut position = 2;
    while let Some(arg) = args.get(position) {
        let arg = arg.to_string_lossy();
        position += 1;
        if RUN_VALUES.contains(&&*arg) {
            position += 1;
        } else if !arg.starts_with("--") {
            break;
        }
    }
    position.min(args.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, own: &str, program: &[&str]) {
        let args = std::iter::once("ilo4").chain(typed.split(' ')).map(OsString::from);
        let (found_own, found_program) = split(args).expect("all UTF-8");
        assert_eq!(found_own.join(" ".as_ref()), OsString::from(format!("ilo4 {own}")));
        assert_eq!(found_program, program);
    }

    #[test]
    fn what_follows_the_file_belongs_to_the_program() {
        check("run --engine jit a.ilo f --x -- -5", "run --engine jit a.ilo", &["f", "--x", "--", "-5"]);
        check("run --engine=jit --stats s a.ilo --help", "run --engine=jit --stats s a.ilo", &["--help"]);
        check("a.ilo f 1", "run a.ilo", &["f", "1"]);
        check("build a.ilo -o b", "build a.ilo -o b", &[]);
        check("--version", "--version", &[]);
    }
}

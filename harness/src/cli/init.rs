//! `parallax init`: a commented configuration for a new language.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::{Failure, Global, Outcome};
use crate::exit::Exit;

#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to write it.
    #[arg(default_value = "parallax.toml")]
    path: PathBuf,
}

pub fn init(_: &Global, args: &InitArgs) -> Outcome {
    if args.path.exists() {
        return Err(Failure::usage(anyhow!("{} exists; it was not touched", args.path.display())));
    }
    crate::files::replace(&args.path, TEMPLATE.as_bytes())?;
    eprintln!("wrote {}; change the engines and the suite, then `parallax doctor`", args.path.display());
    Ok(Exit::Success)
}

/// Also a test input: it must always load.
pub const TEMPLATE: &str = r##"# Parallax: one corpus, several engines. `parallax schema` prints the JSON schema of this file.

# Where programs named without a slash are looked for before PATH.
[paths]
bin = []

# A suite is a set of files and one way of reading them.
[suite.main]
root = "corpus"
include = ["**/*.txt"]
comment = "#"                     # what starts a comment in your language
expect = "annotations"            # or "sidecar" (x.out, x.err, x.exit), "consensus", "oracle:ENGINE"
# format = "markdown:TAG"         # every fenced block with this tag is a program
# main = "main.txt"               # file name of programs that are written to disk
# diag_line = 'error\[{code}\]'   # the line that reports an error code
# warn_line = 'warning\[{code}\]'
# diag_exit = [{ pattern = "", exit = 1 }]
# compare_stderr = true           # engines must agree on standard error too
#
# In a program:
#     # run: ENTRY ARGS…          starts a case (shell quoting); `main: ARGS…` without an entry
#     # out: one line of expected output (repeat), or `silent`
#     # err: a line of standard error; exit status 1      # exit: 3      # signal: SIGSEGV
#     # diag: CODE      # warn: CODE      # stdin: LINE    # timeout: 2s   # tags: slow
#     # xfail: ENGINES why          # skip: ENGINES why

# Cases that are known to fail. They run, and an unexpected pass fails.
# [[suite.main.xfail]]
# cases = "area/*"
# engines = ["second"]
# reason = "why"

# An engine is a command. No shell reads it. {file} {entry} {args} {artifact} {dir} {workspace} are filled in.
# Under a tool: run = ["valgrind", "{bin:first}", "{file}"]; {bin:NAME} is the path of the program NAME.
[engine.first]
run = ["cat", "{file}"]
# version = ["first", "--version"]
# check = ["first", "--check", "{file}"]
# build = ["first", "-o", "{artifact}", "{file}"]
# refuse = { exit = 77 }          # how it says "not supported"
# probe = { command = ["first", "--tier"], contains = "jit" }   # proof that this tier really runs

[engine.second]
run = ["cat", "{file}"]

[limits]
wall = "10s"
memory = "1GiB"
output = "8MiB"

[profile.ci]
retries = 0
audit = 0.05                      # share of passing cells that is run twice
"##;

#[cfg(test)]
mod tests {
    #[test]
    fn the_template_is_a_valid_configuration() {
        let path = std::path::Path::new("/w/parallax.toml");
        let config = crate::config::Config::parse(path, super::TEMPLATE, Some("ci")).unwrap();
        assert_eq!(config.engines.len(), 2);
    }
}

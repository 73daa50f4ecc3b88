//! The programs of the repository's own suites, as the harness reads them.

use std::path::{Path, PathBuf};

use parallax::config::Config;
use parallax::corpus::{Invocation, Source};

/// One program and how it is run.
pub struct Program {
    /// Where a person finds it.
    pub name: String,
    /// The file to give to the command.
    pub path: PathBuf,
    pub text: String,
    /// What follows the file on the command line, for each case that runs it.
    pub invocations: Vec<Vec<String>>,
}

/// All programs of both suites. Those of documents are written into a directory that lives as long as this.
pub struct Corpus {
    pub programs: Vec<Program>,
    _written: tempfile::TempDir,
}

impl Corpus {
    pub fn load() -> Corpus {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../parallax.toml");
        let config = Config::load(&path, None).unwrap_or_else(|error| panic!("{error}"));
        let loaded = parallax::corpus::load(&config).unwrap_or_else(|errors| panic!("{errors:?}"));
        let written = tempfile::tempdir().expect("a temporary directory");
        let mut programs = Vec::new();
        for suite in loaded.suites {
            let first = programs.len();
            for program in &suite.programs {
                let directory = written.path().join(programs.len().to_string());
                let path = place(&program.source, &directory);
                let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a program")).into_owned();
                let name = format!("{}:{}", program.file.display(), program.line);
                programs.push(Program { name, path, text, invocations: Vec::new() });
            }
            for case in &suite.cases {
                // These tests give neither input nor variables; the harness does, and checks for leaks there.
                if case.stdin.is_some() || !case.env.is_empty() {
                    continue;
                }
                let invocation = match &case.invocation {
                    // The programs of suite `perf` run small as cases of suite `core`.
                    Invocation::Check | Invocation::Scale(_) => continue,
                    Invocation::Entry { entry, args } => {
                        std::iter::once(entry).chain(args).cloned().collect()
                    }
                    Invocation::Main { args } => args.clone(),
                };
                programs[first + case.program].invocations.push(invocation);
            }
        }
        Corpus { programs, _written: written }
    }

    /// About `count` runs, spread evenly.
    pub fn sample(&self, count: usize) -> Vec<(&Program, &[String])> {
        let runs: Vec<_> = self
            .programs
            .iter()
            .flat_map(|program| program.invocations.iter().map(move |run| (program, run.as_slice())))
            .collect();
        let step = (runs.len() / count).max(1);
        runs.into_iter().step_by(step).collect()
    }
}

/// The path of the main file; written first if it comes from a document.
fn place(source: &Source, directory: &Path) -> PathBuf {
    match source {
        Source::File(path) => path.clone(),
        Source::Written(files) => {
            for (name, bytes) in files {
                let path = directory.join(name);
                std::fs::create_dir_all(path.parent().expect("a file stands in a directory"))
                    .expect("a directory");
                std::fs::write(path, bytes).expect("room for a file");
            }
            directory.join(&files[0].0)
        }
    }
}

//! A throw-away project: a configuration, a corpus, and the binary to run on them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const BINARY: &str = env!("CARGO_BIN_EXE_parallax");

pub struct Project {
    directory: tempfile::TempDir,
}

/// What one invocation said.
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// A project with a suite `s` of `*.t` files, comment `#`, and the given rest of the configuration.
    pub fn new(config: &str) -> Project {
        let project = Project { directory: tempfile::tempdir().unwrap() };
        let suite = "[suite.s]\nroot = \"cases\"\ninclude = [\"**/*.t\"]\ncomment = \"#\"\n";
        project.write("parallax.toml", &format!("{suite}{config}"));
        std::fs::create_dir_all(project.path("cases")).unwrap();
        project
    }

    /// A project whose engines `a` and `b` are shells.
    pub fn shells() -> Project {
        Project::new(&format!("{}{}", shell("a"), shell("b")))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments).current_dir(self.root()).env("TMPDIR", self.temporary());
        for name in ["CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "FORCE_COLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command
    }

    /// Where runs of this project put their private directories.
    pub fn temporary(&self) -> PathBuf {
        let path = self.path("tmp");
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    /// Runs, and checks the exit code.
    #[track_caller]
    pub fn expect(&self, code: i32, arguments: &[&str]) -> Said {
        let said = self.run(arguments);
        assert_eq!(said.code, code, "{}\n{}", said.stdout, said.stderr);
        said
    }

    /// The record of the last run.
    pub fn record(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("target/parallax/last/run.json")).unwrap()
    }

    /// The verdict of every cell of the last run, as `case@engine VERDICT`, sorted.
    pub fn verdicts(&self) -> Vec<String> {
        let record = self.record();
        let mut found = Vec::new();
        for suite in record["suites"].as_array().unwrap() {
            for case in suite["cases"].as_array().unwrap() {
                for (engine, cell) in case["cells"].as_object().unwrap() {
                    let (name, verdict) = (case["case"].as_str().unwrap(), cell["verdict"].as_str().unwrap());
                    found.push(format!("{name}@{engine} {verdict}"));
                }
            }
        }
        found.sort();
        found
    }
}

impl Said {
    pub fn of(output: Output) -> Said {
        Said {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Said {
        assert!(
            self.stderr.contains(text) || self.stdout.contains(text),
            "{text:?} not in {}\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

/// An engine that runs programs with the shell.
pub fn shell(name: &str) -> String {
    format!("[engine.{name}]\nrun = [\"sh\", \"{{file}}\", \"{{entry}}\", \"{{args}}\"]\n")
}

/// An engine that runs a shell script given in the configuration, with the program as its first argument.
pub fn script(name: &str, text: &str) -> String {
    format!(
        "[engine.{name}]\nrun = [\"sh\", \"-c\", {text:?}, \"sh\", \"{{file}}\", \"{{entry}}\", \"{{args}}\"]\n"
    )
}

//! A throw-away directory and the command in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The command under test.
pub const ILO4: &str = env!("CARGO_BIN_EXE_ilo4");

pub struct Sandbox {
    directory: tempfile::TempDir,
}

/// What one invocation said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    pub fn new() -> Sandbox {
        Sandbox { directory: tempfile::tempdir().expect("a temporary directory") }
    }

    /// With one file of that name.
    pub fn with(name: &str, text: &str) -> Sandbox {
        let sandbox = Sandbox::new();
        sandbox.write(name, text);
        sandbox
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file, with the directories above it.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a file stands in a directory")).expect("a directory");
        std::fs::write(path, text).expect("room for a file");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file was written")
    }

    /// Names of everything in the directory, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).expect("the directory exists");
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.expect("an entry").file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    /// A program in this directory, with nothing to read.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        for name in ["ILO4_PLANT", "ILO4_STATS", "NO_COLOR"] {
            command.env_remove(name);
        }
        command
    }

    pub fn ilo4(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(ILO4).args(arguments))
    }

    /// Runs the command, and checks the exit code.
    #[track_caller]
    pub fn expect(&self, code: i32, arguments: &[&str]) -> Said {
        let said = self.ilo4(arguments);
        assert_eq!(said.code, code, "ilo4 {arguments:?}: {said:#?}");
        said
    }

    /// Runs an executable of this directory, given by its name.
    pub fn start(&self, name: &str, arguments: &[&str]) -> Said {
        Said::of(self.command(self.path(name)).args(arguments))
    }
}

impl Said {
    pub fn of(command: &mut Command) -> Said {
        let Output { status, stdout, stderr } =
            command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("we write UTF-8");
        Said { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Exit code 0, this output, and nothing on standard error.
    #[track_caller]
    pub fn prints(&self, stdout: &str) {
        assert_eq!((self.code, self.stdout.as_str(), self.stderr.as_str()), (0, stdout, ""));
    }

    /// All of these stand in standard error.
    #[track_caller]
    pub fn complains(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in {}", self.stderr);
        }
    }
}

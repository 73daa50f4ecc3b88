//! Linking, by the system's C compiler driver.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::BuildError;

/// The runtime and `main`, built by this crate's build script.
static ARCHIVE: &[u8] = include_bytes!(env!("ILO4_START_ARCHIVE"));

/// Drivers to try where none is named.
const DRIVERS: [&str; 3] = ["cc", "gcc", "clang"];

/// Linkers that are faster than the driver's own, used where they are installed.
const FAST_LINKERS: [(&str, &str); 2] = [("mold", "-fuse-ld=mold"), ("ld.lld", "-fuse-ld=lld")];

/// What the archive needs of the system.
const LIBRARIES: [&str; 5] = ["-lpthread", "-ldl", "-lm", "-lc", "-lgcc_s"];

#[derive(Debug)]
pub enum LinkError {
    /// No driver was found.
    NoLinker { tried: Vec<String> },
    /// The driver cannot be started.
    Start { driver: String, error: io::Error },
    /// The driver failed; what it said.
    Failed { driver: String, message: String },
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::NoLinker { tried } => write!(
                f,
                "no linker: none of {} is installed\nhelp: compiled programs are linked by a C compiler; install one \
                 (Debian, Ubuntu: `apt install gcc`; Fedora: `dnf install gcc`; Alpine: `apk add gcc musl-dev`) or name one in CC",
                tried.join(", ")
            ),
            LinkError::Start { driver, error } => {
                write!(f, "the linker `{driver}` cannot be started: {error}")
            }
            LinkError::Failed { driver, message } => write!(f, "the linker `{driver}` failed:\n{message}"),
        }
    }
}

/// Links the object file into an executable.
pub(crate) fn link(object: &[u8], output: &Path) -> Result<(), BuildError> {
    let driver = find_driver().map_err(BuildError::Link)?;
    let directory = private_directory(output).map_err(BuildError::Write)?;
    let result = link_in(&directory, &driver, object, output);
    // Leftovers are harmless, and the result matters more than they do.
    let _ = fs::remove_dir_all(&directory);
    result
}

fn link_in(directory: &Path, driver: &str, object: &[u8], output: &Path) -> Result<(), BuildError> {
    let (object_path, archive_path) = (directory.join("program.o"), directory.join("libilo4_start.a"));
    let executable = directory.join("program");
    fs::write(&object_path, object).map_err(BuildError::Write)?;
    fs::write(&archive_path, ARCHIVE).map_err(BuildError::Write)?;
    let mut command = Command::new(driver);
    command.arg("-o").arg(&executable).arg(&object_path).arg(&archive_path).arg("-Wl,--gc-sections");
    command.args(fast_linker()).args(LIBRARIES);
    let run = command.output();
    let run = run.map_err(|error| BuildError::Link(LinkError::Start { driver: driver.to_owned(), error }))?;
    if !run.status.success() {
        let message = String::from_utf8_lossy(&run.stderr).into_owned();
        return Err(BuildError::Link(LinkError::Failed { driver: driver.to_owned(), message }));
    }
    fs::rename(&executable, output).map_err(BuildError::Write)
}

/// A new directory beside the output, so that the finished file can be renamed into place.
fn private_directory(output: &Path) -> io::Result<PathBuf> {
    let parent = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = output
        .file_name()
        .ok_or(io::Error::new(io::ErrorKind::InvalidInput, "the output has no file name"))?;
    let mut directory = OsString::from(".");
    directory.push(name);
    directory.push(format!(".ilo4-{}", std::process::id()));
    let directory = parent.join(directory);
    fs::create_dir(&directory)?;
    Ok(directory)
}

fn find_driver() -> Result<String, LinkError> {
    if let Some(named) = std::env::var("CC").ok().filter(|named| !named.trim().is_empty()) {
        return Ok(named);
    }
    let found = DRIVERS.iter().find(|driver| is_installed(driver));
    let tried = || DRIVERS.iter().map(|driver| (*driver).to_owned()).collect();
    found.map(|driver| (*driver).to_owned()).ok_or_else(|| LinkError::NoLinker { tried: tried() })
}

fn fast_linker() -> Option<&'static str> {
    FAST_LINKERS.iter().find(|(program, _)| is_installed(program)).map(|(_, option)| *option)
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

//! What a bisect knows, in a file, so that an interrupted one goes on where it was.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::observation::Trial;

/// Version of the format.
const SCHEMA: u32 = 1;

/// The question, with both ends as full commit names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub case: String,
    pub engines: Vec<String>,
    pub predicate: String,
    pub runs: usize,
    pub good: String,
    pub bad: String,
    pub first_parent: bool,
    pub case_from_rev: bool,
    pub probes: bool,
    pub profile: Option<String>,
    pub build: Vec<String>,
    pub bin: Vec<String>,
    pub timeout_ms: u64,
    /// Of the case and its program, so that answers about another text are never mixed in.
    pub case_hash: String,
}

/// A bisect that may go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    schema: u32,
    pub asked: Asked,
    /// By full commit name.
    pub trials: BTreeMap<String, Trial>,
}

#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("there is no bisect to resume in {}", .0.display())]
    Nothing(PathBuf),
    #[error("{} is not the state of a bisect of this version: {message}", .path.display())]
    Unreadable { path: PathBuf, message: String },
    #[error("{}", .path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("another bisect works in {}; give this one a place of its own with --work", .0.display())]
    Busy(PathBuf),
}

impl State {
    pub fn new(asked: Asked) -> State {
        State { schema: SCHEMA, asked, trials: BTreeMap::new() }
    }

    fn path(work: &Path) -> PathBuf {
        work.join("state.json")
    }

    /// # Errors
    /// If there is none, or it cannot be used.
    pub fn read(work: &Path) -> Result<State, StateError> {
        let path = State::path(work);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(StateError::Nothing(work.to_path_buf()));
            }
            Err(source) => return Err(StateError::Io { path, source }),
        };
        let unreadable = |message: String| StateError::Unreadable { path: path.clone(), message };
        let state: State = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
        if state.schema != SCHEMA {
            return Err(unreadable(format!("schema {}, expected {SCHEMA}", state.schema)));
        }
        Ok(state)
    }

    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, work: &Path) -> Result<(), StateError> {
        let path = State::path(work);
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| StateError::Unreadable { path: path.clone(), message: error.to_string() })?;
        crate::files::replace(&path, &text).map_err(|source| StateError::Io { path, source })
    }
}

/// Makes `work` and keeps other bisects out of it for as long as the result lives.
///
/// # Errors
/// [`StateError::Busy`] if another one is there.
pub fn occupy(work: &Path) -> Result<File, StateError> {
    let path = work.join("lock");
    let io = |source| StateError::Io { path: path.clone(), source };
    std::fs::create_dir_all(work).map_err(io)?;
    let file = File::create(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StateError::Busy(work.to_path_buf())),
        Err(std::fs::TryLockError::Error(source)) => Err(io(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_bisects_never_share_a_place() {
        let directory = tempfile::tempdir().unwrap();
        let first = occupy(directory.path()).unwrap();
        assert!(matches!(occupy(directory.path()), Err(StateError::Busy(_))));
        drop(first);
        occupy(directory.path()).unwrap();
    }

    #[test]
    fn nothing_and_nonsense_are_told_apart() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(State::read(directory.path()), Err(StateError::Nothing(_))));
        std::fs::write(directory.path().join("state.json"), "{}").unwrap();
        assert!(matches!(State::read(directory.path()), Err(StateError::Unreadable { .. })));
    }
}

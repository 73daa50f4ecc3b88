//! A worker's private directories: made once, handed to each cell in turn, emptied whenever one left something.
//!
//! Making and removing three directories for each cell costs more than a small engine does. A cell that leaves its
//! directories as it found them (told by their modification times) leaves them for the next one.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::corpus::Source;

/// Coarsest tick of file-system clocks: a change this soon after our own cannot be told from it.
const TICK: Duration = Duration::from_millis(20);

/// The directories of one worker.
#[derive(Debug)]
pub struct Workspace {
    /// Working directory of cells.
    cell: Place,
    home: Place,
    tmp: Place,
    artifacts: PathBuf,
    /// The program that is written into `cell` and still untouched.
    written: Option<Written>,
    keep: Option<PathBuf>,
}

#[derive(Debug)]
struct Place {
    path: PathBuf,
    /// Its modification time when it was last known to be in order, and when that was.
    stamp: SystemTime,
    since: Instant,
}

#[derive(Debug)]
struct Written {
    key: (usize, usize),
    files: Vec<(PathBuf, SystemTime, u64)>,
    /// Changes inside subdirectories cannot be seen cheaply, so such a program is written anew each time.
    is_nested: bool,
}

impl Place {
    fn new(path: PathBuf) -> std::io::Result<Place> {
        std::fs::create_dir_all(&path)?;
        let stamp = std::fs::metadata(&path)?.modified()?;
        Ok(Place { path, stamp, since: Instant::now() })
    }

    fn is_touched(&self, started: Instant) -> bool {
        let same =
            std::fs::metadata(&self.path).and_then(|meta| meta.modified()).is_ok_and(|now| now == self.stamp);
        !same || started.saturating_duration_since(self.since) < TICK
    }

    fn is_empty(&self) -> bool {
        std::fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_none())
    }

    fn empty(&mut self) -> std::io::Result<()> {
        if !self.is_empty() {
            remove_all(&self.path)?;
            std::fs::create_dir_all(&self.path)?;
        }
        self.restamp()
    }

    fn restamp(&mut self) -> std::io::Result<()> {
        self.stamp = std::fs::metadata(&self.path)?.modified()?;
        self.since = Instant::now();
        Ok(())
    }
}

/// Removes a tree even if a program has taken away its own permissions.
fn remove_all(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if std::fs::remove_dir_all(path).is_ok() {
        return Ok(());
    }
    for entry in walkdir::WalkDir::new(path).into_iter().flatten() {
        if entry.file_type().is_dir() {
            let _ = std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(0o700));
        }
    }
    std::fs::remove_dir_all(path)
}

impl Workspace {
    /// Makes the directories below `root`. With `keep`, each cell gets a directory of its own below that instead.
    ///
    /// # Errors
    /// If a directory cannot be made.
    pub fn new(root: &Path, keep: Option<PathBuf>) -> std::io::Result<Workspace> {
        let artifacts = root.join("artifacts");
        std::fs::create_dir_all(&artifacts)?;
        Ok(Workspace {
            cell: Place::new(root.join("cell"))?,
            home: Place::new(root.join("home"))?,
            tmp: Place::new(root.join("tmp"))?,
            artifacts,
            written: None,
            keep,
        })
    }

    pub fn home(&self) -> &Path {
        &self.home.path
    }

    pub fn tmp(&self) -> &Path {
        &self.tmp.path
    }

    pub fn cell(&self) -> &Path {
        &self.cell.path
    }

    /// A path for a build's result that does not exist.
    ///
    /// # Errors
    /// If an old file there cannot be removed.
    pub fn artifact(&self, name: &str) -> std::io::Result<PathBuf> {
        let path = self.artifacts.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(path),
        }
    }

    /// Makes the cell's directory ready for the program `key` and returns what `{file}` stands for.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn prepare(&mut self, key: (usize, usize), source: &Source, name: &str) -> std::io::Result<String> {
        if let Some(keep) = &self.keep {
            let legal = |c: char| if c.is_ascii_alphanumeric() || "-_.@".contains(c) { c } else { '_' };
            self.cell = Place::new(keep.join(name.chars().map(legal).collect::<String>()))?;
            self.written = None;
        }
        match source {
            Source::File(path) => {
                if self.written.take().is_some() {
                    self.cell.empty()?;
                }
                Ok(path.to_string_lossy().into_owned())
            }
            Source::Written(files) => {
                if self.written.as_ref().is_none_or(|written| written.key != key) {
                    self.cell.empty()?;
                    self.write(key, files)?;
                }
                Ok(files.first().map(|(name, _)| name.clone()).unwrap_or_default())
            }
        }
    }

    fn write(&mut self, key: (usize, usize), files: &[(String, Vec<u8>)]) -> std::io::Result<()> {
        let mut written = Vec::new();
        for (name, content) in files {
            let path = self.cell.path.join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(&path, content)?;
            let meta = std::fs::metadata(&path)?;
            written.push((path, meta.modified()?, meta.len()));
        }
        self.cell.restamp()?;
        let is_nested = files.iter().any(|(name, _)| name.contains('/'));
        self.written = Some(Written { key, files: written, is_nested });
        Ok(())
    }

    /// Puts everything in order after a cell that was started at `started`.
    ///
    /// # Errors
    /// If something a cell left behind cannot be removed.
    pub fn restore(&mut self, started: Instant) -> std::io::Result<()> {
        if self.keep.is_none() {
            self.restore_cell(started)?;
        }
        for place in [&mut self.home, &mut self.tmp] {
            if place.is_touched(started) && !place.is_empty() {
                place.empty()?;
            }
        }
        Ok(())
    }

    fn restore_cell(&mut self, started: Instant) -> std::io::Result<()> {
        let touched = self.cell.is_touched(started);
        match &self.written {
            None if touched && !self.cell.is_empty() => self.cell.empty(),
            None => Ok(()),
            Some(written) => {
                if touched || written.is_nested || written.files.iter().any(is_changed) {
                    self.written = None;
                    self.cell.empty()?;
                }
                Ok(())
            }
        }
    }
}

fn is_changed((path, modified, length): &(PathBuf, SystemTime, u64)) -> bool {
    let same = |meta: std::fs::Metadata| {
        meta.len() == *length && meta.modified().is_ok_and(|time| time == *modified)
    };
    !std::fs::symlink_metadata(path).is_ok_and(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        Source::Written(vec![("main.x".into(), b"p".to_vec()), ("d/lib.x".into(), b"q".to_vec())])
    }

    #[test]
    fn what_a_cell_leaves_is_gone_for_the_next() {
        let root = tempfile::tempdir().unwrap();
        let mut place = Workspace::new(root.path(), None).unwrap();
        assert_eq!(place.prepare((0, 0), &source(), "").unwrap(), "main.x");
        for mess in ["cell/new", "home/.rc", "tmp/t"] {
            std::fs::write(root.path().join(mess), "x").unwrap();
        }
        std::fs::write(root.path().join("cell/main.x"), "overwritten").unwrap();
        place.restore(Instant::now()).unwrap();
        place.prepare((0, 0), &source(), "").unwrap();
        assert_eq!(std::fs::read(root.path().join("cell/main.x")).unwrap(), b"p");
        for mess in ["cell/new", "home/.rc", "tmp/t"] {
            assert!(!root.path().join(mess).exists(), "{mess}");
        }
    }

    #[test]
    fn an_untouched_place_is_reused_and_another_program_replaces_it() {
        let root = tempfile::tempdir().unwrap();
        let mut place = Workspace::new(root.path(), None).unwrap();
        place.prepare((0, 0), &Source::Written(vec![("main.x".into(), b"p".to_vec())]), "").unwrap();
        std::thread::sleep(TICK * 2);
        place.restore(Instant::now()).unwrap();
        assert!(place.written.is_some());
        place.prepare((0, 1), &Source::Written(vec![("other".into(), Vec::new())]), "").unwrap();
        assert!(!root.path().join("cell/main.x").exists());
        place.prepare((0, 2), &Source::File("/abs/p.x".into()), "").unwrap();
        assert!(!root.path().join("cell/other").exists());
    }
}

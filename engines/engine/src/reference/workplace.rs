//! A directory with the files of a block, as the working directory while its cases run.

use std::path::PathBuf;
use std::{env, fs, process};

/// Restores the previous working directory and removes the files when dropped.
pub(super) struct Workplace {
    before: PathBuf,
    directory: PathBuf,
}

impl Workplace {
    /// Also for a program without files: it may write some.
    pub(super) fn enter(files: &[(String, String)]) -> Workplace {
        let directory = env::temp_dir().join(format!("ilo4-reference-{}", process::id()));
        for (name, text) in files {
            let path = directory.join(name);
            fs::create_dir_all(path.parent().expect("a file stands in a directory"))
                .expect("a directory for the files");
            fs::write(&path, text).expect("room for the files");
        }
        fs::create_dir_all(&directory).expect("a directory to run in");
        let before = env::current_dir().expect("a working directory");
        env::set_current_dir(&directory).expect("the directory was just made");
        Workplace { before, directory }
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        env::set_current_dir(&self.before).expect("the previous working directory");
        // Left-over files in the temporary directory do no harm.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

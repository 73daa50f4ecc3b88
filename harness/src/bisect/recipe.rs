//! How a commit's engines are made: the `[bisect]` section and what the command line says instead.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::command::Finder;
use crate::config::Bisect;
use crate::exec::{Ending, Execution, Job, Launcher, Limits};
use crate::schedule::Interrupt;

/// A build may say this much before it is stopped.
const LOG_BYTES: u64 = 64 << 20;
/// Lines of a failed build that are shown.
const SHOWN_LINES: usize = 6;

/// Where a build happens.
#[derive(Debug, Clone)]
pub struct Site {
    /// The commit's workspace: where its configuration is or would be.
    pub workspace: PathBuf,
    /// Shared by all builds.
    pub target: PathBuf,
}

/// What became of a build.
#[derive(Debug)]
pub enum Built {
    Done {
        seconds: f64,
    },
    /// The commit cannot be tested, and why.
    Untestable(String),
    /// The user stopped us.
    Stopped,
}

/// Why a build could not even be tried.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the build command `{0}` is not in PATH")]
    NoCommand(String),
    #[error("the build command `{0}` cannot be started: {1}")]
    NotStarted(String, String),
    #[error("the old `{}` cannot be removed", .path.display())]
    Stale {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Launcher(#[from] crate::exec::LauncherError),
    #[error("the build's log cannot be kept")]
    Log(#[source] std::io::Error),
}

/// Commands and places as templates.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Empty if the engines need no build.
    pub build: Vec<String>,
    /// Where the build puts programs.
    pub bin: Vec<String>,
    pub timeout: Duration,
}

impl Recipe {
    /// The configured recipe. Without `bin` the configuration's own places are looked for in the commit's tree.
    pub fn configured(section: &Bisect, own: &[PathBuf], workspace: &Path) -> Recipe {
        let inside = |dir: &PathBuf| dir.strip_prefix(workspace).ok().map(Path::to_path_buf);
        let own = own.iter().filter_map(inside).map(|dir| format!("{{workspace}}/{}", dir.display()));
        let bin = section.bin.clone().unwrap_or_else(|| own.collect());
        Recipe { build: section.build.clone(), bin, timeout: section.timeout }
    }

    /// Where programs of `site` are found.
    pub fn finder(&self, site: &Site) -> Finder {
        let dir = |word: &String| site.workspace.join(site.fill(word));
        Finder { workspace: site.workspace.clone(), bin_dirs: self.bin.iter().map(dir).collect() }
    }

    /// Builds what is checked out at `site`. Programs called `names` that an earlier build left are removed first, so
    /// that none of them can be taken for this commit's.
    ///
    /// # Errors
    /// [`BuildError`] if the failure says nothing about the commit.
    pub fn build(
        &self,
        site: &Site,
        names: &[String],
        interrupt: &Interrupt,
        log: &Path,
    ) -> Result<Built, BuildError> {
        if self.build.is_empty() {
            return Ok(Built::Done { seconds: 0.0 });
        }
        let finder = self.finder(site);
        for path in finder.bin_dirs.iter().flat_map(|dir| names.iter().map(move |name| dir.join(name))) {
            if let Err(source) = std::fs::remove_file(&path)
                && source.kind() != std::io::ErrorKind::NotFound
            {
                return Err(BuildError::Stale { path, source });
            }
        }
        let argv: Vec<String> = self.build.iter().map(|word| site.fill(word)).collect();
        let started = Instant::now();
        let mut launcher = Launcher::start()?;
        interrupt.watch(launcher.stopper());
        let execution = match launcher.run(&self.job(site, &argv)?) {
            Ok(execution) => execution,
            Err(_) if interrupt.is_requested() => return Ok(Built::Stopped),
            Err(error) => return Err(error.into()),
        };
        if interrupt.is_requested() {
            return Ok(Built::Stopped);
        }
        let said = [&execution.stdout[..], &execution.stderr[..]].concat();
        crate::files::replace(log, &said).map_err(BuildError::Log)?;
        self.conclude(&argv[0], &execution, &said, started.elapsed())
    }

    fn job(&self, site: &Site, argv: &[String]) -> Result<Job, BuildError> {
        let finder = Finder { workspace: site.workspace.clone(), bin_dirs: Vec::new() };
        let program = finder.find(&argv[0]);
        // A script of the repository may be absent from an old commit: that is the commit's own trouble.
        let program = match program {
            Some(path) => path,
            None if argv[0].contains('/') => site.workspace.join(&argv[0]),
            None => return Err(BuildError::NoCommand(argv[0].clone())),
        };
        let target = site.target.to_string_lossy().into_owned();
        let mut env: Vec<String> = std::env::vars_os()
            .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(key, _)| key != "CARGO_TARGET_DIR" && !super::git::REDIRECTING.contains(&key.as_str()))
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        env.push(format!("CARGO_TARGET_DIR={target}"));
        Ok(Job {
            program: program.to_string_lossy().into_owned(),
            argv: argv.iter().map(|word| word.clone().into_bytes()).collect(),
            env: Arc::new(env),
            cwd: site.workspace.to_string_lossy().into_owned(),
            stdin: None,
            limits: Limits {
                wall: self.timeout,
                grace: Duration::from_secs(1),
                memory_bytes: None,
                output_bytes: LOG_BYTES,
                ..Limits::default()
            },
        })
    }

    fn conclude(
        &self,
        program: &str,
        execution: &Execution,
        said: &[u8],
        took: Duration,
    ) -> Result<Built, BuildError> {
        if let Some(limit) = execution.limit {
            let seconds = took.as_secs_f64();
            return Ok(Built::Untestable(format!(
                "its build exceeded the limit on {} after {seconds:.1} s",
                limit.name()
            )));
        }
        match execution.ending {
            Ending::Exited(0) => Ok(Built::Done { seconds: took.as_secs_f64() }),
            Ending::NotStarted(errno) if !program.contains('/') => {
                let cause = std::io::Error::from_raw_os_error(errno).to_string();
                Err(BuildError::NotStarted(program.to_string(), cause))
            }
            ending => Ok(Built::Untestable(format!("its build failed: {ending}{}", last_words(said)))),
        }
    }
}

impl Site {
    fn fill(&self, word: &str) -> String {
        word.replace("{workspace}", &self.workspace.to_string_lossy())
            .replace("{target}", &self.target.to_string_lossy())
    }
}

/// The end of a failed build's log.
fn last_words(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = lines.len().saturating_sub(SHOWN_LINES);
    lines[first..].iter().map(|line| format!("\n    {line}")).collect()
}

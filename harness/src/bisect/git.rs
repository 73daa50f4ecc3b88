//! What bisect asks of git, and the one tree that it moves through history.
//!
//! The user's own checkout is never touched: the tree is a worktree of the same repository elsewhere. Hooks are off in
//! it, and variables that would point git at another repository are not passed on.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Variables with which git tells its children where the repository is; `git bisect run` and hooks set some.
pub const REDIRECTING: [&str; 4] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"];

/// Why git could not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("git cannot be started; bisect needs it in PATH")]
    Start(#[source] std::io::Error),
    #[error("`git {command}`: {message}")]
    Failed { command: String, message: String },
    #[error("{} is not inside a git repository: {message}", .path.display())]
    NoRepository { path: PathBuf, message: String },
    #[error("there is no revision `{name}`: {message}")]
    NoRevision { name: String, message: String },
    #[error("{good} is not an ancestor of {bad}; where they part is {base}: try that as the good end")]
    NotAncestor { good: String, bad: String, base: String },
    #[error("both ends are the commit {0}")]
    SameEnds(String),
}

/// A repository and the part of it that holds the configuration.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The top of the user's checkout.
    pub root: PathBuf,
    /// From there to the workspace; empty if they are the same.
    pub prefix: PathBuf,
}

/// A commit of the searched part of history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub id: String,
    /// Numbers of its parents among the searched commits.
    pub parents: Vec<usize>,
}

/// A commit as people see it.
#[derive(Debug, Clone)]
pub struct Description {
    pub id: String,
    pub short: String,
    pub author: String,
    pub date: String,
    pub subject: String,
}

impl Repository {
    /// The repository that `directory` is in.
    ///
    /// # Errors
    /// If there is none, or no git.
    pub fn around(directory: &Path) -> Result<Repository, GitError> {
        let said =
            git(directory, &["rev-parse", "--show-toplevel", "--show-prefix"]).map_err(
                |error| match error {
                    GitError::Failed { message, .. } => {
                        GitError::NoRepository { path: directory.to_path_buf(), message }
                    }
                    other => other,
                },
            )?;
        let mut lines = said.lines();
        let root = PathBuf::from(lines.next().unwrap_or_default());
        Ok(Repository { root, prefix: PathBuf::from(lines.next().unwrap_or_default()) })
    }

    /// The full name of the commit that `name` means.
    ///
    /// # Errors
    /// If it means none.
    pub fn commit(&self, name: &str) -> Result<String, GitError> {
        let wanted = format!("{name}^{{commit}}");
        let said = git(&self.root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        match said {
            Ok(said) => Ok(said.trim().to_string()),
            Err(GitError::Failed { .. }) => {
                let message = "it is neither a branch, a tag nor a commit here".to_string();
                Err(GitError::NoRevision { name: name.to_string(), message })
            }
            Err(other) => Err(other),
        }
    }

    /// What is in `bad` and not in `good`, parents first; `bad` is the last. With `first_parent` a merge is one
    /// step: what it merged is not looked into.
    ///
    /// # Errors
    /// If the ends are equal, or `good` is no ancestor of `bad`.
    pub fn between(&self, good: &str, bad: &str, first_parent: bool) -> Result<Vec<Commit>, GitError> {
        if good == bad {
            return Err(GitError::SameEnds(good.to_string()));
        }
        let base = git(&self.root, &["merge-base", good, bad]).unwrap_or_default().trim().to_string();
        if base != good {
            let short = |id: &str| id.chars().take(10).collect::<String>();
            let base = if base.is_empty() { "nowhere".to_string() } else { base };
            return Err(GitError::NotAncestor { good: short(good), bad: short(bad), base });
        }
        let range = format!("{good}..{bad}");
        let mut arguments = vec!["rev-list", "--topo-order", "--reverse", "--parents", &range];
        if first_parent {
            arguments.insert(1, "--first-parent");
        }
        let said = git(&self.root, &arguments)?;
        let mut places = std::collections::HashMap::new();
        let mut commits = Vec::new();
        for line in said.lines() {
            let mut names = line.split(' ');
            let id = names.next().unwrap_or_default().to_string();
            let all = if first_parent { 1 } else { usize::MAX };
            let parents = names.take(all).filter_map(|name| places.get(name).copied()).collect();
            places.insert(id.clone(), commits.len());
            commits.push(Commit { id, parents });
        }
        Ok(commits)
    }

    /// # Errors
    /// If the commit is unknown.
    pub fn describe(&self, id: &str) -> Result<Description, GitError> {
        let said =
            git(&self.root, &["show", "--no-patch", "--format=%H%n%h%n%an%n%ad%n%s", "--date=iso", id])?;
        let mut lines = said.lines().map(str::to_string);
        let mut next = || lines.next().unwrap_or_default();
        Ok(Description { id: next(), short: next(), author: next(), date: next(), subject: next() })
    }

    /// Puts exactly the files of commit `id`, and nothing else, into the worktree `tree`.
    ///
    /// The tree is one directory that moves, not a new one for each commit: build systems that go by paths and
    /// modification times then rebuild what differs between two commits instead of everything.
    ///
    /// # Errors
    /// What git says.
    pub fn check_out(&self, tree: &Path, id: &str) -> Result<(), GitError> {
        let is_ours = git(tree, &["rev-parse", "--show-toplevel"])
            .is_ok_and(|top| Path::new(top.trim()).canonicalize().ok() == tree.canonicalize().ok());
        if !is_ours {
            self.remove_tree(tree)?;
            let shown = tree.to_string_lossy();
            git(&self.root, &["worktree", "add", "--force", "--detach", &shown, id])?;
            return Ok(());
        }
        git(tree, &["checkout", "--quiet", "--force", "--detach", id])?;
        git(tree, &["clean", "--quiet", "-ffdx"])?;
        Ok(())
    }

    /// Removes the worktree, if it is there, and git's memory of it.
    ///
    /// # Errors
    /// What git or the file system says.
    pub fn remove_tree(&self, tree: &Path) -> Result<(), GitError> {
        if tree.exists() {
            std::fs::remove_dir_all(tree).map_err(|error| GitError::Failed {
                command: "worktree remove".into(),
                message: format!("{}: {error}", tree.display()),
            })?;
        }
        git(&self.root, &["worktree", "prune"])?;
        Ok(())
    }
}

fn git(directory: &Path, arguments: &[&str]) -> Result<String, GitError> {
    let mut command = Command::new("git");
    // A post-checkout hook made for people has no business here.
    command.args(["-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false"]).args(arguments);
    command.current_dir(directory).stdin(Stdio::null()).env("LC_ALL", "C");
    REDIRECTING.iter().for_each(|name| {
        command.env_remove(name);
    });
    let said = command.output().map_err(|error| match directory.is_dir() {
        true => GitError::Start(error),
        false => GitError::NoRepository { path: directory.to_path_buf(), message: "no directory".into() },
    })?;
    if said.status.success() {
        return Ok(String::from_utf8_lossy(&said.stdout).into_owned());
    }
    let message = String::from_utf8_lossy(&said.stderr).trim().to_string();
    Err(GitError::Failed { command: arguments.join(" "), message })
}

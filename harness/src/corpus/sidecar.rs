//! Expectations in files beside the program: `x.out`, `x.err`, `x.exit`, `x.in`, `x.args`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::case::{Case, Edit, Invocation};
use super::error::CorpusError;
use super::expectation::{Exit, Expectation, StderrRule, Stdout};
use super::words;

/// The one case of the program at `path`. At least one of the three expectation files must exist.
pub fn read(path: &Path, shown: &Arc<PathBuf>, errors: &mut Vec<CorpusError>) -> Option<Case> {
    let mut wrong = |file: PathBuf, message: String| errors.push(CorpusError { file, line: 1, message });
    let beside = |extension: &str| std::fs::read(path.with_extension(extension)).ok();
    let (out, err, exit) = (beside("out"), beside("err"), beside("exit"));
    if out.is_none() && err.is_none() && exit.is_none() {
        wrong(shown.as_ref().clone(), "no .out, .err or .exit file stands beside this program".into());
        return None;
    }
    let status = match exit.map(|bytes| String::from_utf8_lossy(&bytes).trim().parse::<i32>()) {
        None => 0,
        Some(Ok(status @ 0..=255)) => status,
        Some(_) => {
            wrong(shown.with_extension("exit"), "an exit status from 0 to 255 is expected here".into());
            return None;
        }
    };
    let args = beside("args").map(|bytes| words::split(String::from_utf8_lossy(&bytes).trim()));
    let args = match args.transpose() {
        Ok(args) => args.unwrap_or_default(),
        Err(message) => {
            wrong(shown.with_extension("args"), message);
            return None;
        }
    };
    Some(Case {
        name: String::new(),
        program: 0,
        line: 1,
        invocation: Invocation::Main { args },
        stdin: beside("in"),
        env: Vec::new(),
        timeout: None,
        expectation: Some(Expectation {
            stdout: Stdout::Exactly(out.unwrap_or_default()),
            exit: Exit::Status(status),
            stderr: err.map(StderrRule::Exactly).into_iter().collect(),
        }),
        normalize: Vec::new(),
        tags: Vec::new(),
        skip: Vec::new(),
        xfail: Vec::new(),
        notes: Vec::new(),
        edit: Edit::default(),
    })
}

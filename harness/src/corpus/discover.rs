//! Finds a suite's files and reads them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bstr::ByteSlice;
use rayon::prelude::*;
use walkdir::WalkDir;

use super::annotation::{self, Annotated, Text};
use super::case::{Case, Exception, Invocation, Program, Source};
use super::error::CorpusError;
use super::{markdown, sidecar};
use crate::config::{CaseKind, Config, Expect, Format, Suite, XfailRule};

/// All suites, read.
#[derive(Debug)]
pub struct Corpus {
    pub suites: Vec<LoadedSuite>,
}

/// One suite's programs and cases, in a stable order.
#[derive(Debug)]
pub struct LoadedSuite {
    /// Index into [`Config::suites`].
    pub index: usize,
    pub name: String,
    pub programs: Vec<Program>,
    pub cases: Vec<Case>,
    /// Of the contents of all files, in order: tells whether the corpus is still the one that was run.
    pub digest: String,
}

/// What one file holds: programs, and cases that index into them.
#[derive(Default)]
struct Contents {
    programs: Vec<Program>,
    cases: Vec<Case>,
    errors: Vec<CorpusError>,
    digest: Option<blake3::Hash>,
}

/// Reads every file of every suite.
///
/// # Errors
/// Everything that is wrong with any of them, in order.
pub fn load(config: &Config) -> Result<Corpus, Vec<CorpusError>> {
    let mut errors = Vec::new();
    let mut suites = Vec::new();
    for (index, suite) in config.suites.iter().enumerate() {
        match files(suite) {
            Ok(files) => suites.push(read_suite(config, index, &files, &mut errors)),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(Corpus { suites }) } else { Err(errors) }
}

/// Reads one file of one suite, given relative to the suite's root. For running a single cell by name.
///
/// # Errors
/// As [`load`], for this file.
pub fn load_file(config: &Config, suite: usize, relative: &Path) -> Result<LoadedSuite, Vec<CorpusError>> {
    let mut errors = Vec::new();
    let loaded = read_suite(config, suite, &[config.suites[suite].root.join(relative)], &mut errors);
    if errors.is_empty() { Ok(loaded) } else { Err(errors) }
}

fn files(suite: &Suite) -> Result<Vec<PathBuf>, CorpusError> {
    let wrong = |file: &Path, message: String| CorpusError { file: file.to_path_buf(), line: 0, message };
    if !suite.root.is_dir() {
        return Err(wrong(&suite.root, format!("the root of suite `{}` is not a directory", suite.name)));
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(&suite.root).sort_by_file_name() {
        let entry = entry.map_err(|error| wrong(&suite.root, error.to_string()))?;
        let relative = entry.path().strip_prefix(&suite.root).unwrap_or(entry.path());
        if entry.file_type().is_file()
            && suite.include.is_match(relative)
            && !suite.exclude.is_match(relative)
        {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn read_suite(
    config: &Config,
    index: usize,
    files: &[PathBuf],
    errors: &mut Vec<CorpusError>,
) -> LoadedSuite {
    let suite = &config.suites[index];
    let contents: Vec<Contents> = files.par_iter().map(|path| read_file(config, suite, path)).collect();
    let mut loaded = LoadedSuite {
        index,
        name: suite.name.clone(),
        programs: Vec::new(),
        cases: Vec::new(),
        digest: String::new(),
    };
    let mut digest = blake3::Hasher::new();
    for mut content in contents {
        digest.update(content.digest.as_ref().map_or(&[], |hash| hash.as_bytes()));
        errors.append(&mut content.errors);
        let offset = loaded.programs.len();
        loaded.programs.append(&mut content.programs);
        loaded
            .cases
            .extend(content.cases.into_iter().map(|case| Case { program: case.program + offset, ..case }));
    }
    loaded.digest = digest.finalize().to_hex()[..16].to_string();
    for case in &mut loaded.cases {
        apply(&suite.skip, &case.name, &mut case.skip);
        apply(&suite.xfail, &case.name, &mut case.xfail);
    }
    check_names(&loaded, errors);
    check_rules(config, &loaded, errors);
    loaded
}

fn apply(rules: &[XfailRule], name: &str, exceptions: &mut Vec<Exception>) {
    for rule in rules.iter().filter(|rule| rule.cases.is_match(name)) {
        exceptions.push(Exception { engines: rule.engines.clone(), reason: rule.reason.clone() });
    }
}

fn check_names(loaded: &LoadedSuite, errors: &mut Vec<CorpusError>) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for case in &loaded.cases {
        if let Some(line) = seen.insert(&case.name, case.line) {
            let file = loaded.programs[case.program].file.as_ref().clone();
            let message = format!("two cases are called `{}`; the other one is on line {line}", case.name);
            errors.push(CorpusError { file, line: case.line, message });
        }
    }
}

fn check_rules(config: &Config, loaded: &LoadedSuite, errors: &mut Vec<CorpusError>) {
    for case in &loaded.cases {
        for rule in case.normalize.iter().filter(|rule| !config.rewrites.contains_key(*rule)) {
            let file = loaded.programs[case.program].file.as_ref().clone();
            let message = format!("there is no rule `{rule}` in [normalize]");
            errors.push(CorpusError { file, line: case.line, message });
        }
    }
}

fn read_file(config: &Config, suite: &Suite, path: &Path) -> Contents {
    let mut contents = Contents::default();
    let shown = path.strip_prefix(&config.workspace).unwrap_or(path);
    let shown = Arc::new(shown.to_path_buf());
    let stem = path.strip_prefix(&suite.root).unwrap_or(path).to_string_lossy().into_owned();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("cannot be read: {error}");
            contents.errors.push(CorpusError { file: shown.as_ref().clone(), line: 0, message });
            return contents;
        }
    };
    contents.digest = Some(blake3::hash(&bytes));
    match (&suite.format, &suite.expect) {
        (Format::Markdown(tag), _) => read_markdown(suite, &shown, &stem, &bytes, tag, &mut contents),
        (Format::Plain, Expect::Sidecar) => {
            if let Some(case) = sidecar::read(path, &shown, &mut contents.errors) {
                contents.cases.push(Case { name: stem, ..case });
                contents.programs.push(Program {
                    source: Source::File(path.to_path_buf()),
                    file: shown,
                    line: 1,
                    left_out: 0,
                });
            }
        }
        (Format::Plain, _) => read_plain(suite, path, &shown, &stem, &bytes, &mut contents),
    }
    contents
}

fn read_plain(
    suite: &Suite,
    path: &Path,
    shown: &Arc<PathBuf>,
    stem: &str,
    bytes: &[u8],
    contents: &mut Contents,
) {
    let text = Text { suite, file: Arc::clone(shown), first_line: 1, bytes };
    let mut found = annotation::read(&text, &mut contents.errors);
    let supplied_by_engines = matches!(suite.expect, Expect::Consensus | Expect::Oracle(_));
    if found.cases.is_empty() && supplied_by_engines && !found.declared_empty {
        found.cases.push(bare_case());
        found.names.push(None);
    }
    let left_out = retain_kind(suite.cases, &mut found);
    let source = if found.files.is_empty() {
        Ok(Source::File(path.to_path_buf()))
    } else {
        written(suite, &mut found)
    };
    add(
        contents,
        Part { found, source, left_out, line: 1 },
        shown,
        &|ordinal, count| match count {
            1 => stem.to_string(),
            _ => format!("{stem}:{ordinal}"),
        },
        stem,
    );
}

fn read_markdown(
    suite: &Suite,
    shown: &Arc<PathBuf>,
    stem: &str,
    bytes: &[u8],
    tag: &str,
    contents: &mut Contents,
) {
    let blocks = match markdown::blocks(bytes, tag) {
        Ok(blocks) => blocks,
        Err(line) => {
            let message = "this fence is never closed".to_string();
            contents.errors.push(CorpusError { file: shown.as_ref().clone(), line, message });
            return;
        }
    };
    for block in blocks {
        let first_line = block.fence_line + 1;
        let text = Text { suite, file: Arc::clone(shown), first_line, bytes: &block.bytes };
        let mut found = annotation::read(&text, &mut contents.errors);
        let left_out = retain_kind(suite.cases, &mut found);
        let source = written(suite, &mut found);
        let base = format!("{stem}#{}", block.name);
        add(
            contents,
            Part { found, source, left_out, line: block.fence_line },
            shown,
            &|ordinal, _| format!("{base}/{ordinal}"),
            &base,
        );
    }
}

/// The files of a program that has to be written to disk: the program first.
fn written(suite: &Suite, found: &mut Annotated) -> Result<Source, String> {
    let mut files = std::mem::take(&mut found.files);
    let main = files.iter().position(|(name, _)| *name == suite.main);
    let text = std::mem::take(&mut found.program);
    match main {
        Some(_) if text.lines().any(|line| !is_remark(line, &suite.comment)) => Err(format!(
            "there is text before the first `file:` and a part `{}`; which is the program?",
            suite.main
        )),
        Some(position) => {
            let program = files.remove(position);
            files.insert(0, program);
            Ok(Source::Written(files))
        }
        None => {
            files.insert(0, (suite.main.clone(), text));
            Ok(Source::Written(files))
        }
    }
}

/// Nothing to see, or a comment about the case.
fn is_remark(line: &[u8], comment: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with(comment.as_bytes())
}

/// Leaves the cases that a suite of this kind takes; returns how many it does not.
fn retain_kind(kind: CaseKind, found: &mut Annotated) -> usize {
    let all = found.cases.len();
    let (cases, names) = std::mem::take(&mut found.cases)
        .into_iter()
        .zip(std::mem::take(&mut found.names))
        .filter(|(case, _)| matches!(case.invocation, Invocation::Scale(_)) == (kind == CaseKind::Scale))
        .unzip();
    (found.cases, found.names) = (cases, names);
    all - found.cases.len()
}

/// One program as read, on its way into the contents.
struct Part {
    found: Annotated,
    source: Result<Source, String>,
    left_out: usize,
    /// The line on which it starts.
    line: usize,
}

/// Adds one program and its cases, naming them.
fn add(
    contents: &mut Contents,
    part: Part,
    shown: &Arc<PathBuf>,
    name: &dyn Fn(usize, usize) -> String,
    base: &str,
) {
    let Part { found, source, left_out, line } = part;
    let mut wrong = |message: String| {
        contents.errors.push(CorpusError { file: shown.as_ref().clone(), line, message });
    };
    if found.cases.is_empty() && left_out == 0 && contents_ok(&found) {
        wrong("the program has no case; add one or write `no-case:` with a reason".into());
        return;
    }
    let source = match source {
        Ok(source) => source,
        Err(message) => return wrong(message),
    };
    let program = contents.programs.len();
    let count = found.cases.len();
    for (index, (case, given)) in found.cases.into_iter().zip(found.names).enumerate() {
        let name = match given {
            Some(given) => format!("{base}#{given}"),
            None => name(index + 1, count),
        };
        contents.cases.push(Case { name, program, ..case });
    }
    contents.programs.push(Program { source, file: Arc::clone(shown), line, left_out });
}

fn contents_ok(found: &Annotated) -> bool {
    !found.declared_empty
}

fn bare_case() -> Case {
    Case {
        name: String::new(),
        program: 0,
        line: 1,
        invocation: Invocation::Main { args: Vec::new() },
        stdin: None,
        env: Vec::new(),
        timeout: None,
        expectation: None,
        normalize: Vec::new(),
        tags: Vec::new(),
        skip: Vec::new(),
        xfail: Vec::new(),
        notes: Vec::new(),
        edit: super::Edit::default(),
    }
}

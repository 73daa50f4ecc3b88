//! Reads the annotations in a program's comments.
//!
//! A line whose first visible characters are the comment marker, a blank, a known word and a colon is an
//! annotation; so is one that consists of the marker and `silent` or `clean`. Every other line is program text,
//! also between annotations. A word that is nearly a known one is an error, never a comment.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bstr::{BStr, ByteSlice};

use super::case::{Case, Edit, Exception, Invocation, Part};
use super::error::CorpusError;
use super::expectation::{Exit, Expectation, StderrRule, Stdout};
use super::words;
use crate::config::{Suite, parse_span, suggestion};
use crate::exec::signal_number;
use crate::growth;

const WORDS: [&str; 21] = [
    "run",
    "main",
    "name",
    "out",
    "err",
    "exit",
    "signal",
    "diag",
    "warn",
    "stdin",
    "file",
    "env",
    "timeout",
    "tags",
    "skip",
    "xfail",
    "oneof",
    "normalize",
    "differs",
    "no-case",
    "scale",
];
/// Words that stand alone, without a colon.
const FLAGS: [&str; 2] = ["silent", "clean"];
/// A text to read: a file, or one block of a document.
pub struct Text<'a> {
    pub suite: &'a Suite,
    pub file: Arc<PathBuf>,
    /// The line number of its first line.
    pub first_line: usize,
    pub bytes: &'a [u8],
}

/// What a text says.
#[derive(Debug, Default)]
pub struct Annotated {
    /// Cases without name and program index.
    pub cases: Vec<Case>,
    /// Given names, by case.
    pub names: Vec<Option<String>>,
    /// The text without annotations, up to the first `file:`.
    pub program: Vec<u8>,
    /// The `file:` parts, in order.
    pub files: Vec<(String, Vec<u8>)>,
    /// The text says that it has no case on purpose.
    pub declared_empty: bool,
}

/// Reads all annotations of `text`; what is wrong is appended to `errors`.
pub fn read(text: &Text<'_>, errors: &mut Vec<CorpusError>) -> Annotated {
    let mut reader = Reader {
        text,
        errors,
        found: Annotated::default(),
        shared: Shared::default(),
        open: None,
        block: None,
    };
    for (index, line) in text.bytes.lines_with_terminator().enumerate() {
        reader.line(text.first_line + index, line);
    }
    reader.finish()
}

/// Settings written before the first case, which hold for all of them.
#[derive(Default)]
struct Shared {
    env: Vec<(String, String)>,
    timeout: Option<Duration>,
    tags: Vec<String>,
    skip: Vec<Exception>,
    xfail: Vec<Exception>,
    normalize: Vec<String>,
}

/// A case under construction.
struct Open {
    line: usize,
    /// `None` for the static check in front of the first run.
    invocation: Option<Invocation>,
    name: Option<String>,
    out: Option<Vec<u8>>,
    oneof: Vec<Vec<u8>>,
    silent: bool,
    clean: bool,
    err: Vec<Vec<u8>>,
    diag: Option<String>,
    warn: Vec<String>,
    exit: Option<i32>,
    signal: Option<i32>,
    stdin: Option<Vec<u8>>,
    env: Vec<(String, String)>,
    timeout: Option<Duration>,
    tags: Vec<String>,
    skip: Vec<Exception>,
    xfail: Vec<Exception>,
    normalize: Vec<String>,
    notes: Vec<String>,
    edit: Edit,
}

struct Reader<'a, 'b> {
    text: &'a Text<'a>,
    errors: &'b mut Vec<CorpusError>,
    found: Annotated,
    shared: Shared,
    open: Option<Open>,
    /// Inside `out<<TAG`: the tag and where it began.
    block: Option<(String, usize)>,
}

/// One annotation line, taken apart.
enum Line<'l> {
    Program,
    Flag(&'static str, String),
    Word { word: &'static str, value: &'l [u8], prefix: String },
    Block { tag: String, prefix: String },
    Misspelt { word: String, meant: &'static str },
}

impl Reader<'_, '_> {
    fn error(&mut self, line: usize, message: impl Into<String>) {
        let file = self.text.file.as_ref().clone();
        self.errors.push(CorpusError { file, line, message: message.into() });
    }

    fn line(&mut self, number: usize, line: &[u8]) {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        if self.block.is_some() {
            return self.block_line(number, content);
        }
        match classify(content, &self.text.suite.comment) {
            Line::Program => {
                let part = match self.found.files.last_mut() {
                    Some((_, content)) => content,
                    None => &mut self.found.program,
                };
                part.extend_from_slice(line);
            }
            Line::Misspelt { word, meant } => {
                self.error(number, format!("`{word}:` is not an annotation; did you mean `{meant}`?"));
            }
            Line::Flag(flag, prefix) => self.flag(number, flag, prefix),
            Line::Block { tag, prefix } => {
                self.expecting(number, Part::Stdout, prefix).out.get_or_insert_default();
                self.block = Some((tag, number));
            }
            Line::Word { word, value, prefix } => self.word(number, word, value, prefix),
        }
    }

    fn block_line(&mut self, number: usize, content: &[u8]) {
        let marker = self.text.suite.comment.clone();
        let Some(rest) = content.trim_start().strip_prefix(marker.as_bytes()) else {
            let (tag, began) = self.block.take().unwrap_or_default();
            return self.error(began, format!("`out<<{tag}` is not closed before line {number}"));
        };
        let value = rest.strip_prefix(b" ").unwrap_or(rest).to_vec();
        let is_end = self.block.as_ref().is_some_and(|(tag, _)| value.trim() == tag.as_bytes());
        if is_end {
            self.block = None;
        }
        let open = self.expecting(number, Part::Stdout, String::new());
        if !is_end {
            let out = open.out.get_or_insert_default();
            out.extend_from_slice(&value);
            out.push(b'\n');
        }
    }

    /// The case that an expectation line belongs to: the open one, or the static check of the program.
    fn expecting(&mut self, number: usize, part: Part, prefix: String) -> &mut Open {
        let open = self.open.get_or_insert_with(|| Open::new(number, None));
        open.edit.lines.push((number, part));
        if open.edit.prefix.is_empty() {
            open.edit.prefix = prefix;
        }
        open
    }

    fn flag(&mut self, number: usize, flag: &str, prefix: String) {
        let part = if flag == "silent" { Part::Stdout } else { Part::Ending };
        let open = self.expecting(number, part, prefix);
        match flag {
            "silent" => open.silent = true,
            _ => open.clean = true,
        }
    }

    fn word(&mut self, number: usize, word: &'static str, value: &[u8], prefix: String) {
        let lossy = value.to_str_lossy();
        let trimmed = lossy.trim();
        match word {
            "run" | "main" => self.start(number, word, trimmed, prefix),
            "file" => {
                if trimmed.is_empty()
                    || trimmed.starts_with('/')
                    || trimmed.split('/').any(|part| part == "..")
                {
                    return self.error(number, "`file:` needs a relative path inside the case's directory");
                }
                self.found.files.push((trimmed.to_string(), Vec::new()));
            }
            "scale" => self.scale(number, trimmed, prefix),
            "no-case" => {
                if trimmed.is_empty() {
                    return self.error(number, "`no-case:` needs a reason");
                }
                self.found.declared_empty = true;
            }
            "out" => {
                let out = self.expecting(number, Part::Stdout, prefix).out.get_or_insert_default();
                out.extend_from_slice(value);
                out.push(b'\n');
            }
            "oneof" => {
                let mut permitted = value.to_vec();
                permitted.push(b'\n');
                self.expecting(number, Part::Stdout, prefix).oneof.push(permitted);
            }
            "err" => {
                let line = value.to_vec();
                self.expecting(number, Part::Ending, prefix).err.push(line);
            }
            "diag" | "warn" => self.code(number, word, trimmed, prefix),
            "exit" => match trimmed.parse() {
                Ok(status @ 0..=255) => self.expecting(number, Part::Ending, prefix).exit = Some(status),
                _ => self.error(number, "`exit:` needs a status from 0 to 255"),
            },
            "signal" => match signal_number(trimmed) {
                Some(signal) => self.expecting(number, Part::Ending, prefix).signal = Some(signal),
                None => self.error(number, format!("`{trimmed}` is not a signal; write for example SIGSEGV")),
            },
            _ => self.setting(number, word, value, trimmed),
        }
    }

    fn code(&mut self, number: usize, word: &str, code: &str, prefix: String) {
        if code.is_empty() || code.contains(char::is_whitespace) {
            return self.error(number, format!("`{word}:` needs one code"));
        }
        let part = if word == "warn" { Part::Warning(code.to_string()) } else { Part::Ending };
        let open = self.expecting(number, part, prefix);
        if word == "warn" {
            open.warn.push(code.to_string());
        } else if open.diag.replace(code.to_string()).is_some() {
            self.error(number, "a second `diag:` for one case; only the first error code is compared");
        }
    }

    fn start(&mut self, number: usize, word: &str, value: &str, prefix: String) {
        self.close();
        let words = match words::split(value) {
            Ok(words) => words,
            Err(message) => return self.error(number, message),
        };
        let invocation = if word == "main" {
            Invocation::Main { args: words }
        } else {
            let mut words = words.into_iter();
            match words.next() {
                Some(entry) => Invocation::Entry { entry, args: words.collect() },
                None => {
                    return self.error(number, "`run:` needs the name of an entry; for none write `main:`");
                }
            }
        };
        let mut open = Open::new(number, Some(invocation));
        open.edit.prefix = prefix;
        self.open = Some(open);
    }

    fn scale(&mut self, number: usize, value: &str, prefix: String) {
        self.close();
        match growth::parse(value) {
            Ok(scale) => {
                let mut open = Open::new(number, Some(Invocation::Scale(scale)));
                open.edit.prefix = prefix;
                self.open = Some(open);
            }
            Err(message) => self.error(number, message),
        }
    }

    /// Annotations that do not state an expectation. In front of the first case they hold for all cases.
    fn setting(&mut self, number: usize, word: &str, value: &[u8], trimmed: &str) {
        let own = self.open.as_ref().is_some_and(|open| open.invocation.is_some());
        match word {
            "name" => {
                let legal = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
                if trimmed.is_empty() || !trimmed.chars().all(legal) {
                    return self.error(number, "`name:` needs letters, digits, `-`, `_`, `.` or `+`");
                }
                match &mut self.open {
                    Some(open) if open.name.is_none() => open.name = Some(trimmed.to_string()),
                    Some(_) => self.error(number, "a second `name:` for one case"),
                    None => self.error(number, "`name:` stands before the case it should name"),
                }
            }
            "stdin" => match &mut self.open {
                Some(open) if own => {
                    let stdin = open.stdin.get_or_insert_default();
                    stdin.extend_from_slice(value);
                    stdin.push(b'\n');
                }
                _ => self.error(number, "`stdin:` stands before any `run:`"),
            },
            "differs" => {
                if let Some(open) = &mut self.open {
                    open.notes.push(trimmed.to_string());
                }
            }
            "env" => match trimmed.split_once('=') {
                Some((key, text)) if !key.is_empty() => {
                    let pair = (key.to_string(), text.to_string());
                    match &mut self.open {
                        Some(open) if own => open.env.push(pair),
                        _ => self.shared.env.push(pair),
                    }
                }
                _ => self.error(number, "`env:` needs KEY=VALUE"),
            },
            "timeout" => match parse_span(trimmed) {
                Some(span) => match &mut self.open {
                    Some(open) if own => open.timeout = Some(span),
                    _ => self.shared.timeout = Some(span),
                },
                None => self.error(number, format!("`{trimmed}` is not a duration; write for example `2s`")),
            },
            "tags" => {
                let tags = trimmed.split([',', ' ']).filter(|tag| !tag.is_empty()).map(str::to_string);
                match &mut self.open {
                    Some(open) if own => open.tags.extend(tags),
                    _ => self.shared.tags.extend(tags),
                }
            }
            "normalize" => match &mut self.open {
                Some(open) if own => open.normalize.push(trimmed.to_string()),
                _ => self.shared.normalize.push(trimmed.to_string()),
            },
            _ => self.exception(number, word, trimmed, own),
        }
    }

    fn exception(&mut self, number: usize, word: &str, value: &str, own: bool) {
        let (engines, reason) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        let reason = reason.trim();
        if engines.is_empty() || reason.is_empty() {
            return self
                .error(number, format!("`{word}:` needs engines and a reason: `{word}: ENGINE,… why`"));
        }
        let mut names = Vec::new();
        for engine in engines.split(',') {
            if engine != "all" && !self.text.suite.engines.iter().any(|known| known == engine) {
                let known = self.text.suite.engines.join(", ");
                return self
                    .error(number, format!("`{engine}` is not an engine of this suite ({known}, or all)"));
            }
            names.push(engine.to_string());
        }
        let engines = (!names.iter().any(|name| name == "all")).then_some(names);
        let exception = Exception { engines, reason: reason.to_string() };
        let target = match (&mut self.open, own, word) {
            (Some(open), true, "skip") => &mut open.skip,
            (Some(open), true, _) => &mut open.xfail,
            (_, _, "skip") => &mut self.shared.skip,
            _ => &mut self.shared.xfail,
        };
        target.push(exception);
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let line = open.line;
        match open.into_case(self.text.suite) {
            Ok((case, name)) => {
                self.found.cases.push(case);
                self.found.names.push(name);
            }
            Err(message) => self.error(line, message),
        }
    }

    fn finish(mut self) -> Annotated {
        if let Some((tag, began)) = self.block.take() {
            self.error(began, format!("`out<<{tag}` is not closed"));
        }
        self.close();
        for case in &mut self.found.cases {
            let shared = &self.shared;
            case.env.splice(0..0, shared.env.iter().cloned());
            case.timeout = case.timeout.or(shared.timeout);
            case.tags.splice(0..0, shared.tags.iter().cloned());
            case.skip.extend(shared.skip.iter().cloned());
            case.xfail.extend(shared.xfail.iter().cloned());
            case.normalize.splice(0..0, shared.normalize.iter().cloned());
        }
        self.found
    }
}

fn classify<'l>(line: &'l [u8], marker: &str) -> Line<'l> {
    let trimmed = line.trim_start();
    let Some(rest) = trimmed.strip_prefix(marker.as_bytes()) else { return Line::Program };
    let after = rest.trim_start();
    if after.len() == rest.len() {
        return Line::Program;
    }
    let prefix = || line[..line.len() - after.len()].to_str_lossy().into_owned();
    if let Some(flag) = FLAGS.into_iter().find(|flag| after.trim_end() == flag.as_bytes()) {
        return Line::Flag(flag, prefix());
    }
    let end = after
        .find_not_byteset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_")
        .unwrap_or(after.len());
    let word = BStr::new(&after[..end]).to_string();
    if let Some(tag) = after.strip_prefix(b"out<<") {
        return Line::Block { tag: tag.trim().to_str_lossy().into_owned(), prefix: prefix() };
    }
    let Some(value) = after[end..].strip_prefix(b":") else { return Line::Program };
    let value = value.strip_prefix(b" ").unwrap_or(value);
    if let Some(known) = WORDS.into_iter().find(|known| *known == word) {
        return Line::Word { word: known, value, prefix: prefix() };
    }
    match suggestion(&word, WORDS.into_iter().chain(FLAGS)) {
        Some(meant) => Line::Misspelt { word, meant },
        None if FLAGS.contains(&word.as_str()) => {
            Line::Misspelt { meant: FLAGS[usize::from(word == "clean")], word }
        }
        None => Line::Program,
    }
}

impl Open {
    fn new(line: usize, invocation: Option<Invocation>) -> Open {
        Open {
            line,
            invocation,
            name: None,
            out: None,
            oneof: Vec::new(),
            silent: false,
            clean: false,
            err: Vec::new(),
            diag: None,
            warn: Vec::new(),
            exit: None,
            signal: None,
            stdin: None,
            env: Vec::new(),
            timeout: None,
            tags: Vec::new(),
            skip: Vec::new(),
            xfail: Vec::new(),
            normalize: Vec::new(),
            notes: Vec::new(),
            edit: Edit { after: line, ..Edit::default() },
        }
    }

    fn into_case(self, suite: &Suite) -> Result<(Case, Option<String>), String> {
        let expectation = self.expectation(suite)?;
        let case = Case {
            name: String::new(),
            program: 0,
            line: self.line,
            invocation: self.invocation.unwrap_or(Invocation::Check),
            stdin: self.stdin,
            env: self.env,
            timeout: self.timeout,
            expectation,
            normalize: self.normalize,
            tags: self.tags,
            skip: self.skip,
            xfail: self.xfail,
            notes: self.notes,
            edit: self.edit,
        };
        Ok((case, self.name))
    }

    fn expectation(&self, suite: &Suite) -> Result<Option<Expectation>, String> {
        use crate::config::Expect;
        let says_nothing = self.edit.lines.is_empty();
        if matches!(self.invocation, Some(Invocation::Scale(_))) {
            let message = "a `scale:` case states a growth; what it prints belongs to a `run:` case";
            return if says_nothing { Ok(None) } else { Err(message.into()) };
        }
        match suite.expect {
            Expect::Consensus | Expect::Oracle(_) if says_nothing => return Ok(None),
            Expect::Consensus | Expect::Oracle(_) => {
                return Err(
                    "this suite takes its expectations from the engines; remove the expected results".into(),
                );
            }
            Expect::Annotations | Expect::Sidecar if says_nothing => {
                return Err(
                    "the case expects nothing; write `out:`, `silent`, `err:`, `diag:` or `exit:`".into()
                );
            }
            Expect::Annotations | Expect::Sidecar => {}
        }
        if self.silent && self.out.is_some() {
            return Err("`silent` and `out:` contradict each other".into());
        }
        if !self.oneof.is_empty() && (self.silent || self.out.is_some()) {
            return Err("`oneof:` lists every permitted output; remove `out:` or `silent`".into());
        }
        Ok(Some(Expectation { stdout: self.stdout(), exit: self.exit(suite)?, stderr: self.stderr() }))
    }

    fn stdout(&self) -> Stdout {
        let says_only_warning = self.err.is_empty() && self.diag.is_none() && self.exit.is_none();
        match &self.out {
            Some(out) => Stdout::Exactly(out.clone()),
            None if self.silent => Stdout::Exactly(Vec::new()),
            None if !self.oneof.is_empty() => Stdout::OneOf(self.oneof.clone()),
            // `warn:` and `clean` say nothing about output; a failure that states no output has none.
            None if says_only_warning => Stdout::Any,
            None => Stdout::Exactly(Vec::new()),
        }
    }

    fn exit(&self, suite: &Suite) -> Result<Exit, String> {
        if let Some(signal) = self.signal {
            return Ok(Exit::Signal(signal));
        }
        if let Some(status) = self.exit {
            return Ok(Exit::Status(status));
        }
        if let Some(code) = &self.diag {
            let rule = suite.diag_exit.iter().find(|rule| rule.pattern.is_match(code.as_bytes()));
            return rule.map(|rule| Exit::Status(rule.exit)).ok_or_else(|| {
                format!(
                    "no `diag_exit` rule of suite `{}` covers {code}; add one or write `exit:`",
                    suite.name
                )
            });
        }
        Ok(Exit::Status(i32::from(!self.err.is_empty())))
    }

    fn stderr(&self) -> Vec<StderrRule> {
        let lines = self.err.iter().cloned().map(StderrRule::Line);
        let error = self.diag.iter().cloned().map(StderrRule::FirstError);
        let warnings = self.warn.iter().cloned().map(StderrRule::Warning);
        lines.chain(error).chain(warnings).chain(self.clean.then_some(StderrRule::Clean)).collect()
    }
}

#[cfg(test)]
mod tests;

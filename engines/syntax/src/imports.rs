//! A program and the files it imports (2.5).
//!
//! Each file is parsed on its own; the declarations of an imported file take the place of the `use`. Names that are
//! declared twice after merging are the checker's to report.

use std::collections::HashSet;
use std::vec;

use crate::ast::{AliasDecl, Function, Name, Program, RecordDecl};
use crate::diagnostic::Diagnostic;
use crate::span::{Source, SourceId};
use crate::suggest::suggest;
use crate::{MergePoint, Parse, Use, parse};

/// No program imports more files than this, repetitions counted; a few files that import each other twice would
/// otherwise grow without bound.
const FILES_MAX: usize = 1000;

/// No more errors than this are reported about the imports of one file.
const ERRORS_MAX: usize = 20;

/// Chains of imports are not longer than this.
const CHAIN_MAX: usize = 100;

/// How the text of an imported file is found.
pub trait Loader {
    /// The file that `path`, as written in a `use` of the file named `importing`, denotes: its name and its text.
    ///
    /// The name is shown to people and tells files apart, so one file must always get the same name, the main
    /// file's being that of its [`Source`].
    ///
    /// # Errors
    /// If there is no such file, or it cannot be read, or it is not text.
    fn load(&self, importing: &str, path: &str) -> Result<(String, String), LoadError>;
}

/// Why a file could not be loaded, as a fragment that fits after "cannot import: ".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    pub reason: String,
}

/// A program with everything it imports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedProgram {
    pub program: Program,
    /// All files, in the order in which they were read; the main one first.
    pub sources: Vec<Source>,
    /// Those of an imported file stand where its `use` stands.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses `main` and what it imports. Without a loader the program is text that was not read from a file, and cannot
/// import anything (`ILO-P017`).
pub fn parse_program(main: Source, loader: Option<&dyn Loader>) -> ParsedProgram {
    let mut linker = Linker { loader, sources: Vec::new(), importing: Vec::new(), is_halted: false };
    let (program, diagnostics) = linker.file(main);
    ParsedProgram { program, sources: linker.sources, diagnostics }
}

struct Linker<'l> {
    loader: Option<&'l dyn Loader>,
    sources: Vec<Source>,
    /// The files that are being imported, outermost first, each with the name that identifies it.
    importing: Vec<String>,
    /// A lexical error stops processing at once (9.1).
    is_halted: bool,
}

impl Linker<'_> {
    fn file(&mut self, source: Source) -> (Program, Vec<Diagnostic>) {
        let id = SourceId(self.sources.len() as u16);
        let Parse { program: mut own, uses, diagnostics } = parse(&source.text, id);
        self.is_halted |= diagnostics.iter().any(|d| d.code.starts_with("ILO-L"));
        let name = source.name.clone();
        self.importing.push(normal_path(&name));
        self.sources.push(source);

        let mut reported = Vec::new();
        let mut waiting = diagnostics.into_iter().peekable();
        let mut merge = Merge::new(&mut own);
        for import in uses {
            if self.is_halted || reported.len() >= ERRORS_MAX {
                break;
            }
            let stands_before = |d: &Diagnostic| d.span.is_none_or(|span| span.start < import.span.start);
            while let Some(diagnostic) = waiting.next_if(stands_before) {
                reported.push(diagnostic);
            }
            let (imported, mut found) = self.import(&name, &import);
            reported.append(&mut found);
            merge.insert(import.at, imported);
        }
        reported.extend(waiting);
        self.importing.pop();
        (merge.finish(), reported)
    }

    fn import(&mut self, importing: &str, import: &Use) -> (Program, Vec<Diagnostic>) {
        let failed = |error: Diagnostic| {
            // What could not be read may declare anything: names of the selection are not reported as undefined.
            let broken_names = import.names.iter().flatten().map(|name| name.text.clone()).collect();
            (Program { broken_names, ..Program::default() }, vec![error])
        };
        let source = match self.load(importing, import) {
            Ok(source) => source,
            Err(error) => return failed(*error),
        };
        let (program, mut diagnostics) = self.file(source);
        match &import.names {
            None => (program, diagnostics),
            Some(names) => {
                let mut missing = Vec::new();
                let program = select(program, names, &import.path, &mut missing);
                if !self.is_halted {
                    diagnostics.append(&mut missing);
                }
                (program, diagnostics)
            }
        }
    }

    fn load(&self, importing: &str, import: &Use) -> Result<Source, Box<Diagnostic>> {
        let error = |code, message: String| Diagnostic::error(code, import.span, message);
        let Some(loader) = self.loader else {
            return Err(error("ILO-P017", "only a program that is a file can import".into())
                .with_help("put the program into a file")
                .into());
        };
        if self.sources.len() >= FILES_MAX || self.importing.len() > CHAIN_MAX {
            return Err(error("ILO-P017", format!("too many imports (at most {FILES_MAX} files)")).into());
        }
        let (name, text) = loader.load(importing, &import.path).map_err(|failure| {
            error("ILO-P017", format!("cannot import \"{}\": {}", import.path, failure.reason))
                .with_note("the path is relative to the importing file")
        })?;
        let identity = normal_path(&name);
        if let Some(first) = self.importing.iter().position(|other| *other == identity) {
            let mut chain = self.importing[first..].join(" → ");
            chain.push_str(" → ");
            chain.push_str(&identity);
            return Err(error("ILO-P018", format!("\"{}\" is already being imported", import.path))
                .with_note(format!("the cycle is {chain}"))
                .into());
        }
        Ok(Source { name, text })
    }
}

/// A file's own declarations and, between them, the imported ones.
struct Merge {
    functions: vec::IntoIter<Function>,
    records: vec::IntoIter<RecordDecl>,
    aliases: vec::IntoIter<AliasDecl>,
    /// How many of the file's own declarations have been merged.
    taken: MergePoint,
    merged: Program,
}

impl Merge {
    /// Takes everything out of `own`.
    fn new(own: &mut Program) -> Merge {
        let own = std::mem::take(own);
        Merge {
            functions: own.functions.into_iter(),
            records: own.records.into_iter(),
            aliases: own.aliases.into_iter(),
            taken: MergePoint::default(),
            merged: Program { broken_names: own.broken_names, ..Program::default() },
        }
    }

    /// Adds the own declarations before `point`, then all of `imported`.
    fn insert(&mut self, point: MergePoint, mut imported: Program) {
        let Merge { functions, records, aliases, taken, merged } = self;
        merged.functions.extend(functions.take(point.functions - taken.functions));
        merged.records.extend(records.take(point.records - taken.records));
        merged.aliases.extend(aliases.take(point.aliases - taken.aliases));
        *taken = point;
        merged.functions.append(&mut imported.functions);
        merged.records.append(&mut imported.records);
        merged.aliases.append(&mut imported.aliases);
        merged.broken_names.append(&mut imported.broken_names);
    }

    fn finish(mut self) -> Program {
        self.merged.functions.extend(self.functions);
        self.merged.records.extend(self.records);
        self.merged.aliases.extend(self.aliases);
        self.merged
    }
}

/// Only the named declarations; a name that is not there is `ILO-P019`.
fn select(mut program: Program, names: &[Name], path: &str, missing: &mut Vec<Diagnostic>) -> Program {
    let known: HashSet<String> = (program.functions.iter().map(|f| &f.name.text))
        .chain(program.records.iter().map(|r| &r.name.text))
        .chain(program.aliases.iter().map(|a| &a.name.text))
        .chain(&program.broken_names)
        .cloned()
        .collect();
    for name in names {
        if !known.contains(&name.text) {
            program.broken_names.push(name.text.clone());
            if missing.len() < ERRORS_MAX {
                missing.push(not_declared(name, path, &known));
            }
        }
    }
    let selected: HashSet<&str> = names.iter().map(|name| name.text.as_str()).collect();
    program.functions.retain(|f| selected.contains(f.name.text.as_str()));
    program.records.retain(|r| selected.contains(r.name.text.as_str()));
    program.aliases.retain(|a| selected.contains(a.name.text.as_str()));
    program.broken_names.retain(|name| selected.contains(name.as_str()));
    program
}

fn not_declared(name: &Name, path: &str, known: &HashSet<String>) -> Diagnostic {
    // Sorted, so that of two equally near names the same one is suggested on every run.
    let mut candidates: Vec<&str> = known.iter().map(String::as_str).collect();
    candidates.sort_unstable();
    let message = format!("\"{path}\" declares no `{}`", name.text);
    let mut error = Diagnostic::error("ILO-P019", name.span, message);
    error.help = suggest(&name.text, candidates.into_iter()).map(|near| format!("did you mean `{near}`?"));
    error
}

/// `a/./b/../c` → `a/c`: so that one file has one identity even if the loader does not tidy its paths.
fn normal_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for (i, part) in path.split('/').enumerate() {
        match part {
            "." => {}
            "" if i > 0 => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

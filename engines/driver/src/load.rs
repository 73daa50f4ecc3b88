//! From the command line's word to a checked program.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use ilo4_check::hir;
use ilo4_check::types::Type;
use ilo4_engine::Program;
use ilo4_syntax::{
    Diagnostic, LoadError, Loader, ParsedProgram, Source, Span, ast, decode, parse_program, render, to_json,
};

/// The name of program text that was given directly.
const TEXT_NAME: &str = "<text>";

/// Reads imported files, relative to the importing one.
struct Files;

impl Loader for Files {
    fn load(&self, importing: &str, path: &str) -> Result<(String, String), LoadError> {
        let directory = Path::new(importing).parent().unwrap_or(Path::new(""));
        let file = directory.join(path);
        let failed = |reason: String| LoadError { reason };
        let bytes = fs::read(&file).map_err(|error| failed(error.to_string()))?;
        let text = decode(&bytes).map_err(|diagnostic| failed(diagnostic.message))?;
        Ok((file.to_string_lossy().into_owned(), text))
    }
}

/// A program as far as it could be understood.
pub struct Loaded {
    pub ast: ast::Program,
    pub sources: Vec<Source>,
    pub diagnostics: Vec<Diagnostic>,
    /// None if there is an error.
    pub hir: Option<hir::Program>,
    /// What the declared functions' bodies yield, in order.
    pub body_types: Vec<Type>,
}

impl Loaded {
    pub fn has_error(&self) -> bool {
        self.hir.is_none()
    }

    /// Writes every diagnostic to standard error.
    pub fn report(&self) {
        report(&self.diagnostics, &self.sources);
    }

    /// Writes every diagnostic as a line of JSON to standard output.
    pub fn report_json(&self) {
        for diagnostic in &self.diagnostics {
            println!("{}", to_json(diagnostic, &self.sources));
        }
    }
}

/// Writes diagnostics to standard error.
pub fn report<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>, sources: &[Source]) {
    let colour = colour(io::stderr().is_terminal());
    for diagnostic in diagnostics {
        eprint!("{}", render(diagnostic, sources, colour));
    }
}

/// Should a stream be coloured? `NO_COLOR` (no-color.org) and dumb terminals decide against it.
fn colour(is_terminal: bool) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The bytes of a program: of the file, of standard input for `-`, or the text itself where no such file exists; with its
/// name, and whether it is a file.
pub fn read(word: &str) -> io::Result<(String, Vec<u8>, bool)> {
    if word == "-" {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        return Ok((TEXT_NAME.to_owned(), bytes, false));
    }
    let path = PathBuf::from(word);
    match fs::read(&path) {
        Ok(bytes) => Ok((word.to_owned(), bytes, true)),
        Err(error) if names_a_file(word) => Err(error),
        Err(_) => Ok((TEXT_NAME.to_owned(), word.as_bytes().to_vec(), false)),
    }
}

/// Does it look like the name of a file rather than like a program? Program text has a `>` in each header.
fn names_a_file(word: &str) -> bool {
    Path::new(word).exists() || (!word.contains('>') && !word.contains([' ', '\n', ';']))
}

/// Reads, parses and checks.
///
/// # Errors
/// If the file cannot be read. Everything wrong with the program is a diagnostic.
pub fn load(word: &str) -> anyhow::Result<Loaded> {
    let (name, bytes, is_file) = read(word).map_err(|error| anyhow::anyhow!("{word}: {error}"))?;
    let text = match decode(&bytes) {
        Ok(text) => text,
        Err(diagnostic) => {
            let sources = vec![Source { name, text: String::from_utf8_lossy(&bytes).into_owned() }];
            return Ok(Loaded {
                ast: ast::Program::default(),
                sources,
                diagnostics: vec![diagnostic],
                hir: None,
                body_types: Vec::new(),
            });
        }
    };
    Ok(analyse(Source { name, text }, is_file))
}

/// Parses and checks. `may_import`: the source's name is a path that imports are relative to.
pub fn analyse(source: Source, may_import: bool) -> Loaded {
    let loader: Option<&dyn Loader> = if may_import { Some(&Files) } else { None };
    let ParsedProgram { program, sources, mut diagnostics } = parse_program(source, loader);
    let parsed = !diagnostics.iter().any(Diagnostic::is_error);
    let checked = ilo4_check::check(&program);
    diagnostics.extend(checked.diagnostics);
    let hir = checked.program.filter(|_| parsed);
    Loaded { ast: program, sources, diagnostics, hir, body_types: checked.body_types }
}

/// A program that has been accepted.
pub struct Ready {
    /// In the forms that engines read.
    pub program: Program,
    pub sources: Vec<Source>,
    /// The warnings, rendered without colour.
    pub warnings: String,
}

/// Who tells the user about warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warnings {
    Report,
    /// The caller does, or what it makes of the program.
    Leave,
}

/// Reads, parses, checks and lowers. `None` if the program was rejected; then everything is reported.
///
/// # Errors
/// As for [`load`].
pub fn load_program(word: &str, warnings: Warnings) -> anyhow::Result<Option<Ready>> {
    let loaded = load(word)?;
    if warnings == Warnings::Report || loaded.has_error() {
        loaded.report();
    }
    let Loaded { sources, diagnostics, hir, .. } = loaded;
    let warnings = diagnostics.iter().map(|diagnostic| render(diagnostic, &sources, false)).collect();
    Ok(hir.map(|hir| Ready { program: Program::new(hir), sources, warnings }))
}

/// The source excerpt of a place, as it is printed below a fault's first line.
pub fn excerpt_of(span: Span, sources: &[Source]) -> Option<String> {
    let rendered = render(&Diagnostic::error("", span, ""), sources, false);
    rendered.split_once('\n').map(|(_, excerpt)| excerpt.to_owned())
}

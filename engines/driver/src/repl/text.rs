//! The program text of a session, and how entries become part of it.

use ilo4_syntax::token::TokenKind;
use ilo4_syntax::{Diagnostic, Form, Parse, Source, SourceId, Span, format, parse};

use crate::load;

/// The function that statements are put into.
pub const ENTRY: &str = "repl-entry";

/// The name under which the session's text appears in diagnostics.
const NAME: &str = "<session>";

/// What tells declarations apart: functions and types have a name space each, imports their path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Function(String),
    Type(String),
    Import(String),
}

/// A declaration as it was written.
#[derive(Clone, Debug)]
pub struct Declaration {
    pub key: Key,
    pub text: String,
}

/// What an entry was rejected with, and the text that the places refer to.
pub struct Rejection {
    diagnostics: Vec<Diagnostic>,
    text: String,
}

impl Rejection {
    fn new(text: String, from: usize, message: &str) -> Rejection {
        let span = Span::new(SourceId(0), from, text.trim_end().len());
        Rejection { diagnostics: vec![Diagnostic::error("ILO-P001", span, message)], text }
    }

    pub fn report(self) {
        load::report(&self.diagnostics, &[source(self.text)]);
    }
}

pub fn source(text: String) -> Source {
    Source { name: NAME.to_owned(), text }
}

/// What has been entered and kept.
#[derive(Clone, Debug, Default)]
pub struct Text {
    pub declarations: Vec<Declaration>,
    /// Statements that are run before each entry, in the dense form: one line each.
    pub bindings: Vec<String>,
}

impl Text {
    pub fn declarations(&self) -> String {
        self.declarations.iter().map(|declaration| format!("{}\n\n", declaration.text)).collect()
    }

    /// The whole program with `statements` behind the bindings, and where they start.
    pub fn with(&self, statements: &str) -> (String, usize) {
        let mut text = format!("{}{ENTRY}>_\n", self.declarations());
        for binding in &self.bindings {
            text.extend(["  ", binding, "\n"]);
        }
        text.push_str("  ");
        let start = text.len();
        text.extend([statements, "\n"]);
        (text, start)
    }

    /// For people: the declarations in the expanded form, then the bindings, a line each.
    pub fn listing(&self) -> String {
        let declarations = self.declarations();
        // All of it has been parsed; should formatting fail, the text as it is serves as well.
        let mut listing = format(&declarations, Form::Expanded).unwrap_or(declarations);
        if !listing.is_empty() && !self.bindings.is_empty() {
            listing.push('\n');
        }
        self.bindings.iter().for_each(|binding| listing.extend([binding, "\n"]));
        listing
    }

    /// The declarations in `entry`, whose first token is at `first`.
    ///
    /// # Errors
    /// What is wrong with it as declarations.
    pub fn parse_declarations(&self, entry: &str, first: usize) -> Result<Vec<Declaration>, Rejection> {
        let before = self.declarations();
        let text = format!("{before}{entry}\n");
        let parsed = parse(&text, SourceId(0));
        let found = declarations(&parsed, &text, before.len());
        if !parsed.diagnostics.is_empty() {
            return Err(Rejection { diagnostics: parsed.diagnostics, text });
        }
        // The first one must start the entry: an expression could also continue the declaration before it.
        match found.first() {
            Some((start, _)) if *start == before.len() + first => {
                Ok(found.into_iter().map(|(_, declaration)| declaration).collect())
            }
            _ => Err(Rejection::new(text, before.len() + first, "expected a declaration")),
        }
    }

    /// `entry` as statements on one line.
    ///
    /// # Errors
    /// What is wrong with it as statements.
    pub fn parse_statements(&self, entry: &str) -> Result<String, Rejection> {
        let (text, start) = self.with(entry);
        let parsed = parse(&text, SourceId(0));
        if !parsed.diagnostics.is_empty() {
            return Err(Rejection { diagnostics: parsed.diagnostics, text });
        }
        if let Some((from, _)) = declarations(&parsed, &text, start).first() {
            let message = "statements and declarations cannot be mixed in one entry";
            return Err(Rejection::new(text, *from, message));
        }
        let dense = format(&text, Form::Dense).unwrap_or_default();
        let replayed: String = self.bindings.iter().map(|binding| format!("{binding};")).collect();
        let statements = dense
            .lines()
            .last()
            .and_then(|line| line.strip_prefix(ENTRY)?.strip_prefix(">_;")?.strip_prefix(&replayed));
        match statements {
            Some(statements) => Ok(statements.to_owned()),
            None => Err(Rejection::new(text, start, "this continues what was entered before")),
        }
    }
}

/// Do the tokens start like a declaration: with a word of one, or with a name before `>` or before a parameter?
pub fn looks_declared(kinds: &[TokenKind]) -> bool {
    use TokenKind::{Colon, Greater, Identifier, Tool, Type, Use};
    matches!(kinds, [Type | Tool | Use, ..] | [Identifier, Greater, ..] | [Identifier, Identifier, Colon, ..])
}

/// The declarations that start at or behind `from`, with their places, in order.
fn declarations(parsed: &Parse, text: &str, from: usize) -> Vec<(usize, Declaration)> {
    let program = &parsed.program;
    let functions = program.functions.iter().map(|f| (f.span, Key::Function(f.name.text.clone())));
    let records = program.records.iter().map(|r| (r.span, Key::Type(r.name.text.clone())));
    let aliases = program.aliases.iter().map(|a| (a.span, Key::Type(a.name.text.clone())));
    let imports = parsed.uses.iter().map(|u| (u.span, Key::Import(u.path.clone())));
    let all = functions.chain(records).chain(aliases).chain(imports);
    let mut found: Vec<(usize, Declaration)> = all
        .filter(|(span, _)| span.start as usize >= from)
        .map(|(span, key)| {
            let (start, end) = (span.start as usize, span.end as usize);
            (start, Declaration { key, text: text[start..end].to_owned() })
        })
        .collect();
    found.sort_by_key(|(start, _)| *start);
    found
}

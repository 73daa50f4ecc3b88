//! Lines → entries: from a terminal with editing and history, or from a pipe.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

use anyhow::Context;
use ilo4_syntax::{SourceId, parse};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

/// Where entries come from.
pub enum Input {
    Terminal(Box<DefaultEditor>),
    Pipe,
}

impl Input {
    /// Standard input. A history that cannot be read is an empty one.
    ///
    /// # Errors
    /// If the terminal cannot be used.
    pub fn open() -> anyhow::Result<Input> {
        if !io::stdin().is_terminal() {
            return Ok(Input::Pipe);
        }
        let mut editor = DefaultEditor::new().context("the terminal cannot be used")?;
        if let Some(path) = history_path() {
            let _ = editor.load_history(&path);
        }
        Ok(Input::Terminal(Box::new(editor)))
    }

    pub fn is_terminal(&self) -> bool {
        matches!(self, Input::Terminal(_))
    }

    /// The next entry; `None` at the end of the input.
    ///
    /// # Errors
    /// If the input cannot be read.
    pub fn entry(&mut self) -> anyhow::Result<Option<String>> {
        let mut entry = Entry::default();
        loop {
            match self.line(entry.text.is_empty())? {
                Line::Text(line) => {
                    if !entry.add(&line) {
                        break;
                    }
                }
                Line::Interrupted => entry = Entry::default(),
                Line::End if entry.text.is_empty() => return Ok(None),
                Line::End => break,
            }
        }
        if let Input::Terminal(editor) = self
            && !entry.text.trim().is_empty()
        {
            let _ = editor.add_history_entry(entry.text.as_str());
        }
        Ok(Some(entry.text))
    }

    fn line(&mut self, is_first: bool) -> anyhow::Result<Line> {
        match self {
            Input::Pipe => {
                let mut line = String::new();
                let length = io::stdin().lock().read_line(&mut line).context("standard input")?;
                Ok(if length == 0 { Line::End } else { Line::Text(line) })
            }
            Input::Terminal(editor) => match editor.readline(if is_first { "ilo> " } else { "...> " }) {
                Ok(line) => Ok(Line::Text(line)),
                Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
                Err(ReadlineError::Eof) => Ok(Line::End),
                Err(error) => Err(error).context("the terminal"),
            },
        }
    }

    /// Keeps the history; that it cannot be kept is no reason to complain at the end.
    pub fn close(&mut self) {
        if let (Input::Terminal(editor), Some(path)) = (self, history_path()) {
            let _ = path.parent().map(std::fs::create_dir_all);
            let _ = editor.save_history(&path);
        }
    }
}

enum Line {
    Text(String),
    /// Ctrl-C: the entry is dropped.
    Interrupted,
    End,
}

/// By the XDG conventions.
fn history_path() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("ilo4/history"))
}

/// The lines of an entry so far.
#[derive(Default)]
struct Entry {
    text: String,
    /// It started with the header of a function alone: the body follows, up to an empty line.
    is_block: bool,
}

impl Entry {
    /// Adds a line; does the entry go on?
    fn add(&mut self, line: &str) -> bool {
        let line = line.trim_end_matches(['\n', '\r']);
        let is_in_text = ending(&self.text) == Ending::InText;
        if !self.text.is_empty() {
            if line.trim().is_empty() && !is_in_text {
                return false;
            }
            self.text.push('\n');
            // A declaration does not go on in the first column; in a text every blank counts.
            if !is_in_text {
                self.text.push_str("  ");
            }
        }
        self.is_block |= self.text.is_empty() && is_header(line);
        self.text.push_str(line);
        match ending(&self.text) {
            _ if self.text.trim_start().starts_with(':') => false,
            Ending::Complete => self.is_block,
            Ending::InText | Ending::Open => true,
            Ending::Backslash => {
                self.text.truncate(self.text.trim_end().len() - 1);
                true
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Complete,
    InText,
    /// A bracket is open, or a `;` is last.
    Open,
    Backslash,
}

/// Does `line` hold a function without a body, as a function in the expanded form starts?
fn is_header(line: &str) -> bool {
    let parsed = parse(line, SourceId(0));
    let bodies: Vec<bool> =
        parsed.program.functions.iter().map(|function| function.body.statements.is_empty()).collect();
    parsed.diagnostics.is_empty() && bodies.last() == Some(&true) && ending(line) == Ending::Complete
}

/// How a text that may be incomplete ends.
fn ending(text: &str) -> Ending {
    let mut open = 0_i32;
    let mut last = ' ';
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' if !skip_text(&mut rest) => return Ending::InText,
            '-' if rest.as_str().starts_with('-') => {
                rest = rest.as_str().trim_start_matches(|c| c != '\n').chars();
                continue;
            }
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            _ => {}
        }
        if !c.is_whitespace() {
            last = c;
        }
    }
    match last {
        // Only at the very end: elsewhere it is an error for the lexer to report.
        '\\' if text.trim_end().ends_with('\\') => Ending::Backslash,
        ';' => Ending::Open,
        _ if open > 0 => Ending::Open,
        _ => Ending::Complete,
    }
}

/// Moves behind the closing quote; false if there is none.
fn skip_text(rest: &mut std::str::Chars) -> bool {
    while let Some(c) = rest.next() {
        match c {
            '"' => return true,
            '\\' => {
                rest.next();
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], expected: &str) {
        let mut entry = Entry::default();
        let (last, before) = lines.split_last().expect("a line");
        before.iter().for_each(|line| assert!(entry.add(line), "{line:?} ends the entry"));
        assert!(!entry.add(last), "{last:?} does not end the entry");
        assert_eq!(entry.text, expected);
    }

    #[test]
    fn an_entry_is_complete_when_nothing_is_open() {
        check(&["f 1 -- ( \" ; \\"], "f 1 -- ( \" ; \\");
        check(&["f x:n>n;", "*x 2"], "f x:n>n;\n  *x 2");
        check(&["f x:n>n; -- why", "x;", ""], "f x:n>n; -- why\n  x;");
        check(&["f x:n>n \\", "  *x 2"], "f x:n>n \n    *x 2");
        check(&["[1", "2]"], "[1\n  2]");
        check(&["=1 1{", "2", "}"], "=1 1{\n  2\n  }");
        check(&["\"a;\\", "", "b\""], "\"a;\\\n\nb\"");
        check(&["f x:n>n", "y=*x 2", ""], "f x:n>n\n  y=*x 2");
        check(
            &["f x:n>n -- why", "  @i 0..x{", "prnt i", "}", "x", ""],
            "f x:n>n -- why\n    @i 0..x{\n  prnt i\n  }\n  x",
        );
        check(&["f x:n"], "f x:n");
        check(&["a=1"], "a=1");
        check(&["}"], "}");
        check(&[":type ("], ":type (");
    }
}

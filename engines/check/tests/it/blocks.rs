//! The `ilo` blocks of the language documents: every one is a program with its expectations.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ilo4_check::Checked;
use ilo4_syntax::{Diagnostic, LoadError, Loader, Source, parse_program};

/// One block, as far as the static check is concerned.
pub struct Block {
    /// Document and line of the opening fence.
    pub place: String,
    pub files: BTreeMap<String, String>,
    /// The code of the first `diag` line, if it is not about a run.
    pub first_error: Option<String>,
    pub warnings: BTreeSet<String>,
    pub is_clean: bool,
}

pub const MAIN: &str = "main.ilo";

impl Block {
    fn new(place: String, lines: &[&str]) -> Block {
        let mut block = Block {
            place,
            files: BTreeMap::new(),
            first_error: None,
            warnings: BTreeSet::new(),
            is_clean: false,
        };
        let mut file = MAIN.to_string();
        for line in lines {
            if let Some(name) = line.strip_prefix("-- file: ") {
                file = name.to_string();
                block.files.entry(file.clone()).or_default();
            } else if let Some(code) = line.strip_prefix("-- diag: ") {
                if !code.starts_with("ILO-R") {
                    block.first_error.get_or_insert_with(|| code.trim().to_string());
                }
            } else if let Some(code) = line.strip_prefix("-- warn: ") {
                block.warnings.insert(code.trim().to_string());
            } else if *line == "-- clean" {
                block.is_clean = true;
            } else if !is_directive(line) {
                let text = block.files.entry(file.clone()).or_default();
                text.push_str(line);
                text.push('\n');
            }
        }
        block
    }

    /// Parses and checks; all diagnostics in the order in which they are reported.
    pub fn check(&self) -> (Checked, Vec<Diagnostic>) {
        let main = Source { name: MAIN.into(), text: self.files[MAIN].clone() };
        let parsed = parse_program(main, Some(&Files(&self.files)));
        let checked = ilo4_check::check(&parsed.program);
        let all = parsed.diagnostics.into_iter().chain(checked.diagnostics.iter().cloned()).collect();
        (checked, all)
    }
}

fn is_directive(line: &str) -> bool {
    const WORDS: [&str; 6] = ["run:", "main:", "out:", "err:", "differs:", "silent"];
    line.strip_prefix("-- ").is_some_and(|rest| WORDS.iter().any(|word| rest.starts_with(word)))
}

/// Files in memory, all in one folder.
pub struct Files<'a>(pub &'a BTreeMap<String, String>);

impl Loader for Files<'_> {
    fn load(&self, _importing: &str, path: &str) -> Result<(String, String), LoadError> {
        match self.0.get(path) {
            Some(text) => Ok((path.to_string(), text.clone())),
            None => Err(LoadError { reason: "no such file".into() }),
        }
    }
}

/// All blocks of all documents.
pub fn all() -> Vec<Block> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/language");
    let mut blocks = Vec::new();
    for document in ["syntax-and-semantics.md", "builtins.md"] {
        let text =
            fs::read_to_string(folder.join(document)).expect("the language documents are in the repository");
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            if line == "```ilo" {
                let body: Vec<&str> =
                    lines.by_ref().map(|(_, line)| line).take_while(|l| *l != "```").collect();
                blocks.push(Block::new(format!("{document}:{}", number + 1), &body));
            }
        }
    }
    assert!(blocks.len() > 400, "only {} blocks found: the extractor is broken", blocks.len());
    blocks
}

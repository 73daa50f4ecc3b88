//! The `ilo` blocks of the language documents: every one is a program with its expectations.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ilo4_syntax::{LoadError, Loader, ParsedProgram, Source, parse_program};

/// One block, its directive lines taken apart.
pub struct Block {
    /// Document and line of the opening fence.
    pub place: String,
    pub files: BTreeMap<String, String>,
    /// The code of the first `diag` line.
    pub first_code: Option<String>,
}

pub const MAIN: &str = "main.ilo";

impl Block {
    fn new(place: String, lines: &[&str]) -> Block {
        let mut block = Block { place, files: BTreeMap::new(), first_code: None };
        let mut file = MAIN.to_string();
        for line in lines {
            if let Some(name) = line.strip_prefix("-- file: ") {
                file = name.to_string();
                block.files.entry(file.clone()).or_default();
            } else if let Some(code) = line.strip_prefix("-- diag: ") {
                block.first_code.get_or_insert_with(|| code.trim().to_string());
            } else if !is_directive(line) {
                let text = block.files.entry(file.clone()).or_default();
                text.push_str(line);
                text.push('\n');
            }
        }
        block
    }

    pub fn parse(&self) -> ParsedProgram {
        let main = Source { name: MAIN.into(), text: self.files[MAIN].clone() };
        parse_program(main, Some(&Files(&self.files)))
    }
}

fn is_directive(line: &str) -> bool {
    const WORDS: [&str; 8] = ["run:", "main:", "out:", "err:", "warn:", "differs:", "silent", "clean"];
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

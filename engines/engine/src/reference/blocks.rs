//! The machine-checked blocks of a language document (section 0 of the syntax document).

/// A fenced block tagged `ilo`: a program, its files, and what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Block {
    /// Line of the document on which the block's first line stands, from 1.
    pub line: usize,
    pub program: String,
    /// Name and content of every other file.
    pub files: Vec<(String, String)>,
    pub cases: Vec<Case>,
}

/// One invocation and what it must do.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Case {
    /// Line of the document with the directive that started the case.
    pub line: usize,
    pub invocation: Invocation,
    /// Lines of standard output.
    pub out: Vec<String>,
    /// Lines that must stand in standard error; exit code 1.
    pub err: Vec<String>,
    pub diag: Option<String>,
    pub warn: Vec<String>,
    pub clean: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Invocation {
    /// Only the static check.
    #[default]
    Check,
    /// What follows the name of the program on the command line.
    Run(Vec<String>),
}

/// All blocks of a document, in order.
pub fn extract(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = document.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if line == "```ilo" {
            let body = lines.by_ref().take_while(|(_, line)| *line != "```");
            blocks.push(block(index + 2, body.map(|(index, line)| (index + 1, line))));
        }
    }
    blocks
}

fn block<'a>(line: usize, body: impl Iterator<Item = (usize, &'a str)>) -> Block {
    let mut block = Block { line, ..Block::default() };
    for (number, line) in body {
        match directive(line) {
            Some((name, rest)) => block.apply(number, name, rest),
            None => {
                let text = block.files.last_mut().map_or(&mut block.program, |(_, text)| text);
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    if let Some(main) = block.files.iter().position(|(name, _)| name == "main.ilo") {
        block.program = block.files.remove(main).1;
    }
    block
}

/// Name and operand of a directive line.
fn directive(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("-- ")?;
    let (name, operand) = match rest.split_once(':') {
        Some((name, operand)) => (name, operand.strip_prefix(' ').unwrap_or(operand)),
        None => (rest, ""),
    };
    let known = ["run", "main", "out", "silent", "err", "diag", "warn", "clean", "differs", "file"];
    known.contains(&name).then_some((name, operand))
}

impl Block {
    fn apply(&mut self, line: usize, name: &str, operand: &str) {
        match name {
            "run" | "main" => {
                self.cases.push(Case {
                    line,
                    invocation: Invocation::Run(split_shell(operand)),
                    ..Case::default()
                });
            }
            "file" => self.files.push((operand.to_owned(), String::new())),
            "differs" => {}
            _ => self.expect(line, name, operand),
        }
    }

    fn expect(&mut self, line: usize, name: &str, operand: &str) {
        if self.cases.is_empty() {
            self.cases.push(Case { line, ..Case::default() });
        }
        let Some(case) = self.cases.last_mut() else { return };
        match name {
            "out" => case.out.push(operand.to_owned()),
            "err" => case.err.push(operand.to_owned()),
            "diag" => case.diag = Some(operand.to_owned()),
            "warn" => case.warn.push(operand.to_owned()),
            "clean" => case.clean = true,
            // `silent` says what every case without `out` is held to.
            _ => {}
        }
    }
}

/// Splits like a shell: blanks separate, single quotes keep everything, double quotes everything but `\` before `"` and `\`.
fn split_shell(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' => words.extend(word.take()),
            '\'' => word.get_or_insert_default().extend(chars.by_ref().take_while(|c| *c != '\'')),
            '"' => quoted(&mut chars, word.get_or_insert_default()),
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn quoted(chars: &mut std::str::Chars<'_>, word: &mut String) {
    while let Some(c) = chars.next() {
        match c {
            '"' => return,
            '\\' => match chars.next() {
                Some(c @ ('"' | '\\')) => word.push(c),
                Some(c) => word.extend(['\\', c]),
                None => word.push('\\'),
            },
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_by_a_shell() {
        assert_eq!(
            split_shell(r#"f 'a b' "c \"d\" \n" e\ f '' g"h"i"#),
            ["f", "a b", r#"c "d" \n"#, "e f", "", "ghi"]
        );
        assert!(split_shell("").is_empty());
    }

    #[test]
    fn a_block_has_a_program_and_cases() {
        let document = "x\n```ilo\nf x:n>n;x -- note\n-- run: f 1\n-- out: 1\n-- differs: vm\n-- main: 2\n-- diag: ILO-R002\n```\n";
        let blocks = extract(document);
        assert_eq!((blocks.len(), blocks[0].line), (1, 3));
        assert_eq!(blocks[0].program, "f x:n>n;x -- note\n");
        let run = |words: &[&str]| Invocation::Run(words.iter().map(|word| word.to_string()).collect());
        assert_eq!(
            blocks[0].cases[0],
            Case { line: 4, invocation: run(&["f", "1"]), out: vec!["1".into()], ..Case::default() }
        );
        assert_eq!(blocks[0].cases[1].diag.as_deref(), Some("ILO-R002"));
        assert_eq!(blocks[0].cases[1].invocation, run(&["2"]));
    }

    #[test]
    fn files_stand_beside_the_main_program() {
        let blocks =
            extract("```ilo\n-- file: a.ilo\naa>n;1\n-- file: main.ilo\nuse \"a.ilo\"\n-- clean\n```\n");
        assert_eq!(blocks[0].files, [("a.ilo".to_owned(), "aa>n;1\n".to_owned())]);
        assert_eq!(blocks[0].program, "use \"a.ilo\"\n");
        assert!(blocks[0].cases[0].clean && blocks[0].cases[0].invocation == Invocation::Check);
    }
}

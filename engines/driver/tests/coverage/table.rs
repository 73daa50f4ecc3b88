//! Counting cases by construct.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::path::Path;

use ilo4_builtins::{BUILTINS, Lowering};
use ilo4_syntax::{SourceId, ast, parse};
use parallax::config::Config;
use parallax::corpus::{Case, Exit, Invocation, Program, Source, StderrRule, load};

use crate::constructs::{FORMS, Uses};

/// Suites that count.
const SUITES: [&str; 2] = ["core", "reference"];

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    cases: usize,
    succeed: usize,
    /// Ended with an Err value.
    err: usize,
    fault: usize,
    rejected: usize,
    /// Cases that pass on every engine of the scoreboard.
    passing: usize,
}

pub struct Table {
    rows: BTreeMap<String, Row>,
    engines: usize,
}

impl Table {
    pub fn collect(root: &Path) -> Table {
        let config =
            Config::load(&root.join("parallax.toml"), None).expect("the repository's configuration loads");
        let corpus = load(&config).unwrap_or_else(|errors| panic!("the corpus does not load: {errors:?}"));
        let mut table = Table { rows: expected(root), engines: 0 };
        for suite in corpus.suites.iter().filter(|suite| SUITES.contains(&suite.name.as_str())) {
            let passing = table.passing(root, &suite.name);
            let programs: Vec<Parsed> = suite.programs.iter().map(Parsed::new).collect();
            for case in &suite.cases {
                let passes = passing.get(&case.name).copied().unwrap_or(false);
                table.count(case, &programs[case.program], passes);
            }
        }
        table
    }

    /// By case of the committed scoreboard: does it pass on every engine?
    fn passing(&mut self, root: &Path, suite: &str) -> HashMap<String, bool> {
        let text =
            std::fs::read_to_string(root.join(format!("scoreboards/{suite}.json"))).expect("a scoreboard");
        let scoreboard: serde_json::Value = serde_json::from_str(&text).expect("scoreboards are JSON");
        self.engines = scoreboard["engines"].as_array().map_or(0, Vec::len);
        let cases = scoreboard["cases"].as_array().expect("a scoreboard lists its cases");
        let passes = |case: &serde_json::Value| {
            case["cells"].as_object().is_some_and(|cells| cells.values().all(|verdict| verdict == "PASS"))
        };
        cases
            .iter()
            .map(|case| (case["case"].as_str().unwrap_or_default().to_owned(), passes(case)))
            .collect()
    }

    fn count(&mut self, case: &Case, program: &Parsed, passes: bool) {
        let Some(expectation) = &case.expectation else { return };
        let first_error = expectation.stderr.iter().find_map(|rule| match rule {
            StderrRule::FirstError(code) => Some(code.as_str()),
            _ => None,
        });
        let warnings = expectation.stderr.iter().filter_map(|rule| match rule {
            StderrRule::Warning(code) => Some(code.as_str()),
            _ => None,
        });
        let codes: BTreeSet<String> = first_error.into_iter().chain(warnings).map(str::to_owned).collect();
        for name in program.constructs(&case.invocation).union(&codes) {
            let row = self.rows.entry(name.clone()).or_default();
            row.cases += 1;
            row.passing += usize::from(passes);
            match (first_error, expectation.exit) {
                (Some(code), _) if code.starts_with("ILO-R") => row.fault += 1,
                (Some(_), _) => row.rejected += 1,
                (None, Exit::Status(0)) => row.succeed += 1,
                (None, _) => row.err += 1,
            }
        }
    }

    pub fn at_zero(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter(|(_, row)| row.cases == 0).map(|(name, _)| name.as_str())
    }

    pub fn to_markdown(&self, unreachable: &[(&str, &str)]) -> String {
        let mut out = String::from("# What the corpus covers\n\n");
        let _ = writeln!(
            out,
            "Cases of suites `core` and `reference` whose entry reaches the construct, by how they end; written by \
             `ILO4_BLESS=1 cargo test -p ilo4 --test coverage`.\n*passing*: on all {} engines.\n",
            self.engines
        );
        for (title, prefix) in [
            ("Builtins", "builtin "),
            ("Operators", "operator "),
            ("Statements", "statement "),
            ("Expressions", "expression "),
            ("Patterns", "pattern "),
            ("Diagnostics", "ILO-"),
        ] {
            let _ = writeln!(out, "## {title}\n\n| | cases | succeed | Err | fault | rejected | passing |");
            out.push_str("|---|---:|---:|---:|---:|---:|---:|\n");
            for (name, row) in self.rows.iter().filter(|(name, _)| name.starts_with(prefix)) {
                let shown = if prefix == "ILO-" { name } else { &name[prefix.len()..] };
                let shown = shown.replace('|', "\\|");
                let Row { cases, succeed, err, fault, rejected, passing } = row;
                let _ = writeln!(
                    out,
                    "| `{shown}` | {cases} | {succeed} | {err} | {fault} | {rejected} | {passing} |"
                );
            }
            out.push('\n');
        }
        out.push_str("## No case possible\n\n");
        unreachable.iter().for_each(|(code, reason)| {
            let _ = writeln!(out, "- `{code}`: {reason}");
        });
        out
    }
}

/// A row for everything that must be covered.
fn expected(root: &Path) -> BTreeMap<String, Row> {
    let in_profile = BUILTINS.iter().filter(|builtin| builtin.forms[0].lowering != Lowering::OutsideProfile);
    let builtins = in_profile.map(|builtin| format!("builtin {}", builtin.name));
    let forms = FORMS.iter().map(|form| (*form).to_owned());
    builtins.chain(forms).chain(codes(root)).map(|name| (name, Row::default())).collect()
}

/// The codes in the tables of sections 9.1 to 9.4 of the language document.
fn codes(root: &Path) -> Vec<String> {
    let text =
        std::fs::read_to_string(root.join("docs/language/syntax-and-semantics.md")).expect("the document");
    let start = text.find("### 9.1 ").expect("section 9.1");
    let end = text.find("### 9.5 ").expect("section 9.5");
    let rows = text[start..end].lines().filter_map(|line| line.strip_prefix("| `ILO-"));
    let first_cells = rows.filter_map(|row| row.split('|').next());
    let words = first_cells.flat_map(|cell| cell.split(|c: char| !c.is_ascii_alphanumeric()));
    let is_code = |word: &&str| word.len() == 4 && word[1..].chars().all(|c| c.is_ascii_digit());
    words.filter(is_code).map(|word| format!("ILO-{word}")).collect()
}

/// What the functions of a program use.
struct Parsed {
    functions: HashMap<String, Uses>,
}

impl Parsed {
    fn new(program: &Program) -> Parsed {
        let texts: Vec<String> = match &program.source {
            Source::File(path) => vec![std::fs::read_to_string(path).unwrap_or_default()],
            Source::Written(files) => {
                files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect()
            }
        };
        let parsed = texts.iter().flat_map(|text| parse(text, SourceId(0)).program.functions);
        let uses = |function: ast::Function| (function.name.text, Uses::of(&function.body));
        Parsed { functions: parsed.map(uses).collect() }
    }

    /// The constructs of the functions that the invocation can reach; of all of them without a known entry.
    fn constructs(&self, invocation: &Invocation) -> BTreeSet<String> {
        let mut pending: Vec<&str> = match invocation {
            Invocation::Entry { entry, .. } if self.functions.contains_key(entry) => vec![entry],
            _ => self.functions.keys().map(String::as_str).collect(),
        };
        let (mut seen, mut constructs) = (BTreeSet::new(), BTreeSet::new());
        while let Some(name) = pending.pop() {
            if let Some(uses) = self.functions.get(name).filter(|_| seen.insert(name)) {
                constructs.extend(uses.constructs.iter().cloned());
                pending.extend(uses.names.iter().map(String::as_str));
            }
        }
        constructs
    }
}

//! What most verbs start with: configuration, corpus, filter, past runs.

use std::path::PathBuf;

use anyhow::anyhow;

use super::{Failure, Global, Selection};
use crate::command::Finder;
use crate::config::{Config, suggestion};
use crate::corpus::{self, Corpus};
use crate::filter::{Expression, Filter, Past, cell_name};
use crate::plan::Plan;
use crate::record::RunRecord;
use crate::roster::Roster;

/// A configuration and what the command line says about it.
pub struct Session {
    pub config: Config,
    pub finder: Finder,
}

/// The corpus, read.
pub struct Opened {
    pub corpus: Corpus,
    /// Engines by suite, as configured.
    pub suite_engines: Vec<Vec<String>>,
}

impl Session {
    /// # Errors
    /// A usage failure with the configuration's own message.
    pub fn open(global: &Global) -> Result<Session, Failure> {
        let path = match &global.config {
            Some(path) => path.clone(),
            None => {
                let here = std::env::current_dir()?;
                Config::find(&here).map_err(Failure::usage)?
            }
        };
        let mut config = Config::load(&path, global.profile.as_deref()).map_err(Failure::usage)?;
        let here = std::env::current_dir()?;
        if let Some(output) = &global.output {
            config.output = here.join(output);
        }
        let given = global.bin_dir.iter().map(|dir| here.join(dir));
        let bin_dirs: Vec<PathBuf> = given.chain(config.bin_dirs.iter().cloned()).collect();
        let finder = Finder { workspace: config.workspace.clone(), bin_dirs };
        Ok(Session { config, finder })
    }

    /// Reads the corpus.
    ///
    /// # Errors
    /// A usage failure that lists everything wrong with it.
    pub fn corpus(&self) -> Result<Opened, Failure> {
        let corpus = corpus::load(&self.config).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Failure::usage(anyhow!("the corpus has {} mistakes:\n{}", lines.len(), lines.join("\n")))
        })?;
        let engines = corpus.suites.iter().map(|suite| self.config.suites[suite.index].engines.clone());
        Ok(Opened { suite_engines: engines.collect(), corpus })
    }

    /// The filter that `selection` describes.
    ///
    /// # Errors
    /// A usage failure for unknown names and malformed expressions.
    pub fn filter(&self, selection: &Selection) -> Result<Filter, Failure> {
        let suites: Vec<&str> = self.config.suites.iter().map(|suite| suite.name.as_str()).collect();
        let engines: Vec<&str> = self.config.engines.iter().map(|engine| engine.name.as_str()).collect();
        for (what, names, known) in
            [("suite", &selection.suite, &suites), ("engine", &selection.engine, &engines)]
        {
            if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
                let hint = match suggestion(name, known.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("known are: {}", known.join(", ")),
                };
                return Err(Failure::usage(anyhow!("there is no {what} `{name}`; {hint}")));
            }
        }
        let parse =
            |text: &String| Expression::parse(text).map_err(|message| Failure::usage(anyhow!(message)));
        let mut expression = selection.filter.as_ref().map(parse).transpose()?;
        if selection.failed {
            expression = Some(match expression {
                Some(expression) => Expression::And(Box::new(expression), Box::new(Expression::Failed)),
                None => Expression::Failed,
            });
        }
        let past = if expression.is_some() { self.past() } else { Past::default() };
        Ok(Filter {
            substrings: selection.substrings.clone(),
            suites: selection.suite.clone(),
            engines: selection.engine.clone(),
            expression,
            past,
        })
    }

    pub fn last_record(&self) -> PathBuf {
        self.config.output.join("last/run.json")
    }

    /// What the last run knows; nothing if there was none.
    fn past(&self) -> Past {
        let mut past = Past::default();
        let Ok(run) = RunRecord::read(&self.last_record()) else { return past };
        for suite in &run.suites {
            for case in &suite.cases {
                for (engine, cell) in &case.cells {
                    let name = cell_name(&suite.name, &case.case, engine);
                    if let Some(measured) = &cell.measured {
                        let wall = std::time::Duration::from_micros(measured.wall_us);
                        past.durations.insert(name.clone(), wall);
                    }
                    if cell.verdict.fails() {
                        past.failed.insert(name);
                    }
                }
            }
        }
        past
    }

    /// The engines that `filter` admits, identified.
    pub fn roster(&self, filter: &Filter, extra: &[(String, String, String)]) -> Roster<'_> {
        let chosen = self.config.engines.iter().map(|engine| engine.name.clone());
        let chosen: Vec<String> =
            chosen.filter(|name| filter.engines.is_empty() || filter.engines.contains(name)).collect();
        Roster::assemble(&self.config, &self.finder, &chosen, extra)
    }

    /// The full name, `suite::case`, of the one case that `wanted` means: a name, a place, or a part of either that
    /// only one case has.
    ///
    /// # Errors
    /// A usage failure if it means none or several.
    pub fn one_case(&self, opened: &Opened, wanted: &str) -> Result<String, Failure> {
        let selection = Selection { substrings: vec![wanted.to_string()], ..Selection::default() };
        let filter = self.filter(&selection)?;
        let listing = self.plan(opened, &self.unidentified(), &filter);
        let names: Vec<String> = listing
            .cases
            .iter()
            .map(|case| {
                let suite = &opened.corpus.suites[case.suite];
                format!("{}::{}", suite.name, suite.cases[case.index].name)
            })
            .collect();
        let is_exact =
            |name: &&String| *name == wanted || name.split_once("::").is_some_and(|(_, case)| case == wanted);
        match (names.iter().find(is_exact), &names[..]) {
            (Some(name), _) => Ok(name.clone()),
            (None, [one]) => Ok(one.clone()),
            (None, []) => Err(Failure::usage(anyhow!("no case matches `{wanted}`"))),
            (None, many) => {
                let shown: Vec<&str> = many.iter().take(10).map(String::as_str).collect();
                let count = many.len();
                Err(Failure::usage(anyhow!("`{wanted}` matches {count} cases: {}", shown.join(", "))))
            }
        }
    }

    pub fn plan(&self, opened: &Opened, roster: &Roster<'_>, filter: &Filter) -> Plan {
        Plan::new(&opened.corpus, roster, &opened.suite_engines, filter)
    }
}

impl Session {
    /// All engines without looking for them, for verbs that start none.
    pub fn unidentified(&self) -> Roster<'_> {
        Roster::unidentified(&self.config)
    }
}

//! What starts with a colon.

use clap::ValueEnum;

use super::HELP;
use super::session::Session;
use crate::cli::{EngineName, Stage};

#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Type(String),
    Emit(Stage, Option<String>),
    /// Without a name: say which one it is.
    Engine(Option<EngineName>),
    List,
    Reset,
    Help,
    Quit,
}

impl Command {
    /// `None` if the entry is no command.
    ///
    /// # Errors
    /// What is wrong with the command.
    pub fn parse(entry: &str) -> Result<Option<Command>, String> {
        let Some(line) = entry.trim().strip_prefix(':') else { return Ok(None) };
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let alone = |command| match rest {
            "" => Ok(command),
            _ => Err(format!(":{word} stands alone")),
        };
        let command = match word {
            "type" if rest.is_empty() => return Err(":type needs an expression".into()),
            "type" => Command::Type(rest.to_owned()),
            "emit" => emit(rest)?,
            "engine" if rest.is_empty() => Command::Engine(None),
            "engine" => Command::Engine(Some(value(rest)?)),
            "list" => alone(Command::List)?,
            "reset" => alone(Command::Reset)?,
            "help" => alone(Command::Help)?,
            "quit" => alone(Command::Quit)?,
            _ => return Err(format!("there is no command :{word}; :help lists them")),
        };
        Ok(Some(command))
    }

    /// # Errors
    /// If our tools fail; a bad program is reported instead.
    pub fn run(self, session: &mut Session) -> anyhow::Result<()> {
        match self {
            Command::Type(expression) => session.show_type(&expression),
            Command::Emit(stage, function) => return session.emit(stage, function.as_deref()),
            Command::Engine(Some(engine)) => session.engine = engine,
            Command::Engine(None) => println!("{}", name(&session.engine)),
            Command::List => print!("{}", session.listing()),
            Command::Reset => session.reset(),
            Command::Help => println!("{HELP}"),
            Command::Quit => {}
        }
        Ok(())
    }
}

fn emit(rest: &str) -> Result<Command, String> {
    let mut words = rest.split_whitespace();
    let stage = value(words.next().unwrap_or(""))?;
    let function = words.next().map(str::to_owned);
    match words.next() {
        Some(_) => Err(":emit takes a stage and perhaps a function".into()),
        None => Ok(Command::Emit(stage, function)),
    }
}

/// A word of the command line, with the same spellings.
fn value<T: ValueEnum>(word: &str) -> Result<T, String> {
    T::from_str(word, false).map_err(|_| {
        let all: Vec<String> = T::value_variants().iter().map(name).collect();
        format!("`{word}` is none of {}", all.join(", "))
    })
}

fn name<T: ValueEnum>(value: &T) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_words_and_operands() {
        assert_eq!(Command::parse("f 1"), Ok(None));
        assert_eq!(Command::parse(" :type  +1 2 "), Ok(Some(Command::Type("+1 2".into()))));
        assert_eq!(Command::parse(":emit mir f"), Ok(Some(Command::Emit(Stage::Mir, Some("f".into())))));
        assert_eq!(Command::parse(":engine jit"), Ok(Some(Command::Engine(Some(EngineName::Jit)))));
        assert_eq!(Command::parse(":engine"), Ok(Some(Command::Engine(None))));
        assert_eq!(Command::parse(":engine c"), Err("`c` is none of tree, vm, jit, aot".into()));
        assert!(Command::parse(":lst").is_err() && Command::parse(":quit now").is_err());
    }
}

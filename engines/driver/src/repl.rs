//! `ilo4 repl`: a session over the same pipeline as files.
//!
//! The session is a program text that grows. An entry is put into it, and the whole text is parsed, checked, lowered
//! and run as a file would be; there is no second way of evaluating anything. What that means for variables is told
//! by [`HELP`].

mod command;
mod effects;
mod input;
mod session;
mod text;

use crate::SUCCESS;
use crate::cli::ReplOptions;
use command::Command;
use input::Input;
use session::Session;

/// What `:help` prints.
const HELP: &str = "\
An entry is one or more declarations, an expression, or statements.
  name x:n>n;*x 2     declares; a declaration of the same name is replaced
  use \"file.ilo\"      imports, relative to the working directory
  name 4              runs and shows the value
  y=name 4            binds y for later entries
Commands:
  :type EXPR          the static type of an expression, which is not run
  :emit STAGE [FUNC]  the session's program, or one function of it, at a stage:
                      tokens, ast, hir, mir, bytecode, clif or asm
  :engine [NAME]      choose what runs entries: tree, vm, jit or aot
  :list               the session's program
  :reset              forget everything
  :help, :quit        (or end of input)
An entry goes on with the next line while a bracket or text is open, after the header of a function, after a `;` at the
end of a line, and after a `\\`, which is removed. Lines after the first count as indented; an empty line ends the entry.
Limits: bindings are kept as text and run again before each later entry, with the functions as they are then. So only
entries that always do the same are kept: one that prints, reads files or the environment, takes the time or random
numbers, or may leave early (`ret`, a guard) is run and shown, and what it binds is forgotten. `f! x` has no function to
leave here: write `f!! x`. A declaration that needs another one comes after it or in the same entry.";

/// Reads and evaluates entries until the input ends.
///
/// # Errors
/// If the input cannot be read. What is wrong with an entry is reported, and the session goes on.
pub fn repl(options: &ReplOptions) -> anyhow::Result<u8> {
    let mut input = Input::open()?;
    let mut session = Session::new(options.engine);
    if input.is_terminal() {
        println!("ilo4 {}; :help lists what can be done here", env!("CARGO_PKG_VERSION"));
    }
    while let Some(entry) = input.entry()? {
        let result = match Command::parse(&entry) {
            Ok(Some(Command::Quit)) => break,
            Ok(Some(command)) => command.run(&mut session),
            Ok(None) => session.enter(&entry),
            Err(message) => {
                eprintln!("error: {message}");
                Ok(())
            }
        };
        if let Err(error) = result {
            eprintln!("error: {error:#}");
        }
    }
    input.close();
    Ok(SUCCESS)
}

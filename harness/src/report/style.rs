//! Colour where a person wants it, and never as the only sign.

use std::io::IsTerminal;

/// Whether to colour what goes to standard error.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub is_colour: bool,
}

impl Style {
    /// Decides from NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR, TERM and the terminal itself.
    pub fn from_environment() -> Style {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let forced = set("CLICOLOR_FORCE") || set("FORCE_COLOR");
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Style { is_colour: !refused && (forced || (std::io::stderr().is_terminal() && !dumb)) }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.is_colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    pub fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    pub fn good(self, text: &str) -> String {
        self.paint("1;32", text)
    }

    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }
}

/// Whether this is an automated run: no progress bar, nothing is rewritten.
pub fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

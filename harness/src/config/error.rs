//! What can be wrong with a configuration, with the place.

use std::path::PathBuf;

use super::suggestion;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("no parallax.toml found from {} upwards; `parallax init` writes one", .from.display())]
    NotFound { from: PathBuf },
    #[error("cannot read {}", .path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{}:{line}:{column}: {message}\n{excerpt}", .path.display())]
    Syntax { path: PathBuf, line: usize, column: usize, message: String, excerpt: String },
    #[error("{}: {message}", .path.display())]
    Meaning { path: PathBuf, message: String },
}

/// Makes a [`ConfigError::Syntax`] of the parser's error: place, excerpt, and what may have been meant.
pub fn syntax(path: PathBuf, text: &str, error: &toml::de::Error) -> ConfigError {
    let offset = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let source = text.lines().nth(line - 1).unwrap_or_default();
    let width = line.to_string().len();
    let excerpt = format!("{line} | {source}\n{:width$} | {:column$}^", "", "", column = column - 1);
    let mut message = error.message().to_string();
    if let Some(meant) = meant(&message) {
        message.push_str(&format!("; did you mean `{meant}`?"));
    }
    ConfigError::Syntax { path, line, column, message, excerpt }
}

/// For "unknown field `x`, expected one of `a`, `b`": the known name that is nearest to `x`.
fn meant(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    let known: Vec<&str> = quoted.collect();
    message.starts_with("unknown field").then(|| suggestion(unknown, known).map(str::to_string))?
}

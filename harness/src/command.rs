//! Command templates: placeholders, and where programs are found.

use std::path::{Path, PathBuf};

/// What placeholders stand for in one expansion.
#[derive(Debug, Default, Clone, Copy)]
pub struct Values<'a> {
    pub file: &'a str,
    /// `None` drops a word that is just `{entry}`.
    pub entry: Option<&'a str>,
    pub args: &'a [String],
    pub artifact: &'a str,
    pub dir: &'a str,
    pub workspace: &'a str,
}

/// Fills in a command. `{args}` as a word of its own becomes as many words as there are arguments.
pub fn expand(words: &[String], values: &Values<'_>) -> Vec<String> {
    let mut out = Vec::with_capacity(words.len() + values.args.len());
    for word in words {
        match (word.as_str(), values.entry) {
            ("{args}", _) => out.extend(values.args.iter().cloned()),
            ("{entry}", None) => {}
            ("{entry}", Some(entry)) => out.push(entry.to_string()),
            _ => out.push(fill(word, values)),
        }
    }
    out
}

/// Fills in the placeholders inside one word.
pub fn fill(word: &str, values: &Values<'_>) -> String {
    if !word.contains('{') {
        return word.to_string();
    }
    word.replace("{file}", values.file)
        .replace("{entry}", values.entry.unwrap_or_default())
        .replace("{artifact}", values.artifact)
        .replace("{dir}", values.dir)
        .replace("{workspace}", values.workspace)
}

/// Where programs are looked for.
#[derive(Debug, Clone)]
pub struct Finder {
    pub workspace: PathBuf,
    /// Before PATH.
    pub bin_dirs: Vec<PathBuf>,
}

impl Finder {
    /// The absolute path of a program. A name with a slash is relative to the workspace.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        if name.contains('/') {
            let path = self.workspace.join(name);
            return is_program(&path).then_some(path);
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let own = self.bin_dirs.iter().cloned();
        own.chain(std::env::split_paths(&path)).map(|dir| dir.join(name)).find(|path| is_program(path))
    }

    /// The places, for a message about a program that is in none of them.
    pub fn places(&self) -> String {
        let dirs: Vec<String> = self.bin_dirs.iter().map(|dir| dir.display().to_string()).collect();
        if dirs.is_empty() { "PATH".into() } else { format!("{} and PATH", dirs.join(", ")) }
    }
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_string).collect()
    }

    #[test]
    fn placeholders_are_filled_in() {
        let args = vec!["1".to_string(), "a b".into()];
        let values = Values { file: "p.x", entry: Some("f"), args: &args, dir: "/d", ..Values::default() };
        assert_eq!(expand(&words("e {file} {entry} {args}"), &values), ["e", "p.x", "f", "1", "a b"]);
        assert_eq!(expand(&words("e --out={dir}/x {other}"), &values), ["e", "--out=/d/x", "{other}"]);
        let main = Values { entry: None, ..values };
        assert_eq!(expand(&words("e {entry} {file}"), &main), ["e", "p.x"], "no entry, no word");
    }

    #[test]
    fn arguments_are_not_filled_in() {
        let args = vec!["{file}".to_string()];
        let values = Values { file: "p.x", args: &args, ..Values::default() };
        assert_eq!(expand(&words("{args}"), &values), ["{file}"]);
    }
}

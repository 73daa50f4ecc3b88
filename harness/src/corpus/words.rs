//! Splitting and joining words the way a POSIX shell does, without expanding anything.

/// Splits `text` into words.
///
/// Single quotes keep everything. Inside double quotes a backslash escapes only `"`, `\`, `$` and `` ` ``; outside
/// quotes it escapes any character. Escapes such as `\t` have no meaning.
///
/// # Errors
/// A message if a quote is not closed or the text ends in a backslash.
pub fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' => words.extend(word.take()),
            '\'' => single(&mut chars, word.get_or_insert_default())?,
            '"' => double(&mut chars, word.get_or_insert_default())?,
            '\\' => {
                let next = chars.next().ok_or("the line ends in a backslash")?;
                word.get_or_insert_default().push(next);
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

fn single(chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    for c in chars.by_ref() {
        if c == '\'' {
            return Ok(());
        }
        word.push(c);
    }
    Err("a single quote is not closed".into())
}

fn double(chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    while let Some(c) = chars.next() {
        match c {
            '"' => return Ok(()),
            '\\' => match chars.next() {
                Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                Some(other) => word.extend(['\\', other]),
                None => break,
            },
            other => word.push(other),
        }
    }
    Err("a double quote is not closed".into())
}

/// One command line that a shell splits into `words` again.
pub fn join<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| quote(word.as_ref())).collect();
    quoted.join(" ")
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%^".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, words: &[&str]) {
        assert_eq!(split(text).unwrap(), words);
        let owned: Vec<String> = words.iter().map(|w| (*w).to_string()).collect();
        assert_eq!(split(&join(&owned)).unwrap(), owned, "joining and splitting again");
    }

    #[test]
    fn words_are_split_like_a_shell_does() {
        check("f 1 -2", &["f", "1", "-2"]);
        check(r#"f "k=v" '[1,2]'"#, &["f", "k=v", "[1,2]"]);
        check("f '' \"\"", &["f", "", ""]);
        check(r#"f "{\"a\":1,}""#, &["f", r#"{"a":1,}"#]);
        check(r#"f "(a)\1" "tab\t""#, &["f", r"(a)\1", r"tab\t"]);
        check(r"f a\ b 'it'\''s'", &["f", "a b", "it's"]);
        check("  spaced   out ", &["spaced", "out"]);
        check("", &[]);
    }

    #[test]
    fn an_open_quote_is_an_error() {
        for bad in ["f 'x", "f \"x", "f \"x\\", "f x\\"] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }
}

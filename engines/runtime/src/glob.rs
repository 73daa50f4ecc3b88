//! Matching paths against patterns (15.4 of the builtins document).

/// One element of a pattern within a segment.
enum Token {
    /// `*`: any run of characters.
    Run,
    /// `?`: one character.
    Any,
    /// `[…]`: one of these ranges, or none of them.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    Literal(char),
}

/// One segment of a pattern.
enum Segment {
    /// `**`: any number of whole segments.
    Deep,
    One(Vec<Token>),
}

/// A pattern ready to match whole paths.
pub(crate) struct Pattern(Vec<Segment>);

impl Pattern {
    pub(crate) fn new(pattern: &str) -> Pattern {
        let mut segments: Vec<Segment> = pattern.split('/').map(segment).collect();
        // `dir/**` stands for what is inside `dir`, not for `dir` itself.
        if let Some(Segment::Deep) = segments.last() {
            segments.push(Segment::One(vec![Token::Run]));
        }
        Pattern(segments)
    }

    /// Does the pattern match the whole path?
    pub(crate) fn matches(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        let fits = |segment: &Segment, name: &&str| match segment {
            Segment::Deep => true,
            Segment::One(tokens) => {
                let characters: Vec<char> = name.chars().collect();
                run_match(tokens, &characters, |token| matches!(token, Token::Run), token_fits)
            }
        };
        run_match(&self.0, &names, |segment| matches!(segment, Segment::Deep), fits)
    }
}

fn segment(text: &str) -> Segment {
    if text == "**" {
        return Segment::Deep;
    }
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut position = 0;
    while position < characters.len() {
        let (token, length) = match characters[position] {
            '*' => (Token::Run, 1),
            '?' => (Token::Any, 1),
            '[' => class(&characters[position..]).unwrap_or((Token::Literal('['), 1)),
            character => (Token::Literal(character), 1),
        };
        tokens.push(token);
        position += length;
    }
    Segment::One(tokens)
}

/// The class at the start of the text and its length; `None` if it is not closed. A `]` that comes first is a member.
fn class(text: &[char]) -> Option<(Token, usize)> {
    let negated = matches!(text.get(1), Some('!' | '^'));
    let start = if negated { 2 } else { 1 };
    let end = start + 1 + text.get(start + 1..)?.iter().position(|character| *character == ']')?;
    let mut ranges = Vec::new();
    let mut members = &text[start..end];
    loop {
        members = match members {
            [first, '-', last, rest @ ..] => {
                ranges.push((*first, *last));
                rest
            }
            [only, rest @ ..] => {
                ranges.push((*only, *only));
                rest
            }
            [] => return Some((Token::Class { negated, ranges }, end + 1)),
        }
    }
}

fn token_fits(token: &Token, character: &char) -> bool {
    match token {
        Token::Run | Token::Any => true,
        Token::Class { negated, ranges } => {
            ranges.iter().any(|(first, last)| (first..=last).contains(&character)) != *negated
        }
        Token::Literal(literal) => literal == character,
    }
}

/// Does the pattern, in which some elements stand for any run of items, match all the items?
///
/// Going back to the latest run is enough: what an earlier one would have to give up, the latest can take as well.
fn run_match<P, T>(
    pattern: &[P],
    items: &[T],
    is_run: impl Fn(&P) -> bool,
    fits: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut element, mut item) = (0, 0);
    let mut retry = None;
    while item < items.len() {
        if element < pattern.len() && is_run(&pattern[element]) {
            element += 1;
            retry = Some((element, item));
        } else if element < pattern.len() && fits(&pattern[element], &items[item]) {
            element += 1;
            item += 1;
        } else if let Some((after_run, taken)) = retry {
            element = after_run;
            item = taken + 1;
            retry = Some((after_run, item));
        } else {
            return false;
        }
    }
    pattern[element..].iter().all(is_run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let compiled = Pattern::new(pattern);
        for path in matching {
            assert!(compiled.matches(path), "{pattern} should match {path}");
        }
        for path in others {
            assert!(!compiled.matches(path), "{pattern} should not match {path}");
        }
    }

    #[test]
    fn within_a_segment() {
        check("*.txt", &["a.txt", ".txt"], &["a.md", "d/a.txt", "a.txt.x"]);
        check("?.txt", &["b.txt", "ß.txt"], &["ab.txt", ".txt", "/.txt"]);
        check("[a-b]*.txt", &["ab.txt", "b.txt"], &["c.txt"]);
        check("[!a]*", &[".hid", "b.txt", "sub"], &["ab.txt", "sub/x"]);
        check("[^a-c]", &["d", "é"], &["b", "/"]);
        check("[]x]", &["]", "x"], &["a"]);
        check("[a-]", &["a", "-"], &["b"]);
        check("[ab", &["[ab"], &["a"]);
        check("[]", &["[]"], &["]"]);
        check("*a*b*c", &["abc", "xaxbxc", "aabbcc"], &["acb", "ab"]);
        check("a**b", &["ab", "axb"], &["a/b"]);
    }

    #[test]
    fn across_segments() {
        check("*/*.txt", &["sub/b.txt"], &["b.txt", "a/b/c.txt"]);
        check("sub/**", &["sub/b.txt", "sub/deep/n.md"], &["sub", "other/x"]);
        check("**/b.txt", &["b.txt", "sub/b.txt", "a/b/b.txt"], &["ab.txt", "b.txt/x"]);
        check("**", &["a", "a/b/c"], &[]);
        check("a/**/z", &["a/z", "a/b/z", "a/b/c/z"], &["a", "b/z"]);
        check("**/x/**", &["x/y", "a/x/y/z"], &["x", "a/x"]);
    }
}

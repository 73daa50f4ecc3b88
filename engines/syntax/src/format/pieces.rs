//! The tokens of a text together with what stands between them: blanks, line ends, comments.

use crate::token::{Token, TokenKind};

/// A comment, without what follows it on the next line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment<'s> {
    pub text: &'s str,
    /// No token stands before it on its line.
    pub is_own_line: bool,
    /// Blanks stand before it on its line. Only for own lines.
    pub is_indented: bool,
    /// An empty line stands before it.
    pub after_blank_line: bool,
}

/// What stands between two tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Gap<'s> {
    /// Anything at all.
    pub is_there: bool,
    pub has_newline: bool,
    pub comments: Vec<Comment<'s>>,
    /// An empty line stands before the next token, behind the comments.
    pub ends_with_blank_line: bool,
}

impl<'s> Gap<'s> {
    /// Reads a gap; `at_start` says that it opens the file.
    fn new(text: &'s str, at_start: bool) -> Gap<'s> {
        let mut gap = Gap { is_there: !text.is_empty(), has_newline: text.contains('\n'), ..Gap::default() };
        let mut newlines = 0;
        let mut lines = text.split('\n').peekable();
        let mut is_first = true;
        while let Some(line) = lines.next() {
            let is_own_line = !is_first || at_start;
            let comment = line.trim_start_matches([' ', '\t']);
            if comment.starts_with("--") {
                gap.comments.push(Comment {
                    text: comment.trim_end(),
                    is_own_line,
                    is_indented: comment.len() < line.len(),
                    after_blank_line: newlines > 1,
                });
                newlines = 0;
            }
            newlines += usize::from(lines.peek().is_some());
            is_first = false;
        }
        gap.ends_with_blank_line = newlines > 1;
        gap
    }

    /// This gap and the one behind it, what stood between being dropped.
    pub(super) fn join(&mut self, mut next: Gap<'s>) {
        self.is_there |= next.is_there;
        self.has_newline |= next.has_newline;
        if let Some(first) = next.comments.first_mut() {
            first.after_blank_line |= self.ends_with_blank_line;
            self.ends_with_blank_line = false;
        }
        self.comments.append(&mut next.comments);
        self.ends_with_blank_line |= next.ends_with_blank_line;
    }
}

/// A token with its text and the gap before it.
#[derive(Clone, Debug)]
pub(super) struct Piece<'s> {
    pub kind: TokenKind,
    /// As written; `;` for one that the layout inserted.
    pub text: &'s str,
    pub start: u32,
    pub gap: Gap<'s>,
    /// For an opening bracket, the index of the one that closes it.
    pub closing: usize,
}

/// All tokens of a text, the end last.
pub(super) struct Pieces<'s> {
    pub all: Vec<Piece<'s>>,
    /// How many comments stand before each token.
    comments_before: Vec<usize>,
}

impl<'s> Pieces<'s> {
    /// `tokens` are those of `source`, whose brackets are paired.
    pub(super) fn new(source: &'s str, tokens: &[Token]) -> Pieces<'s> {
        let mut all: Vec<Piece> = Vec::with_capacity(tokens.len());
        let mut comments_before = Vec::with_capacity(tokens.len());
        let mut open = Vec::new();
        let (mut end, mut comments) = (0, 0);
        for (index, token) in tokens.iter().enumerate() {
            let (start, stop) = (token.start as usize, token.end as usize);
            let gap = Gap::new(&source[end..start], index == 0);
            end = stop;
            comments += gap.comments.len();
            comments_before.push(comments);
            match token.kind {
                TokenKind::LeftBrace | TokenKind::LeftBracket | TokenKind::LeftParen => open.push(index),
                TokenKind::RightBrace | TokenKind::RightBracket | TokenKind::RightParen => {
                    if let Some(opening) = open.pop() {
                        let opening: &mut Piece = &mut all[opening];
                        opening.closing = index;
                    }
                }
                _ => {}
            }
            let is_inserted = token.kind == TokenKind::Semicolon && start == stop;
            let text = if is_inserted { ";" } else { &source[start..stop] };
            all.push(Piece { kind: token.kind, text, start: token.start, gap, closing: index });
        }
        Pieces { all, comments_before }
    }

    /// Does a comment stand inside the bracket that opens at `open`?
    pub(super) fn has_comment_inside(&self, open: usize) -> bool {
        self.comments_before[self.all[open].closing] > self.comments_before[open]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_knows_its_comments_and_empty_lines() {
        let gap = Gap::new("  -- a \n\n  -- b\n-- c\n\n\n", false);
        let seen: Vec<_> =
            gap.comments.iter().map(|c| (c.text, c.is_own_line, c.is_indented, c.after_blank_line)).collect();
        assert_eq!(
            seen,
            [("-- a", false, true, false), ("-- b", true, true, true), ("-- c", true, false, false)]
        );
        assert!(gap.ends_with_blank_line);
        assert!(Gap::new("-- a\n", true).comments[0].is_own_line);
        assert!(!Gap::new("\n  ", false).ends_with_blank_line);
    }
}

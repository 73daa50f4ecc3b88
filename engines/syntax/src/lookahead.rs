//! What the parser may want to know about tokens far ahead, computed once for the whole file.
//!
//! The grammar has several unbounded look-aheads: where a declaration starts (2.2), whether a `(` opens a lambda
//! (4.13), whether a list has commas (4.12), whether an operator starts a complete prefix expression (4.7), whether
//! braces belong to a ternary (4.9). Each is answered here by one linear pass, so that no input makes the parser scan
//! the same tokens again and again.

use crate::token::{Token, TokenKind};

/// No token.
const NONE: u32 = u32::MAX;

/// One entry per token.
pub(crate) struct Lookahead {
    /// For an opening bracket, the index of the bracket that closes it.
    closing: Vec<u32>,
    /// For an opening bracket, what stands at its own nesting level.
    inside: Vec<Inside>,
    /// For an operator that starts a complete prefix expression (4.7), the index behind that expression.
    complete_end: Vec<u32>,
    header: Vec<Header>,
}

/// What occurs directly inside a bracket, not in a nested one.
#[derive(Clone, Copy, Default)]
struct Inside {
    greater: bool,
    comma: bool,
    colon_or_semicolon: bool,
}

/// The header look-ahead of 2.2 at one token.
#[derive(Clone, Copy, Default)]
struct Header {
    weak: bool,
    strict: bool,
    /// Rule 3: after a line boundary, and the previous declaration ends here.
    starts_declaration: bool,
}

impl Lookahead {
    /// `tokens` ends with [`TokenKind::End`]; `text` gives the spelling of a token.
    pub(crate) fn new<'s>(tokens: &[Token], text: impl Fn(&Token) -> &'s str) -> Lookahead {
        let (closing, inside) = match_brackets(tokens);
        let header = headers(tokens, &closing, text);
        let complete_end = complete_prefix_expressions(tokens, &closing, &header);
        Lookahead { closing, inside, complete_end, header }
    }

    /// The bracket that closes the one at `open`.
    pub(crate) fn closing(&self, open: usize) -> Option<usize> {
        self.closing.get(open).copied().filter(|&i| i != NONE).map(|i| i as usize)
    }

    /// Does a `>` stand at the own level of the `(` at `open`?
    pub(crate) fn has_greater(&self, open: usize) -> bool {
        self.inside[open].greater
    }

    /// Does a comma stand at the own level of the `[` at `open`?
    pub(crate) fn has_comma(&self, open: usize) -> bool {
        self.inside[open].comma
    }

    /// Does a `:` or `;` stand at the own level of the `{` at `open`?
    pub(crate) fn has_colon_or_semicolon(&self, open: usize) -> bool {
        self.inside[open].colon_or_semicolon
    }

    /// Does the operator at `at` start a complete prefix expression (4.7)?
    pub(crate) fn is_complete_prefix(&self, at: usize) -> bool {
        self.complete_end[at] != NONE
    }

    pub(crate) fn is_weak_header(&self, at: usize) -> bool {
        self.header[at].weak
    }

    pub(crate) fn is_strict_header(&self, at: usize) -> bool {
        self.header[at].strict
    }

    /// Does a line boundary before `at` end the declaration before it (2.2, rule 3)?
    pub(crate) fn starts_declaration(&self, at: usize) -> bool {
        self.header[at].starts_declaration
    }
}

fn match_brackets(tokens: &[Token]) -> (Vec<u32>, Vec<Inside>) {
    use TokenKind::*;
    let mut closing = vec![NONE; tokens.len()];
    let mut inside = vec![Inside::default(); tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    // How many `(`, `[` and `{` are open: a closing bracket without a partner must not close anything.
    let mut counts = [0_usize; 3];
    let class = |kind| match kind {
        LeftParen | RightParen => 0,
        LeftBracket | RightBracket => 1,
        _ => 2,
    };
    for (i, token) in tokens.iter().enumerate() {
        match token.kind {
            LeftParen | LeftBracket | LeftBrace => {
                open.push(i);
                counts[class(token.kind)] += 1;
            }
            RightParen | RightBracket | RightBrace if counts[class(token.kind)] > 0 => {
                while let Some(top) = open.pop() {
                    counts[class(tokens[top].kind)] -= 1;
                    if class(tokens[top].kind) == class(token.kind) {
                        closing[top] = i as u32;
                        break;
                    }
                }
            }
            kind => {
                if let Some(&top) = open.last() {
                    inside[top].greater |= kind == Greater;
                    inside[top].comma |= kind == Comma;
                    inside[top].colon_or_semicolon |= matches!(kind, Colon | Semicolon);
                }
            }
        }
    }
    (closing, inside)
}

fn headers<'s>(tokens: &[Token], closing: &[u32], text: impl Fn(&Token) -> &'s str) -> Vec<Header> {
    let mut headers = vec![Header::default(); tokens.len()];
    let reaches_greater = reaches_greater(tokens, closing);
    let kind = |i: usize| tokens.get(i).map_or(TokenKind::End, |t| t.kind);
    for (i, token) in tokens.iter().enumerate() {
        let is_identifier = token.kind == TokenKind::Identifier;
        let weak = is_identifier
            && (kind(i + 1) == TokenKind::Greater
                || kind(i + 1) == TokenKind::Identifier && kind(i + 2) == TokenKind::Colon)
            && !matches!(text(token), "wh" | "ret" | "brk" | "cnt");
        let strict = weak && reaches_greater[i + 1];
        let opens = match token.kind {
            TokenKind::Type | TokenKind::Tool | TokenKind::Use => true,
            TokenKind::Identifier => strict || kind(i + 1) == TokenKind::Identifier && text(token) == "alias",
            _ => false,
        };
        headers[i] = Header { weak, strict, starts_declaration: token.after_boundary && opens };
    }
    headers
}

/// For each token: scanning forward from it, is a `>` outside all brackets met before any `;`, `}`, boundary?
fn reaches_greater(tokens: &[Token], closing: &[u32]) -> Vec<bool> {
    use TokenKind::*;
    let mut reaches = vec![false; tokens.len() + 1];
    let mut next_stop = tokens.len();
    for (i, token) in tokens.iter().enumerate().rev() {
        if token.after_boundary || matches!(token.kind, Semicolon | RightBrace) {
            next_stop = i;
        }
        reaches[i] = !token.after_boundary
            && match token.kind {
                Greater => true,
                Semicolon | RightBrace | LeftBrace | RightParen | RightBracket | End => false,
                LeftParen | LeftBracket => {
                    let close = closing[i];
                    close != NONE && next_stop > close as usize && reaches[close as usize + 1]
                }
                _ => reaches[i + 1],
            };
    }
    reaches
}

/// The scan of 4.7, from right to left so that a nested operator is already decided.
fn complete_prefix_expressions(tokens: &[Token], closing: &[u32], header: &[Header]) -> Vec<u32> {
    use TokenKind::*;
    let mut complete_end = vec![NONE; tokens.len()];
    for i in (0..tokens.len()).rev() {
        let kind = tokens[i].kind;
        if !kind.is_infix_operator() && kind != Coalesce {
            continue;
        }
        let item_end = |at: u32| -> u32 {
            let Some(token) = tokens.get(at as usize) else { return NONE };
            let header = header[at as usize];
            if header.weak || header.starts_declaration {
                return NONE;
            }
            match token.kind {
                LeftParen | LeftBracket if closing[at as usize] != NONE => closing[at as usize] + 1,
                k if k.is_single_atom() => at + 1,
                k if k.is_infix_operator() || k == Coalesce => complete_end[at as usize],
                _ => NONE,
            }
        };
        let first = item_end(i as u32 + 1);
        complete_end[i] = if first == NONE { NONE } else { item_end(first) };
    }
    complete_end
}

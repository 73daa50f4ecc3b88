//! The cursor over the tokens of one file: looking, moving, expecting, failing, bounding depth.
//!
//! The productions are in `grammar/`, one file per kind. A production that fails returns an `Err`, which ends the
//! declaration it stands in; `grammar/items.rs` reports it and goes on with the next declaration (2.3).

use crate::arity::ArityTable;
use crate::ast::Name;
use crate::diagnostic::Diagnostic;
use crate::lookahead::Lookahead;
use crate::span::{SourceId, Span};
use crate::token::{Token, TokenKind};

/// What a production returns; the diagnostic ends the current declaration.
pub(crate) type Parsed<T> = Result<T, Box<Diagnostic>>;

/// How many levels brackets, blocks, operators and types may nest together (7.5).
pub(crate) const DEPTH_MAX: usize = 256;

/// How high an expression tree may grow, chains of infix operators, pipes and fields included. Later stages recurse
/// over the tree, so its height must be bounded although a chain costs the parser no stack.
const HEIGHT_MAX: usize = 512;

/// What the parser needs at some point; decides the code of the error (9.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needed {
    Token,
    Identifier,
    Type,
    Expression,
    Pattern,
}

impl Needed {
    /// The code when another token is found.
    fn code(self) -> &'static str {
        match self {
            Needed::Token => "ILO-P003",
            Needed::Identifier => "ILO-P005",
            Needed::Type => "ILO-P007",
            Needed::Expression => "ILO-P009",
            Needed::Pattern => "ILO-P011",
        }
    }

    /// The code at the end of the file.
    fn code_at_end(self) -> &'static str {
        match self {
            Needed::Token => "ILO-P004",
            Needed::Identifier => "ILO-P006",
            Needed::Type => "ILO-P008",
            Needed::Expression => "ILO-P010",
            Needed::Pattern => "ILO-P012",
        }
    }
}

pub(crate) struct Parser<'s> {
    source: &'s str,
    id: SourceId,
    tokens: &'s [Token],
    pub(crate) ahead: &'s Lookahead,
    /// Index of the current token.
    pub(crate) pos: usize,
    /// Where the next declaration surely starts (2.2, rule 3), or the end of the file. Everything of the current
    /// declaration stands before it.
    limit: usize,
    pub(crate) arities: ArityTable,
    /// Is the innermost bracket a list literal without commas (4.12)?
    pub(crate) in_blank_list: bool,
    depth: usize,
    /// The greatest depth of the tree under construction, see [`Parser::link`].
    height: usize,
}

impl<'s> Parser<'s> {
    pub(crate) fn new(
        source: &'s str,
        id: SourceId,
        tokens: &'s [Token],
        ahead: &'s Lookahead,
    ) -> Parser<'s> {
        Parser {
            source,
            id,
            tokens,
            ahead,
            pos: 0,
            limit: 0,
            arities: ArityTable::default(),
            in_blank_list: false,
            depth: 0,
            height: 0,
        }
    }

    // Looking.

    /// Starts a declaration at the current token: resets what belongs to one declaration.
    pub(crate) fn begin_declaration(&mut self) {
        self.in_blank_list = false;
        self.depth = 0;
        self.height = 0;
        if self.pos >= self.limit {
            let end = self.tokens.len() - 1;
            self.limit = (self.pos + 1..end).find(|&i| self.ahead.starts_declaration(i)).unwrap_or(end);
        }
    }

    /// The kind of the token at index `at`; `End` for everything behind the current declaration.
    pub(crate) fn kind_at(&self, at: usize) -> TokenKind {
        if at < self.limit { self.tokens[at].kind } else { TokenKind::End }
    }

    pub(crate) fn kind(&self) -> TokenKind {
        self.kind_at(self.pos)
    }

    /// The kind of any token of the file: only for recovery.
    pub(crate) fn raw_kind(&self, at: usize) -> TokenKind {
        self.tokens[at].kind
    }

    pub(crate) fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// No token is left in the file (not only in the declaration).
    pub(crate) fn at_end_of_file(&self) -> bool {
        self.tokens[self.pos].kind == TokenKind::End
    }

    /// The end of the declaration, or a token behind a line boundary.
    pub(crate) fn at_boundary(&self) -> bool {
        self.at(TokenKind::End) || self.tokens[self.pos].after_boundary
    }

    /// Does the token at `at` start a declaration by rule 3 of 2.2?
    pub(crate) fn starts_declaration(&self, at: usize) -> bool {
        self.ahead.starts_declaration(at)
    }

    pub(crate) fn text_at(&self, at: usize) -> &'s str {
        let token = self.tokens[at];
        &self.source[token.start as usize..token.end as usize]
    }

    pub(crate) fn is_identifier(&self, at: usize, text: &str) -> bool {
        self.kind_at(at) == TokenKind::Identifier && self.text_at(at) == text
    }

    /// Does the token at `at` touch the one before it?
    pub(crate) fn is_adjacent(&self, at: usize) -> bool {
        at > 0 && self.tokens[at - 1].end == self.tokens[at].start
    }

    pub(crate) fn span_at(&self, at: usize) -> Span {
        let token = self.tokens[at];
        Span { source: self.id, start: token.start, end: token.end }
    }

    pub(crate) fn span(&self) -> Span {
        self.span_at(self.pos)
    }

    /// From the token at index `start` to the last token that was consumed.
    pub(crate) fn span_from(&self, start: usize) -> Span {
        if self.pos <= start {
            let at = self.span_at(start);
            return Span { end: at.start, ..at };
        }
        self.span_at(start).to(self.span_at(self.pos - 1))
    }

    /// Can an operand start at index `at` (4.3)?
    pub(crate) fn operand_starts_at(&self, at: usize) -> bool {
        use TokenKind::*;
        match self.kind_at(at) {
            Identifier => !self.ahead.is_weak_header(at),
            LeftParen | LeftBracket | Bang | Tilde | Caret | Coalesce | Dollar => true,
            kind => kind.is_single_atom() || kind.is_infix_operator(),
        }
    }

    /// "An operand follows" in the sense of 4.3.
    pub(crate) fn operand_follows(&self) -> bool {
        self.operand_starts_at(self.pos)
    }

    // Moving.

    pub(crate) fn bump(&mut self) {
        if self.pos < self.limit {
            self.pos += 1;
        }
    }

    /// Skips tokens of any declaration: only for recovery.
    pub(crate) fn skip_to(&mut self, at: usize) {
        self.pos = at.min(self.tokens.len() - 1);
    }

    pub(crate) fn eat(&mut self, kind: TokenKind) -> bool {
        let is_there = self.at(kind);
        if is_there {
            self.bump();
        }
        is_there
    }

    pub(crate) fn expect(&mut self, kind: TokenKind, context: &str) -> Parsed<()> {
        if self.eat(kind) {
            return Ok(());
        }
        Err(self.missing(Needed::Token, &format!("{kind} {context}")))
    }

    /// An identifier, `what` being what it names.
    pub(crate) fn expect_identifier(&mut self, what: &str) -> Parsed<Name> {
        if self.at(TokenKind::Identifier) {
            let name = self.name_at(self.pos);
            self.bump();
            return Ok(name);
        }
        if self.at(TokenKind::Foreign) {
            return Err(self.reserved_word());
        }
        Err(self.missing(Needed::Identifier, what))
    }

    pub(crate) fn name_at(&self, at: usize) -> Name {
        Name { text: self.text_at(at).to_string(), span: self.span_at(at) }
    }

    // Failing.

    pub(crate) fn error_at(
        &self,
        at: usize,
        code: &'static str,
        message: impl Into<String>,
    ) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, self.span_at(at), message))
    }

    pub(crate) fn error(&self, code: &'static str, message: impl Into<String>) -> Box<Diagnostic> {
        self.error_at(self.pos, code, message)
    }

    /// "Expected `what`, found …" with the code that 9.2 prescribes.
    pub(crate) fn missing(&self, needed: Needed, what: &str) -> Box<Diagnostic> {
        let code = if self.at_end_of_file() { needed.code_at_end() } else { needed.code() };
        let mut error = self.error(code, format!("expected {what}, found {}", self.found()));
        if self.at(TokenKind::End)
            && let Some(before) = self.pos.checked_sub(1)
        {
            // Point behind the last token instead of at the next declaration.
            let end = self.span_at(before).end;
            error.span = Some(Span { source: self.id, start: end, end });
        }
        error
    }

    fn found(&self) -> String {
        match self.kind() {
            TokenKind::End if self.at_end_of_file() => "the end of the file".into(),
            TokenKind::End => "the next declaration".into(),
            TokenKind::Semicolon if self.span().start == self.span().end => "the end of the line".into(),
            TokenKind::Foreign | TokenKind::Identifier | TokenKind::FieldName => {
                format!("`{}`", self.text_at(self.pos))
            }
            TokenKind::Number => format!("the number {}", self.text_at(self.pos)),
            kind => kind.to_string(),
        }
    }

    /// A foreign keyword where a name is required (1.8).
    pub(crate) fn reserved_word(&self) -> Box<Diagnostic> {
        let word = self.text_at(self.pos);
        let mut error = self.error("ILO-P011", format!("`{word}` is reserved and cannot be a name"));
        error.help = Some("choose another name".into());
        error
    }

    // Bounding.

    /// Parses one level deeper.
    ///
    /// # Errors
    /// Beyond [`DEPTH_MAX`] levels, with the code for `needed`.
    pub(crate) fn nested<T>(
        &mut self,
        needed: Needed,
        parse: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            return Err(self.too_deep(needed));
        }
        self.depth += 1;
        self.height = self.height.max(self.depth);
        let result = parse(self);
        self.depth -= 1;
        result
    }

    fn too_deep(&self, needed: Needed) -> Box<Diagnostic> {
        let message = format!("this is nested more than {DEPTH_MAX} levels deep");
        let mut error = self.error(needed.code(), message);
        error.help = Some("give a part of it a name of its own".into());
        error
    }

    /// Starts a chain (infix operators, pipes, fields), whose left end sinks one level with every link; the result
    /// goes to [`Parser::end_chain`].
    pub(crate) fn begin_chain(&mut self) -> usize {
        std::mem::replace(&mut self.height, self.depth)
    }

    /// One more link: everything parsed since [`Parser::begin_chain`] is now one level deeper in the tree.
    pub(crate) fn link(&mut self, needed: Needed) -> Parsed<()> {
        self.height += 1;
        if self.height > HEIGHT_MAX { Err(self.too_deep(needed)) } else { Ok(()) }
    }

    pub(crate) fn end_chain(&mut self, outer: usize) {
        self.height = self.height.max(outer);
    }

    /// Parses outside of the special treatment of blank-separated lists (4.12).
    pub(crate) fn outside_list<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let saved = std::mem::replace(&mut self.in_blank_list, false);
        let result = parse(self);
        self.in_blank_list = saved;
        result
    }
}

//! Tokens → text in one of the forms. One walk serves both: it decides what stands between two tokens, and the form
//! decides how that looks.

use super::Form;
use super::pieces::{Comment, Gap, Piece, Pieces};
use super::plan::{Declaration, Plan};
use super::spacing::{Neighbours, one_line};
use crate::token::TokenKind;

/// One level of indentation.
const INDENT: &str = "  ";

/// A record type that fits into this many columns stays on one line.
const RECORD_WIDTH_MAX: usize = 80;

/// What stands between two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    /// The next token starts a declaration.
    Declaration(Declaration),
    /// The next token starts a statement, an arm, a field or a function's body: `;`, or a line.
    Separate,
    /// Behind the `{` or before the `}` of a block.
    Brace,
    /// Before a `>>` that was written on a line of its own.
    Chain,
    /// Inside `(` or `[`, where a line was ended.
    Line,
    /// No blank unless it is needed.
    Tight,
    Plain,
}

/// An open bracket.
#[derive(Clone, Copy)]
struct Frame {
    kind: FrameKind,
    /// Indentation of the line that it was opened on.
    outside: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    /// A block: lines.
    Block,
    /// The arms of a match: lines, and a second statement of an arm is indented further.
    Match,
    /// Braces that stay on the line.
    Inline,
    /// `(` or `[`.
    Bracket,
}

pub(super) struct Writer<'a, 's> {
    pieces: &'a Pieces<'s>,
    plan: &'a Plan,
    form: Form,
    out: String,
    frames: Vec<Frame>,
    /// Indentation of the current statement's line.
    indent: usize,
    /// Where the current statement's line starts in `out`.
    line_start: usize,
    /// The index of the last token written.
    last: Option<usize>,
    /// What stands before that token for one who reads the output, a line end that separates being a `;`.
    before_last: Option<TokenKind>,
    /// A `;` of a statement sequence was passed and not written yet.
    is_separated: bool,
    /// What stood before tokens that were not written.
    skipped: Gap<'s>,
    /// The current declaration, and whether its body has begun.
    declaration: Option<Declaration>,
    in_header: bool,
}

impl<'a, 's> Writer<'a, 's> {
    pub(super) fn new(pieces: &'a Pieces<'s>, plan: &'a Plan, form: Form) -> Writer<'a, 's> {
        Writer {
            pieces,
            plan,
            form,
            out: String::new(),
            frames: Vec::new(),
            indent: 0,
            line_start: 0,
            last: None,
            before_last: None,
            is_separated: false,
            skipped: Gap::default(),
            declaration: None,
            in_header: false,
        }
    }

    pub(super) fn write(mut self) -> String {
        for index in 0..self.pieces.all.len() {
            self.piece(index);
        }
        self.out
    }

    fn piece(&mut self, index: usize) {
        let piece = &self.pieces.all[index];
        let mut gap = std::mem::take(&mut self.skipped);
        gap.join(piece.gap.clone());
        if piece.kind == TokenKind::Semicolon && self.in_lines() {
            self.is_separated = true;
            self.skipped = gap;
            return;
        }
        if piece.kind == TokenKind::End {
            return self.end_of_file(gap);
        }
        let join = self.join(piece, &gap);
        self.is_separated = false;
        match (join, self.form) {
            (Join::Declaration(next), _) => self.new_paragraph(next, gap),
            (_, Form::Expanded) => self.expanded(join, piece, &gap),
            (_, Form::Dense) => self.dense(join, piece, &gap),
        }
        self.before_last = match join {
            Join::Declaration(_) | Join::Separate => Some(TokenKind::Semicolon),
            _ => self.last.map(|last| self.pieces.all[last].kind),
        };
        if self.starts_body(piece) {
            self.in_header = false;
        }
        self.token(index);
    }

    /// Are statements here on lines of their own (in the expanded form)?
    fn in_lines(&self) -> bool {
        self.frames.last().is_none_or(|frame| matches!(frame.kind, FrameKind::Block | FrameKind::Match))
    }

    fn in_bracket(&self) -> bool {
        self.frames.iter().any(|frame| frame.kind == FrameKind::Bracket)
    }

    /// What stands before `piece`.
    fn join(&self, piece: &Piece, gap: &Gap) -> Join {
        if let Some(&declaration) = self.plan.declarations.get(&piece.start)
            && self.frames.is_empty()
        {
            return Join::Declaration(declaration);
        }
        let Some(last) = self.last else { return Join::Plain };
        let last = &self.pieces.all[last];
        if self.in_header && self.starts_body(piece) {
            return self.before_body(piece);
        }
        if self.in_bracket() {
            let is_punctuation = matches!(piece.kind, TokenKind::Semicolon | TokenKind::Comma);
            let is_line = gap.has_newline && (!is_punctuation || !gap.comments.is_empty());
            return if is_line { Join::Line } else { Join::Plain };
        }
        if self.in_lines() {
            let opens = last.kind == TokenKind::LeftBrace && !self.frames.is_empty();
            let closes = piece.kind == TokenKind::RightBrace;
            if opens || closes {
                return Join::Brace;
            }
            if self.is_separated {
                return Join::Separate;
            }
            if piece.kind == TokenKind::Pipe && gap.has_newline {
                return Join::Chain;
            }
        }
        let is_header_mark =
            self.in_header && (piece.kind == TokenKind::Greater || last.kind == TokenKind::Greater);
        let binds = piece.kind == TokenKind::Equal && self.plan.bound.contains(&last.start);
        let is_bound = last.kind == TokenKind::Equal && self.is_binding_mark();
        if is_header_mark || binds || is_bound { Join::Tight } else { Join::Plain }
    }

    /// Is the last token the `=` of a binding?
    fn is_binding_mark(&self) -> bool {
        self.last
            .and_then(|last| last.checked_sub(1))
            .is_some_and(|name| self.plan.bound.contains(&self.pieces.all[name].start))
    }

    fn starts_body(&self, piece: &Piece) -> bool {
        self.declaration == Some(Declaration::Function(Some(piece.start)))
    }

    fn before_body(&self, piece: &Piece) -> Join {
        if self.plan.blocks.contains(&piece.start) {
            Join::Tight
        } else if piece.kind == TokenKind::Number && piece.text.starts_with('-') {
            // Without a separator before it this is a negative number; behind one it would be a negation (1.6).
            Join::Plain
        } else {
            Join::Separate
        }
    }

    // The forms.

    fn expanded(&mut self, join: Join, piece: &Piece, gap: &Gap) {
        match join {
            Join::Separate => {
                let continues_arm = self.frames.last().is_some_and(|frame| frame.kind == FrameKind::Match)
                    && !self.plan.arms.contains(&piece.start);
                let indent = self.inside() + usize::from(continues_arm);
                self.new_statement(indent, gap, !self.in_header);
            }
            Join::Brace => {
                let inside = self.inside();
                let closes = piece.kind == TokenKind::RightBrace;
                let indent =
                    if closes { self.frames.last().map_or(0, |frame| frame.outside) } else { inside };
                self.comments(inside, gap, false);
                self.end_line(indent, false);
                self.indent = indent;
            }
            Join::Chain => {
                self.comments(self.indent + 1, gap, false);
                self.continue_line(self.indent + 1);
            }
            Join::Line => {
                let closes = matches!(piece.kind, TokenKind::RightParen | TokenKind::RightBracket);
                let depth = self.frames.iter().filter(|frame| frame.kind == FrameKind::Bracket).count();
                self.comments(self.indent + depth, gap, false);
                self.continue_line(self.indent + depth - usize::from(closes));
            }
            Join::Tight | Join::Plain | Join::Declaration(_) => {
                self.hoist(&gap.comments);
                self.blank(join, piece, gap);
            }
        }
    }

    fn dense(&mut self, join: Join, piece: &Piece, gap: &Gap) {
        match join {
            Join::Separate => self.out.push(';'),
            Join::Brace => {}
            Join::Chain | Join::Line | Join::Tight | Join::Plain | Join::Declaration(_) => {
                self.blank(Join::Tight, piece, gap);
            }
        }
    }

    /// Writes the blank between the last token and `piece`, if there is to be one.
    fn blank(&mut self, join: Join, piece: &Piece, gap: &Gap) {
        let Some(last) = self.last else { return };
        let pair = Neighbours {
            before: self.before_last,
            prev: &self.pieces.all[last],
            next: piece,
            was_apart: gap.is_there,
        };
        if pair.need_blank() || join == Join::Plain && pair.has_blank() {
            self.out.push(' ');
        }
    }

    /// Writes the token itself, and opens or closes what it opens or closes.
    fn token(&mut self, index: usize) {
        let piece = &self.pieces.all[index];
        match (self.form, piece.kind) {
            (Form::Dense, TokenKind::Text) => self.out.push_str(&one_line(piece.text)),
            _ => self.out.push_str(piece.text),
        }
        let opened = match piece.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => Some(FrameKind::Bracket),
            TokenKind::LeftBrace => Some(self.brace(index)),
            _ => None,
        };
        if let Some(kind) = opened {
            self.frames.push(Frame { kind, outside: self.indent });
        }
        if matches!(piece.kind, TokenKind::RightParen | TokenKind::RightBracket | TokenKind::RightBrace) {
            self.frames.pop();
        }
        self.last = Some(index);
    }

    /// What the `{` at `index` opens.
    fn brace(&self, index: usize) -> FrameKind {
        let piece = &self.pieces.all[index];
        let has_comment = self.pieces.has_comment_inside(index);
        let is_empty = piece.closing == index + 1;
        if self.in_bracket() || !self.in_lines() || is_empty && !has_comment {
            FrameKind::Inline
        } else if self.plan.arms.contains(&self.pieces.all[index + 1].start) {
            FrameKind::Match
        } else if self.plan.blocks.contains(&piece.start) || has_comment || self.is_wide_record(index) {
            FrameKind::Block
        } else {
            FrameKind::Inline
        }
    }

    fn is_wide_record(&self, open: usize) -> bool {
        let fields = &self.pieces.all[open..=self.pieces.all[open].closing];
        let width: usize =
            fields.iter().map(|piece| piece.text.len() + usize::from(piece.gap.is_there)).sum();
        self.declaration == Some(Declaration::Record)
            && self.out.len() - self.line_start + width > RECORD_WIDTH_MAX
    }

    /// Indentation of lines inside the innermost block; in a function outside of all blocks it is one level.
    fn inside(&self) -> usize {
        self.frames.last().map_or(1, |frame| frame.outside + 1)
    }

    // Lines.

    fn new_paragraph(&mut self, next: Declaration, gap: Gap<'s>) {
        match self.form {
            Form::Expanded => self.expanded_paragraph(next, gap),
            Form::Dense => self.dense_paragraph(&gap),
        }
        self.declaration = Some(next);
        self.in_header = matches!(next, Declaration::Function(_));
        self.indent = 0;
        self.line_start = self.out.len();
    }

    fn expanded_paragraph(&mut self, next: Declaration, mut gap: Gap<'s>) {
        let is_apart =
            gap.ends_with_blank_line || gap.comments.iter().any(|comment| comment.after_blank_line);
        let may_be_close =
            self.declaration.is_none() || self.declaration == Some(next) && next == Declaration::Line;
        if !is_apart && !may_be_close {
            match gap.comments.iter_mut().find(|comment| comment.is_own_line) {
                Some(comment) => comment.after_blank_line = true,
                None => gap.ends_with_blank_line = true,
            }
        }
        self.outer_comments(&gap);
        self.end_line(0, gap.ends_with_blank_line);
    }

    fn dense_paragraph(&mut self, gap: &Gap) {
        for comment in &gap.comments {
            if comment.is_own_line && !comment.is_indented {
                self.end_line(0, false);
                self.out.push_str(comment.text);
            }
        }
        self.end_line(0, false);
    }

    fn end_of_file(&mut self, gap: Gap<'s>) {
        match self.form {
            Form::Expanded => self.outer_comments(&gap),
            Form::Dense => return self.dense_paragraph(&gap),
        }
        self.end_line(0, false);
    }

    fn new_statement(&mut self, indent: usize, gap: &Gap, keeps_blank_lines: bool) {
        self.comments(indent, gap, keeps_blank_lines);
        self.end_line(indent, keeps_blank_lines && gap.ends_with_blank_line);
        self.indent = indent;
    }

    /// Writes comments behind the current line and on lines of their own, and leaves the last line open.
    fn comments(&mut self, indent: usize, gap: &Gap, keeps_blank_lines: bool) {
        let mut may_follow = true;
        for comment in &gap.comments {
            self.comment(comment, indent, keeps_blank_lines, &mut may_follow);
        }
    }

    /// Comments outside of declarations: indented ones belong to the body before them.
    fn outer_comments(&mut self, gap: &Gap) {
        let mut may_follow = true;
        for comment in &gap.comments {
            let indent = usize::from(comment.is_indented && self.last.is_some());
            self.comment(comment, indent, true, &mut may_follow);
        }
    }

    /// `may_follow` says that the comment may still stand behind the code that it follows.
    fn comment(&mut self, comment: &Comment, indent: usize, keeps_blank_lines: bool, may_follow: &mut bool) {
        *may_follow &= !comment.is_own_line;
        if *may_follow {
            self.out.push_str("  ");
        } else {
            self.end_line(indent, keeps_blank_lines && comment.after_blank_line);
        }
        self.out.push_str(comment.text);
    }

    /// Ends the line, if there is one, and starts the next one; a statement starts there.
    fn end_line(&mut self, indent: usize, with_blank_line: bool) {
        if !self.out.is_empty() {
            self.out.push_str(if with_blank_line { "\n\n" } else { "\n" });
        }
        self.line_start = self.out.len();
        self.out.extend(std::iter::repeat_n(INDENT, indent));
    }

    /// As [`Writer::end_line`] within a statement.
    fn continue_line(&mut self, indent: usize) {
        let line_start = self.line_start;
        self.end_line(indent, false);
        self.line_start = line_start;
    }

    /// Moves comments from the middle of a line to lines above it.
    fn hoist(&mut self, comments: &[Comment]) {
        for comment in comments {
            let line = format!("{}{}\n", INDENT.repeat(self.indent), comment.text);
            self.out.insert_str(self.line_start, &line);
            self.line_start += line.len();
        }
    }
}

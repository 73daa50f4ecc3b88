//! Files and declarations (2), and recovery after an error (2.3).

use crate::ast::{AliasDecl, Body, Function, Name, Param, Program, RecordDecl};
use crate::diagnostic::Diagnostic;
use crate::grammar::expressions::foreign_advice;
use crate::lexer::unescape;
use crate::parser::{Needed, Parsed, Parser};
use crate::token::TokenKind;
use crate::{MergePoint, Use};

/// No more errors than this are reported for one file (2.3).
const ERRORS_MAX: usize = 20;

/// What one file declares.
#[derive(Default)]
pub(crate) struct File {
    pub program: Program,
    pub uses: Vec<Use>,
    pub diagnostics: Vec<Diagnostic>,
    /// After an error, until a declaration has been parsed, further `P001` and `P002` would only be echoes.
    suppressed: bool,
}

impl File {
    fn report(&mut self, error: Diagnostic) {
        let is_echo = self.suppressed && matches!(error.code, "ILO-P001" | "ILO-P002");
        self.suppressed = true;
        if !is_echo {
            self.diagnostics.push(error);
        }
    }
}

impl Parser<'_> {
    /// `program`: every declaration of the file; a broken one is reported and skipped.
    pub(crate) fn file(mut self) -> File {
        let mut file = File::default();
        while !self.at_end_of_file() && file.diagnostics.len() < ERRORS_MAX {
            let start = self.pos;
            self.begin_declaration();
            match self.declaration(&mut file) {
                Ok(()) => file.suppressed = false,
                Err(error) => {
                    file.report(*error);
                    self.recover(start);
                }
            }
        }
        file
    }

    /// Skips to the next place where a declaration starts, outside of the brackets of the broken one.
    fn recover(&mut self, start: usize) {
        let mut open = 0_i32;
        let mut at = start;
        while !self.at_end_of_file() {
            if at > start
                && at >= self.pos
                && (self.starts_declaration(at) || open <= 0 && self.resumes_at(at))
            {
                return self.skip_to(at);
            }
            match self.raw_kind(at) {
                TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::LeftBrace => open += 1,
                TokenKind::RightParen | TokenKind::RightBracket | TokenKind::RightBrace => open -= 1,
                TokenKind::End => return self.skip_to(at),
                _ => {}
            }
            at += 1;
        }
    }

    fn resumes_at(&self, at: usize) -> bool {
        matches!(self.raw_kind(at), TokenKind::Type | TokenKind::Tool) || self.ahead.is_strict_header(at)
    }

    fn declaration(&mut self, file: &mut File) -> Parsed<()> {
        let next = self.kind_at(self.pos + 1);
        match self.kind() {
            TokenKind::Type => self.type_declaration(file),
            TokenKind::Use => self.use_declaration(file),
            TokenKind::Tool => Err(self.tool_declaration(file)),
            TokenKind::Foreign if next == TokenKind::Equal => Err(self.foreign_binding()),
            TokenKind::Identifier if self.is_alias() => self.alias_declaration(file),
            TokenKind::Identifier if self.may_be_header() => self.function(file),
            _ => Err(self.no_declaration()),
        }
    }

    /// `alias` is a name only where it is the name of a function.
    fn is_alias(&self) -> bool {
        self.is_identifier(self.pos, "alias") && self.kind_at(self.pos + 1) != TokenKind::Greater
    }

    /// A name is read as the start of a header at the start of a line; elsewhere only if the look-ahead holds, else
    /// it is left over from the declaration before.
    fn may_be_header(&self) -> bool {
        let is_control = matches!(self.text_at(self.pos), "wh" | "ret" | "brk" | "cnt");
        !is_control && (self.at_boundary() || self.ahead.is_weak_header(self.pos))
    }

    fn no_declaration(&self) -> Box<Diagnostic> {
        let mut error = self.missing(Needed::Token, "a declaration");
        error.code = if self.at(TokenKind::End) { "ILO-P002" } else { "ILO-P001" };
        if self.at(TokenKind::Foreign) {
            error.help = Some(foreign_advice(self.text_at(self.pos)).into());
        } else if self.pos > 0 && !self.at_boundary() {
            error.notes.push("the declaration before is complete here".into());
            error.help = Some(if self.kind().is_infix_operator() {
                "a prefix expression is not continued by an infix operator; use parentheses: `(*a b) + 1`"
                    .into()
            } else {
                "statements are separated by `;` or by indented lines; nested calls may need parentheses"
                    .into()
            });
        } else {
            error.help = Some(
                "a function is `name param:type>type;body`; others are `type`, `alias` and `use`".into(),
            );
        }
        error
    }

    fn tool_declaration(&mut self, file: &mut File) -> Box<Diagnostic> {
        let error = self.error("ILO-N200", "`tool` declarations are not in the core profile");
        self.bump();
        if self.at(TokenKind::Identifier) {
            file.program.broken_names.push(self.text_at(self.pos).to_string());
        }
        error
    }

    /// `"type" IDENT "{" [ IDENT ":" type { ";" IDENT ":" type } ] "}"`.
    fn type_declaration(&mut self, file: &mut File) -> Parsed<()> {
        let start = self.pos;
        self.bump();
        let name = self.expect_identifier("the name of the record type")?;
        let fields = self.record_fields();
        let fields = declared(file, &name, fields)?;
        file.program.records.push(RecordDecl { name, fields, span: self.span_from(start) });
        Ok(())
    }

    fn record_fields(&mut self) -> Parsed<Vec<Param>> {
        self.expect(TokenKind::LeftBrace, "before the fields")?;
        let mut fields = Vec::new();
        if self.eat(TokenKind::RightBrace) {
            return Ok(fields);
        }
        loop {
            let name = self.expect_identifier("a field name")?;
            self.expect(TokenKind::Colon, "and the type of the field")?;
            fields.push(Param { name, ty: self.type_(false)? });
            if self.eat(TokenKind::RightBrace) {
                return Ok(fields);
            }
            self.expect(TokenKind::Semicolon, "or `}` behind a field")?;
        }
    }

    /// `"alias" IDENT type`.
    fn alias_declaration(&mut self, file: &mut File) -> Parsed<()> {
        let start = self.pos;
        self.bump();
        let name = self.expect_identifier("the name of the alias")?;
        let target = self.type_(false);
        let target = declared(file, &name, target)?;
        file.program.aliases.push(AliasDecl { name, target, span: self.span_from(start) });
        Ok(())
    }

    /// `"use" TEXT [ "[" IDENT { IDENT } "]" ]`.
    fn use_declaration(&mut self, file: &mut File) -> Parsed<()> {
        let start = self.pos;
        self.bump();
        if !self.at(TokenKind::Text) {
            let mut error = self.error("ILO-P016", "`use` needs the path of a file as a text");
            error.help = Some("write `use \"lib.ilo\"` or `use \"lib.ilo\" [name other]`".into());
            return Err(error);
        }
        let path = unescape(self.text_at(self.pos));
        self.bump();
        let names = if self.at(TokenKind::LeftBracket) { Some(self.selection()?) } else { None };
        let at = MergePoint {
            functions: file.program.functions.len(),
            records: file.program.records.len(),
            aliases: file.program.aliases.len(),
        };
        file.uses.push(Use { path, names, span: self.span_from(start), at });
        Ok(())
    }

    fn selection(&mut self) -> Parsed<Vec<Name>> {
        self.bump();
        let mut names = Vec::new();
        while self.at(TokenKind::Identifier) {
            names.push(self.name_at(self.pos));
            self.bump();
        }
        if names.is_empty() {
            return Err(self.error("ILO-P016", "the list of imported names is empty or starts with no name"));
        }
        if !self.eat(TokenKind::RightBracket) {
            let mut error = self.error("ILO-P016", "the list of imported names is not closed by `]`");
            error.help = Some("names are separated by blanks: `[name other]`".into());
            return Err(error);
        }
        Ok(names)
    }

    /// `IDENT { param } ">" type [ ";" ] fbody`.
    fn function(&mut self, file: &mut File) -> Parsed<()> {
        let start = self.pos;
        let name = self.name_at(start);
        if ilo4_builtins::lookup(&name.text).is_some() {
            let message = format!("`{}` is a builtin and cannot be declared", name.text);
            let mut error = self.error("ILO-P011", message);
            error.help = Some(format!("choose another name, e.g. `my-{}`", name.text));
            return Err(error);
        }
        self.bump();
        let header = self.function_header(&name);
        let (params, result) = declared(file, &name, header)?;
        self.eat(TokenKind::Semicolon);
        let body = self.function_body();
        let body = declared(file, &name, body)?;
        let span = self.span_from(start);
        file.program.functions.push(Function { name, params, result, body, span });
        Ok(())
    }

    fn function_header(&mut self, name: &Name) -> Parsed<(Vec<Param>, crate::ast::Type)> {
        let (params, takes_function) = self.params(true)?;
        if self.at_boundary() {
            return Err(self.unfinished_header("the result type"));
        }
        let result = self.type_(true)?;
        self.arities.declare(&name.text, &takes_function);
        Ok((params, result))
    }

    fn unfinished_header(&self, what: &str) -> Box<Diagnostic> {
        let mut error = self.missing(Needed::Token, what);
        error.code = "ILO-P020";
        error.help = Some("a header is complete on one line: `name param:type>type`".into());
        error
    }

    /// `{ param } ">"` of a function or lambda; for each parameter also whether its written type starts with `F`.
    pub(crate) fn params(&mut self, in_header: bool) -> Parsed<(Vec<Param>, Vec<bool>)> {
        let mut params = Vec::new();
        let mut takes_function = Vec::new();
        loop {
            if in_header && self.at_boundary() {
                return Err(self.unfinished_header("a parameter or `>` and the result type"));
            }
            if self.eat(TokenKind::Greater) {
                return Ok((params, takes_function));
            }
            if !self.at(TokenKind::Identifier) {
                return Err(self.bad_header());
            }
            let name = self.name_at(self.pos);
            self.bump();
            if !self.at(TokenKind::Colon) || in_header && self.at_boundary() {
                let mut error = self.missing(Needed::Token, "`:` and the type of the parameter");
                error.code = "ILO-P003";
                return Err(error);
            }
            self.bump();
            takes_function.push(self.at(TokenKind::FunctionType));
            params.push(Param { name, ty: self.type_(in_header)? });
        }
    }

    fn bad_header(&self) -> Box<Diagnostic> {
        if self.at(TokenKind::Foreign) {
            return self.reserved_word();
        }
        let mut error = self.missing(Needed::Token, "a parameter or `>`");
        let arrow = self.kind_at(self.pos + 1) == TokenKind::Greater;
        error.help = match self.kind() {
            TokenKind::Colon if arrow => Some("a function without parameters is written `name>type`".into()),
            TokenKind::Minus if arrow => Some("the result type follows `>`, not `->`".into()),
            TokenKind::LeftParen | TokenKind::Comma => {
                Some("parameters are separated by blanks: `name a:n b:t>n`".into())
            }
            TokenKind::Equal => Some("there are no global variables; bind inside a function".into()),
            _ => None,
        };
        error
    }

    /// `fbody`.
    fn function_body(&mut self) -> Parsed<Body> {
        if self.at(TokenKind::LeftBrace) && !self.is_destructuring() {
            return self.block();
        }
        let start = self.pos;
        let mut statements = Vec::new();
        while !self.at(TokenKind::End) {
            statements.push(self.statement()?);
            // Rule 1 of 2.2: behind a `;` a header starts the next function.
            if !self.eat(TokenKind::Semicolon) || self.ahead.is_strict_header(self.pos) {
                break;
            }
        }
        Ok(Body { statements, span: self.span_from(start) })
    }
}

/// Remembers the name of a declaration that turned out broken, so that its uses are not reported as undefined.
fn declared<T>(file: &mut File, name: &Name, parsed: Parsed<T>) -> Parsed<T> {
    if parsed.is_err() {
        file.program.broken_names.push(name.text.clone());
    }
    parsed
}

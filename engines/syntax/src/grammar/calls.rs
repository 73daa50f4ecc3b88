//! Calls (4.6, 4.7, 4.10), pipes (4.11) and constructions (4.14).

use ilo4_builtins::Bare;

use crate::arity::Callee;
use crate::ast::{Expr, ExprKind, Name, Unwrap};
use crate::parser::{Needed, Parsed, Parser};
use crate::token::TokenKind;

impl Parser<'_> {
    /// `call-or-atom`: the cases of 4.7, in their order.
    pub(crate) fn call_or_atom(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        if !self.at(TokenKind::Identifier) || bare(self.text_at(start)) == Bare::Constant {
            return self.atom();
        }
        if let Some(unwrap) = self.unwrap_mark(start + 1) {
            return self.unwrap_call(unwrap);
        }
        if self.empty_parens_at(start + 1) {
            return self.identifier_atom();
        }
        if self.is_construction(start) {
            return self.construction();
        }
        if !self.operand_starts_at(start + 1) {
            return self.lone_name();
        }
        if self.in_blank_list {
            return self.list_name();
        }
        if self.infix_continues_at(start + 1) {
            return self.identifier_atom();
        }
        self.bump();
        let callee = self.name_at(start);
        let args = self.greedy_args(self.arities.callee(&callee.text))?;
        Ok(self.call(callee, args, Unwrap::No, start))
    }

    pub(crate) fn call(&self, callee: Name, args: Vec<Expr>, unwrap: Unwrap, start: usize) -> Expr {
        Expr { kind: ExprKind::Call { callee, args, unwrap }, span: self.span_from(start) }
    }

    /// The mark of an unwrapping call at `at`, which must touch the name before it (4.10).
    fn unwrap_mark(&self, at: usize) -> Option<Unwrap> {
        let unwrap = match self.kind_at(at) {
            TokenKind::Bang => Unwrap::Propagate,
            TokenKind::BangBang => Unwrap::Panic,
            _ => return None,
        };
        self.is_adjacent(at).then_some(unwrap)
    }

    fn empty_parens_at(&self, at: usize) -> bool {
        self.kind_at(at) == TokenKind::LeftParen && self.kind_at(at + 1) == TokenKind::RightParen
    }

    fn is_construction(&self, at: usize) -> bool {
        self.kind_at(at + 1) == TokenKind::Identifier && self.kind_at(at + 2) == TokenKind::Colon
    }

    /// Does an infix operator or `??` stand at `at` that does not start a complete prefix expression (4.7, case 6)?
    fn infix_continues_at(&self, at: usize) -> bool {
        let kind = self.kind_at(at);
        (kind.is_infix_operator() || kind == TokenKind::Coalesce) && !self.ahead.is_complete_prefix(at)
    }

    /// Case 1: `f! args`, `f!!()`.
    fn unwrap_call(&mut self, unwrap: Unwrap) -> Parsed<Expr> {
        let start = self.pos;
        let callee = self.name_at(start);
        self.bump();
        self.bump();
        if self.empty_parens_at(self.pos) {
            self.bump();
            self.bump();
            return Ok(self.call(callee, Vec::new(), unwrap, start));
        }
        let args = self.arguments_if_any(&callee)?;
        Ok(self.call(callee, args, unwrap, start))
    }

    /// The arguments of an unwrapping call or a pipe target, which may have none.
    fn arguments_if_any(&mut self, callee: &Name) -> Parsed<Vec<Expr>> {
        if self.infix_continues_at(self.pos) {
            return Ok(Vec::new());
        }
        self.greedy_args(self.arities.callee(&callee.text))
    }

    /// Case 4: nothing that can start an operand follows.
    fn lone_name(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        let name = self.text_at(start);
        let has_fields = matches!(self.kind_at(start + 1), TokenKind::Dot | TokenKind::DotQuestion);
        if has_fields || matches!(bare(name), Bare::Constant | Bare::Everywhere) {
            return self.identifier_atom();
        }
        self.bump();
        if bare(name) == Bare::AtStart {
            return Ok(self.call(self.name_at(start), Vec::new(), Unwrap::No, start));
        }
        let bare_call = self.arities.callee(name).arity == Some(0);
        Ok(Expr { kind: ExprKind::Name { name: name.to_string(), bare_call }, span: self.span_from(start) })
    }

    /// A name as an atom: `f()`, `f!()`, or the name with its fields.
    pub(crate) fn identifier_atom(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        let name = self.name_at(start);
        let bare = bare(&name.text);
        self.bump();
        if bare == Bare::Constant {
            return Ok(self.call(name, Vec::new(), Unwrap::No, start));
        }
        let unwrap = self.unwrap_mark(self.pos).filter(|_| self.empty_parens_at(self.pos + 1));
        if unwrap.is_some() {
            self.bump();
        }
        if self.empty_parens_at(self.pos) {
            self.bump();
            self.bump();
            return Ok(self.call(name, Vec::new(), unwrap.unwrap_or(Unwrap::No), start));
        }
        let base = if bare == Bare::Everywhere {
            self.call(name, Vec::new(), Unwrap::No, start)
        } else {
            Expr { kind: ExprKind::Name { name: name.text, bare_call: false }, span: name.span }
        };
        self.fields(base, start)
    }

    /// Case 3: `IDENT { IDENT ":" atom }`.
    fn construction(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        let record = self.name_at(start);
        self.bump();
        let fields = self.fields_given()?;
        Ok(Expr { kind: ExprKind::Construct { record, fields }, span: self.span_from(start) })
    }

    /// `">>" IDENT [ "!" | "!!" ] { call-arg }`: the piped value becomes the last argument.
    pub(crate) fn pipe(&mut self, piped: Expr, start: usize) -> Parsed<Expr> {
        self.bump();
        let callee = self.expect_identifier("the name of a function after `>>`")?;
        let unwrap = self.unwrap_mark(self.pos);
        if unwrap.is_some() {
            self.bump();
        }
        let mut args = self.nested(Needed::Expression, |p| p.arguments_if_any(&callee))?;
        args.push(piped);
        Ok(self.call(callee, args, unwrap.unwrap_or(Unwrap::No), start))
    }

    /// Arguments as long as an operand follows; an infix operator or `??` behind one ends them (4.7).
    fn greedy_args(&mut self, callee: Callee) -> Parsed<Vec<Expr>> {
        let mut args = Vec::new();
        while self.operand_follows() {
            args.push(self.call_arg(callee, args.len())?);
            if self.at(TokenKind::Coalesce) || self.infix_continues_at(self.pos) {
                break;
            }
        }
        Ok(args)
    }

    /// `call-arg` at position `index` of a call of `callee`.
    pub(crate) fn call_arg(&mut self, callee: Callee, index: usize) -> Parsed<Expr> {
        if callee.takes_function(index) {
            return self.operand();
        }
        if let Some(arity) = callee.arity
            && index < arity
            && self.is_format_call()
        {
            return self.format_argument(index + 1 == arity);
        }
        self.binop_operand()
    }

    fn is_format_call(&self) -> bool {
        self.at(TokenKind::Identifier)
            && ilo4_builtins::lookup(self.text_at(self.pos)).is_some_and(|builtin| builtin.variadic)
            && self.takes_arguments(self.pos)
    }

    /// `fmt` as an argument of a known-arity call: fine as the last one, which takes all that follows.
    fn format_argument(&mut self, is_last: bool) -> Parsed<Expr> {
        let start = self.pos;
        let callee = self.name_at(start);
        if !is_last {
            let message = format!("`{}` takes any number of arguments and must be the last one", callee.text);
            let mut error = self.error("ILO-P018", message);
            error.help = Some(format!("put it into parentheses: `({} …)`", callee.text));
            return Err(error);
        }
        self.bump();
        let args = self.nested(Needed::Expression, |p| p.greedy_args(Callee::default()))?;
        Ok(self.call(callee, args, Unwrap::No, start))
    }

    /// `binop-operand` (4.5): a known-arity call with at most that many arguments, or an operand.
    pub(crate) fn binop_operand(&mut self) -> Parsed<Expr> {
        match self.known_call_arity(self.pos) {
            Some(arity) => self.nested(Needed::Expression, |p| p.known_call(arity)),
            None => self.operand(),
        }
    }

    /// The arity of the known-arity call that starts at `at`, if one does (4.5).
    fn known_call_arity(&self, at: usize) -> Option<usize> {
        if self.kind_at(at) != TokenKind::Identifier || !self.takes_arguments(at) {
            return None;
        }
        self.arities.callee(self.text_at(at)).arity.filter(|&arity| arity >= 1)
    }

    /// Is the name at `at` followed by an operand that could be an argument, and not by what makes it another thing?
    fn takes_arguments(&self, at: usize) -> bool {
        self.operand_starts_at(at + 1)
            && !self.is_construction(at)
            && !self.empty_parens_at(at + 1)
            && self.unwrap_mark(at + 1).is_none()
    }

    /// `known-call`: up to `arity` arguments while an operand follows.
    pub(crate) fn known_call(&mut self, arity: usize) -> Parsed<Expr> {
        let start = self.pos;
        let callee = self.name_at(start);
        let known = self.arities.callee(&callee.text);
        self.bump();
        let mut args = Vec::new();
        while args.len() < arity && self.operand_follows() {
            args.push(self.call_arg(known, args.len())?);
        }
        Ok(self.call(callee, args, Unwrap::No, start))
    }
}

/// When the bare name is a call of a builtin (4.7).
fn bare(name: &str) -> Bare {
    ilo4_builtins::lookup(name).map_or(Bare::Never, |builtin| builtin.bare)
}

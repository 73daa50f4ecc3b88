//! Expressions (4.1 to 4.5, 4.8, 4.11, 4.13, 4.14).

use crate::ast::{BinaryOp, Expr, ExprKind, Lambda, Name, UnaryOp};
use crate::lexer::unescape;
use crate::parser::{Needed, Parsed, Parser};
use crate::span::Span;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `expr`: an `expr-inner` with its marks and suffixes.
    pub(crate) fn expr(&mut self) -> Parsed<Expr> {
        let outer = self.begin_chain();
        let start = self.pos;
        let mut expr = self.marked_inner()?;
        if self.at(TokenKind::With) {
            self.link(Needed::Expression)?;
            self.bump();
            let fields = self.fields_given()?;
            let kind = ExprKind::With { base: Box::new(expr), fields };
            expr = Expr { kind, span: self.span_from(start) };
        }
        while self.eat(TokenKind::Coalesce) {
            self.link(Needed::Expression)?;
            let default = Box::new(self.nested(Needed::Expression, Self::expr_inner)?);
            let kind = ExprKind::Coalesce { value: Box::new(expr), default };
            expr = Expr { kind, span: self.span_from(start) };
        }
        while self.at(TokenKind::Pipe) {
            self.link(Needed::Expression)?;
            expr = self.pipe(expr, start)?;
        }
        self.end_chain(outer);
        Ok(expr)
    }

    /// `[ "~" | "^" ] expr-inner`, also a list element.
    pub(crate) fn marked_inner(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        let wrap = match self.kind() {
            TokenKind::Tilde => ExprKind::Ok,
            TokenKind::Caret => ExprKind::Err,
            _ => return self.expr_inner(),
        };
        self.bump();
        if matches!(self.kind(), TokenKind::Tilde | TokenKind::Caret) {
            let mut error = self.missing(Needed::Expression, "an expression");
            error.help = Some("marks are not doubled; put the inner one into parentheses: `~(~x)`".into());
            return Err(error);
        }
        let inner = self.nested(Needed::Expression, Self::expr_inner)?;
        Ok(Expr { kind: wrap(Box::new(inner)), span: self.span_from(start) })
    }

    /// `expr-inner`.
    pub(crate) fn expr_inner(&mut self) -> Parsed<Expr> {
        match self.kind() {
            TokenKind::Minus => self.minus(),
            TokenKind::Bang => self.unary_not(),
            TokenKind::Coalesce => self.prefix_coalesce(),
            TokenKind::Question => self.question(),
            TokenKind::Dollar => Err(self.outside_profile()),
            kind if kind.is_prefix_operator() => self.binary(false),
            _ => {
                let outer = self.begin_chain();
                let start = self.pos;
                let left = self.call_or_atom()?;
                let expr = self.infix(left, start, 1)?;
                self.end_chain(outer);
                Ok(expr)
            }
        }
    }

    fn outside_profile(&self) -> Box<crate::diagnostic::Diagnostic> {
        self.error("ILO-N200", "`$`, which starts a child process, is not in the core profile")
    }

    /// `{ infix-op operand }` by precedence climbing, for operators of at least level `lowest` (4.8).
    fn infix(&mut self, mut left: Expr, start: usize, lowest: u8) -> Parsed<Expr> {
        while let Some((op, level)) = infix_operator(self.kind())
            && level >= lowest
        {
            self.reject_double_operator()?;
            self.bump();
            self.link(Needed::Expression)?;
            let right_start = self.pos;
            let mut right = self.nested(Needed::Expression, Self::operand)?;
            if infix_operator(self.kind()).is_some_and(|(_, next)| next > level) {
                right = self.infix(right, right_start, level + 1)?;
            }
            let kind = ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) };
            left = Expr { kind, span: self.span_from(start) };
        }
        Ok(left)
    }

    /// `operand`, where one is required.
    pub(crate) fn operand(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        let wrap = match self.kind() {
            TokenKind::Minus => return self.minus(),
            TokenKind::Bang => return self.unary_not(),
            TokenKind::Coalesce => return self.prefix_coalesce(),
            TokenKind::Dollar => return Err(self.outside_profile()),
            TokenKind::Tilde => ExprKind::Ok,
            TokenKind::Caret => ExprKind::Err,
            kind if kind.is_prefix_operator() => return self.binary(false),
            _ => return self.atom(),
        };
        self.bump();
        let inner = self.nested(Needed::Expression, Self::operand)?;
        Ok(Expr { kind: wrap(Box::new(inner)), span: self.span_from(start) })
    }

    fn unary_not(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        self.bump();
        let operand = Box::new(self.nested(Needed::Expression, Self::operand)?);
        Ok(Expr { kind: ExprKind::Unary { op: UnaryOp::Not, operand }, span: self.span_from(start) })
    }

    /// `"??" call-arg expr-inner`.
    fn prefix_coalesce(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        self.bump();
        self.nested(Needed::Expression, |p| {
            let value = Box::new(p.binop_operand()?);
            let default = Box::new(p.expr_inner()?);
            Ok(Expr { kind: ExprKind::Coalesce { value, default }, span: p.span_from(start) })
        })
    }

    /// `minus` (4.4): two operands make a difference, one a negation.
    fn minus(&mut self) -> Parsed<Expr> {
        self.reject_negated_product()?;
        let start = self.pos;
        self.bump();
        self.nested(Needed::Expression, |p| {
            let first = Box::new(p.binop_operand()?);
            let kind = if p.operand_follows() {
                let right = Box::new(p.binop_operand()?);
                ExprKind::Binary { op: BinaryOp::Subtract, left: first, right }
            } else {
                ExprKind::Unary { op: UnaryOp::Negate, operand: first }
            };
            Ok(Expr { kind, span: p.span_from(start) })
        })
    }

    /// `- - op atom atom op atom atom` would silently mean the negation of a difference (4.4).
    fn reject_negated_product(&self) -> Parsed<()> {
        let is_product = |at: usize| {
            matches!(self.kind_at(at), TokenKind::Plus | TokenKind::Star | TokenKind::Slash)
                && self.kind_at(at + 1).is_single_atom()
                && self.kind_at(at + 2).is_single_atom()
        };
        let at = self.pos;
        if self.kind_at(at + 1) != TokenKind::Minus || !is_product(at + 2) || !is_product(at + 5) {
            return Ok(());
        }
        let mut error = self.error("ILO-P021", "two minus signs before two products or sums");
        error.notes.push("this would be the negation of the difference".into());
        error.help = Some("write `- 0 +…` for the negated sum, or use parentheses".into());
        Err(error)
    }

    /// `binary`: a prefix operator and two operands. `in_run` says that this operator is itself the first operand of
    /// a prefix operator, so that the author may have lost count.
    fn binary(&mut self, in_run: bool) -> Parsed<Expr> {
        let start = self.pos;
        let Some((op, _)) = infix_operator(self.kind()) else {
            return Err(self.missing(Needed::Expression, "an operator"));
        };
        self.reject_double_operator()?;
        self.bump();
        let in_run = in_run || self.kind().is_prefix_operator();
        self.nested(Needed::Expression, |p| {
            let left = if p.kind().is_prefix_operator() {
                Box::new(p.binary(true)?)
            } else {
                p.check_operand(start, in_run)?;
                Box::new(p.binop_operand()?)
            };
            p.check_operand(start, in_run)?;
            let right = Box::new(p.binop_operand()?);
            Ok(Expr { kind: ExprKind::Binary { op, left, right }, span: p.span_from(start) })
        })
    }

    /// Fails if the operator at `operator` has no further operand here (4.5).
    fn check_operand(&self, operator: usize, in_run: bool) -> Parsed<()> {
        if self.operand_follows() || self.at(TokenKind::Identifier) {
            return Ok(());
        }
        let symbol = self.text_at(operator);
        let mut error = self.missing(Needed::Expression, &format!("an operand of `{symbol}`"));
        if in_run {
            error.code = "ILO-P003";
            error.notes.push("each operator of a run takes two operands".into());
        }
        error.labels.push((self.span_at(operator), "this operator takes two operands".into()));
        Err(error)
    }

    /// `=<`, `=>`, `&&` and `||` are not operators (4.5).
    pub(crate) fn reject_double_operator(&self) -> Parsed<()> {
        use TokenKind::{Ampersand, Bar, Equal, Greater, Less};
        let (wrong, right) = match (self.kind(), self.kind_at(self.pos + 1)) {
            (Equal, Less) => ("=<", "<="),
            (Equal, Greater) => ("=>", ">="),
            (Ampersand, Ampersand) => ("&&", "&"),
            (Bar, Bar) => ("||", "|"),
            _ => return Ok(()),
        };
        let mut error = self.error("ILO-P003", format!("`{wrong}` is not an operator"));
        error.span = Some(self.span().to(self.span_at(self.pos + 1)));
        error.help = Some(format!("write `{right}`"));
        Err(error)
    }

    /// `atom`.
    pub(crate) fn atom(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        let kind = match self.kind() {
            TokenKind::Number => ExprKind::Number(self.number_at(start)),
            TokenKind::Text => ExprKind::Text(unescape(self.text_at(start))),
            TokenKind::True => ExprKind::Bool(true),
            TokenKind::False => ExprKind::Bool(false),
            TokenKind::Nil => ExprKind::Nil,
            TokenKind::Underscore => ExprKind::Name { name: "_".into(), bare_call: false },
            TokenKind::Identifier => return self.identifier_atom(),
            TokenKind::LeftBracket => return self.list(),
            TokenKind::LeftParen if self.is_lambda() => return self.lambda(),
            TokenKind::LeftParen => return self.group(),
            _ => return Err(self.missing_expression()),
        };
        self.bump();
        Ok(Expr { kind, span: self.span_from(start) })
    }

    pub(crate) fn missing_expression(&self) -> Box<crate::diagnostic::Diagnostic> {
        let mut error = self.missing(Needed::Expression, "an expression");
        error.help = match self.kind() {
            TokenKind::Foreign => Some(foreign_advice(self.text_at(self.pos)).into()),
            TokenKind::Question => Some("put the match or ternary into parentheses".into()),
            TokenKind::BangBang => Some("a double negation is written `!(!x)`".into()),
            TokenKind::LeftBrace => {
                Some("a block follows a condition; maps are built with `mset mmap key value`".into())
            }
            TokenKind::Dot => Some("a number needs a digit on both sides of the point".into()),
            _ => None,
        };
        error
    }

    /// The value of the number token at `at`; too large is infinity (1.5).
    pub(crate) fn number_at(&self, at: usize) -> f64 {
        self.text_at(at).parse().unwrap_or(f64::INFINITY)
    }

    /// `"(" expr ")" { field }`.
    fn group(&mut self) -> Parsed<Expr> {
        let outer = self.begin_chain();
        let start = self.pos;
        self.bump();
        let mut expr = self.outside_list(|p| p.nested(Needed::Expression, Self::expr))?;
        if !self.at(TokenKind::RightParen) {
            let mut error = self.missing(Needed::Token, "`)`");
            error.labels.push((self.span_at(start), "to close this one".into()));
            return Err(error);
        }
        self.bump();
        expr.span = self.span_from(start);
        let expr = self.fields(expr, start)?;
        self.end_chain(outer);
        Ok(expr)
    }

    /// `{ field }` behind `base`, which starts at token `start`.
    pub(crate) fn fields(&mut self, mut base: Expr, start: usize) -> Parsed<Expr> {
        let outer = self.begin_chain();
        while matches!(self.kind(), TokenKind::Dot | TokenKind::DotQuestion) {
            self.link(Needed::Identifier)?;
            let tolerant = self.at(TokenKind::DotQuestion);
            self.bump();
            let boxed = Box::new(base);
            let kind = match self.kind() {
                TokenKind::FieldName => {
                    ExprKind::Field { base: boxed, field: self.name_at(self.pos), tolerant }
                }
                TokenKind::Number if self.is_index() => {
                    ExprKind::Index { base: boxed, index: self.number_at(self.pos), tolerant }
                }
                _ => return Err(self.bad_field()),
            };
            self.bump();
            base = Expr { kind, span: self.span_from(start) };
        }
        self.end_chain(outer);
        Ok(base)
    }

    /// A whole number without a sign.
    fn is_index(&self) -> bool {
        let index = self.number_at(self.pos);
        !self.text_at(self.pos).starts_with('-') && index.fract() == 0.0 && index.is_finite()
    }

    fn bad_field(&self) -> Box<crate::diagnostic::Diagnostic> {
        let mut error = self.missing(Needed::Identifier, "a field name or an index directly after the dot");
        error.help = match self.kind() {
            TokenKind::LeftParen => Some("a computed index is written `at xs i`".into()),
            TokenKind::Identifier => Some("remove the blank after the dot".into()),
            TokenKind::Number => {
                Some("an index is a whole number; count from the end with `at xs -1`".into())
            }
            _ => None,
        };
        error
    }

    /// `{ IDENT ":" atom }` of a construction or a `with`.
    pub(crate) fn fields_given(&mut self) -> Parsed<Vec<(Name, Expr)>> {
        let mut fields = Vec::new();
        while self.at(TokenKind::Identifier) && self.kind_at(self.pos + 1) == TokenKind::Colon {
            let name = self.name_at(self.pos);
            self.bump();
            self.bump();
            fields.push((name, self.nested(Needed::Expression, Self::atom)?));
        }
        Ok(fields)
    }

    /// The test of 4.13 at a `(`.
    fn is_lambda(&self) -> bool {
        let opens = self.kind_at(self.pos + 1) == TokenKind::Greater
            || self.kind_at(self.pos + 1) == TokenKind::Identifier
                && self.kind_at(self.pos + 2) == TokenKind::Colon;
        opens && self.ahead.has_greater(self.pos)
    }

    fn lambda(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        self.bump();
        let lambda = self.outside_list(|p| p.nested(Needed::Expression, |p| p.lambda_inner(start)))?;
        Ok(Expr { kind: ExprKind::Lambda(Box::new(lambda)), span: self.span_from(start) })
    }

    fn lambda_inner(&mut self, start: usize) -> Parsed<Lambda> {
        let (params, _) = self.params(false)?;
        let result = self.type_(false)?;
        self.eat(TokenKind::Semicolon);
        let body = self.statements_until(TokenKind::RightParen)?;
        if !self.at(TokenKind::RightParen) {
            let mut error = self.missing(Needed::Token, "`)` to close the lambda");
            error.code = "ILO-P003";
            error.labels.push((self.span_at(start), "the lambda starts here".into()));
            return Err(error);
        }
        self.bump();
        Ok(Lambda { params, result, body })
    }

    /// An empty span right before the current token.
    pub(crate) fn empty_span(&self) -> Span {
        let here = self.span();
        Span { end: here.start, ..here }
    }
}

/// The operator and its level (4.8).
pub(crate) fn infix_operator(kind: TokenKind) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        TokenKind::Star => (BinaryOp::Multiply, 6),
        TokenKind::Slash => (BinaryOp::Divide, 6),
        TokenKind::Plus => (BinaryOp::Add, 5),
        TokenKind::Minus => (BinaryOp::Subtract, 5),
        TokenKind::Append => (BinaryOp::Append, 5),
        TokenKind::Greater => (BinaryOp::Greater, 4),
        TokenKind::Less => (BinaryOp::Less, 4),
        TokenKind::GreaterEqual => (BinaryOp::GreaterEqual, 4),
        TokenKind::LessEqual => (BinaryOp::LessEqual, 4),
        TokenKind::Equal => (BinaryOp::Equal, 3),
        TokenKind::NotEqual => (BinaryOp::NotEqual, 3),
        TokenKind::Ampersand => (BinaryOp::And, 2),
        TokenKind::Bar => (BinaryOp::Or, 1),
        _ => return None,
    })
}

/// What to write instead of a word of another language.
pub(crate) fn foreign_advice(word: &str) -> &'static str {
    match word {
        "if" => "a condition is written `cond{…}`, or `cond{…}{…}` with an alternative",
        "return" => "write `ret value`, or leave the value as the last statement",
        "fn" | "def" => "a function is written `name param:type>type;body`",
        _ => "a variable is bound with `name=value`",
    }
}

//! Types (2.6).

use crate::ast::{Type, TypeKind};
use crate::parser::{Needed, Parsed, Parser};
use crate::token::TokenKind;

impl Parser<'_> {
    /// `type`. A line boundary ends a declaration's header (2.2), so `in_header` makes every boundary stop it.
    pub(crate) fn type_(&mut self, in_header: bool) -> Parsed<Type> {
        self.nested(Needed::Type, |p| {
            let start = p.pos;
            if in_header && p.at_boundary() {
                return Err(p.missing_type());
            }
            let kind = p.type_kind(in_header)?;
            Ok(Type { kind, span: p.span_from(start) })
        })
    }

    fn type_kind(&mut self, in_header: bool) -> Parsed<TypeKind> {
        let kind = self.kind();
        let start = self.pos;
        if !starts_type(kind) {
            return Err(self.missing_type());
        }
        self.bump();
        Ok(match kind {
            TokenKind::Underscore => TypeKind::Any,
            TokenKind::ListType => TypeKind::List(self.boxed_type(in_header)?),
            TokenKind::OptionalType => TypeKind::Optional(self.boxed_type(in_header)?),
            TokenKind::MapType => TypeKind::Map(self.boxed_type(in_header)?, self.boxed_type(in_header)?),
            TokenKind::ResultType => {
                TypeKind::Result(self.boxed_type(in_header)?, self.boxed_type(in_header)?)
            }
            TokenKind::SumType => self.sum_type()?,
            TokenKind::FunctionType => self.function_type(in_header)?,
            TokenKind::LeftParen => {
                let inner = self.type_(in_header)?;
                self.expect(TokenKind::RightParen, "to close the type")?;
                inner.kind
            }
            _ => match self.text_at(start) {
                "n" => TypeKind::Number,
                "t" => TypeKind::Text,
                "b" => TypeKind::Bool,
                name => TypeKind::Named(name.to_string()),
            },
        })
    }

    fn boxed_type(&mut self, in_header: bool) -> Parsed<Box<Type>> {
        self.type_(in_header).map(Box::new)
    }

    /// Behind `S`: as many variants as possible.
    fn sum_type(&mut self) -> Parsed<TypeKind> {
        let mut variants = Vec::new();
        while self.at(TokenKind::Identifier) && self.kind_at(self.pos + 1) != TokenKind::Colon {
            variants.push(self.name_at(self.pos));
            self.bump();
        }
        if variants.is_empty() {
            let mut error = self.error("ILO-P010", "`S` needs at least one variant");
            error.help = Some("list the texts it may be: `S red green`".into());
            return Err(error);
        }
        Ok(TypeKind::Sum(variants))
    }

    /// Behind `F`: as many types as possible, the last one being the result.
    fn function_type(&mut self, in_header: bool) -> Parsed<TypeKind> {
        let mut types = Vec::new();
        while starts_type(self.kind())
            && !(self.at(TokenKind::Identifier) && self.kind_at(self.pos + 1) == TokenKind::Colon)
        {
            types.push(self.type_(in_header && types.is_empty())?);
        }
        let Some(result) = types.pop() else {
            let mut error = self.error("ILO-P009", "`F` needs at least a result type");
            error.help = Some("write the parameter types, then the result type: `F n t`".into());
            return Err(error);
        };
        Ok(TypeKind::Function(types, Box::new(result)))
    }

    fn missing_type(&self) -> Box<crate::diagnostic::Diagnostic> {
        let mut error = self.missing(Needed::Type, "a type");
        if self.at(TokenKind::Foreign) || self.at(TokenKind::Minus) {
            error.help = Some("types are n t b _ L M O R S F, a record type or an alias".into());
        }
        error
    }
}

fn starts_type(kind: TokenKind) -> bool {
    use TokenKind::*;
    matches!(
        kind,
        Underscore
            | ListType
            | OptionalType
            | MapType
            | ResultType
            | SumType
            | FunctionType
            | LeftParen
            | Identifier
    )
}

//! Matches (6.7) become chains of tests.

use ilo4_builtins::Prim;
use ilo4_syntax::ast::{self, KindPattern, PatternKind};
use ilo4_syntax::{Diagnostic, Span};

use super::body::Wanted;
use super::{Lowerer, Position, Typed};
use crate::build::At;
use crate::exhaustive;
use crate::hir::{self, ExprKind, VarId};
use crate::types::Type;
use crate::walk;

/// What an arm tests, and what it binds.
struct Test {
    /// `None` for `_`.
    cond: Option<hir::Expr>,
    binding: Option<(String, Type, hir::Expr)>,
}

impl Lowerer<'_> {
    pub(super) fn match_statement(
        &mut self,
        subject: Option<&ast::Expr>,
        arms: &[ast::Arm],
        span: Span,
        wanted: Wanted,
    ) -> Typed {
        self.lower_match(subject, arms, span, wanted)
    }

    pub(super) fn match_expression(
        &mut self,
        subject: Option<&ast::Expr>,
        arms: &[ast::Arm],
        span: Span,
        position: Position,
    ) -> Typed {
        let wanted = match position {
            Position::Value => Wanted::Value,
            Position::Tail => Wanted::Tail,
        };
        // Its arms' values are used, also inside a loop.
        let outer_discards = std::mem::replace(&mut self.contexts.current().discards_last, false);
        let lowered = self.lower_match(subject, arms, span, wanted);
        self.contexts.current().discards_last = outer_discards;
        lowered
    }

    fn lower_match(
        &mut self,
        subject: Option<&ast::Expr>,
        arms: &[ast::Arm],
        span: Span,
        wanted: Wanted,
    ) -> Typed {
        let at = At(span);
        let mut statements = Vec::new();
        let (subject, subject_type) = self.match_subject(subject, span, &mut statements);
        let mut ty = None;
        let mut lowered_arms = Vec::with_capacity(arms.len());
        for arm in arms {
            let (cond, body, arm_type) = self.arm(arm, subject, &subject_type, wanted);
            if ty.is_none() && !arm_type.is_any() {
                ty = Some(arm_type);
            }
            lowered_arms.push((At(arm.span), cond, body));
        }
        if let Some(missing) = exhaustive::missing(&subject_type, arms) {
            let message = format!("the match has no arm for {missing}");
            let note = format!("the subject is {}", subject_type.describe());
            self.report(Diagnostic::error("ILO-T024", span, message).with_note(note));
        }
        let chain = lowered_arms.into_iter().rev().fold(at.nil(), |rest, (at, cond, body)| match cond {
            Some(cond) => at.when(cond, body, rest),
            None => body,
        });
        statements.push(chain);
        Typed::new(at.block(statements), ty.unwrap_or(Type::Any))
    }

    /// The variable that holds the subject. A subject that is a variable is not copied: no arm can change it before the
    /// last test.
    fn match_subject(
        &mut self,
        subject: Option<&ast::Expr>,
        span: Span,
        statements: &mut Vec<hir::Expr>,
    ) -> (VarId, Type) {
        let (value, span) = match subject {
            Some(subject) => (self.value(subject), subject.span),
            None => match self.contexts.current().previous {
                Some(previous) => return (previous, Type::Any),
                None => (Typed::new(At(span).nil(), Type::Any), span),
            },
        };
        if let ExprKind::Var { var, .. } = value.expr.kind {
            return (var, value.ty);
        }
        let var = self.contexts.current().hidden("subject");
        statements.push(At(span).assign(var, value.expr));
        (var, value.ty)
    }

    /// The test (`None`: always matches), the body with its bindings, and the body's type.
    fn arm(
        &mut self,
        arm: &ast::Arm,
        subject: VarId,
        subject_type: &Type,
        wanted: Wanted,
    ) -> (Option<hir::Expr>, hir::Expr, Type) {
        let at = At(arm.pattern.span);
        let Test { cond, binding } = self.test(&arm.pattern, subject, subject_type);
        self.contexts.current().open_scope();
        let bound = binding.map(|(name, ty, value)| (self.contexts.current().declare(&name, ty), value));
        let lowered = self.body(&arm.body, wanted);
        self.contexts.current().close_scope();
        let body = match bound {
            // Without a reader the content is not taken out of the subject.
            Some((var, value)) if walk::reads(&lowered.expr, var) => {
                At(arm.span).block(vec![at.assign(var, value), lowered.expr])
            }
            _ => lowered.expr,
        };
        (cond, body, lowered.ty)
    }

    fn test(&mut self, pattern: &ast::Pattern, subject: VarId, subject_type: &Type) -> Test {
        let at = At(pattern.span);
        let read = || at.read(subject);
        let literal = |value| Test { cond: Some(at.prim(Prim::Equal, [read(), value])), binding: None };
        match &pattern.kind {
            PatternKind::Number(value) => literal(at.number(*value)),
            PatternKind::Text(text) => literal(at.expr(ExprKind::Text(text.clone()))),
            PatternKind::Bool(value) => literal(at.bool(*value)),
            PatternKind::Nil => Test { cond: Some(at.prim(Prim::IsNil, [read()])), binding: None },
            PatternKind::Any => {
                Test { cond: None, binding: Some(("_".into(), subject_type.clone(), read())) }
            }
            PatternKind::Kind(kind, name) => {
                let (prim, ty) = match kind {
                    KindPattern::Number => (Prim::IsNumber, Type::Number),
                    KindPattern::Text => (Prim::IsText, Type::Text),
                    KindPattern::Bool => (Prim::IsBool, Type::Bool),
                    KindPattern::List => (Prim::IsList, Type::list(Type::Any)),
                };
                Test { cond: Some(at.prim(prim, [read()])), binding: Some((name.text.clone(), ty, read())) }
            }
            PatternKind::Ok(name) | PatternKind::Err(name) => {
                let is_ok = matches!(pattern.kind, PatternKind::Ok(_));
                let content = match subject_type {
                    Type::Result(ok, err) => if is_ok { ok } else { err }.as_ref().clone(),
                    Type::Optional(_) => {
                        self.report(mark_on_optional(pattern.span, is_ok));
                        Type::Any
                    }
                    _ => Type::Any,
                };
                let prim = if is_ok { Prim::IsOk } else { Prim::IsErr };
                let payload = at.prim(Prim::Payload, [read()]);
                Test {
                    cond: Some(at.prim(prim, [read()])),
                    binding: Some((name.text.clone(), content, payload)),
                }
            }
        }
    }
}

fn mark_on_optional(span: Span, is_ok: bool) -> Diagnostic {
    let mark = if is_ok { '~' } else { '^' };
    let message = format!("a `{mark}` arm never matches an optional, which is nil or the plain value");
    Diagnostic::error("ILO-T035", span, message).with_help("use `nil:` and `_:` arms, or `??`")
}

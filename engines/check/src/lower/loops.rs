//! Loop statements (3.5, 5.6, 6.5) become `While` with hidden variables.

use ilo4_builtins::Prim;
use ilo4_syntax::{Span, ast};

use super::body::Wanted;
use super::{Lowerer, Typed};
use crate::build::{self, At};
use crate::compat::compatible;
use crate::hir::{self, ExprKind};
use crate::scope::LoopContext;
use crate::types::Type;
use crate::walk;

impl Lowerer<'_> {
    /// `@var list{body}`: the list as it was when the loop started; a fresh variable for each round.
    pub(super) fn for_each(
        &mut self,
        var: &ast::Name,
        list: &ast::Expr,
        body: &ast::Body,
        span: Span,
        wanted: Wanted,
    ) -> Typed {
        let at = At(span);
        let at_list = At(list.span);
        let list = self.value(list);
        let element = match list.ty {
            Type::List(element) => *element,
            Type::Any => Type::Any,
            other => {
                let message = format!("`@` visits the elements of a list, but this is {}", other.describe());
                self.error("ILO-T014", at_list.0, message);
                Type::Any
            }
        };
        let context = self.contexts.current();
        let [elements, length, index] = ["list", "length", "index"].map(|name| context.hidden(name));
        let mut setup = vec![at_list.assign(elements, list.expr)];
        setup.push(at_list.prim(Prim::ExpectLoopList, [at_list.read(elements)]));
        setup.push(at_list.assign(length, at_list.prim(Prim::ListLength, [at_list.read(elements)])));
        setup.push(at.assign(index, at.number(0.0)));
        let cond = at.prim(Prim::LessNumber, [at.read(index), at.read(length)]);
        let taken =
            at_list.expr(ExprKind::TakeElement { list: elements, index: Box::new(at_list.read(index)) });
        self.open_loop(wanted);
        let (body, ty, value) = self.rounds(Some((var, element, taken)), body, |round| {
            round.push(at.increment(index));
        });
        // From here on the list is not shared with the loop any longer.
        let release = at_list.assign(elements, at_list.nil());
        let repeat = at.block(vec![at.while_loop(cond, body), release]);
        self.finish_loop(setup, repeat, ty, value, span)
    }

    /// `@var from..to{body}`: both bounds once, before the first round; they need not be whole.
    pub(super) fn for_range(
        &mut self,
        var: &ast::Name,
        (from, to): (&ast::Expr, &ast::Expr),
        body: &ast::Body,
        span: Span,
        wanted: Wanted,
    ) -> Typed {
        let at = At(span);
        let from = self.range_bound(from);
        let to = self.range_bound(to);
        let context = self.contexts.current();
        let [counter, end] = ["counter", "end"].map(|name| context.hidden(name));
        let setup = vec![at.assign(counter, from), at.assign(end, to)];
        let cond = at.prim(Prim::LessNumber, [at.read(counter), at.read(end)]);
        self.open_loop(wanted);
        let (body, ty, value) = self.rounds(Some((var, Type::Number, at.read(counter))), body, |round| {
            round.push(at.increment(counter));
        });
        self.finish_loop(setup, at.while_loop(cond, body), ty, value, span)
    }

    fn range_bound(&mut self, bound: &ast::Expr) -> hir::Expr {
        let lowered = self.value(bound);
        if !compatible(&lowered.ty, &Type::Number) {
            let message = format!("the bounds of a range are numbers, but this is {}", lowered.ty.describe());
            self.error("ILO-T014", bound.span, message);
        }
        lowered.expr
    }

    /// `wh cond{body}`
    pub(super) fn while_loop(
        &mut self,
        cond: &ast::Expr,
        body: &ast::Body,
        span: Span,
        wanted: Wanted,
    ) -> Typed {
        let at = At(span);
        // The condition is evaluated in every round, so a `brk` in it (in an arm of a match) leaves this loop.
        self.open_loop(wanted);
        let cond = self.condition(cond);
        let (body, ty, context) = self.rounds(None, body, |_| {});
        let repeat = if walk::leaves_loop(&cond) {
            let round = at.when(cond, body, at.expr(ExprKind::Break));
            at.while_loop(at.bool(true), round)
        } else {
            at.while_loop(cond, body)
        };
        self.finish_loop(Vec::new(), repeat, ty, context, span)
    }

    fn open_loop(&mut self, wanted: Wanted) {
        let context = self.contexts.current();
        let value = (wanted != Wanted::Nothing).then(|| context.hidden("value"));
        context.loops.push(LoopContext { value, has_valued_break: false });
    }

    /// The body of the `While` whose context has just been opened, its static type, and that context. `advance` adds what stands between
    /// the binding of the round's variable and the statements, so that `cnt` cannot jump over it.
    fn rounds(
        &mut self,
        round_variable: Option<(&ast::Name, Type, hir::Expr)>,
        body: &ast::Body,
        advance: impl FnOnce(&mut Vec<hir::Expr>),
    ) -> (hir::Expr, Type, LoopContext) {
        let at = At(body.span);
        let context = self.contexts.current();
        let value_is_wanted = context.loops.last().is_some_and(|innermost| innermost.value.is_some());
        let outer_discards = std::mem::replace(&mut context.discards_last, true);
        context.open_scope();
        let mut round = Vec::new();
        if let Some((name, ty, element)) = round_variable {
            let var = context.declare(&name.text, ty);
            round.push(At(name.span).assign(var, element));
        }
        advance(&mut round);
        let lowered = self.body(body, if value_is_wanted { Wanted::Value } else { Wanted::Nothing });
        let context = self.contexts.current();
        context.close_scope();
        context.discards_last = outer_discards;
        let mut loop_context = context.loops.pop().unwrap_or_default();
        if !loop_context.has_valued_break && build::is_nil(&lowered.expr) {
            loop_context.value = None;
        }
        round.push(match loop_context.value {
            Some(value) => at.assign(value, lowered.expr),
            None => lowered.expr,
        });
        (at.block(round), lowered.ty, loop_context)
    }

    fn finish_loop(
        &mut self,
        mut statements: Vec<hir::Expr>,
        repeat: hir::Expr,
        ty: Type,
        context: LoopContext,
        span: Span,
    ) -> Typed {
        let at = At(span);
        if let Some(value) = context.value {
            statements.insert(0, at.assign(value, at.nil()));
            statements.push(repeat);
            statements.push(at.read(value));
        } else {
            statements.push(repeat);
        }
        Typed::new(at.block(statements), ty)
    }

    pub(super) fn break_loop(&mut self, value: Option<&ast::Expr>, span: Span) -> Typed {
        let at = At(span);
        let value = value.map(|value| self.value(value));
        let Some(innermost) = self.contexts.current().loops.last_mut() else {
            self.error("ILO-T028", span, "`brk` stands outside of every loop");
            return self.rejected(span);
        };
        let leave = at.expr(ExprKind::Break);
        let Some(value) = value else { return Typed::new(leave, Type::Nil) };
        innermost.has_valued_break = true;
        let kept = match innermost.value {
            Some(loop_value) => at.assign(loop_value, value.expr),
            None => value.expr,
        };
        Typed::new(at.block(vec![kept, leave]), value.ty)
    }

    pub(super) fn continue_loop(&mut self, span: Span) -> Typed {
        if self.contexts.current().loops.is_empty() {
            self.error("ILO-T028", span, "`cnt` stands outside of every loop");
            return self.rejected(span);
        }
        Typed::new(At(span).expr(ExprKind::Continue), Type::Nil)
    }
}

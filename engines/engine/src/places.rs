//! Places: small numbers for the spans at which a program can fault.

use std::collections::HashMap;

use ilo4_check::hir::{ExprKind, Program};
use ilo4_syntax::Span;

use crate::walk::for_each_expr;

/// Numbers spans in the order in which they are met; equal spans have equal numbers.
///
/// The runtime knows no sources, and generated code wants a small integer: a fault carries one of these numbers, and the
/// driver turns it back into a span to draw the excerpt. All engines share one numbering.
#[derive(Clone, Debug, Default)]
pub struct Places {
    spans: Vec<Span>,
    ids: HashMap<Span, u32>,
}

impl Places {
    /// The places of all expressions of `program` that can raise a fault themselves.
    pub fn of(program: &Program) -> Places {
        let mut places = Places::default();
        for_each_expr(program, |expr| {
            if can_fault(&expr.kind) {
                places.id(expr.span);
            }
        });
        places
    }

    /// The number of `span`, a new one if it has none.
    pub fn id(&mut self, span: Span) -> u32 {
        *self.ids.entry(span).or_insert_with(|| {
            self.spans.push(span);
            self.spans.len() as u32 - 1
        })
    }

    /// The number of `span` if it has one.
    pub fn find(&self, span: Span) -> Option<u32> {
        self.ids.get(&span).copied()
    }

    /// The span with this number.
    pub fn span(&self, place: u32) -> Option<Span> {
        self.spans.get(place as usize).copied()
    }

    /// How many there are; the numbers are the ones below.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

/// Can evaluating this expression raise a fault that is not an operand's?
fn can_fault(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Prim { .. }
            | ExprKind::Call { .. }
            | ExprKind::CallValue { .. }
            | ExprKind::With { .. }
            | ExprKind::Field { .. }
            | ExprKind::TakeElement { .. }
    )
}

#[cfg(test)]
mod tests {
    use ilo4_builtins::Prim;
    use ilo4_check::hir::{Expr, Function, Origin};
    use ilo4_check::types::Type;
    use ilo4_syntax::SourceId;

    use super::*;

    fn at(start: usize, kind: ExprKind) -> Expr {
        Expr { kind, span: Span::new(SourceId(0), start, start + 1) }
    }

    fn program(body: Expr) -> Program {
        let span = body.span;
        let function = Function {
            name: "f".into(),
            origin: Origin::Declared,
            captures: 0,
            vars: vec![],
            params: vec![],
            result: Type::Any,
            body,
            omits_result: false,
            span,
        };
        Program { functions: vec![function], records: vec![] }
    }

    #[test]
    fn equal_spans_share_a_number() {
        let mut places = Places::default();
        let (a, b) = (Span::new(SourceId(0), 1, 2), Span::new(SourceId(1), 1, 2));
        assert_eq!([places.id(a), places.id(b), places.id(a)], [0, 1, 0]);
        assert_eq!(places.span(1), Some(b));
        assert_eq!(places.span(u32::MAX), None);
    }

    #[test]
    fn only_what_can_fault_is_numbered_in_order_of_the_text() {
        let prim = |start, args| at(start, ExprKind::Prim { prim: Prim::Add, args });
        let number = |start| at(start, ExprKind::Number(1.0));
        let places = Places::of(&program(prim(0, vec![prim(1, vec![number(2)]), prim(3, vec![])])));
        let starts: Vec<u32> = (0..places.len() as u32).map(|id| places.span(id).unwrap().start).collect();
        assert_eq!(starts, [0, 1, 3]);
    }
}

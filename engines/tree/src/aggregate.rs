//! Lists, records and their parts.

use ilo4_check::hir::{Expr, ExprKind, RecordId, VarId};
use ilo4_runtime::Value;
use ilo4_syntax::Span;

use crate::exit::Evaluation;
use crate::machine::Machine;

impl<'a> Machine<'a> {
    #[inline(never)]
    pub(crate) fn list(&mut self, items: &'a [Expr]) -> Evaluation {
        let height = self.slots.len();
        self.push_operands(items)?;
        Ok(Value::list(self.slots.drain(height..).collect()))
    }

    /// Fields are evaluated as written and stored as declared.
    #[inline(never)]
    pub(crate) fn record(&mut self, record: RecordId, fields: &'a [(u32, Expr)]) -> Evaluation {
        let height = self.slots.len();
        self.slots.resize_with(height + fields.len(), Value::nil);
        for (slot, value) in fields {
            let value = self.eval(value)?;
            self.slots[height + *slot as usize] = value;
        }
        Ok(self.runtime.record(record.0, self.slots.drain(height..)))
    }

    #[inline(never)]
    pub(crate) fn with(&mut self, base: &'a Expr, fields: &'a [(String, Expr)], span: Span) -> Evaluation {
        let base = self.eval(base)?;
        let height = self.slots.len();
        for (_, value) in fields {
            let value = self.eval(value)?;
            self.slots.push(value);
        }
        todo(base, height, span)
    }

    /// Reads a field. A variable is looked at where it stands; a temporary record gives its field away.
    #[inline(never)]
    pub(crate) fn field(
        &mut self,
        base: &'a Expr,
        name: &'a str,
        tolerant: bool,
        hint: Option<(RecordId, u32)>,
        take: bool,
        span: Span,
    ) -> Evaluation {
        todo(base, name, tolerant)
    }

    #[inline(never)]
    pub(crate) fn take_element(&mut self, list: VarId, index: &'a Expr) -> Evaluation {
        let index = self.eval(index)?;
        todo(list, index)
    }
}

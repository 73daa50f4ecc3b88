//! Lists, records and their parts.

use ilo4_check::hir::{Expr, ExprKind, RecordId, VarId};
use ilo4_runtime::operation::{self, Hint};
use ilo4_runtime::{Fault, Runtime, Value};
use ilo4_syntax::Span;

use crate::exit::Evaluation;
use crate::machine::Machine;

impl<'a> Machine<'a> {
    #[inline(never)]
    pub(crate) fn list(&mut self, items: &'a [Expr]) -> Evaluation {
        let height = self.slots.len();
        self.push_operands(items)?;
        Ok(operation::list_from(self.slots.drain(height..).collect()))
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
        Ok(operation::record_new(record.0, self.slots.drain(height..).collect()))
    }

    #[inline(never)]
    pub(crate) fn with(&mut self, base: &'a Expr, fields: &'a [(String, Expr)], span: Span) -> Evaluation {
        let base = self.eval(base)?;
        let height = self.slots.len();
        for (_, value) in fields {
            let value = self.eval(value)?;
            self.slots.push(value);
        }
        let names: Vec<u32> = fields.iter().map(|(name, _)| self.literals.name(name, self.runtime)).collect();
        let updated = operation::with(self.runtime, base, &names, self.slots.drain(height..));
        updated.map_err(|fault| self.fault(fault, span))
    }

    /// Reads a field. A variable is looked at where it stands; any other record is a temporary, which dies here and so may give
    /// its field away.
    #[inline(never)]
    pub(crate) fn field(&mut self, base: &'a Expr, read: &FieldRead<'a>, span: Span) -> Evaluation {
        let name = self.literals.name(read.name, self.runtime);
        let found = match base.kind {
            ExprKind::Var { var, last: false } => {
                let slot = &mut self.slots[self.frame + var.0 as usize];
                read.from(self.runtime, slot, name, read.take)
            }
            _ => {
                let mut base = self.eval(base)?;
                read.from(self.runtime, &mut base, name, true)
            }
        };
        found.map_err(|fault| self.fault(fault, span))
    }

    /// The value of a key, taken out of the map. A variable is looked at where it stands, as in [`Machine::field`].
    #[inline(never)]
    pub(crate) fn take_slot(&mut self, map: &'a Expr, key: &'a Expr, span: Span) -> Evaluation {
        let taken = match map.kind {
            ExprKind::Var { var, last: false } => {
                let key = self.eval(key)?;
                let slot = &mut self.slots[self.frame + var.0 as usize];
                operation::slot_take(self.runtime, slot, &key)
            }
            _ => {
                let mut map = self.eval(map)?;
                let key = self.eval(key)?;
                operation::slot_take(self.runtime, &mut map, &key)
            }
        };
        taken.map_err(|fault| self.fault(fault, span))
    }

    #[inline(never)]
    pub(crate) fn take_element(&mut self, list: VarId, index: &'a Expr) -> Evaluation {
        let index = self.eval(index)?.as_number().expect("bug: the index of an element taken is a number");
        Ok(operation::element_take(self.slot(list), index))
    }
}

/// The operands of a field access that are not evaluated.
pub(crate) struct FieldRead<'a> {
    pub(crate) name: &'a str,
    pub(crate) tolerant: bool,
    pub(crate) hint: Option<(RecordId, u32)>,
    /// See [`ExprKind::Field`].
    pub(crate) take: bool,
}

impl FieldRead<'_> {
    fn from(&self, runtime: &Runtime, base: &mut Value, name: u32, take: bool) -> Result<Value, Fault> {
        let hint = self.hint.map(|(record, slot)| Hint { shape: record.0, slot });
        match (self.tolerant, take) {
            (true, _) => Ok(operation::field_tolerant(runtime, base, name, hint)),
            (false, true) => operation::field_take(runtime, base, name, hint),
            (false, false) => operation::field(runtime, base, name, hint),
        }
    }
}

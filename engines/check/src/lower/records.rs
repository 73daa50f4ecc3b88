//! Records: construction, `with`, fields, destructuring (3.4, 4.14, 6.9).

use ilo4_syntax::{Diagnostic, Span, ast};

use super::{Lowerer, Typed};
use crate::build::At;
use crate::compat::compatible;
use crate::hint;
use crate::hir::{self, ExprKind, RecordId, VarId};
use crate::names::RecordType;
use crate::types::Type;
use crate::walk;

impl<'a> Lowerer<'a> {
    /// `part qty:1 name:"nut"`
    pub(super) fn construct(
        &mut self,
        name: &ast::Name,
        fields: &[(ast::Name, ast::Expr)],
        span: Span,
    ) -> Typed {
        let names = self.names;
        let Some((index, record)) = names.record(&name.text) else {
            for (_, value) in fields {
                self.value(value);
            }
            if !names.is_broken(&name.text) {
                self.report(names.undefined_type(&name.text, name.span));
            }
            return self.rejected(span);
        };
        let mut values = Vec::with_capacity(fields.len());
        for (field, value) in fields {
            let lowered = self.value(value);
            let slot = record.slot(&field.text);
            match slot.map(|slot| &record.fields[slot].1) {
                Some(ty) if compatible(&lowered.ty, ty) => {}
                Some(ty) => self.report(wrong_field("ILO-T017", record, field, ty, &lowered.ty, value.span)),
                None => self.report(no_such_field("ILO-T016", record, field)),
            }
            values.push((slot.unwrap_or(0) as u32, lowered.expr));
        }
        let is_given = |name: &str| fields.iter().any(|(field, _)| field.text == name);
        let absent: Vec<&str> =
            record.fields.iter().map(|(name, _)| name.as_str()).filter(|name| !is_given(name)).collect();
        if !absent.is_empty() {
            let missing: Vec<String> = absent.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("`{}` is made without its field {}", record.name, missing.join(", "));
            let help = format!(
                "add {}",
                absent.iter().map(|name| format!("`{name}:…`")).collect::<Vec<_>>().join(" ")
            );
            self.report(Diagnostic::error("ILO-T015", span, message).with_help(help));
        }
        let fields = last_counts(values);
        let made = ExprKind::Record { record: RecordId(index as u32), fields };
        Typed::new(At(span).expr(made), Type::Record(record.name.clone()))
    }

    /// `r with f:v`
    pub(super) fn with(&mut self, base: &ast::Expr, fields: &[(ast::Name, ast::Expr)], span: Span) -> Typed {
        let base_span = base.span;
        let base = self.value(base);
        let record = self.record_type(&base.ty);
        let mut values = Vec::with_capacity(fields.len());
        if record.is_none() && !base.ty.is_any() {
            let message = format!("`with` copies a record, but this is {}", base.ty.describe());
            self.error("ILO-T020", base_span, message);
        }
        for (field, value) in fields {
            let lowered = self.value(value);
            if let Some((_, record)) = record {
                match record.slot(&field.text).map(|slot| &record.fields[slot].1) {
                    Some(ty) if compatible(&lowered.ty, ty) => {}
                    Some(ty) => {
                        self.report(wrong_field("ILO-T022", record, field, ty, &lowered.ty, value.span))
                    }
                    None => self.report(no_such_field("ILO-T021", record, field)),
                }
            }
            values.push((field.text.clone(), lowered.expr));
        }
        let expr = self.replace_fields(base.expr, last_counts(values), span);
        Typed::new(expr, base.ty)
    }

    fn replace_fields(&mut self, base: hir::Expr, fields: Vec<(String, hir::Expr)>, span: Span) -> hir::Expr {
        let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        self.container_last(base, values, span, |base, values| ExprKind::With {
            base: Box::new(base),
            fields: names.into_iter().zip(values).collect(),
        })
    }

    /// An update of a container with values. Where these read the container's variable themselves (`r with xs:(+=r.xs v)`,
    /// `mset m k (+ 1 (mget m k ?? 0))`), it is read last, so that the old part can be taken out of a solely owned container.
    /// Nobody can tell: the values do not assign the variable.
    pub(super) fn container_last(
        &mut self,
        container: hir::Expr,
        values: Vec<hir::Expr>,
        span: Span,
        update: impl FnOnce(hir::Expr, Vec<hir::Expr>) -> ExprKind,
    ) -> hir::Expr {
        let at = At(span);
        let assigned = |var| values.iter().any(|value| walk::assigns(value, var));
        let is_read_last = match container.kind {
            ExprKind::Var { var, .. } => values.iter().any(|value| walk::reads(value, var)) && !assigned(var),
            _ => false,
        };
        if !is_read_last {
            return at.expr(update(container, values));
        }
        let stays: Vec<bool> = values
            .iter()
            .map(|value| match value.kind {
                ExprKind::Var { var, .. } => !assigned(var),
                ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Nil => true,
                _ => false,
            })
            .collect();
        let mut steps = Vec::new();
        let mut kept = Vec::with_capacity(values.len());
        for (value, stays) in values.into_iter().zip(stays) {
            if stays {
                kept.push(value);
                continue;
            }
            let new = self.contexts.current().hidden("new");
            let value_at = At(value.span);
            steps.push(value_at.assign(new, value));
            kept.push(value_at.read(new));
        }
        steps.push(at.expr(update(container, kept)));
        at.block(steps)
    }

    /// `a.f`, `a.?f`
    pub(super) fn field(&mut self, base: &ast::Expr, field: &ast::Name, tolerant: bool, span: Span) -> Typed {
        let base = self.value(base);
        let (ty, hint) = match &base.ty {
            Type::Any => (Type::Any, None),
            Type::Nil if tolerant => (Type::Nil, None),
            other => match self.record_type(other) {
                Some((index, record)) => self.declared_field("ILO-T019", index, record, field),
                None => {
                    self.report(no_record(other, field));
                    (Type::Any, None)
                }
            },
        };
        let name = field.text.clone();
        let read = ExprKind::Field { base: Box::new(base.expr), name, tolerant, hint, take: false };
        Typed::new(At(span).expr(read), ty)
    }

    /// The field's type and place, or a diagnostic.
    fn declared_field(
        &mut self,
        code: &'static str,
        index: usize,
        record: &RecordType,
        field: &ast::Name,
    ) -> (Type, Option<(RecordId, u32)>) {
        match record.slot(&field.text) {
            Some(slot) => (record.fields[slot].1.clone(), Some((RecordId(index as u32), slot as u32))),
            None => {
                self.report(no_such_field(code, record, field));
                (Type::Any, None)
            }
        }
    }

    /// `{a;b}=e`
    pub(super) fn destructure(&mut self, names: &[ast::Name], value: &ast::Expr, span: Span) -> Typed {
        let at = At(span);
        let value_span = value.span;
        let value = self.value(value);
        let record = self.record_type(&value.ty);
        if record.is_none() && !value.ty.is_any() {
            let message = format!("only a record can be taken apart, but this is {}", value.ty.describe());
            self.error("ILO-T009", value_span, message);
        }
        let whole = self.contexts.current().hidden("record");
        let mut statements = vec![At(value_span).assign(whole, value.expr)];
        for name in names {
            let (ty, hint) = match record {
                Some((index, record)) => self.declared_field("ILO-T019", index, record, name),
                None => (Type::Any, None),
            };
            let part = self.field_of(whole, name, hint);
            let var = self.contexts.current().bind(&name.text, ty);
            statements.push(At(name.span).assign(var, part));
        }
        Typed::new(at.block(statements), Type::Nil)
    }

    fn field_of(&self, whole: VarId, field: &ast::Name, hint: Option<(RecordId, u32)>) -> hir::Expr {
        let at = At(field.span);
        let base = Box::new(at.read(whole));
        at.expr(ExprKind::Field { base, name: field.text.clone(), tolerant: false, hint, take: false })
    }

    fn record_type(&self, ty: &Type) -> Option<(usize, &'a RecordType)> {
        match ty {
            Type::Record(name) => self.names.record(name),
            _ => None,
        }
    }
}

/// All values are evaluated in the written order; of two with one name the last counts, so that an earlier one is
/// evaluated before the next value and dropped.
fn last_counts<K: PartialEq>(values: Vec<(K, hir::Expr)>) -> Vec<(K, hir::Expr)> {
    let mut kept = Vec::with_capacity(values.len());
    let mut effects = Vec::new();
    let mut rest = values.into_iter();
    while let Some((key, value)) = rest.next() {
        if rest.as_slice().iter().any(|(later, _)| *later == key) {
            effects.push(value);
            continue;
        }
        let at = At(value.span);
        effects.push(value);
        kept.push((key, at.block(std::mem::take(&mut effects))));
    }
    kept
}

fn wrong_field(
    code: &'static str,
    record: &RecordType,
    field: &ast::Name,
    declared: &Type,
    found: &Type,
    span: Span,
) -> Diagnostic {
    let message = format!(
        "field `{}` of `{}` is declared as `{declared}`, but this is {}",
        field.text,
        record.name,
        found.describe()
    );
    Diagnostic::error(code, span, message)
}

fn no_such_field(code: &'static str, record: &RecordType, field: &ast::Name) -> Diagnostic {
    let message = format!("`{}` has no field `{}`", record.name, field.text);
    let names = record.fields.iter().map(|(name, _)| name.as_str());
    hint::did_you_mean(Diagnostic::error(code, field.span, message), &field.text, names)
}

fn no_record(ty: &Type, field: &ast::Name) -> Diagnostic {
    let message = format!("only a record has fields, but `.{}` is read from {}", field.text, ty.describe());
    let diagnostic = Diagnostic::error("ILO-T018", field.span, message);
    match ty {
        Type::Optional(_) => diagnostic.with_help("give the optional a default with `??` first"),
        Type::Map(..) => diagnostic.with_help("use `mget` for the value of a key"),
        Type::List(_) | Type::Text => diagnostic.with_help("use `at` for the element at a position"),
        _ => diagnostic,
    }
}

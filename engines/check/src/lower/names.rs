//! Names that are not called (4.7, 5.3).

use ilo4_builtins::{Bare, Builtin, Lowering};
use ilo4_syntax::{Diagnostic, Span};

use super::{Lowerer, Position, Typed};
use crate::build::At;
use crate::hint;
use crate::hir::{ExprKind, FunctionId};
use crate::signature;
use crate::types::Type;

impl Lowerer<'_> {
    /// A variable; else a function or builtin as a value; some bare names are calls.
    pub(super) fn name(&mut self, name: &str, bare_call: bool, span: Span, position: Position) -> Typed {
        let builtin = ilo4_builtins::lookup(name);
        if let Some(builtin) = builtin
            && builtin.bare != Bare::Never
        {
            return if self.is_bare_call(name, bare_call) {
                self.builtin_call(builtin, Vec::new(), span)
            } else {
                self.builtin_value(builtin, span)
            };
        }
        if let Some((var, ty)) = self.contexts.lookup(name) {
            return Typed::new(At(span).read(var), ty);
        }
        let names = self.names;
        if let Some(index) = names.function(name) {
            let function = FunctionId(index as u32);
            let signature = &names.functions[index];
            if bare_call && signature.params.is_empty() {
                let tail = position == Position::Tail;
                let call = ExprKind::Call { function, args: Vec::new(), tail };
                return Typed::new(At(span).expr(call), signature.result.clone());
            }
            let ty = Type::Function(signature.params.clone(), Box::new(signature.result.clone()));
            return Typed::new(At(span).expr(ExprKind::FunctionRef(function)), ty);
        }
        match builtin {
            Some(builtin) => self.builtin_value(builtin, span),
            None => {
                self.undefined_variable(name, span);
                self.rejected(span)
            }
        }
    }

    /// Is the bare name a call without arguments? `starts_expression`: case 4 of 4.7 holds.
    pub(super) fn is_bare_call(&self, name: &str, starts_expression: bool) -> bool {
        match ilo4_builtins::lookup(name).map(|builtin| builtin.bare) {
            Some(Bare::Constant | Bare::Everywhere) => true,
            Some(Bare::AtStart) => starts_expression,
            Some(Bare::Never) | None => {
                let takes_nothing = |index: usize| self.names.functions[index].params.is_empty();
                let is_function = self.names.function(name).is_some_and(takes_nothing);
                starts_expression && is_function && !self.contexts.is_variable(name)
            }
        }
    }

    /// A builtin as a value (2.9 of the builtins document).
    pub(super) fn builtin_value(&mut self, builtin: &'static Builtin, span: Span) -> Typed {
        let name = builtin.name;
        if builtin.forms.iter().any(|form| form.lowering == Lowering::OutsideProfile) {
            self.outside_profile(name, span);
            return self.rejected(span);
        }
        let Some(value_type) = builtin.value_type else {
            let message = format!("the builtin `{name}` cannot be used as a value");
            let help = format!("wrap it in a function literal, for example `(x:n>n;{name} x)`");
            self.report(Diagnostic::error("ILO-T004", span, message).with_help(help));
            return self.rejected(span);
        };
        match self.wrapper(builtin, span) {
            Some(function) => {
                Typed::new(At(span).expr(ExprKind::FunctionRef(function)), signature::value_type(value_type))
            }
            None => {
                self.not_yet(name, span);
                self.rejected(span)
            }
        }
    }

    fn undefined_variable(&mut self, name: &str, span: Span) {
        if self.names.is_broken(name) {
            return;
        }
        let diagnostic = Diagnostic::error("ILO-T004", span, format!("there is no variable `{name}` here"));
        let functions = self.names.function_names();
        let diagnostic = hint::did_you_mean(diagnostic, name, self.contexts.visible().chain(functions));
        self.report(diagnostic);
    }

    pub(super) fn outside_profile(&mut self, name: &str, span: Span) {
        self.error("ILO-N200", span, format!("`{name}` is not in the core profile"));
    }

    pub(super) fn not_yet(&mut self, name: &str, span: Span) {
        self.error("ILO-N201", span, format!("the builtin `{name}` is not implemented yet"));
    }
}

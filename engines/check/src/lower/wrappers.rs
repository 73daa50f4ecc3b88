//! Functions that stand for builtins used as values: one for each builtin, made when first needed.

use ilo4_builtins::{BUILTINS, Builtin, Lowering, Prim};
use ilo4_syntax::Span;

use super::Lowerer;
use crate::build::At;
use crate::hir::{ExprKind, Function, FunctionId, Origin, Var, VarId};
use crate::signature;
use crate::types::Type;

/// The primitive that a builtin is as a value, with its type; `None` for one that cannot be a value or is not
/// implemented.
pub(super) fn value_primitive(builtin: &Builtin) -> Option<(Prim, Vec<Type>, Type)> {
    let Type::Function(params, result) = signature::value_type(builtin.value_type?) else { return None };
    match builtin.form(params.len())?.lowering {
        Lowering::Prim(prim) => Some((prim, params, *result)),
        Lowering::Format | Lowering::Loop { .. } | Lowering::NotYet | Lowering::OutsideProfile => None,
    }
}

impl Lowerer<'_> {
    /// The wrapper of a builtin; `span` is where it was first needed.
    pub(super) fn wrapper(&mut self, builtin: &'static Builtin, span: Span) -> Option<FunctionId> {
        if let Some(&made) = self.wrappers.get(builtin.name) {
            return Some(made);
        }
        let (prim, params, result) = value_primitive(builtin)?;
        let at = At(span);
        let vars = (0..params.len()).map(|index| Var { name: format!("arg{index}") }).collect();
        let args = (0..params.len()).map(|index| at.read(VarId(index as u32))).collect();
        let made = FunctionId(self.functions.len() as u32);
        self.functions.push(Some(Function {
            name: builtin.name.to_string(),
            origin: Origin::Builtin,
            captures: 0,
            vars,
            params,
            result,
            body: at.expr(ExprKind::Prim { prim, args }),
            omits_result: false,
            span,
        }));
        self.wrappers.insert(builtin.name, made);
        Some(made)
    }

    /// If an argument of the command line may name a function (7.3), it may name every builtin that can be a value.
    pub(super) fn wrappers_for_arguments(&mut self) {
        let names = self.names;
        let takes_function =
            names.functions.iter().find(|function| function.params.iter().any(Type::mentions_function));
        let Some(first) = takes_function else { return };
        let span = first.declaration.name.span;
        for builtin in BUILTINS {
            self.wrapper(builtin, span);
        }
    }
}

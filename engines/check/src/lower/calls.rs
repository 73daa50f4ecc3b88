//! Calls: of builtins, variables and functions, and unwrapping (4.7, 4.10, 5.3, 6.8).

use ilo4_builtins::{Builtin, Lowering, Prim, Use};
use ilo4_syntax::ast::{self, ExprKind as Ast, Unwrap};
use ilo4_syntax::{Diagnostic, Span};

use super::{Lowerer, Position, Typed};
use crate::build::At;
use crate::builtin_rules;
use crate::compat::compatible;
use crate::hint;
use crate::hir::{Expr, ExprKind, FunctionId, VarId};
use crate::types::Type;

/// An evaluated argument of a builtin.
pub(super) struct Argument {
    pub value: Typed,
    pub span: Span,
    /// The text, if the argument is a text literal.
    pub text: Option<String>,
}

impl Lowerer<'_> {
    pub(super) fn call(
        &mut self,
        callee: &ast::Name,
        args: &[ast::Expr],
        unwrap: Unwrap,
        span: Span,
        position: Position,
    ) -> Typed {
        let is_tail = position == Position::Tail && unwrap == Unwrap::No;
        let value = if let Some(builtin) = ilo4_builtins::lookup(&callee.text) {
            self.call_builtin(builtin, args, span)
        } else if let Some((var, ty)) = self.contexts.lookup(&callee.text) {
            match ty {
                Type::Function(params, result) => {
                    self.call_variable(callee, var, &params, *result, args, span)
                }
                other => return self.not_a_function(callee, &other, args, unwrap, span),
            }
        } else if let Some(index) = self.names.function(&callee.text) {
            self.call_function(index, callee, args, is_tail, span)
        } else {
            return self.undefined_function(callee, args, span);
        };
        self.unwrapped(value, callee, unwrap, span)
    }

    fn call_function(
        &mut self,
        index: usize,
        callee: &ast::Name,
        args: &[ast::Expr],
        tail: bool,
        span: Span,
    ) -> Typed {
        let names = self.names;
        let signature = &names.functions[index];
        let values = self.arguments(args);
        self.check_arguments(callee, &signature.params, &values);
        let args = values.into_iter().map(|arg| arg.value.expr).collect();
        let call = ExprKind::Call { function: FunctionId(index as u32), args, tail };
        Typed::new(At(span).expr(call), signature.result.clone())
    }

    fn call_variable(
        &mut self,
        callee: &ast::Name,
        var: VarId,
        params: &[Type],
        result: Type,
        args: &[ast::Expr],
        span: Span,
    ) -> Typed {
        let values = self.arguments(args);
        self.check_arguments(callee, params, &values);
        let args = values.into_iter().map(|arg| arg.value.expr).collect();
        let callee = Box::new(At(callee.span).read(var));
        Typed::new(At(span).expr(ExprKind::CallValue { callee, args }), result)
    }

    pub(super) fn arguments(&mut self, args: &[ast::Expr]) -> Vec<Argument> {
        args.iter().map(|arg| self.argument(arg)).collect()
    }

    pub(super) fn argument(&mut self, arg: &ast::Expr) -> Argument {
        let text = if let Ast::Text(text) = &arg.kind { Some(text.clone()) } else { None };
        Argument { value: self.value(arg), span: arg.span, text }
    }

    /// The number of arguments (`ILO-T006`), then their types (`ILO-T007`).
    fn check_arguments(&mut self, callee: &ast::Name, params: &[Type], args: &[Argument]) {
        if params.len() != args.len() {
            self.wrong_count(&callee.text, &plural(params.len()), args.len(), callee.span);
            return;
        }
        for (number, (param, arg)) in params.iter().zip(args).enumerate() {
            if !compatible(&arg.value.ty, param) {
                let message = format!(
                    "argument {} of `{}` is declared as `{param}`, but this is {}",
                    number + 1,
                    callee.text,
                    arg.value.ty.describe()
                );
                self.error("ILO-T007", arg.span, message);
            }
        }
    }

    fn wrong_count(&mut self, name: &str, expected: &str, found: usize, span: Span) {
        let verb = if found == 1 { "stands" } else { "stand" };
        self.error("ILO-T006", span, format!("`{name}` takes {expected}, but {found} {verb} here"));
    }

    fn not_a_function(
        &mut self,
        callee: &ast::Name,
        ty: &Type,
        args: &[ast::Expr],
        unwrap: Unwrap,
        span: Span,
    ) -> Typed {
        self.arguments(args);
        let name = &callee.text;
        if unwrap != Unwrap::No && args.is_empty() {
            let message = format!("`!` unwraps the result of a call, but `{name}` is a variable");
            let help = format!("take it apart with a match: `?{name}{{~v:…;^e:…}}`");
            self.report(Diagnostic::error("ILO-T034", callee.span, message).with_help(help));
        } else {
            let message = format!("`{name}` cannot be called: it is a variable that holds {}", ty.describe());
            self.error("ILO-T005", callee.span, message);
        }
        self.rejected(span)
    }

    fn undefined_function(&mut self, callee: &ast::Name, args: &[ast::Expr], span: Span) -> Typed {
        self.arguments(args);
        let name = &callee.text;
        if !self.names.is_broken(name) {
            let diagnostic =
                Diagnostic::error("ILO-T005", callee.span, format!("there is no function `{name}`"));
            let builtins =
                ilo4_builtins::BUILTINS.iter().flat_map(|b| std::iter::once(&b.name).chain(b.aliases));
            let candidates = self.names.function_names().chain(builtins.copied());
            self.report(hint::did_you_mean(diagnostic, name, candidates));
        }
        self.rejected(span)
    }

    fn call_builtin(&mut self, builtin: &'static Builtin, args: &[ast::Expr], span: Span) -> Typed {
        match builtin.form(args.len()).map(|form| form.lowering) {
            Some(Lowering::Loop { kind, context }) => self.higher_order(builtin, kind, context, args, span),
            _ => {
                let args = self.arguments(args);
                self.builtin_call(builtin, args, span)
            }
        }
    }

    /// A call of a builtin that is no loop, with evaluated arguments: count, then types, then lowering.
    pub(super) fn builtin_call(
        &mut self,
        builtin: &'static Builtin,
        args: Vec<Argument>,
        span: Span,
    ) -> Typed {
        if builtin.forms.iter().any(|form| form.lowering == Lowering::OutsideProfile) {
            self.outside_profile(builtin.name, span);
            return self.rejected(span);
        }
        let Some(form) = builtin.form(args.len()) else {
            self.wrong_count(builtin.name, &arities(builtin), args.len(), span);
            return self.rejected(span);
        };
        let ty = self.check_builtin(builtin, form, &args);
        let mut values: Vec<_> = args.into_iter().map(|arg| arg.value.expr).collect();
        let at = At(span);
        let prim = match form.lowering {
            Lowering::Prim(prim) => prim,
            Lowering::Format => {
                let rest = values.split_off(1);
                values.push(at.expr(ExprKind::List(rest)));
                Prim::Fmt
            }
            Lowering::NotYet | Lowering::OutsideProfile | Lowering::Loop { .. } => {
                self.not_yet(builtin.name, span);
                return Typed::new(at.nil(), ty);
            }
        };
        Typed::new(self.primitive(prim, values, span), ty)
    }

    /// What a primitive consumes first is a container that it may update.
    fn primitive(&mut self, prim: Prim, mut args: Vec<Expr>, span: Span) -> Expr {
        if prim.info().params.first() != Some(&Use::Own) || args.is_empty() {
            return At(span).expr(ExprKind::Prim { prim, args });
        }
        let container = args.remove(0);
        self.container_last(container, args, span, |container, values| ExprKind::Prim {
            prim,
            args: std::iter::once(container).chain(values).collect(),
        })
    }

    /// The type of the call; wrong arguments are `ILO-T013`.
    pub(super) fn check_builtin(
        &mut self,
        builtin: &'static Builtin,
        form: &'static ilo4_builtins::Form,
        args: &[Argument],
    ) -> Type {
        let types: Vec<&Type> = args.iter().map(|arg| &arg.value.ty).collect();
        let texts: Vec<Option<&str>> = args.iter().map(|arg| arg.text.as_deref()).collect();
        let call = builtin_rules::Call { builtin, form, types: &types, texts: &texts };
        let (ty, problems) = builtin_rules::check(&call);
        for problem in problems {
            self.error("ILO-T013", args[problem.argument].span, problem.message);
        }
        ty
    }

    /// `f!` and `f!!`: the value decides, not its static type (6.8).
    fn unwrapped(&mut self, call: Typed, callee: &ast::Name, unwrap: Unwrap, span: Span) -> Typed {
        if unwrap == Unwrap::No {
            return call;
        }
        let enclosing = self.contexts.current().result.clone();
        let carries_failure = match &call.ty {
            Type::Result(..) => matches!(enclosing, Type::Result(..)),
            Type::Optional(_) => matches!(enclosing, Type::Optional(_) | Type::Any),
            _ => true,
        };
        if unwrap == Unwrap::Propagate && !carries_failure {
            let message = format!(
                "`{}!` hands a failure on, but the enclosing function is declared to return `{enclosing}`",
                callee.text
            );
            let help = format!("declare the result as `R …` or `O …`, or use `{}!!` or a match", callee.text);
            self.report(Diagnostic::error("ILO-T026", span, message).with_help(help));
        }
        let ty = match call.ty {
            Type::Result(ok, _) => *ok,
            Type::Optional(inner) => *inner,
            Type::Any => Type::Any,
            other => {
                let message =
                    format!("`{}` yields {}, which has nothing to unwrap", callee.text, other.describe());
                self.error("ILO-T025", span, message);
                return self.rejected(span);
            }
        };
        let at = At(span);
        let value = self.contexts.current().hidden("unwrap");
        let failed = at.or(at.prim(Prim::IsErr, [at.read(value)]), at.prim(Prim::IsNil, [at.read(value)]));
        let leave = match unwrap {
            Unwrap::Panic => at.prim(Prim::PanicUnwrap, [at.read(value)]),
            Unwrap::Propagate | Unwrap::No => at.return_value(at.read(value)),
        };
        let is_ok = at.prim(Prim::IsOk, [at.read(value)]);
        let content = at.when(is_ok, at.prim(Prim::Payload, [at.read(value)]), at.read(value));
        let steps = vec![at.assign(value, call.expr), at.when(failed, leave, content)];
        Typed::new(at.block(steps), ty)
    }
}

fn plural(count: usize) -> String {
    if count == 1 { "1 argument".into() } else { format!("{count} arguments") }
}

fn arities(builtin: &Builtin) -> String {
    if builtin.variadic {
        return "at least 1 argument".into();
    }
    let counts: Vec<String> = builtin.forms.iter().map(|form| form.arity.to_string()).collect();
    match counts.as_slice() {
        [only] => plural(only.parse().unwrap_or(0)),
        several => format!("{} arguments", several.join(" or ")),
    }
}

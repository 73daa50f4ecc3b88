//! Bodies of declared functions and of lambdas (4.13, 5.5).

use ilo4_syntax::{Diagnostic, Span, ast};

use super::body::Wanted;
use super::{Lowerer, Typed};
use crate::build::At;
use crate::compat::compatible;
use crate::hir::{self, ExprKind, FunctionId, Origin, VarId};
use crate::scope::{Capture, Context};
use crate::types::Type;
use crate::walk;

/// What a lambda literal becomes.
pub(super) struct LoweredLambda {
    pub function: FunctionId,
    /// Reads of the captured variables.
    pub captures: Vec<Typed>,
    pub params: Vec<Type>,
    pub result: Type,
}

impl Lowerer<'_> {
    pub(super) fn declared_function(&mut self, index: usize) {
        let names = self.names;
        let signature = &names.functions[index];
        let declaration = signature.declaration;
        self.contexts.push(Context::new(declaration.name.text.clone(), signature.result.clone()));
        let Typed { expr: body, ty } =
            self.function_body(&declaration.params, &signature.params, &declaration.body, declaration.span);
        self.body_types.push(ty);
        let Some(context) = self.contexts.pop() else { return };
        self.functions[index] = Some(hir::Function {
            name: context.name,
            origin: Origin::Declared,
            captures: 0,
            vars: context.vars,
            params: signature.params.clone(),
            result: signature.result.clone(),
            body,
            omits_result: super::facts::omits_result(&declaration.body),
            span: declaration.span,
        });
    }

    /// Declares the parameters and lowers the body in the context that has just been pushed.
    fn function_body(
        &mut self,
        params: &[ast::Param],
        types: &[Type],
        body: &ast::Body,
        span: Span,
    ) -> Typed {
        let context = self.contexts.current();
        for (param, ty) in params.iter().zip(types) {
            context.declare(&param.name.text, ty.clone());
        }
        let result = context.result.clone();
        let lowered = self.body(body, Wanted::Tail);
        if !compatible(&lowered.ty, &result) {
            self.report(wrong_result(body, span, &lowered.ty, &result));
        }
        lowered
    }

    /// A lambda literal as a value.
    pub(super) fn lambda_value(&mut self, lambda: &ast::Lambda, span: Span) -> Typed {
        let LoweredLambda { function, captures, params, result } = self.lambda(lambda, span);
        if captures.is_empty() {
            let ty = Type::Function(params, Box::new(result));
            return Typed::new(At(span).expr(ExprKind::FunctionRef(function)), ty);
        }
        let captures = captures.into_iter().map(|captured| captured.expr).collect();
        Typed::new(At(span).expr(ExprKind::Closure { function, captures }), Type::Any)
    }

    pub(super) fn lambda(&mut self, lambda: &ast::Lambda, span: Span) -> LoweredLambda {
        let params: Vec<Type> =
            lambda.params.iter().map(|param| self.names.resolve(&param.ty, self.diagnostics)).collect();
        let result = self.names.resolve(&lambda.result, self.diagnostics);
        let function = FunctionId(self.functions.len() as u32);
        self.functions.push(None);
        let enclosing = self.contexts.current();
        enclosing.lambdas += 1;
        let name = format!("{}.{}", enclosing.name, enclosing.lambdas);
        self.contexts.push(Context::new(name, result.clone()));
        let body = self.function_body(&lambda.params, &params, &lambda.body, span).expr;
        let Some(context) = self.contexts.pop() else {
            return LoweredLambda { function, captures: Vec::new(), params, result };
        };
        let read = |capture: &Capture| Typed::new(At(span).read(capture.outer), capture.ty.clone());
        let captures = context.captures.iter().map(read).collect();
        self.functions[function.0 as usize] = Some(finish_lambda(context, &params, body, span));
        LoweredLambda { function, captures, params, result }
    }
}

/// Moves the captured variables, which were found while lowering the body, in front of the parameters.
fn finish_lambda(context: Context, params: &[Type], mut body: hir::Expr, span: Span) -> hir::Function {
    let captured: Vec<VarId> = context.captures.iter().map(|capture| capture.inner).collect();
    let others = (0..context.vars.len() as u32).map(VarId).filter(|var| !captured.contains(var));
    let order: Vec<VarId> = captured.iter().copied().chain(others).collect();
    let mut position = vec![VarId(0); order.len()];
    for (new, old) in order.iter().enumerate() {
        position[old.0 as usize] = VarId(new as u32);
    }
    walk::rename(&mut body, &|var| position[var.0 as usize]);
    hir::Function {
        name: context.name,
        origin: Origin::Lambda,
        captures: captured.len(),
        vars: order.iter().map(|var| context.vars[var.0 as usize].clone()).collect(),
        params: params.to_vec(),
        result: context.result,
        body,
        omits_result: false,
        span,
    }
}

fn wrong_result(body: &ast::Body, function: Span, found: &Type, declared: &Type) -> Diagnostic {
    let span = body.statements.last().map_or(function, |last| last.span);
    let message = format!("the result is declared as `{declared}`, but the body yields {}", found.describe());
    let diagnostic = Diagnostic::error("ILO-T008", span, message);
    match (body.statements.last(), found) {
        (None, _) => diagnostic.with_note("an empty body yields nil"),
        (Some(_), Type::Nil) => {
            diagnostic.with_note("a binding, `brk` and `cnt` have no value; they count as nil")
        }
        (Some(_), _) => diagnostic,
    }
}

//! Higher-order builtins become loops over primitives (section 8 of the builtins document).
//!
//! The list is taken apart element by element ([`ExprKind::TakeElement`]) and, where the result is a list of the same
//! elements or of as many, put together again in the same list, so that a solely owned list is reused.

use ilo4_builtins::{Builtin, Loop, Prim};
use ilo4_syntax::Span;
use ilo4_syntax::ast::{self, ExprKind as Ast};

use super::calls::Argument;
use super::functions::LoweredLambda;
use super::wrappers::value_primitive;
use super::{Lowerer, Typed};
use crate::build::At;
use crate::hir::{Expr, ExprKind, FunctionId, VarId};
use crate::scope::Context;
use crate::types::Type;

/// What is called for each element.
enum Callee {
    /// A function known here, with the variables that hold its captured values.
    Known {
        function: FunctionId,
        captures: Vec<VarId>,
    },
    Primitive(Prim),
    /// A function value, or a known function with another number of parameters (which is `ILO-R004` when called).
    Value(VarId),
}

/// The function argument of a call: its value, and who it is if that is known and can be called directly.
struct Function {
    argument: Argument,
    known: Option<Known>,
}

/// A function that takes as many arguments as it will be called with.
struct Known {
    callee: KnownCallee,
    /// Captured values not counted.
    params: Vec<Type>,
    result: Type,
}

enum KnownCallee {
    Function(FunctionId),
    /// With reads of the captured variables.
    Closure(FunctionId, Vec<Typed>),
    Primitive(Prim),
}

impl Lowerer<'_> {
    pub(super) fn higher_order(
        &mut self,
        builtin: &'static Builtin,
        kind: Loop,
        context: bool,
        args: &[ast::Expr],
        span: Span,
    ) -> Typed {
        let (Some((function, rest)), Some(form)) = (args.split_first(), builtin.form(args.len())) else {
            return self.rejected(span);
        };
        let called_with = 1 + usize::from(kind == Loop::Fold) + usize::from(context);
        let Function { argument, known } = self.function_argument(function, called_with);
        let mut arguments = vec![argument];
        arguments.extend(self.arguments(rest));
        let ty = self.check_builtin(builtin, form, &arguments);
        let mut round = Round::prepare(self.contexts.current(), context, known, arguments, span);
        let result = round.run(self.contexts.current(), kind);
        round.statements.push(result);
        Typed::new(At(span).block(round.statements), ty)
    }

    fn function_argument(&mut self, arg: &ast::Expr, called_with: usize) -> Function {
        let known = match &arg.kind {
            Ast::Lambda(lambda) => return self.lambda_argument(lambda, arg.span, called_with),
            Ast::Name { name, .. } if !self.contexts.is_variable(name) => self.known_function(name),
            _ => None,
        };
        // A function of another arity is called as a value, which faults as it should.
        let known = known.filter(|known| known.params.len() == called_with);
        if let Some(Known { callee: KnownCallee::Primitive(_), params, result }) = &known {
            // No wrapper is needed: its place is taken by the primitive itself.
            let ty = Type::Function(params.clone(), Box::new(result.clone()));
            let value = Typed::new(At(arg.span).nil(), ty);
            return Function { argument: Argument { value, span: arg.span, text: None }, known };
        }
        Function { argument: self.argument(arg), known }
    }

    fn lambda_argument(&mut self, lambda: &ast::Lambda, span: Span, called_with: usize) -> Function {
        let LoweredLambda { function, captures, params, result } = self.lambda(lambda, span);
        let at = At(span);
        let ty = Type::Function(params.clone(), Box::new(result.clone()));
        let (callee, expr, ty) = if captures.is_empty() {
            (KnownCallee::Function(function), ExprKind::FunctionRef(function), ty)
        } else {
            let values = captures.iter().map(|captured| captured.expr.clone()).collect();
            let closure = ExprKind::Closure { function, captures: values };
            (KnownCallee::Closure(function, captures), closure, Type::Any)
        };
        let argument = Argument { value: Typed::new(at.expr(expr), ty), span, text: None };
        let known = (params.len() == called_with).then_some(Known { callee, params, result });
        Function { argument, known }
    }

    fn known_function(&self, name: &str) -> Option<Known> {
        if let Some(index) = self.names.function(name) {
            let signature = &self.names.functions[index];
            let callee = KnownCallee::Function(FunctionId(index as u32));
            return Some(Known {
                callee,
                params: signature.params.clone(),
                result: signature.result.clone(),
            });
        }
        let (prim, params, result) = value_primitive(ilo4_builtins::lookup(name)?)?;
        Some(Known { callee: KnownCallee::Primitive(prim), params, result })
    }
}

/// An evaluated argument in a hidden variable.
struct Kept {
    var: VarId,
    /// By its static type.
    is_object: bool,
    span: Span,
}

/// The evaluated arguments in hidden variables, and the statements so far.
struct Round {
    at: At,
    statements: Vec<Expr>,
    callee: Callee,
    /// Variables that are emptied after the loop, so that what they share is not shared any longer than needed.
    release: Vec<VarId>,
    context: Option<VarId>,
    list: VarId,
    /// The start value of a fold.
    init: Option<VarId>,
    length: VarId,
    index: VarId,
}

impl Round {
    /// Evaluates the arguments in their order, then checks that there are a function and a list.
    fn prepare(
        vars: &mut Context,
        has_context: bool,
        known: Option<Known>,
        arguments: Vec<Argument>,
        span: Span,
    ) -> Round {
        let at = At(span);
        let mut statements = Vec::new();
        let mut release = Vec::new();
        let mut arguments = arguments.into_iter();
        let mut keep = |vars: &mut Context, purpose: &str, statements: &mut Vec<Expr>| {
            let argument = arguments.next()?;
            let var = vars.hidden(purpose);
            let is_object = argument.value.ty.is_object();
            statements.push(At(argument.span).assign(var, argument.value.expr));
            Some(Kept { var, is_object, span: argument.span })
        };
        let function = keep(vars, "function", &mut statements);
        let callee = match known {
            // Its value is not needed, only what it captured.
            Some(known) => {
                statements.clear();
                Callee::known(vars, known.callee, &mut statements, &mut release)
            }
            None => Callee::Value(function.as_ref().map_or_else(|| vars.hidden("function"), |kept| kept.var)),
        };
        let checks_function = !statements.first().is_some_and(assigns_function);
        let context = if has_context { keep(vars, "context", &mut statements) } else { None };
        release.extend(context.iter().filter(|context| context.is_object).map(|context| context.var));
        let list = keep(vars, "list", &mut statements);
        let init = keep(vars, "init", &mut statements);
        if let (Callee::Value(var), Some(Kept { span, .. })) = (&callee, function) {
            release.push(*var);
            if checks_function {
                statements.push(At(span).prim(Prim::ExpectFunction, [At(span).read(*var)]));
            }
        }
        let (list, list_span) =
            list.map_or_else(|| (vars.hidden("list"), span), |kept| (kept.var, kept.span));
        let at_list = At(list_span);
        statements.push(at_list.prim(Prim::ExpectList, [at_list.read(list)]));
        let [length, index] = ["length", "index"].map(|name| vars.hidden(name));
        statements.push(at.assign(length, at_list.prim(Prim::ListLength, [at_list.read(list)])));
        statements.push(at.assign(index, at.number(0.0)));
        let [context, init] = [context, init].map(|kept| kept.map(|kept| kept.var));
        Round { at, statements, callee, release, context, list, init, length, index }
    }

    /// Adds the loop and yields its result.
    fn run(&mut self, vars: &mut Context, kind: Loop) -> Expr {
        match kind {
            Loop::Map => self.map(vars),
            Loop::MapResult => self.map_result(vars),
            Loop::FlatMap => self.flat_map(vars),
            Loop::Filter => self.filter(vars),
            Loop::Count => self.count(vars),
            Loop::Partition => self.partition(vars),
            Loop::Fold => self.fold(vars),
            Loop::SortBy { descending } => self.sort_by(vars, descending),
            Loop::Group => self.group(vars),
            Loop::UniqueBy => self.unique_by(vars),
        }
    }

    fn map(&mut self, vars: &mut Context) -> Expr {
        let at = self.at;
        let new = vars.hidden("new");
        let compute = at.assign(new, self.call(vec![self.take()]));
        self.repeat(vec![compute, self.put_back(self.index, at.read(new))]);
        at.read(self.list)
    }

    fn map_result(&mut self, vars: &mut Context) -> Expr {
        let at = self.at;
        let [new, failure] = ["new", "failure"].map(|name| vars.hidden(name));
        self.statements.push(at.assign(failure, at.nil()));
        let compute = at.assign(new, self.call(vec![self.take()]));
        let is_ok = at.prim(Prim::ExpectResult, [at.read(new)]);
        let keep = self.put_back(self.index, at.prim(Prim::Payload, [at.read(new)]));
        let stop = at.block(vec![at.assign(failure, at.read(new)), at.expr(ExprKind::Break)]);
        self.repeat(vec![compute, at.when(is_ok, keep, stop)]);
        let completed = at.prim(Prim::IsNil, [at.read(failure)]);
        at.when(completed, at.prim(Prim::MakeOk, [at.read(self.list)]), at.read(failure))
    }

    fn flat_map(&mut self, vars: &mut Context) -> Expr {
        let at = self.at;
        let all = self.start(vars, "all", at.expr(ExprKind::List(Vec::new())));
        let part = self.call(vec![self.take()]);
        self.repeat_and_release(vec![at.assign(all, at.prim(Prim::Extend, [at.read(all), part]))]);
        at.read(all)
    }

    fn filter(&mut self, vars: &mut Context) -> Expr {
        let at = self.at;
        let element = vars.hidden("element");
        let kept = self.start(vars, "kept", at.number(0.0));
        let passes = self.passes(at.read(element));
        let keep = at.block(vec![self.put_back(kept, at.read(element)), at.increment(kept)]);
        self.repeat(vec![at.assign(element, self.take()), at.when(passes, keep, at.nil())]);
        at.prim(Prim::ListTruncate, [at.read(self.list), at.read(kept)])
    }

    fn count(&mut self, vars: &mut Context) -> Expr {
        let at = self.at;
        let count = self.start(vars, "count", at.number(0.0));
        let passes = self.passes(self.take());
        self.repeat_and_release(vec![at.when(passes, at.increment(count), at.nil())]);
        at.read(count)
    }

    fn partition(&mut self, vars: &mut Context) -> Expr {
        let at = self.at;
        let element = vars.hidden("element");
        let empty = || at.expr(ExprKind::List(Vec::new()));
        let passing = self.start(vars, "passing", empty());
        let failing = self.start(vars, "failing", empty());
        let add = |list| at.assign(list, at.prim(Prim::Append, [at.read(list), at.read(element)]));
        let choose = at.when(self.passes(at.read(element)), add(passing), add(failing));
        self.repeat_and_release(vec![at.assign(element, self.take()), choose]);
        at.expr(ExprKind::List(vec![at.read(passing), at.read(failing)]))
    }

    fn fold(&mut self, vars: &mut Context) -> Expr {
        let at = self.at;
        let accumulator = self.init.unwrap_or_else(|| vars.hidden("init"));
        let next = self.call(vec![at.read(accumulator), self.take()]);
        self.repeat_and_release(vec![at.assign(accumulator, next)]);
        at.read(accumulator)
    }

    fn sort_by(&mut self, vars: &mut Context, descending: bool) -> Expr {
        let at = self.at;
        let keys = self.collect_keys(vars, |_| None);
        let prim = if descending { Prim::SortByKeysDescending } else { Prim::SortByKeys };
        at.prim(prim, [at.read(self.list), at.read(keys)])
    }

    fn unique_by(&mut self, vars: &mut Context) -> Expr {
        let at = self.at;
        let keys = self.collect_keys(vars, |key| Some(at.prim(Prim::ExpectUniqueKey, [at.read(key)])));
        at.prim(Prim::UniqueByKeys, [at.read(self.list), at.read(keys)])
    }

    /// A list of the function's results; the elements stay where they are.
    fn collect_keys(&mut self, vars: &mut Context, check: impl FnOnce(VarId) -> Option<Expr>) -> VarId {
        let at = self.at;
        let key = vars.hidden("key");
        let keys = self.start(vars, "keys", at.expr(ExprKind::List(Vec::new())));
        let element = at.prim(Prim::At, [at.read(self.list), at.read(self.index)]);
        let mut steps = vec![at.assign(key, self.call(vec![element]))];
        steps.extend(check(key));
        steps.push(at.assign(keys, at.prim(Prim::Append, [at.read(keys), at.read(key)])));
        self.repeat(steps);
        keys
    }

    fn group(&mut self, vars: &mut Context) -> Expr {
        let at = self.at;
        let [element, key] = ["element", "key"].map(|name| vars.hidden(name));
        let groups = self.start(vars, "groups", at.prim(Prim::Mmap, []));
        let compute = at.assign(key, at.prim(Prim::GroupKey, [self.call(vec![at.read(element)])]));
        let push = at.prim(Prim::GroupPush, [at.read(groups), at.read(key), at.read(element)]);
        self.repeat_and_release(vec![at.assign(element, self.take()), compute, at.assign(groups, push)]);
        at.read(groups)
    }

    /// A hidden variable with a start value.
    fn start(&mut self, vars: &mut Context, purpose: &str, value: Expr) -> VarId {
        let var = vars.hidden(purpose);
        self.statements.push(self.at.assign(var, value));
        var
    }

    /// Adds the loop over all indices with these steps.
    fn repeat(&mut self, mut steps: Vec<Expr>) {
        let at = self.at;
        steps.push(at.increment(self.index));
        let cond = at.prim(Prim::LessNumber, [at.read(self.index), at.read(self.length)]);
        self.statements.push(at.while_loop(cond, at.block(steps)));
        self.statements.extend(self.release.iter().map(|&var| at.assign(var, at.nil())));
    }

    /// As [`Round::repeat`] where the list is not needed afterwards.
    fn repeat_and_release(&mut self, steps: Vec<Expr>) {
        self.release.push(self.list);
        self.repeat(steps);
    }

    fn take(&self) -> Expr {
        let index = Box::new(self.at.read(self.index));
        self.at.expr(ExprKind::TakeElement { list: self.list, index })
    }

    /// Puts an element into the list at a place whose element has been taken.
    fn put_back(&self, index: VarId, element: Expr) -> Expr {
        let at = self.at;
        at.assign(self.list, at.prim(Prim::ListSet, [at.read(self.list), at.read(index), element]))
    }

    fn passes(&self, element: Expr) -> Expr {
        let answer = self.call(vec![element]);
        self.at.prim(Prim::ExpectBool, [answer])
    }

    /// The call for one element; the context comes last (8.1).
    fn call(&self, mut args: Vec<Expr>) -> Expr {
        let at = self.at;
        args.extend(self.context.map(|context| at.read(context)));
        match &self.callee {
            Callee::Known { function, captures } => {
                let captured = captures.iter().map(|&var| at.read(var));
                let args = captured.chain(args).collect();
                at.expr(ExprKind::Call { function: *function, args, tail: false })
            }
            Callee::Primitive(prim) => at.expr(ExprKind::Prim { prim: *prim, args }),
            Callee::Value(var) => at.expr(ExprKind::CallValue { callee: Box::new(at.read(*var)), args }),
        }
    }
}

impl Callee {
    fn known(
        vars: &mut Context,
        callee: KnownCallee,
        statements: &mut Vec<Expr>,
        release: &mut Vec<VarId>,
    ) -> Callee {
        match callee {
            KnownCallee::Function(function) => Callee::Known { function, captures: Vec::new() },
            KnownCallee::Primitive(prim) => Callee::Primitive(prim),
            KnownCallee::Closure(function, captured) => {
                let keep = |value: Typed| {
                    let var = vars.hidden("captured");
                    statements.push(At(value.expr.span).assign(var, value.expr));
                    if value.ty.is_object() {
                        release.push(var);
                    }
                    var
                };
                Callee::Known { function, captures: captured.into_iter().map(keep).collect() }
            }
        }
    }
}

/// Does the statement keep what is a function by its form?
fn assigns_function(statement: &Expr) -> bool {
    let ExprKind::Assign { value, .. } = &statement.kind else { return false };
    matches!(value.kind, ExprKind::FunctionRef(_) | ExprKind::Closure { .. })
}

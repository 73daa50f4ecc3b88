//! Variables and where they can be seen (5.4, 6.3), and what a lambda captures (4.13).

use std::collections::HashMap;

use crate::hir::{Var, VarId};
use crate::types::Type;

/// A name in a scope. A binding in an inner scope to an outer variable is a second entry with the same `var`: there the
/// variable has the newer type, while the enclosing scopes keep the older one.
#[derive(Clone)]
struct Entry {
    var: VarId,
    ty: Type,
}

/// A variable of the enclosing function whose value a lambda copies.
pub struct Capture {
    /// In the enclosing function.
    pub outer: VarId,
    /// In the lambda.
    pub inner: VarId,
    pub ty: Type,
}

/// What a `brk` or `cnt` refers to.
#[derive(Clone, Copy, Default)]
pub struct LoopContext {
    /// The hidden variable for the loop's value, if the value is wanted.
    pub value: Option<VarId>,
    /// Was there a `brk` with a value?
    pub has_valued_break: bool,
}

/// The function or lambda whose body is being lowered.
pub struct Context {
    pub name: String,
    /// The declared result type, for `!` (5.3).
    pub result: Type,
    pub vars: Vec<Var>,
    pub captures: Vec<Capture>,
    pub loops: Vec<LoopContext>,
    /// The value of the preceding statement, for `?{…}`.
    pub previous: Option<VarId>,
    /// Are the statements being lowered inside a loop whose rounds throw their values away (5.6)?
    pub discards_last: bool,
    /// Number of lambdas so far, for their names.
    pub lambdas: usize,
    scopes: Vec<HashMap<String, Entry>>,
}

impl Context {
    pub fn new(name: String, result: Type) -> Context {
        Context {
            name,
            result,
            vars: Vec::new(),
            captures: Vec::new(),
            loops: Vec::new(),
            previous: None,
            discards_last: false,
            lambdas: 0,
            scopes: vec![HashMap::new()],
        }
    }

    pub fn open_scope(&mut self) {
        self.scopes.push(HashMap::new());
    }

    pub fn close_scope(&mut self) {
        self.scopes.pop();
    }

    /// A variable that no program can name; `purpose` is part of its name in text forms.
    pub fn hidden(&mut self, purpose: &str) -> VarId {
        self.new_var(format!(".{purpose}"))
    }

    fn new_var(&mut self, name: String) -> VarId {
        let id = VarId(self.vars.len() as u32);
        self.vars.push(Var { name });
        id
    }

    /// A new variable of the innermost scope, whatever exists outside.
    pub fn declare(&mut self, name: &str, ty: Type) -> VarId {
        let var = self.new_var(name.to_string());
        self.see(name, var, ty);
        var
    }

    /// Makes `var` visible under `name` in the innermost scope.
    pub fn see(&mut self, name: &str, var: VarId, ty: Type) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_string(), Entry { var, ty });
        }
    }

    /// The variable that `name=…` changes, or a new one.
    pub fn bind(&mut self, name: &str, ty: Type) -> VarId {
        match self.find(name) {
            Some((var, _)) => {
                self.see(name, var, ty);
                var
            }
            None => self.declare(name, ty),
        }
    }

    fn find(&self, name: &str) -> Option<(VarId, &Type)> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).map(|entry| (entry.var, &entry.ty))
    }

    fn capture(&mut self, name: &str, outer: VarId, ty: Type) -> VarId {
        let inner = self.new_var(name.to_string());
        self.captures.push(Capture { outer, inner, ty: ty.clone() });
        // It is a variable of the whole lambda, so it is seen from the outermost scope.
        self.scopes[0].insert(name.to_string(), Entry { var: inner, ty });
        inner
    }

    fn visible(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flat_map(|scope| scope.keys()).map(String::as_str)
    }
}

/// The function being lowered and, inside lambdas, the enclosing ones; the innermost is last.
#[derive(Default)]
pub struct Contexts {
    stack: Vec<Context>,
}

impl Contexts {
    pub fn push(&mut self, context: Context) {
        self.stack.push(context);
    }

    pub fn pop(&mut self) -> Option<Context> {
        self.stack.pop()
    }

    pub fn current(&mut self) -> &mut Context {
        self.stack.last_mut().expect("a body is lowered inside a function")
    }

    /// The variable of that name, captured from an enclosing function if need be.
    pub fn lookup(&mut self, name: &str) -> Option<(VarId, Type)> {
        let found_at = self.stack.iter().rposition(|context| context.find(name).is_some())?;
        let (mut var, ty) = self.stack[found_at].find(name).map(|(var, ty)| (var, ty.clone()))?;
        for context in &mut self.stack[found_at + 1..] {
            var = context.capture(name, var, ty.clone());
        }
        Some((var, ty))
    }

    /// Is it a variable here? Captures nothing.
    pub fn is_variable(&self, name: &str) -> bool {
        self.stack.iter().any(|context| context.find(name).is_some())
    }

    /// The names of all variables that can be seen here.
    pub fn visible(&self) -> impl Iterator<Item = &str> {
        self.stack.iter().flat_map(Context::visible)
    }
}

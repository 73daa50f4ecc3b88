//! What entries do: declare, run, bind; and what can be asked about the session's program.

use std::io;

use ilo4_check::hir::FunctionId;
use ilo4_engine::stack::{PROGRAM_STACK_BYTES, StackRange, run_on_big_stack};
use ilo4_engine::{Engine, Program, Request};
use ilo4_runtime::Runtime;
use ilo4_syntax::ast::{Stmt, StmtKind};
use ilo4_syntax::token::TokenKind;
use ilo4_syntax::{Diagnostic, SourceId, lex, parse};

use super::effects::{Obstacle, obstacle};
use super::text::{Declaration, ENTRY, Key, Text, looks_declared, source};
use crate::cli::{EngineName, Stage};
use crate::load::{self, Loaded, Ready};
use crate::{emit, run};

pub struct Session {
    pub engine: EngineName,
    text: Text,
}

impl Session {
    pub fn new(engine: EngineName) -> Session {
        Session { engine, text: Text::default() }
    }

    /// Forgets everything but the engine.
    pub fn reset(&mut self) {
        self.text = Text::default();
    }

    pub fn listing(&self) -> String {
        self.text.listing()
    }

    /// Declares or runs `entry`.
    ///
    /// # Errors
    /// If our tools fail; a bad program is reported instead.
    pub fn enter(&mut self, entry: &str) -> anyhow::Result<()> {
        let tokens = match lex(entry, SourceId(0)) {
            Ok(tokens) => tokens,
            Err(error) => {
                load::report([&*error], &[source(entry.to_owned())]);
                return Ok(());
            }
        };
        if tokens[0].kind == TokenKind::End {
            return Ok(());
        }
        let not_declared = match self.text.parse_declarations(entry, tokens[0].start as usize) {
            Ok(declarations) => {
                self.declare(declarations);
                return Ok(());
            }
            Err(rejection) => rejection,
        };
        match self.text.parse_statements(entry) {
            Ok(dense) => return self.run(entry, &dense),
            Err(rejection) => {
                let kinds: Vec<TokenKind> = tokens.iter().map(|token| token.kind).collect();
                if looks_declared(&kinds) { not_declared.report() } else { rejection.report() }
            }
        }
        Ok(())
    }

    /// Adds or replaces declarations if the session, bindings included, is correct with them.
    fn declare(&mut self, new: Vec<Declaration>) {
        let mut in_place = self.text.clone();
        for declaration in new.iter().cloned() {
            match in_place.declarations.iter_mut().find(|known| known.key == declaration.key) {
                Some(known) => *known = declaration,
                None => in_place.declarations.push(declaration),
            }
        }
        let first = check(&in_place);
        if first.hir.is_some() {
            self.text = in_place;
            return;
        }
        // What is new may need what was declared after the one that it replaces.
        let mut at_the_end = self.text.clone();
        at_the_end.declarations.retain(|known| new.iter().all(|declaration| declaration.key != known.key));
        at_the_end.declarations.extend(new);
        if check(&at_the_end).hir.is_some() {
            self.text = at_the_end;
        } else {
            load::report(first.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()), &first.sources);
        }
    }

    /// Checks the session with `statements`, and reports what is wrong with them.
    fn checked(&self, statements: &str) -> Option<Loaded> {
        let (text, start) = self.text.with(statements);
        let loaded = load::analyse(source(text), true);
        let is_new = |diagnostic: &&Diagnostic| {
            let is_behind = diagnostic.span.is_some_and(|span| span.start as usize >= start);
            diagnostic.is_error()
                || is_behind && diagnostic.span.is_some_and(|span| span.source == SourceId(0))
        };
        load::report(loaded.diagnostics.iter().filter(is_new), &loaded.sources);
        loaded.hir.is_some().then_some(loaded)
    }

    /// Runs `entry`, and keeps it in its `dense` form if it binds.
    fn run(&mut self, entry: &str, dense: &str) -> anyhow::Result<()> {
        let Some(loaded) = self.checked(entry) else { return Ok(()) };
        let own = self.own_statements(&loaded);
        if !own.iter().any(changes_variables) {
            if let Some(ready) = ready(loaded) {
                run::call(self.engine, &ready, ENTRY)?;
            }
            return Ok(());
        }
        let obstacle = entry_function(&loaded)
            .zip(loaded.hir.as_ref())
            .and_then(|(function, hir)| obstacle(hir, function));
        let shown = match own.last().and_then(bound_value) {
            Some(value) => load::analyse(source(self.text.with(&format!("{entry}\n  {value}")).0), true),
            None => loaded,
        };
        let Some(ready) = ready(shown) else { return Ok(()) };
        run::call(self.engine, &ready, ENTRY)?;
        match obstacle {
            Some(obstacle) => explain(obstacle),
            None if ends_well(&ready.program)? => self.text.bindings.push(dense.to_owned()),
            // A fault, which has been reported.
            None => {}
        }
        Ok(())
    }

    /// The statements of the entry, without those that are run before it.
    fn own_statements(&self, loaded: &Loaded) -> Vec<Stmt> {
        let body = |program: &ilo4_syntax::ast::Program| {
            let entry = program.functions.iter().find(|function| function.name.text == ENTRY);
            entry.map_or(Vec::new(), |function| function.body.statements.clone())
        };
        let replayed = body(&parse(&self.text.with("nil").0, SourceId(0)).program).len() - 1;
        body(&loaded.ast).split_off(replayed)
    }

    /// Prints the static type of an expression.
    pub fn show_type(&self, expression: &str) {
        if let Err(rejection) = self.text.parse_statements(expression) {
            return rejection.report();
        }
        let Some(loaded) = self.checked(expression) else { return };
        let position = loaded.ast.functions.iter().position(|function| function.name.text == ENTRY);
        if let Some(ty) = position.and_then(|position| loaded.body_types.get(position)) {
            println!("{ty}");
        }
    }

    /// Prints a stage of the session's program, or the part of it that belongs to one function.
    ///
    /// # Errors
    /// If there is no such stage of this program.
    pub fn emit(&self, stage: Stage, function: Option<&str>) -> anyhow::Result<()> {
        let text = match function {
            Some(name) if stage == Stage::Tokens => self.text_of(name),
            _ => self.text.declarations(),
        };
        let text = emit::stage_text(load::analyse(source(text), true), stage)?;
        let shown = match function {
            Some(name) if stage != Stage::Tokens => section(&text, name),
            _ => text,
        };
        match function {
            Some(name) if self.text_of(name).is_empty() => {
                anyhow::bail!("the session declares no function `{name}`")
            }
            _ => print!("{shown}"),
        }
        Ok(())
    }

    /// Empty if there is no such function.
    fn text_of(&self, function: &str) -> String {
        let key = Key::Function(function.to_owned());
        let known = self.text.declarations.iter().find(|known| known.key == key);
        known.map_or_else(String::new, |known| known.text.clone())
    }
}

fn check(text: &Text) -> Loaded {
    load::analyse(source(text.with("nil").0), true)
}

fn entry_function(loaded: &Loaded) -> Option<FunctionId> {
    let functions = &loaded.hir.as_ref()?.functions;
    let position = functions.iter().position(|function| function.name == ENTRY)?;
    Some(FunctionId(position as u32))
}

fn ready(loaded: Loaded) -> Option<Ready> {
    let program = Program::new(loaded.hir?);
    Some(Ready { program, sources: loaded.sources, warnings: String::new() })
}

/// May a later entry see what this statement did?
fn changes_variables(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Bind { .. }
        | StmtKind::BindTernary { .. }
        | StmtKind::BindIf { .. }
        | StmtKind::Destructure { .. }
        | StmtKind::If { .. }
        | StmtKind::ForEach { .. }
        | StmtKind::ForRange { .. }
        | StmtKind::While { .. } => true,
        StmtKind::Expr(_)
        | StmtKind::Guard { .. }
        | StmtKind::Return(_)
        | StmtKind::Break(_)
        | StmtKind::Continue => false,
    }
}

/// The expression that shows what a binding has bound; other statements have a value of their own.
fn bound_value(statement: &Stmt) -> Option<String> {
    match &statement.kind {
        StmtKind::Bind { name, .. } | StmtKind::BindTernary { name, .. } => Some(name.text.clone()),
        StmtKind::Destructure { names, .. } => {
            let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
            Some(format!("[{}]", names.join(", ")))
        }
        _ => None,
    }
}

/// Says why a binding was not kept.
fn explain(obstacle: Obstacle) {
    match obstacle {
        Obstacle::Effect(builtin) => {
            eprintln!("note: not kept, because `{builtin}` may do something else each time; :help says more");
        }
        Obstacle::EarlyReturn => {
            eprintln!("note: not kept, because it may leave before its end; :help says more");
        }
    }
}

/// Does the entry, which has no effects, end without a fault? An Err as its value is none.
fn ends_well(program: &Program) -> anyhow::Result<bool> {
    let position = program.info.functions.iter().position(|function| &*function.name == ENTRY);
    let run = |stack: StackRange| {
        let Some(function) = position else { return false };
        let mut runtime = Runtime::new(&program.info);
        runtime.stack_limit = stack.limit;
        runtime.output = Box::new(io::sink());
        runtime.errors = Box::new(io::sink());
        let request = Request { function: function as u32, args: Vec::new(), count_calls: false };
        ilo4_tree::Tree.run(program, request, &mut runtime).is_ok()
    };
    Ok(run_on_big_stack(PROGRAM_STACK_BYTES, run)?)
}

/// The part of a stage's text that belongs to `function`: from its headline to the next one's.
fn section(text: &str, function: &str) -> String {
    let mut is_inside = false;
    let mut out = String::new();
    for line in text.lines() {
        if let Some(name) = headline(line) {
            let inner = name.strip_prefix(function);
            is_inside = inner.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        }
        if is_inside {
            out.extend([line, "\n"]);
        }
    }
    out
}

/// The name in a headline: `fn f(…`, `fn 0 f(…`, `; f (entry)`, `(function f …`.
fn headline(line: &str) -> Option<&str> {
    let rest = ["fn ", "; ", "(function "].iter().find_map(|start| line.strip_prefix(start))?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    rest.split([' ', '(', '{']).next()
}

//! The declarations of a program: aliases, record types, function signatures (2.3, 2.4, 5.1).
//!
//! Collected before any body is looked at, in the order in which section 7.5 wants them reported.

use std::collections::{HashMap, HashSet};

use ilo4_syntax::{Diagnostic, Span, ast};

use crate::hint;
use crate::types::Type;

/// A resolved alias may not have more components than this; only doubling aliases of aliases get there.
const LARGEST_ALIAS: usize = 1_000;

/// What is declared under which name.
pub struct Names<'a> {
    pub functions: Vec<Signature<'a>>,
    function_of: HashMap<&'a str, usize>,
    pub records: Vec<RecordType>,
    record_of: HashMap<&'a str, usize>,
    aliases: HashMap<&'a str, &'a ast::AliasDecl>,
    /// Targets resolved once: the type, and the first name in it that is not declared.
    alias_types: HashMap<&'a str, (Type, Option<String>)>,
    broken: HashSet<&'a str>,
}

/// A declared function as callers see it.
pub struct Signature<'a> {
    pub declaration: &'a ast::Function,
    pub params: Vec<Type>,
    pub result: Type,
}

/// A declared record type. A field name occurs once: of two equal ones the last counts (2.3).
#[derive(Default)]
pub struct RecordType {
    pub name: String,
    pub fields: Vec<(String, Type)>,
}

impl RecordType {
    pub fn slot(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|(name, _)| name == field)
    }
}

impl<'a> Names<'a> {
    /// Collects and checks all declarations.
    pub fn collect(program: &'a ast::Program, diagnostics: &mut Vec<Diagnostic>) -> Names<'a> {
        let mut names = Names {
            functions: Vec::new(),
            function_of: HashMap::new(),
            records: Vec::new(),
            record_of: HashMap::new(),
            aliases: HashMap::new(),
            alias_types: HashMap::new(),
            broken: program.broken_names.iter().map(String::as_str).collect(),
        };
        names.declare_aliases(&program.aliases, diagnostics);
        names.declare_records(&program.records, diagnostics);
        names.resolve_aliases(&program.aliases, diagnostics);
        names.declare_functions(&program.functions, diagnostics);
        names.resolve_fields(&program.records, diagnostics);
        names
    }

    fn declare_aliases(&mut self, aliases: &'a [ast::AliasDecl], diagnostics: &mut Vec<Diagnostic>) {
        for alias in aliases {
            let name = alias.name.text.as_str();
            if matches!(name, "n" | "t" | "b") {
                let message = format!("an alias cannot be called `{name}`, which is a basic type");
                diagnostics.push(Diagnostic::error("ILO-T031", alias.name.span, message));
            } else if let Some(first) = self.aliases.get(name) {
                diagnostics.push(declared_twice("ILO-T001", "type", &alias.name, first.name.span));
            } else {
                self.aliases.insert(name, alias);
            }
        }
        for alias in cycles(aliases, &self.aliases) {
            let message = format!("the alias `{}` stands for itself", alias.name.text);
            let note = "an alias is another name of a type, so it cannot contain itself; a record type can";
            diagnostics.push(Diagnostic::error("ILO-T030", alias.name.span, message).with_note(note));
            // From here on it is unknown, so that every other alias has a target.
            self.alias_types.insert(&alias.name.text, (Type::Any, None));
        }
    }

    fn declare_records(&mut self, records: &'a [ast::RecordDecl], diagnostics: &mut Vec<Diagnostic>) {
        for record in records {
            let name = record.name.text.as_str();
            let first = self.aliases.get(name).map(|alias| alias.name.span);
            let first = first.or_else(|| self.record_of.get(name).map(|&index| records[index].name.span));
            if let Some(first) = first {
                diagnostics.push(declared_twice("ILO-T001", "type", &record.name, first));
            } else {
                self.record_of.insert(name, self.records.len());
            }
            // Also a rejected one has its place, so that indices here and in the program are the same.
            self.records.push(RecordType { name: name.to_string(), fields: Vec::new() });
        }
    }

    /// Targets first, so that each alias is resolved once however often it is used.
    fn resolve_aliases(&mut self, aliases: &'a [ast::AliasDecl], diagnostics: &mut Vec<Diagnostic>) {
        for start in aliases {
            let mut pending = vec![start.name.text.as_str()];
            while let Some(&name) = pending.last() {
                let Some(&alias) = self.aliases.get(name).filter(|_| !self.alias_types.contains_key(name))
                else {
                    pending.pop();
                    continue;
                };
                let waits_for =
                    |n: &&&str| self.aliases.contains_key(**n) && !self.alias_types.contains_key(**n);
                let missing: Vec<&str> = names_in(&alias.target).iter().filter(waits_for).copied().collect();
                if !missing.is_empty() {
                    pending.extend(missing);
                    continue;
                }
                pending.pop();
                let mut undefined = Undefined::default();
                let mut resolved = self.resolve_with(&alias.target, true, &mut undefined);
                if size(&resolved) > LARGEST_ALIAS {
                    let message = format!("the alias `{name}` stands for a type that is too large");
                    diagnostics.push(Diagnostic::error("ILO-T030", alias.name.span, message));
                    resolved = Type::Any;
                }
                self.alias_types.insert(name, (resolved, undefined.first.map(|(name, _)| name)));
            }
        }
    }

    fn declare_functions(&mut self, functions: &'a [ast::Function], diagnostics: &mut Vec<Diagnostic>) {
        for function in functions {
            if let Some(&first) = self.function_of.get(function.name.text.as_str()) {
                let first = self.functions[first].declaration.name.span;
                diagnostics.push(declared_twice("ILO-T002", "function", &function.name, first));
            } else {
                self.function_of.insert(&function.name.text, self.functions.len());
            }
            let params = function.params.iter().map(|param| self.resolve(&param.ty, diagnostics)).collect();
            let result = self.resolve(&function.result, diagnostics);
            self.functions.push(Signature { declaration: function, params, result });
        }
    }

    fn resolve_fields(&mut self, records: &'a [ast::RecordDecl], diagnostics: &mut Vec<Diagnostic>) {
        for (index, record) in records.iter().enumerate() {
            let mut fields: Vec<(String, Type)> = Vec::new();
            for field in &record.fields {
                let ty = self.resolve(&field.ty, diagnostics);
                fields.retain(|(name, _)| *name != field.name.text);
                fields.push((field.name.text.clone(), ty));
            }
            self.records[index].fields = fields;
        }
    }

    /// The type that was written, reporting `ILO-T003` for names of no type (5.1).
    pub fn resolve(&self, ty: &ast::Type, diagnostics: &mut Vec<Diagnostic>) -> Type {
        let mut undefined = Undefined::default();
        let resolved = self.resolve_with(ty, true, &mut undefined);
        match undefined.first {
            Some((name, span)) => {
                diagnostics.push(self.undefined_type(&name, span));
                Type::Any
            }
            None => resolved,
        }
    }

    /// `ILO-T003` for a name that should be a type's.
    pub fn undefined_type(&self, name: &str, span: Span) -> Diagnostic {
        let candidates = self.record_of.keys().chain(self.aliases.keys()).copied();
        let diagnostic = Diagnostic::error("ILO-T003", span, format!("there is no type `{name}`"));
        hint::did_you_mean(diagnostic, name, candidates)
    }

    fn resolve_with(&self, ty: &ast::Type, reports: bool, undefined: &mut Undefined) -> Type {
        use ast::TypeKind;
        match &ty.kind {
            TypeKind::Number => Type::Number,
            TypeKind::Text => Type::Text,
            TypeKind::Bool => Type::Bool,
            TypeKind::Any => Type::Any,
            TypeKind::List(inner) => Type::list(self.resolve_with(inner, reports, undefined)),
            TypeKind::Result(ok, err) => {
                let ok = self.resolve_with(ok, reports, undefined);
                Type::result(ok, self.resolve_with(err, reports, undefined))
            }
            TypeKind::Map(key, value) => {
                let key = self.resolve_with(key, false, undefined);
                Type::map(key, self.resolve_with(value, false, undefined))
            }
            TypeKind::Optional(inner) => Type::optional(self.resolve_with(inner, false, undefined)),
            TypeKind::Sum(variants) => Type::Sum(variants.iter().map(|v| v.text.clone()).collect()),
            TypeKind::Function(params, result) => {
                let params = params.iter().map(|p| self.resolve_with(p, false, undefined)).collect();
                Type::Function(params, Box::new(self.resolve_with(result, false, undefined)))
            }
            TypeKind::Named(name) => self.resolve_name(name, ty.span, reports, undefined),
        }
    }

    fn resolve_name(&self, name: &str, span: Span, reports: bool, undefined: &mut Undefined) -> Type {
        if let Some((target, missing)) = self.alias_types.get(name) {
            if let Some(missing) = missing.as_ref().filter(|_| reports) {
                undefined.note(missing, span);
            }
            return target.clone();
        }
        if is_type_variable(name) || self.is_broken(name) {
            return Type::Any;
        }
        if !self.record_of.contains_key(name) && reports {
            undefined.note(name, span);
        }
        Type::Record(name.to_string())
    }

    /// Was the name declared by something that did not parse or is not in the profile? Then it is not reported.
    pub fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name)
    }

    pub fn function(&self, name: &str) -> Option<usize> {
        self.function_of.get(name).copied()
    }

    pub fn function_names(&self) -> impl Iterator<Item = &'a str> {
        self.function_of.keys().copied()
    }

    /// The record type of that name, also through an alias.
    pub fn record(&self, name: &str) -> Option<(usize, &RecordType)> {
        let direct = self.record_of.get(name).copied();
        let index = direct.or_else(|| match self.alias_types.get(name) {
            Some((Type::Record(target), _)) => self.record_of.get(target.as_str()).copied(),
            _ => None,
        })?;
        Some((index, &self.records[index]))
    }
}

/// The first name in a type that is declared nowhere.
#[derive(Default)]
struct Undefined {
    first: Option<(String, Span)>,
}

impl Undefined {
    fn note(&mut self, name: &str, span: Span) {
        self.first.get_or_insert_with(|| (name.to_string(), span));
    }
}

fn declared_twice(code: &'static str, what: &str, name: &ast::Name, first: Span) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::error(code, name.span, format!("the {what} `{}` is declared twice", name.text));
    diagnostic.labels.push((first, "first declared here".to_string()));
    diagnostic
}

/// A single lower-case letter that is no basic type (5.1).
fn is_type_variable(name: &str) -> bool {
    name.len() == 1 && name.bytes().all(|b| b.is_ascii_lowercase())
}

/// All names in a type, in source order.
fn names_in(ty: &ast::Type) -> Vec<&str> {
    fn visit<'t>(ty: &'t ast::Type, found: &mut Vec<&'t str>) {
        use ast::TypeKind;
        match &ty.kind {
            TypeKind::Number | TypeKind::Text | TypeKind::Bool | TypeKind::Any | TypeKind::Sum(_) => {}
            TypeKind::List(inner) | TypeKind::Optional(inner) => visit(inner, found),
            TypeKind::Map(a, b) | TypeKind::Result(a, b) => {
                visit(a, found);
                visit(b, found);
            }
            TypeKind::Function(params, result) => {
                params.iter().for_each(|p| visit(p, found));
                visit(result, found);
            }
            TypeKind::Named(name) => found.push(name),
        }
    }
    let mut found = Vec::new();
    visit(ty, &mut found);
    found
}

/// The aliases that close a cycle, one for each cycle, in source order.
fn cycles<'a>(
    aliases: &'a [ast::AliasDecl],
    declared: &HashMap<&'a str, &'a ast::AliasDecl>,
) -> Vec<&'a ast::AliasDecl> {
    #[derive(PartialEq)]
    enum Mark {
        Open,
        Done,
    }
    let mut marks: HashMap<&str, Mark> = HashMap::new();
    let mut found: Vec<&ast::AliasDecl> = Vec::new();
    for start in aliases {
        // Depth first with an explicit stack: each entry is a name and its targets still to visit.
        let mut stack: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut enter = Some(start.name.text.as_str());
        loop {
            if let Some(name) = enter.take()
                && let Some(alias) = declared.get(name)
            {
                match marks.get(name) {
                    None => {
                        marks.insert(name, Mark::Open);
                        stack.push((name, names_in(&alias.target)));
                    }
                    Some(Mark::Open) if !found.iter().any(|f| f.name.text == name) => found.push(alias),
                    Some(_) => {}
                }
            }
            let Some((name, targets)) = stack.last_mut() else { break };
            enter = targets.pop();
            if enter.is_none() {
                marks.insert(name, Mark::Done);
                stack.pop();
            }
        }
    }
    found
}

/// Number of components of a type.
fn size(ty: &Type) -> usize {
    match ty {
        Type::Number | Type::Text | Type::Bool | Type::Nil | Type::Any | Type::Sum(_) | Type::Record(_) => 1,
        Type::List(inner) | Type::Optional(inner) => 1 + size(inner),
        Type::Map(a, b) | Type::Result(a, b) => 1 + size(a) + size(b),
        Type::Function(params, result) => 1 + params.iter().map(size).sum::<usize>() + size(result),
    }
}

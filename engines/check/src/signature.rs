//! The builtins' signatures, parsed once from the strings of the builtins table.

use std::collections::HashMap;
use std::sync::OnceLock;

use ilo4_builtins::BUILTINS;

use crate::types::Type;

/// A type in a signature: as [`Type`], with type variables.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    Number,
    Text,
    Bool,
    Nil,
    Any,
    Variable(char),
    List(Box<Pattern>),
    Map(Box<Pattern>, Box<Pattern>),
    Optional(Box<Pattern>),
    Result(Box<Pattern>, Box<Pattern>),
    Function(Vec<Pattern>, Box<Pattern>),
}

/// One form of a parameter; an overloaded parameter has several.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// False for the documents' `°`: a wrong value is only found when the call runs.
    pub checked: bool,
    pub pattern: Pattern,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    pub params: Vec<Vec<Alternative>>,
    /// One, or as many as the overloaded parameter has forms.
    pub results: Vec<Pattern>,
}

/// The signature of a form, which must be a string of the builtins table.
pub fn of(signature: &'static str) -> &'static Signature {
    static CACHE: OnceLock<HashMap<&'static str, Signature>> = OnceLock::new();
    let cache = CACHE.get_or_init(|| {
        BUILTINS.iter().flat_map(|b| b.forms).map(|form| (form.signature, parse(form.signature))).collect()
    });
    &cache[signature]
}

/// The type of a builtin used as a value, from the table's string.
pub fn value_type(text: &str) -> Type {
    let tokens = tokens(text);
    let mut cursor = Cursor { tokens: &tokens, position: 0 };
    instantiate(&cursor.pattern(), &|_| Type::Any)
}

/// The type that a pattern stands for, given the types of its variables.
pub fn instantiate(pattern: &Pattern, variables: &dyn Fn(char) -> Type) -> Type {
    let inner = |p: &Pattern| Box::new(instantiate(p, variables));
    match pattern {
        Pattern::Number => Type::Number,
        Pattern::Text => Type::Text,
        Pattern::Bool => Type::Bool,
        Pattern::Nil => Type::Nil,
        Pattern::Any => Type::Any,
        Pattern::Variable(name) => variables(*name),
        Pattern::List(a) => Type::List(inner(a)),
        Pattern::Optional(a) => Type::Optional(inner(a)),
        Pattern::Map(a, b) => Type::Map(inner(a), inner(b)),
        Pattern::Result(a, b) => Type::Result(inner(a), inner(b)),
        Pattern::Function(params, result) => {
            Type::Function(params.iter().map(|p| instantiate(p, variables)).collect(), inner(result))
        }
    }
}

/// Reads `name:type name:type … > result`.
fn parse(text: &str) -> Signature {
    if text.is_empty() {
        return Signature { params: Vec::new(), results: vec![Pattern::Any] };
    }
    let tokens = tokens(text);
    let mut cursor = Cursor { tokens: &tokens, position: 0 };
    let mut params = Vec::new();
    while cursor.peek() != Some(">") {
        cursor.position += 2; // the name and its colon
        params.push(cursor.alternatives());
    }
    cursor.position += 1;
    let results = cursor.alternatives().into_iter().map(|alternative| alternative.pattern).collect();
    Signature { params, results }
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() || c == '_' {
            start.get_or_insert(at);
            continue;
        }
        if let Some(start) = start.take() {
            tokens.push(&text[start..at]);
        }
        if !c.is_whitespace() {
            tokens.push(&text[at..at + c.len_utf8()]);
        }
    }
    if let Some(start) = start {
        tokens.push(&text[start..]);
    }
    tokens
}

struct Cursor<'a> {
    tokens: &'a [&'a str],
    position: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.position).copied()
    }

    fn next(&mut self) -> &'a str {
        let token = self.peek().expect("a signature of the builtins table is complete");
        self.position += 1;
        token
    }

    fn alternatives(&mut self) -> Vec<Alternative> {
        let mut alternatives = Vec::new();
        loop {
            let checked = self.peek() != Some("?");
            if !checked {
                self.position += 1;
            }
            alternatives.push(Alternative { checked, pattern: self.pattern() });
            if self.peek() != Some("|") {
                return alternatives;
            }
            self.position += 1;
        }
    }

    fn boxed(&mut self) -> Box<Pattern> {
        Box::new(self.pattern())
    }

    fn pattern(&mut self) -> Pattern {
        match self.next() {
            "n" => Pattern::Number,
            "t" => Pattern::Text,
            "b" => Pattern::Bool,
            "nil" => Pattern::Nil,
            "_" => Pattern::Any,
            "L" => Pattern::List(self.boxed()),
            "O" => Pattern::Optional(self.boxed()),
            "M" => Pattern::Map(self.boxed(), self.boxed()),
            "R" => Pattern::Result(self.boxed(), self.boxed()),
            "F" => self.function(),
            "(" => {
                let inner = self.pattern();
                self.position += 1;
                inner
            }
            variable => Pattern::Variable(variable.chars().next().unwrap_or('_')),
        }
    }

    /// As many types as stand before the next parameter's name; the last one is the result.
    fn function(&mut self) -> Pattern {
        let mut types = Vec::new();
        while let Some(token) = self.peek() {
            let names_a_parameter = self.tokens.get(self.position + 1) == Some(&":");
            if names_a_parameter || matches!(token, ")" | ">" | "|") {
                break;
            }
            types.push(self.pattern());
        }
        let result = types.pop().unwrap_or(Pattern::Any);
        Pattern::Function(types, Box::new(result))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_overloads_marks_and_functions() {
        let signature = parse("fn:F a c k ctx:c xs:?L a|t > L a|t");
        assert_eq!(signature.params.len(), 3);
        let Pattern::Function(params, result) = &signature.params[0][0].pattern else { panic!("a function") };
        assert_eq!((params.len(), &**result), (2, &Pattern::Variable('k')));
        assert!(!signature.params[2][0].checked);
        assert_eq!(signature.params[2][1], Alternative { checked: true, pattern: Pattern::Text });
        assert_eq!(signature.results.len(), 2);
    }

    #[test]
    fn every_form_of_the_table_has_its_arity() {
        for builtin in BUILTINS {
            for form in builtin.forms {
                assert_eq!(of(form.signature).params.len(), usize::from(form.arity), "{}", builtin.name);
            }
        }
    }

    #[test]
    fn value_types_read_as_function_types() {
        assert_eq!(value_type("F t (R n t)").to_string(), "F t (R n t)");
    }
}

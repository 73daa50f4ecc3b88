//! Static types of builtin calls: the signatures of the table, and the rules that a signature cannot say
//! (sections 1 and 4 to 15 of the builtins document).

use ilo4_builtins::{Builtin, Form, Loop, Lowering};

use crate::compat::compatible;
use crate::signature::{self, Alternative, Pattern, Signature};
use crate::types::Type;

/// A call with the right number of arguments.
pub struct Call<'a> {
    pub builtin: &'static Builtin,
    pub form: &'static Form,
    pub types: &'a [&'a Type],
    /// The text of each argument that is a text literal.
    pub texts: &'a [Option<&'a str>],
}

/// An argument of an impossible type, `ILO-T013`.
pub struct Problem {
    /// Index of the argument.
    pub argument: usize,
    pub message: String,
}

/// The static type of the call, and what is wrong with its arguments, in their order.
pub fn check(call: &Call) -> (Type, Vec<Problem>) {
    let signature = signature::of(call.form.signature);
    let mut problems = Vec::new();
    for (argument, alternatives) in signature.params.iter().enumerate() {
        if !accepts(alternatives, call.types[argument]) {
            problems.push(Problem { argument, message: call.expects(argument, &describe(alternatives)) });
        }
    }
    let ty = special(call, &mut problems).unwrap_or_else(|| result(call, signature));
    problems.sort_by_key(|problem| problem.argument);
    (ty, problems)
}

impl Call<'_> {
    fn expects(&self, argument: usize, what: &str) -> String {
        let place =
            if self.types.len() == 1 { String::new() } else { format!(" as argument {}", argument + 1) };
        format!(
            "`{}` takes {what}{place}, but this is {}",
            self.builtin.name,
            self.types[argument].describe()
        )
    }
}

/// "What an argument type accepts" (section 1): a single basic type, `L t` and `L (L n)` accept what is compatible; in
/// every other position the argument's own type must be of that form.
fn accepts(alternatives: &[Alternative], ty: &Type) -> bool {
    let accepts_one = |alternative: &Alternative| {
        !alternative.checked
            || if alternatives.len() > 1 {
                fits(&alternative.pattern, ty)
            } else {
                suits(&alternative.pattern, ty)
            }
    };
    ty.is_any() || alternatives.iter().any(accepts_one)
}

fn suits(pattern: &Pattern, ty: &Type) -> bool {
    let list_of = |inner: &Pattern| match inner {
        Pattern::Text => true,
        Pattern::List(inner) => **inner == Pattern::Number,
        _ => false,
    };
    match pattern {
        Pattern::Number | Pattern::Text | Pattern::Bool => compatible(ty, &plain(pattern)),
        Pattern::List(inner) if list_of(inner) => compatible(ty, &plain(pattern)),
        _ => fits(pattern, ty),
    }
}

/// Is the type itself of the pattern's form?
fn fits(pattern: &Pattern, ty: &Type) -> bool {
    match (pattern, ty) {
        (Pattern::Any | Pattern::Variable(_), _) => true,
        (Pattern::List(inner), Type::List(element)) => compatible(element, &plain(inner)),
        (Pattern::Map(..), Type::Map(..)) => true,
        (Pattern::Function(..), Type::Function(..)) => true,
        (Pattern::Text, Type::Text) | (Pattern::Number, Type::Number) | (Pattern::Bool, Type::Bool) => true,
        _ => false,
    }
}

/// The pattern as a type, its variables unknown.
fn plain(pattern: &Pattern) -> Type {
    signature::instantiate(pattern, &|_| Type::Any)
}

fn describe(alternatives: &[Alternative]) -> String {
    let forms: Vec<&str> = alternatives.iter().map(|alternative| name_of(&alternative.pattern)).collect();
    match forms.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => forms.concat(),
    }
}

fn name_of(pattern: &Pattern) -> &'static str {
    match pattern {
        Pattern::Number => "a number",
        Pattern::Text => "a text",
        Pattern::Bool => "a boolean",
        Pattern::Nil => "nil",
        Pattern::Any | Pattern::Variable(_) => "any value",
        Pattern::List(inner) => match &**inner {
            Pattern::Number => "a list of numbers",
            Pattern::Text => "a list of texts",
            Pattern::List(_) => "a list of lists",
            _ => "a list",
        },
        Pattern::Map(..) => "a map",
        Pattern::Optional(_) => "an optional",
        Pattern::Result(..) => "a result",
        Pattern::Function(..) => "a function",
    }
}

/// What the type variables of a signature stand for in a call.
#[derive(Default)]
struct Variables {
    found: Vec<(char, Type)>,
}

impl Variables {
    /// Binds the variables of `pattern` to the components of `ty`; the first binding of a variable counts.
    fn bind(&mut self, pattern: &Pattern, ty: &Type) {
        match (pattern, ty) {
            (Pattern::Variable(name), _) => {
                if !self.found.iter().any(|(bound, _)| bound == name) {
                    self.found.push((*name, ty.clone()));
                }
            }
            (Pattern::List(inner), Type::List(element)) => self.bind(inner, element),
            (Pattern::Optional(inner), Type::Optional(content)) => self.bind(inner, content),
            (Pattern::Map(key, value), Type::Map(k, v)) => {
                self.bind(key, k);
                self.bind(value, v);
            }
            (Pattern::Result(ok, err), Type::Result(o, e)) => {
                self.bind(ok, o);
                self.bind(err, e);
            }
            (Pattern::Function(params, result), Type::Function(types, returned)) => {
                params.iter().zip(types).for_each(|(param, ty)| self.bind(param, ty));
                self.bind(result, returned);
            }
            _ => self.bind_unknown(pattern),
        }
    }

    /// The argument does not tell: its variables are unknown.
    fn bind_unknown(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Variable(_) => self.bind(pattern, &Type::Any),
            Pattern::List(inner) | Pattern::Optional(inner) => self.bind_unknown(inner),
            Pattern::Map(a, b) | Pattern::Result(a, b) => {
                self.bind_unknown(a);
                self.bind_unknown(b);
            }
            Pattern::Function(params, result) => {
                params.iter().for_each(|param| self.bind_unknown(param));
                self.bind_unknown(result);
            }
            Pattern::Number | Pattern::Text | Pattern::Bool | Pattern::Nil | Pattern::Any => {}
        }
    }

    fn get(&self, name: char) -> Type {
        self.found.iter().find(|(bound, _)| *bound == name).map_or(Type::Any, |(_, ty)| ty.clone())
    }
}

/// The result type of the signature.
fn result(call: &Call, signature: &Signature) -> Type {
    let chosen = if signature.results.len() > 1 {
        // The overloaded parameter says which form it is; if it is unknown, so is the result.
        let overloaded = signature.params.iter().position(|alternatives| alternatives.len() > 1).unwrap_or(0);
        let fitting = |alternative: &Alternative| fits(&alternative.pattern, call.types[overloaded]);
        match signature.params[overloaded].iter().position(fitting) {
            Some(form) if !call.types[overloaded].is_any() => form,
            _ => return Type::Any,
        }
    } else {
        0
    };
    let variables = variables(call, signature, chosen);
    signature::instantiate(&signature.results[chosen], &|name| variables.get(name))
}

/// The elements of a list tell more about it than the parameters of the function that is called with them, so
/// functions come last.
fn variables(call: &Call, signature: &Signature, form: usize) -> Variables {
    let mut variables = Variables::default();
    let is_function = |alternative: &Alternative| matches!(alternative.pattern, Pattern::Function(..));
    for functions in [false, true] {
        for (alternatives, ty) in signature.params.iter().zip(call.types) {
            let alternative = &alternatives[form.min(alternatives.len() - 1)];
            if is_function(alternative) == functions {
                variables.bind(&alternative.pattern, ty);
            }
        }
    }
    variables
}

/// Rules of single builtins. The answer is the result type where it differs from the signature's.
fn special(call: &Call, problems: &mut Vec<Problem>) -> Option<Type> {
    if let Lowering::Loop { kind, context } = call.form.lowering {
        return higher_order(call, kind, context, problems);
    }
    match call.builtin.name {
        "mset" | "mget" | "mhas" | "mdel" => map_access(call, problems),
        "frq" => match call.types[0] {
            Type::List(element) => Some(Type::map(group_key(element), Type::Number)),
            _ => None,
        },
        "zip" => Some(zip(call)),
        "lst" => {
            if let Type::List(element) = call.types[0]
                && !compatible(call.types[2], element)
            {
                let message = call.expects(2, &format!("an element of the list (`{element}`)"));
                problems.push(Problem { argument: 2, message });
            }
            None
        }
        "setunion" => match (call.types[0], call.types[1]) {
            (Type::List(a), Type::List(other)) if a.is_any() => Some(Type::List(other.clone())),
            (Type::Any, Type::List(other)) => Some(Type::List(other.clone())),
            _ => None,
        },
        "fmt" => {
            if call.texts[0].is_some_and(|template| template.contains("{:")) {
                let message = "a template has only the placeholder `{}`, no format after a colon".to_string();
                problems.push(Problem { argument: 0, message });
            }
            None
        }
        "wr" => {
            if let Some(Some(format)) = call.texts.get(2)
                && !matches!(*format, "csv" | "tsv" | "json")
            {
                let message = format!("`wr` knows the formats `csv`, `tsv` and `json`, not `{format}`");
                problems.push(Problem { argument: 2, message });
            }
            None
        }
        _ => None,
    }
}

/// Keys are texts or numbers, and of the map's key type where that is known.
fn map_access(call: &Call, problems: &mut Vec<Problem>) -> Option<Type> {
    match call.types[0] {
        Type::Map(key, _) => {
            let can_be_key = matches!(**key, Type::Any | Type::Number | Type::Text | Type::Sum(_));
            if !can_be_key || !compatible(call.types[1], key) {
                let expected =
                    if can_be_key { format!("a key of type `{key}`") } else { "a text or number key".into() };
                problems.push(Problem { argument: 1, message: call.expects(1, &expected) });
            }
            None
        }
        Type::Any if call.builtin.name == "mset" => Some(Type::map(Type::Any, Type::Any)),
        _ => None,
    }
}

/// The key type that `grp` and `frq` make: a boolean becomes a text.
fn group_key(ty: &Type) -> Type {
    if *ty == Type::Bool { Type::Text } else { ty.clone() }
}

fn zip(call: &Call) -> Type {
    let element = |ty: &Type| match ty {
        Type::List(element) => (**element).clone(),
        _ => Type::Any,
    };
    let (a, b) = (element(call.types[0]), element(call.types[1]));
    let pair = match (&a, &b) {
        (Type::Any, _) => b,
        (_, Type::Any) => a,
        _ if compatible(&a, &b) => a,
        _ => Type::Any,
    };
    Type::list(Type::list(pair))
}

fn higher_order(call: &Call, kind: Loop, context: bool, problems: &mut Vec<Problem>) -> Option<Type> {
    if let Type::Function(params, returned) = call.types[0] {
        if context {
            check_context_form(call, kind, params, problems);
        }
        if kind == Loop::MapResult && !matches!(**returned, Type::Result(..) | Type::Any) {
            let message = format!(
                "`mapr` takes a function that yields a result (`R …`), but this one yields {}",
                returned.describe()
            );
            problems.push(Problem { argument: 0, message });
        }
        if kind == Loop::Group {
            let element = match call.types[1] {
                Type::List(element) => (**element).clone(),
                _ => Type::Any,
            };
            return Some(Type::map(group_key(returned), Type::list(element)));
        }
    }
    if kind == Loop::Fold {
        let init = call.types[call.types.len() - 1];
        return Some(match (init, call.types[0]) {
            (Type::Any, Type::Function(_, returned)) => (**returned).clone(),
            _ => init.clone(),
        });
    }
    None
}

/// With a context argument the number of parameters is checked, and that they are not evidently in the order
/// (context, element) (8.1).
fn check_context_form(call: &Call, kind: Loop, params: &[Type], problems: &mut Vec<Problem>) {
    let expected = if kind == Loop::Fold { 3 } else { 2 };
    let name = call.builtin.name;
    if params.len() != expected {
        let count = params.len();
        let message = format!(
            "`{name}` with a context calls its function with {expected} arguments, but this one takes {count}"
        );
        problems.push(Problem { argument: 0, message });
        return;
    }
    if matches!(kind, Loop::Fold | Loop::Count) {
        return;
    }
    let (context, list) = (call.types[1], call.types[2]);
    let Type::List(element) = list else { return };
    let known = [&params[0], &params[1], context, element].iter().all(|ty| !ty.is_any());
    let swapped = compatible(&params[0], context) && compatible(&params[1], element);
    if known && !compatible(context, element) && swapped {
        let message = format!("`{name}` passes the context last, but this function takes it first");
        problems.push(Problem { argument: 0, message });
    }
}

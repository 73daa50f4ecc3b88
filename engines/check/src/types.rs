//! Static types (section 5.1 of the language document).

use std::fmt;

/// A type with aliases resolved. Type variables and `_` are [`Type::Any`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Number,
    Text,
    Bool,
    /// The type of `nil` and of statements without a value; cannot be written.
    Nil,
    /// Unknown: compatible with everything.
    Any,
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Optional(Box<Type>),
    Result(Box<Type>, Box<Type>),
    Sum(Vec<String>),
    Function(Vec<Type>, Box<Type>),
    /// A record type by name; also a name of no type inside `O`, `M` and `F`, of which no value exists.
    Record(String),
}

/// Inferred types nested deeper than this become unknown, so that `x=[x]` repeated many times stays cheap.
const DEEPEST: usize = 300;

impl Type {
    pub fn list(element: Type) -> Type {
        Type::List(Box::new(element))
    }

    pub fn map(key: Type, value: Type) -> Type {
        Type::Map(Box::new(key), Box::new(value))
    }

    pub fn result(ok: Type, err: Type) -> Type {
        Type::Result(Box::new(ok), Box::new(err))
    }

    pub fn optional(inner: Type) -> Type {
        Type::Optional(Box::new(inner))
    }

    pub fn is_any(&self) -> bool {
        matches!(self, Type::Any)
    }

    /// Is a value of this type, as far as static types tell, an object that can be shared?
    pub(crate) fn is_object(&self) -> bool {
        match self {
            Type::Text
            | Type::List(_)
            | Type::Map(..)
            | Type::Result(..)
            | Type::Sum(_)
            | Type::Record(_) => true,
            Type::Optional(inner) => inner.is_object(),
            Type::Number | Type::Bool | Type::Nil | Type::Any | Type::Function(..) => false,
        }
    }

    /// Does a function type occur anywhere in it?
    pub fn mentions_function(&self) -> bool {
        match self {
            Type::Function(..) => true,
            Type::List(inner) | Type::Optional(inner) => inner.mentions_function(),
            Type::Map(a, b) | Type::Result(a, b) => a.mentions_function() || b.mentions_function(),
            Type::Number
            | Type::Text
            | Type::Bool
            | Type::Nil
            | Type::Any
            | Type::Sum(_)
            | Type::Record(_) => false,
        }
    }

    /// The same type, or unknown if it is nested too deeply to be worth carrying around.
    pub(crate) fn bounded(self) -> Type {
        if self.fits(DEEPEST) { self } else { Type::Any }
    }

    fn fits(&self, depth: usize) -> bool {
        let Some(rest) = depth.checked_sub(1) else { return false };
        match self {
            Type::List(inner) | Type::Optional(inner) => inner.fits(rest),
            Type::Map(a, b) | Type::Result(a, b) => a.fits(rest) && b.fits(rest),
            Type::Function(params, result) => params.iter().all(|p| p.fits(rest)) && result.fits(rest),
            Type::Number
            | Type::Text
            | Type::Bool
            | Type::Nil
            | Type::Any
            | Type::Sum(_)
            | Type::Record(_) => true,
        }
    }

    /// What a person calls a value of this type, for messages.
    pub fn describe(&self) -> String {
        match self {
            Type::Number => "a number".into(),
            Type::Text => "a text".into(),
            Type::Bool => "a boolean".into(),
            Type::Nil => "nil".into(),
            Type::Any => "a value of unknown type".into(),
            Type::List(_) => format!("a list (`{self}`)"),
            Type::Map(..) => format!("a map (`{self}`)"),
            Type::Optional(_) => format!("an optional (`{self}`)"),
            Type::Result(..) => format!("a result (`{self}`)"),
            Type::Sum(_) => format!("a sum type (`{self}`)"),
            Type::Function(..) => format!("a function (`{self}`)"),
            Type::Record(name) => format!("a record `{name}`"),
        }
    }
}

/// As it is written in a program; a compound component of another type stands in parentheses.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Number => f.write_str("n"),
            Type::Text => f.write_str("t"),
            Type::Bool => f.write_str("b"),
            Type::Nil => f.write_str("nil"),
            Type::Any => f.write_str("_"),
            Type::List(inner) => write!(f, "L {}", Component(inner)),
            Type::Optional(inner) => write!(f, "O {}", Component(inner)),
            Type::Map(key, value) => write!(f, "M {} {}", Component(key), Component(value)),
            Type::Result(ok, err) => write!(f, "R {} {}", Component(ok), Component(err)),
            Type::Sum(variants) => write!(f, "S {}", variants.join(" ")),
            Type::Function(params, result) => {
                f.write_str("F")?;
                for ty in params.iter().chain(std::iter::once(&**result)) {
                    write!(f, " {}", Component(ty))?;
                }
                Ok(())
            }
            Type::Record(name) => f.write_str(name),
        }
    }
}

struct Component<'a>(&'a Type);

impl fmt::Display for Component<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Type::Number | Type::Text | Type::Bool | Type::Nil | Type::Any | Type::Record(_) => self.0.fmt(f),
            compound => write!(f, "({compound})"),
        }
    }
}

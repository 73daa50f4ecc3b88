//! Static types (section 5.1 of the language document).

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

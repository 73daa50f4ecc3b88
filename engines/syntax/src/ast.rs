//! The abstract syntax tree: what was written, with a span on every node, nothing resolved.
//!
//! Three decisions of the grammar are already taken here because only the parser can take them: how many operands a
//! call has, whether a `(` opens a lambda, and whether `a.i` is an index with a variable ([`ExprKind::At`], 4.14).
//! Section numbers refer to `docs/language/syntax-and-semantics.md`.

use crate::span::Span;

/// A name with the place where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// One parsed program: all declarations, imported ones included, in the order of merging (2.5).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Program {
    pub functions: Vec<Function>,
    pub records: Vec<RecordDecl>,
    pub aliases: Vec<AliasDecl>,
    /// Names declared by rejected constructs (`tool`, broken functions): not reported as undefined (7.5, 10).
    pub broken_names: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub name: Name,
    pub params: Vec<Param>,
    pub result: Type,
    pub body: Body,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: Name,
    pub ty: Type,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RecordDecl {
    pub name: Name,
    pub fields: Vec<Param>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AliasDecl {
    pub name: Name,
    pub target: Type,
    pub span: Span,
}

/// A type as written (2.6).
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    pub kind: TypeKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    Number,
    Text,
    Bool,
    Any,
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Optional(Box<Type>),
    Result(Box<Type>, Box<Type>),
    Sum(Vec<Name>),
    Function(Vec<Type>, Box<Type>),
    /// A record type, an alias or a type variable.
    Named(String),
}

/// A statement sequence of a function, lambda, block or match arm.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Body {
    pub statements: Vec<Stmt>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    Expr(Expr),
    /// `name=value`; the block forms of 3.1 are [`StmtKind::BindTernary`] and [`StmtKind::BindIf`].
    Bind {
        name: Name,
        value: Expr,
    },
    /// `name=cond{a}{b}`: each side is the last expression of its block, nil for an empty one.
    BindTernary {
        name: Name,
        cond: Expr,
        then: Option<Expr>,
        other: Option<Expr>,
    },
    /// `name=cond{a}`: the same as `cond{name=a}`; the block's other statements are dropped as in `BindTernary`.
    BindIf {
        name: Name,
        cond: Expr,
        then: Option<Expr>,
    },
    Destructure {
        names: Vec<Name>,
        value: Expr,
    },
    /// `cond{then}` and `cond{then}{other}`; `negated` for `!cond…`.
    If {
        cond: Expr,
        negated: bool,
        then: Body,
        other: Option<Body>,
    },
    /// The braceless guard of 3.3.
    Guard {
        cond: Expr,
        negated: bool,
        value: Expr,
    },
    ForEach {
        var: Name,
        list: Expr,
        body: Body,
    },
    ForRange {
        var: Name,
        from: Expr,
        to: Expr,
        body: Body,
    },
    While {
        cond: Expr,
        body: Body,
    },
    Return(Expr),
    Break(Option<Expr>),
    Continue,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Number(f64),
    Text(String),
    Bool(bool),
    Nil,
    /// A name that is not called: a variable, a function reference, or (5.3, 4.7) a bare zero-argument call that the
    /// checker recognises; `bare_call` says that the parser found case 4 of 4.7 to hold syntactically: an expression
    /// starts with this name, no operand follows, and the name is a known function of arity 0 declared above
    /// (whether a variable of that name is in scope is for the checker to decide).
    /// `_` is the name `"_"`.
    Name {
        name: String,
        bare_call: bool,
    },
    /// `f a b`, `f()`, `f! a`; also the target of a pipe, whose piped value is the last argument.
    Call {
        callee: Name,
        args: Vec<Expr>,
        unwrap: Unwrap,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `~x`
    Ok(Box<Expr>),
    /// `^x`
    Err(Box<Expr>),
    List(Vec<Expr>),
    Lambda(Box<Lambda>),
    /// `part qty:1 name:"nut"`
    Construct {
        record: Name,
        fields: Vec<(Name, Expr)>,
    },
    With {
        base: Box<Expr>,
        fields: Vec<(Name, Expr)>,
    },
    /// `a.f`, `a.?f`
    Field {
        base: Box<Expr>,
        field: Name,
        tolerant: bool,
    },
    /// `a.0`, `a.?0`
    Index {
        base: Box<Expr>,
        index: f64,
        tolerant: bool,
    },
    /// `a.i` with a variable `i`: the same as `at a i` (4.14).
    At {
        base: Box<Expr>,
        index: Name,
    },
    /// `a ?? b`, `??a b`
    Coalesce {
        value: Box<Expr>,
        default: Box<Expr>,
    },
    /// Every form of ternary *expression* (4.9).
    Ternary {
        cond: Box<Expr>,
        then: Box<Expr>,
        other: Box<Expr>,
    },
    /// `?s{…}`, `?{…}` (no subject). A match that is a statement is `StmtKind::Expr` with this kind.
    Match {
        subject: Option<Box<Expr>>,
        arms: Vec<Arm>,
    },
    /// Something that did not parse; a diagnostic has been reported.
    Broken,
}

/// The mark on an unwrapping call (4.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwrap {
    No,
    /// `!`: the failure leaves the enclosing function.
    Propagate,
    /// `!!`: the failure ends the program.
    Panic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Negate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Equal,
    NotEqual,
    And,
    Or,
    /// `+=`
    Append,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Lambda {
    pub params: Vec<Param>,
    pub result: Type,
    pub body: Body,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    pub pattern: Pattern,
    pub body: Body,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    pub kind: PatternKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    Ok(Name),
    Err(Name),
    /// `n v`, `t v`, `b v`, `l v`; the name may be `_`.
    Kind(KindPattern, Name),
    Number(f64),
    Text(String),
    Bool(bool),
    Nil,
    /// `_`
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindPattern {
    Number,
    Text,
    Bool,
    List,
}

//! HIR: the program with every name resolved, every check done and all sugar gone.
//!
//! Few kinds of expression, so that an engine, an analysis or a lowering has few cases:
//! guards, matches, ternaries, `??`, pipes, unwrapping calls, `@` loops, higher-order builtins, destructuring and
//! indices with a variable have become [`ExprKind::If`], [`ExprKind::While`], [`ExprKind::Assign`] of hidden variables, primitives and
//! early returns. The *tree* engine walks this form; MIR is built from it.
//!
//! What is true of a checked program:
//! - every variable belongs to one function and is assigned before it is read on every path;
//! - captured values are ordinary parameters, standing before the written ones;
//! - loops have no value; a loop whose value is wanted assigns it to a hidden variable at the end of each round;
//! - operands are evaluated left to right; a `Block` inside an operand may assign variables.

use ilo4_builtins::Prim;
use ilo4_syntax::Span;

use crate::types::Type;

/// Index into [`Program::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// Index into [`Program::records`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub u32);

/// Index into [`Function::vars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VarId(pub u32);

#[derive(Clone, Debug, PartialEq, Default)]
pub struct Program {
    /// Declared functions first, in source order; then lambdas and builtins used as values.
    pub functions: Vec<Function>,
    /// Declared record types, in source order.
    pub records: Vec<Record>,
}

/// A declared record type: its fields in the order of the declaration, which is the order of display.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub name: String,
    pub fields: Vec<(String, Type)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written in the program; can be chosen as the entry (7.2) and named in an argument (7.3).
    Declared,
    Lambda,
    /// A wrapper around a builtin that is used as a value (2.9 of the builtins document); `name` is the builtin's.
    Builtin,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// For a lambda: the enclosing function's name, a dot and a number, e.g. `main.1`.
    pub name: String,
    pub origin: Origin,
    /// How many of the parameters are captured values; they come first.
    pub captures: usize,
    /// `vars[..captures + params.len()]` are the parameters.
    pub vars: Vec<Var>,
    /// The written parameters' types, without captures, aliases resolved.
    pub params: Vec<Type>,
    pub result: Type,
    pub body: Expr,
    /// As an entry function, print no result line unless it is an Err (7.4).
    pub omits_result: bool,
    pub span: Span,
}

impl Function {
    /// Number of parameters, captured values included.
    pub fn param_count(&self) -> usize {
        self.captures + self.params.len()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Var {
    /// As written; hidden variables have a name that starts with a dot.
    pub name: String,
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
    /// A read. `last`: the value is not needed in this variable any more, so the reader takes it (set by
    /// [`crate::last_use`], false before).
    Var {
        var: VarId,
        last: bool,
    },
    /// A function without captured values, as a value.
    FunctionRef(FunctionId),
    /// A function value with captured values: the operands become the function's first parameters.
    Closure {
        function: FunctionId,
        captures: Vec<Expr>,
    },
    /// A call of a known function with the right number of arguments (captured values included).
    Call {
        function: FunctionId,
        args: Vec<Expr>,
        tail: bool,
    },
    /// A call of a function value: `ILO-R004` if it is no function or takes another number of arguments.
    CallValue {
        callee: Box<Expr>,
        args: Vec<Expr>,
    },
    /// A primitive; operands where a raw number is needed are checked (the row's mismatch fault).
    Prim {
        prim: Prim,
        args: Vec<Expr>,
    },
    List(Vec<Expr>),
    /// Slots are distinct and complete; evaluated in the order given.
    Record {
        record: RecordId,
        fields: Vec<(u32, Expr)>,
    },
    /// A copy of a record with some fields replaced: `ILO-R008` on another value, `ILO-R005` without the field. Names are
    /// distinct; the base is evaluated first, then the values in order.
    With {
        base: Box<Expr>,
        fields: Vec<(String, Expr)>,
    },
    /// `hint`: the record type and slot to try first. `ILO-R005` without the field or on another value; nil if tolerant.
    /// `take`: the field's value is not needed in this record any more, so a solely owned record may give it away and
    /// keep nil (set by [`crate::last_use`] only where `base` is a variable).
    Field {
        base: Box<Expr>,
        name: String,
        tolerant: bool,
        hint: Option<(RecordId, u32)>,
        take: bool,
    },
    /// Element `index` (in range) of the list in `list`, which will not be read at this index again before it is
    /// set: taken out (nil stays) if the list is solely owned, shared otherwise.
    TakeElement {
        list: VarId,
        index: Box<Expr>,
    },
    /// Value: nil.
    Assign {
        var: VarId,
        value: Box<Expr>,
    },
    /// The value of the chosen branch; the condition is any value and tested for truth (6.2).
    If {
        cond: Box<Expr>,
        then: Box<Expr>,
        other: Box<Expr>,
    },
    /// Truth of both, the right one only if needed. A boolean, not one of the operands.
    And {
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// Truth of either, the right one only if needed. A boolean, not one of the operands.
    Or {
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// Value: nil.
    While {
        cond: Box<Expr>,
        body: Box<Expr>,
    },
    /// Leaves the innermost `While`.
    Break,
    /// Next round of the innermost `While`.
    Continue,
    /// Leaves the function; the operand may hold tail calls.
    Return(Box<Expr>),
    /// The value of the last one; nil if empty.
    Block(Vec<Expr>),
}

impl Expr {
    /// The direct subexpressions, in order of evaluation.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Nil
            | ExprKind::Var { .. }
            | ExprKind::FunctionRef(_)
            | ExprKind::Break
            | ExprKind::Continue => vec![],
            ExprKind::Closure { captures: exprs, .. }
            | ExprKind::Call { args: exprs, .. }
            | ExprKind::Prim { args: exprs, .. }
            | ExprKind::List(exprs)
            | ExprKind::Block(exprs) => exprs.iter().collect(),
            ExprKind::CallValue { callee, args } => std::iter::once(&**callee).chain(args).collect(),
            ExprKind::Record { fields, .. } => fields.iter().map(|(_, value)| value).collect(),
            ExprKind::With { base, fields } => {
                std::iter::once(&**base).chain(fields.iter().map(|(_, value)| value)).collect()
            }
            ExprKind::Field { base: expr, .. }
            | ExprKind::TakeElement { index: expr, .. }
            | ExprKind::Assign { value: expr, .. }
            | ExprKind::Return(expr) => vec![expr],
            ExprKind::If { cond, then, other } => vec![cond, then, other],
            ExprKind::And { left, right } | ExprKind::Or { left, right } => vec![left, right],
            ExprKind::While { cond, body } => vec![cond, body],
        }
    }
}

//! What the runtime has to know of a program.

use ilo4_check::hir::{Function, Origin, Program};
use ilo4_check::types::Type;
use ilo4_runtime::{FunctionInfo, ParamType, ProgramInfo, ShapeInfo};

/// Collects the facts: functions and shapes have the indices of HIR and MIR, names and texts those of MIR.
pub fn program_info(hir: &Program, mir: &ilo4_mir::Program) -> ProgramInfo {
    let shape = |shape: &ilo4_mir::body::Shape| ShapeInfo {
        name: shape.name.clone(),
        fields: shape.fields.iter().map(|name| name.0).collect(),
    };
    ProgramInfo {
        functions: hir.functions.iter().map(function).collect(),
        shapes: mir.shapes.iter().map(shape).collect(),
        names: mir.names.clone(),
        texts: mir.texts.clone(),
    }
}

fn function(function: &Function) -> FunctionInfo {
    FunctionInfo {
        name: function.name.clone(),
        declared: function.origin == Origin::Declared,
        builtin: function.origin == Origin::Builtin,
        arity: function.params.len() as u32,
        captures: function.captures as u32,
        params: function.params.iter().map(param).collect(),
        omits_result: function.omits_result,
    }
}

/// How an argument for a parameter of this type is converted (7.3).
fn param(ty: &Type) -> ParamType {
    match ty {
        Type::Number => ParamType::Number,
        Type::Text | Type::Sum(_) => ParamType::Text,
        Type::Bool => ParamType::Bool,
        Type::Any => ParamType::Any,
        Type::Optional(inner) => ParamType::Optional(Box::new(param(inner))),
        Type::List(element) => ParamType::List(Box::new(param(element))),
        Type::Function(..) => ParamType::Function,
        Type::Nil | Type::Map(..) | Type::Result(..) | Type::Record(_) => {
            ParamType::Unsupported(ty.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use ilo4_check::hir::{Expr, ExprKind, Record, Var};
    use ilo4_syntax::Span;

    use super::*;

    fn expr(kind: ExprKind) -> Expr {
        Expr { kind, span: Span::default() }
    }

    #[test]
    fn tables_follow_the_program() {
        let text = |text: &str| expr(ExprKind::Text(text.into()));
        let field = ExprKind::Field {
            base: Box::new(text("a")),
            name: "y".into(),
            tolerant: true,
            hint: None,
            take: false,
        };
        let function = Function {
            name: "f".into(),
            origin: Origin::Declared,
            captures: 0,
            vars: vec![Var { name: "p".into() }],
            params: vec![Type::Optional(Box::new(Type::Sum(vec!["red".into()])))],
            result: Type::Any,
            body: expr(ExprKind::List(vec![expr(field), text("b"), text("a")])),
            omits_result: true,
            span: Span::default(),
        };
        let record = Record { name: "pt".into(), fields: vec![("x".into(), Type::Number)] };
        let hir = Program { functions: vec![function], records: vec![record] };
        let info = program_info(&hir, &ilo4_mir::lower(&hir));
        assert_eq!(info.texts, ["a", "b"]);
        assert_eq!(info.names, ["x", "y"]);
        assert_eq!(info.shapes, [ShapeInfo { name: "pt".into(), fields: vec![0] }]);
        assert_eq!(info.functions[0].params, [ParamType::Optional(Box::new(ParamType::Text))]);
        assert!(info.functions[0].declared && !info.functions[0].builtin && info.functions[0].omits_result);
    }
}

//! MIR → text.

use std::fmt::Write;

use crate::body::{Body, Constant, FieldMode, Instruction, Op, Operand, Program, Repr, Terminator};

pub fn print(program: &Program) -> String {
    let mut out = String::new();
    let list = |items: Vec<String>| items.join(", ");
    let _ = writeln!(out, "names {}", list(program.names.clone()));
    let _ = writeln!(out, "texts {}", list(program.texts.iter().map(|text| format!("{text:?}")).collect()));
    let shapes = program.shapes.iter().map(|shape| {
        let fields = shape.fields.iter().map(|name| name.0.to_string()).collect();
        format!("{}({})", shape.name, list(fields))
    });
    let _ = writeln!(out, "shapes {}", list(shapes.collect()));
    let places = program.places.iter().map(|span| format!("{}:{}..{}", span.source.0, span.start, span.end));
    let _ = writeln!(out, "places {}", list(places.collect()));
    for body in &program.functions {
        out.push('\n');
        print_body(body, &mut out);
    }
    out
}

pub(super) fn repr(repr: Repr) -> &'static str {
    match repr {
        Repr::Word => "word",
        Repr::Number => "num",
        Repr::Bool => "bool",
    }
}

fn print_body(body: &Body, out: &mut String) {
    let local = |index: usize| {
        let decl = &body.locals[index];
        format!("_{index}: {} {}", repr(decl.repr), decl.name)
    };
    let params: Vec<String> = (0..body.param_count).map(local).collect();
    let effects: Vec<&str> = [
        (body.effects.may_fault, "fault"),
        (body.effects.recursive, "recursive"),
        (body.effects.is_value, "value"),
    ]
    .into_iter()
    .filter_map(|(set, name)| set.then_some(name))
    .collect();
    let _ = writeln!(
        out,
        "fn {}({}) -> {} captures {} [{}] {{",
        body.name,
        params.join(", "),
        repr(body.result),
        body.captures,
        effects.join(" ")
    );
    for index in body.param_count..body.locals.len() {
        let _ = writeln!(out, "  let {}", local(index));
    }
    for (index, locals) in body.cleanups.iter().enumerate() {
        let locals: Vec<String> = locals.iter().map(|local| local.to_string()).collect();
        let _ = writeln!(out, "  cleanup c{index}: {}", locals.join(" "));
    }
    for (index, block) in body.blocks.iter().enumerate() {
        let _ = writeln!(out, "  bb{index}:");
        for instruction in &block.instructions {
            let _ = writeln!(out, "    {}", print_instruction(instruction));
        }
        let _ = writeln!(out, "    {}", print_terminator(&block.terminator));
    }
    out.push_str("}\n");
}

fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Move(local) => format!("move {local}"),
        Operand::Copy(local) => format!("copy {local}"),
        Operand::Read(local) => format!("read {local}"),
        Operand::Constant(Constant::Number(number)) => format!("{number:?}"),
        Operand::Constant(Constant::Bool(value)) => value.to_string(),
        Operand::Constant(Constant::Nil) => "nil".to_owned(),
        Operand::Constant(Constant::Text(text)) => text.to_string(),
        Operand::Constant(Constant::Function(function)) => function.to_string(),
    }
}

fn operands(list: &[Operand]) -> String {
    list.iter().map(operand).collect::<Vec<_>>().join(", ")
}

fn print_instruction(instruction: &Instruction) -> String {
    let right = match &instruction.op {
        Op::Assign { src, .. } => format!("assign({})", operand(src)),
        Op::Box { src, .. } => format!("box({})", operand(src)),
        Op::Unbox { src, prim, .. } => format!("unbox {}({})", prim.name(), operand(src)),
        Op::Prim { prim, args, .. } => format!("prim {}({})", prim.name(), operands(args)),
        Op::Call { function, args, .. } => format!("call {function}({})", operands(args)),
        Op::CallValue { callee, args, .. } => {
            format!("call_value({})", operands(&[&[*callee], args.as_slice()].concat()))
        }
        Op::List { items, .. } => format!("list({})", operands(items)),
        Op::Record { shape, fields, .. } => format!("record {shape}({})", operands(fields)),
        Op::Closure { function, captures, .. } => format!("closure {function}({})", operands(captures)),
        Op::Field { base, name, tolerant, hint, mode, .. } => {
            let verb = match mode {
                FieldMode::Copy => "field",
                FieldMode::Take => "field_take",
            };
            let tolerant = if *tolerant { " tolerant" } else { "" };
            let hint = hint.map_or(String::new(), |(shape, slot)| format!(" {shape}.{slot}"));
            format!("{verb} {name}{hint}{tolerant}({})", operand(base))
        }
        Op::With { base, fields, .. } => {
            let names: Vec<String> = fields.iter().map(|(name, _)| name.to_string()).collect();
            let values: Vec<Operand> = fields.iter().map(|(_, value)| *value).collect();
            format!("with {}({})", names.join(" "), operands(&[&[*base], values.as_slice()].concat()))
        }
        Op::TakeElement { list, index, .. } => format!("take_element({}, {})", operand(list), operand(index)),
        Op::Drop { local } => format!("drop {local}"),
    };
    let left = instruction.op.dst().map_or(String::new(), |dst| format!("{dst} = "));
    let cleanup = instruction.cleanup.map_or(String::new(), |cleanup| format!(" !{cleanup}"));
    format!("{left}{right} {}{cleanup}", instruction.place)
}

fn print_terminator(terminator: &Terminator) -> String {
    match terminator {
        Terminator::Goto(target) => format!("goto {target}"),
        Terminator::Branch { cond, then, other } => format!("branch({}) {then} {other}", operand(cond)),
        Terminator::Return(value) => format!("return({})", operand(value)),
        Terminator::TailCall { function, args, place } => {
            format!("tail_call {function}({}) {place}", operands(args))
        }
        Terminator::Unreachable => "unreachable".to_owned(),
    }
}

//! The text form of bytecode, for people and snapshots.

use std::fmt::Write;

use crate::code::{Arg, Code, Constant, Function, Instr, NO_CLEANUP};

pub fn disassemble(code: &Code) -> String {
    let mut out = String::new();
    for function in &code.functions {
        print_function(code, function, &mut out);
    }
    out
}

fn print_function(code: &Code, function: &Function, out: &mut String) {
    let _ = writeln!(
        out,
        "fn {} params={} registers={}",
        function.name, function.param_count, function.frame_size
    );
    for (index, instr) in function.instructions.iter().enumerate() {
        let _ = write!(out, "  {index:4}  {}{}", instr.text(), operands(code, instr));
        if function.cleanup_of[index] != NO_CLEANUP {
            let drops = &function.cleanups[function.cleanup_of[index] as usize];
            let drops: Vec<String> = drops.iter().map(|register| format!("r{register}")).collect();
            let _ = write!(out, "  !drops[{}]", drops.join(" "));
        }
        out.push('\n');
    }
}

fn operands(code: &Code, instr: &Instr) -> String {
    let pooled = match *instr {
        Instr::Prim { prim, args, .. } => {
            let name = ilo4_builtins::Prim::ALL[prim as usize].name();
            return format!("  ; {name}({})", print_args(code, args));
        }
        Instr::List { args, .. }
        | Instr::Record { args, .. }
        | Instr::Closure { args, .. }
        | Instr::With { args, .. }
        | Instr::Call { args, .. }
        | Instr::CallValue { args, .. }
        | Instr::TailCall { args, .. } => args,
        Instr::Load { constant, .. } | Instr::ReturnConstant { constant } => {
            return format!("  ; {}", constant_text(code.constants[constant as usize]));
        }
        _ => return String::new(),
    };
    format!("  ; ({})", print_args(code, pooled))
}

fn print_args(code: &Code, index: u32) -> String {
    let print = |arg: &Arg| match arg {
        Arg::Count(count) => format!("#{count}"),
        Arg::Register(register) => format!("r{register}"),
        Arg::Copy(register) => format!("copy r{register}"),
        Arg::Constant(constant) => constant_text(code.constants[*constant as usize]),
    };
    code.args(index).iter().map(print).collect::<Vec<_>>().join(", ")
}

fn constant_text(constant: Constant) -> String {
    match constant {
        Constant::Text(text) => format!("text {text}"),
        Constant::Bits(bits) if bits < ilo4_builtins::abi::FIRST_NON_NUMBER => {
            format!("{:?}", f64::from_bits(bits))
        }
        Constant::Bits(bits) => format!("{bits:#x}"),
    }
}

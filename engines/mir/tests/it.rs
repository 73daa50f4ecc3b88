//! MIR as its users see it: its text, its verifier, and what the passes decide.

#[path = "it/decisions.rs"]
mod decisions;
#[path = "it/text.rs"]
mod text;
#[path = "it/verifier.rs"]
mod verifier;

use ilo4_mir::Program;
use ilo4_syntax::{Source, parse_program};

/// The MIR of program text, or `None` if it is rejected.
fn lower(text: &str) -> Option<Program> {
    let source = Source { name: "test".into(), text: text.into() };
    let parsed = parse_program(source, None);
    if parsed.diagnostics.iter().any(|diagnostic| diagnostic.is_error()) {
        return None;
    }
    Some(ilo4_mir::lower(&ilo4_check::check(&parsed.program).program?))
}

/// The text of one function's blocks, without places and declarations.
fn body_text(text: &str, function: &str) -> String {
    let program = lower(text).expect("the program of a test is accepted");
    let printed = ilo4_mir::text::print(&program);
    let start = printed.find(&format!("fn {function}(")).expect("the function exists");
    let body = printed[start..].split("\n}").next().expect("a function ends");
    let instructions = body.lines().filter(|line| line.starts_with("    "));
    let without_place = |line: &str| line.split(" @").next().unwrap_or(line).trim().to_owned();
    instructions.map(without_place).collect::<Vec<_>>().join("\n")
}

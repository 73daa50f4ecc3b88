//! Engine 2: a register machine. MIR is compiled to bytecode ([`code`]), which a loop executes ([`mod@run`]).
//!
//! Unsafe code stands in `run` only, where registers are addressed without bounds checks and the runtime is called on raw bits;
//! it rests on the MIR verifier (`docs/adr/0003`).

pub mod code;
mod compile;
mod disassemble;
mod run;

use ilo4_engine::{Engine, Outcome, Program, Request};
use ilo4_runtime::Runtime;

pub use compile::compile;
pub use disassemble::disassemble;

/// The register machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vm;

impl Engine for Vm {
    fn name(&self) -> &'static str {
        "vm"
    }

    fn run(&self, program: &Program, request: Request, runtime: &mut Runtime) -> Outcome {
        let code = compile(&program.mir);
        if request.count_calls {
            run::run::<true>(&code, request.function, request.args, runtime)
        } else {
            run::run::<false>(&code, request.function, request.args, runtime)
        }
    }
}

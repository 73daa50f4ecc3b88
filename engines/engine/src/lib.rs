//! What an engine is: a checked program and a request go in, an [`Outcome`] comes out.
//!
//! All engines get the same [`Program`], number source places with the same [`Places`], run on the same kind of
//! [`stack`], and answer with values and faults made by the runtime. An engine prints nothing itself: `prnt` writes
//! through the runtime, and the driver prints the outcome (`ilo4_runtime::entry::finish`). No engine falls back to another.

#![forbid(unsafe_code)]

mod info;
mod places;
#[cfg(feature = "reference")]
pub mod reference;
pub mod stack;

use ilo4_check::hir;
use ilo4_runtime::{Fault, ProgramInfo, Runtime, Value};

pub use info::program_info;
pub use places::Places;
pub use stack::run_on_big_stack;

/// A checked program in the forms that engines read.
pub struct Program {
    /// With last-use marks. The tree engine walks it.
    pub hir: hir::Program,
    /// Verified, with ownership explicit. Everyone else starts from it.
    pub mir: ilo4_mir::Program,
    /// What the runtime has to know: functions, shapes, field names.
    pub info: ProgramInfo,
    /// Where in the sources a fault can happen.
    pub places: Places,
}

impl Program {
    /// Marks the last uses in `hir`, which must come from the checker, lowers it, and collects its facts.
    pub fn new(mut hir: hir::Program) -> Program {
        ilo4_check::last_use::mark(&mut hir);
        let mir = ilo4_mir::lower(&hir);
        let info = program_info(&hir, &mir);
        let places = Places::new(&mir.places);
        Program { hir, mir, info, places }
    }
}

/// One call of one function.
pub struct Request {
    /// Index into `Program::hir.functions`; a declared function.
    pub function: u32,
    /// Already converted (7.3 of the language document), as many as the function has parameters.
    pub args: Vec<Value>,
    /// Must `Runtime::calls` be right afterwards? Engines may count anyway.
    pub count_calls: bool,
}

/// The result of the function, or why there is none.
pub type Outcome = Result<Value, Fault>;

/// A way to run programs.
///
/// After `run`, whatever the outcome, everything but the result itself and `runtime`'s own tables is released.
pub trait Engine {
    /// As in `--engine NAME`.
    fn name(&self) -> &'static str;

    /// Runs `request` to its end. `runtime` was made for `program.info`, and its stack limit is set for the current thread.
    fn run(&self, program: &Program, request: Request, runtime: &mut Runtime) -> Outcome;
}

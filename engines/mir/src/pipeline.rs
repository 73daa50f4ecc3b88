//! The ordered list of passes. Dumping and verifying happen here and nowhere else.

use ilo4_check::hir;

use crate::body::Program;
use crate::pass::{effects, infer, legalize, ownership, simplify, takes};
use crate::{build, verify};

/// A pass by its name in `ilo4 emit mir --after NAME`.
struct Pass {
    name: &'static str,
    run: fn(&mut Program, &hir::Program),
}

const PASSES: &[Pass] = &[
    Pass { name: "build", run: |program, hir| effects::mark_values(program, hir) },
    Pass {
        name: "straighten",
        run: |program, _| program.functions.iter_mut().for_each(simplify::straighten),
    },
    Pass { name: "infer", run: infer::run },
    Pass { name: "legalize", run: |program, _| legalize::run(program) },
    Pass { name: "effects", run: |program, _| effects::run(program) },
    Pass { name: "takes", run: |program, _| program.functions.iter_mut().for_each(takes::run) },
    Pass {
        name: "ownership",
        run: |program, _| {
            let effects = program.effects();
            program.functions.iter_mut().for_each(|body| ownership::run(body, &effects));
        },
    },
];

/// The names of the passes, in order.
pub fn pass_names() -> impl Iterator<Item = &'static str> {
    PASSES.iter().map(|pass| pass.name)
}

/// The finished MIR of a checked program.
///
/// # Panics
/// In debug builds, if the result does not verify: a bug of a pass, never of the program.
pub fn lower(hir: &hir::Program) -> Program {
    let program = lower_until(hir, "ownership");
    if cfg!(debug_assertions)
        && let Err(complaint) = verify::verify(&program)
    {
        panic!("bug in MIR: {complaint}\n{}", crate::text::print(&program));
    }
    program
}

/// The MIR after the named pass, for dumps; after all of them if there is no such pass.
pub fn lower_until(hir: &hir::Program, last: &str) -> Program {
    let mut program = build::build(hir);
    for pass in PASSES {
        (pass.run)(&mut program, hir);
        if pass.name == last {
            break;
        }
    }
    program
}

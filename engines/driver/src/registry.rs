//! The engines by name.

use ilo4_engine::Engine;

use crate::cli::EngineName;

/// An engine that runs in this process; `None` for the ahead-of-time compiler.
pub fn in_process(name: EngineName) -> Option<Box<dyn Engine + Sync>> {
    match name {
        EngineName::Tree => Some(Box::new(ilo4_tree::Tree)),
        EngineName::Vm => Some(Box::new(ilo4_vm::Vm)),
        EngineName::Jit => Some(Box::new(ilo4_jit::Jit)),
        EngineName::Aot => None,
    }
}

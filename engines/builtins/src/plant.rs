//! Faults planted on purpose, so that tests can see that the harness notices faults of their kind.
//!
//! In builds with debug assertions `ILO4_PLANT=NAME` switches one of them on; release builds contain none of this. The
//! module stands here, below all engines, because a fault may be planted in any of them.

/// A fault that can be planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// Runtime: `mset` ignores a new value for a key that exists.
    MsetKeepsOld,
    /// VM: `<` on numbers is compiled as `<=`.
    VmLessEqual,
    /// Code generation: a list literal does not retain what it copies, so a variable and an element share one reference.
    /// Such a list is kept alive for ever, which makes the alias visible without freeing anything twice.
    CodegenMissingCopy,
    /// Runtime: maps are never taken for solely owned, so each update copies. Right, and quadratic.
    CopyOnHelper,
    /// Code generation: each copy retains once too often. Right, and memory is lost.
    CodegenExtraCopy,
    /// Runtime: map look-ups compare one entry after the other. Right, and quadratic.
    LinearMap,
}

impl Plant {
    pub const ALL: [Plant; 6] = [
        Plant::MsetKeepsOld,
        Plant::VmLessEqual,
        Plant::CodegenMissingCopy,
        Plant::CopyOnHelper,
        Plant::CodegenExtraCopy,
        Plant::LinearMap,
    ];

    /// As `ILO4_PLANT` names it.
    pub fn name(self) -> &'static str {
        match self {
            Plant::MsetKeepsOld => "mset-keeps-old",
            Plant::VmLessEqual => "vm-less-equal",
            Plant::CodegenMissingCopy => "codegen-missing-copy",
            Plant::CopyOnHelper => "copy-on-helper",
            Plant::CodegenExtraCopy => "codegen-extra-copy",
            Plant::LinearMap => "linear-map",
        }
    }
}

/// Is this fault planted in this process? Always false in release builds.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub const fn is_planted(_: Plant) -> bool {
    false
}

/// Is this fault planted in this process? The environment is read once.
///
/// # Panics
/// If `ILO4_PLANT` names no plant: a test that plants nothing must not look like one whose fault went unnoticed.
#[cfg(debug_assertions)]
pub fn is_planted(plant: Plant) -> bool {
    static PLANTED: std::sync::OnceLock<Option<Plant>> = std::sync::OnceLock::new();
    *PLANTED.get_or_init(named_in_environment) == Some(plant)
}

#[cfg(debug_assertions)]
fn named_in_environment() -> Option<Plant> {
    let name = std::env::var_os("ILO4_PLANT")?;
    let found = Plant::ALL.into_iter().find(|plant| name == plant.name());
    Some(found.unwrap_or_else(|| {
        let names: Vec<&str> = Plant::ALL.iter().map(|plant| plant.name()).collect();
        panic!("ILO4_PLANT={}: the plants are {}", name.display(), names.join(", "))
    }))
}

//! What must be green before a change lands.

use crate::shell::{cargo, run};
use crate::{conformance, test};

/// Formatting first, since it fails fastest; then lints, tests and the gate.
pub fn run_all() -> anyhow::Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    test::run_all()?;
    conformance::run_all(&conformance::Options::for_ci())
}

//! `ilo4 check`.

use crate::cli::CheckOptions;
use crate::{REJECTED, SUCCESS, load};

/// Checks each program; 2 if any has an error.
pub fn check(options: &CheckOptions) -> anyhow::Result<u8> {
    let mut code = SUCCESS;
    for program in &options.programs {
        let loaded = load::load(program)?;
        if options.json {
            loaded.report_json();
        } else {
            loaded.report();
        }
        if loaded.has_error() {
            code = REJECTED;
        }
    }
    Ok(code)
}

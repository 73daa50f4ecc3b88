//! Does a match have an arm for every value (5.6)?

use ilo4_syntax::ast::{Arm, PatternKind};

use crate::types::Type;

/// What the arms of a match leave out, for `ILO-T024`; `None` if nothing can be missing.
pub fn missing(subject: &Type, arms: &[Arm]) -> Option<String> {
    let has = |test: &dyn Fn(&PatternKind) -> bool| arms.iter().any(|arm| test(&arm.pattern.kind));
    if has(&|pattern| matches!(pattern, PatternKind::Any | PatternKind::Kind(..))) {
        return None;
    }
    let cases: Vec<(String, bool)> = match subject {
        Type::Any | Type::Nil => return None,
        Type::Result(..) => vec![
            ("`~v`".into(), has(&|pattern| matches!(pattern, PatternKind::Ok(_)))),
            ("`^e`".into(), has(&|pattern| matches!(pattern, PatternKind::Err(_)))),
        ],
        Type::Bool => [true, false]
            .map(|value| (format!("`{value}`"), has(&|pattern| *pattern == PatternKind::Bool(value))))
            .into(),
        Type::Sum(variants) => {
            let has_text = |text: &String| has(&|p| matches!(p, PatternKind::Text(t) if t == text));
            variants.iter().map(|variant| (format!("`\"{variant}\"`"), has_text(variant))).collect()
        }
        _ => vec![("`_`".into(), false)],
    };
    let absent: Vec<String> =
        cases.into_iter().filter(|(_, covered)| !covered).map(|(case, _)| case).collect();
    if absent.is_empty() { None } else { Some(absent.join(", ")) }
}

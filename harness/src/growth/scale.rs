//! The `scale:` annotation.

use crate::config::suggestion;

/// The bound where an annotation states none: linear, with room for a logarithm.
pub const DEFAULT_BOUND: f64 = 1.15;

/// Steps between sizes must carry a fit, so there must be enough of them.
const FEWEST_SIZES: usize = 4;

/// What a `scale:` line asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    pub entry: String,
    /// Growing.
    pub sizes: Vec<u64>,
    /// The largest exponent that passes. Never NaN.
    pub bound: f64,
    /// The only measure that is judged; all if absent.
    pub of: Option<String>,
    /// The entry's arguments at the largest size, for showing one command.
    pub largest: Vec<String>,
}

/// Reads `ENTRY n=1k,2k,4k,8k expect<=1.15 of=COUNTER`.
///
/// # Errors
/// A message that says what is wrong.
pub fn parse(text: &str) -> Result<Scale, String> {
    const USAGE: &str =
        "`scale:` needs an entry and at least four growing sizes: `scale: f n=1k,2k,4k,8k expect<=1.15`";
    let mut words = text.split_whitespace();
    let (Some(entry), Some(sizes)) = (words.next(), words.next()) else { return Err(USAGE.into()) };
    let sizes = sizes.split_once('=').and_then(|(name, sizes)| {
        let sizes: Option<Vec<u64>> = sizes.split(',').map(size).collect();
        sizes.filter(|sizes| {
            !name.is_empty() && sizes.len() >= FEWEST_SIZES && sizes.is_sorted_by(|a, b| a < b)
        })
    });
    let sizes = sizes.ok_or(USAGE)?;
    let (mut bound, mut of) = (DEFAULT_BOUND, None);
    for word in words {
        match (word.strip_prefix("expect<="), word.strip_prefix("of=")) {
            (Some(number), _) => {
                bound =
                    number.parse().ok().filter(|bound: &f64| *bound > 0.0 && bound.is_finite()).ok_or_else(
                        || format!("`{number}` is not an exponent; write for example `expect<=1.15`"),
                    )?
            }
            (None, Some(name)) if !name.is_empty() => of = Some(name.to_string()),
            (None, _) => {
                let known = word.split(['=', '<']).next().unwrap_or(word);
                let hint =
                    suggestion(known, ["expect", "of"]).map(|meant| format!("; did you mean `{meant}`?"));
                return Err(format!("`scale:` has no part `{word}`{}", hint.unwrap_or_default()));
            }
        }
    }
    let largest = sizes.last().map(u64::to_string).into_iter().collect();
    Ok(Scale { entry: entry.to_string(), sizes, bound, of, largest })
}

/// `500`, `2k`, `1M`.
fn size(text: &str) -> Option<u64> {
    let (digits, factor) = match text.strip_suffix('k') {
        Some(digits) => (digits, 1_000),
        None => text.strip_suffix('M').map_or((text, 1), |digits| (digits, 1_000_000)),
    };
    let number: u64 = digits.parse().ok()?;
    number.checked_mul(factor).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_are_read() {
        let scale = parse("main n=500,1k,4k,1M expect<=2.1 of=copies").unwrap();
        assert_eq!(scale.sizes, [500, 1000, 4000, 1_000_000]);
        assert_eq!((scale.entry.as_str(), scale.bound, scale.of.as_deref()), ("main", 2.1, Some("copies")));
        assert_eq!(scale.largest, ["1000000"]);
        assert!((parse("f n=1,2,3,4").unwrap().bound - DEFAULT_BOUND).abs() < f64::EPSILON);
    }

    #[track_caller]
    fn bad(text: &str, message: &str) {
        let found = parse(text).unwrap_err();
        assert!(found.contains(message), "{found}");
    }

    #[test]
    fn what_is_wrong_is_said() {
        bad("f", "needs an entry");
        bad("f n=1k,2k,3k", "at least four growing sizes");
        bad("f n=4k,3k,2k,1k", "growing");
        bad("f n=1k,2k,3k,0k", "growing");
        bad("f n=1,2,3,4 expect<=much", "not an exponent");
        bad("f n=1,2,3,4 expct<=1", "did you mean `expect`?");
        bad("f n=1,2,3,4 of=", "no part `of=`");
    }
}

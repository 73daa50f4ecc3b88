//! "Did you mean …": the nearest known name.

/// The candidate nearest to `name`, if one is near enough that the author may have meant it.
///
/// Distance is Damerau-Levenshtein (optimal string alignment); a third of the name's length may differ, but at most
/// three characters. The first of equally near candidates wins. Names longer than 64 bytes are not compared.
pub fn suggest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.len() {
        0 | 1 => return None,
        2..=5 => 1,
        6..=8 => 2,
        9..=64 => 3,
        _ => return None,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.len().abs_diff(name.len()) > limit || candidate.len() > 64 {
            continue;
        }
        let distance = distance(name.as_bytes(), candidate.as_bytes());
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before_previous = vec![0; b.len() + 1];
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut current = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitution = previous[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            current[j] = substitution.min(previous[j] + 1).min(current[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                current[j] = current[j].min(before_previous[j - 2] + 1);
            }
        }
        before_previous = std::mem::replace(&mut previous, current);
    }
    previous[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["total", "map", "mapr", "lookup"];
        let check = |name: &str| suggest(name, known.into_iter());
        assert_eq!(check("toatl"), Some("total"));
        assert_eq!(check("maq"), Some("map"));
        assert_eq!(check("lokup"), Some("lookup"));
        assert_eq!(check("xyz"), None);
        assert_eq!(check("x"), None);
        assert_eq!(check(""), None);
    }
}

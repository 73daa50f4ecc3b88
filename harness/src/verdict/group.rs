//! Which engines did the same.

/// Engines with equal executions.
pub type Group = Vec<String>;

/// Groups `items` by key. Groups are ordered by size, then by first member.
pub fn group_by<K: PartialEq>(items: &[(usize, K)]) -> Vec<Vec<usize>> {
    let mut groups: Vec<(&K, Vec<usize>)> = Vec::new();
    for (index, key) in items {
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, members)) => members.push(*index),
            None => groups.push((key, vec![*index])),
        }
    }
    let mut groups: Vec<Vec<usize>> = groups.into_iter().map(|(_, members)| members).collect();
    groups.sort_by_key(|members| (members.len(), members[0]));
    groups
}

/// `vm ≠ tree = jit = aot`.
pub fn groups_text(groups: &[Group]) -> String {
    groups.iter().map(|group| group.join(" = ")).collect::<Vec<_>>().join(" ≠ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_odd_one_comes_first() {
        let groups = group_by(&[(0, 'x'), (1, 'y'), (2, 'x'), (3, 'x')]);
        assert_eq!(groups, [vec![1], vec![0, 2, 3]]);
        let names = [vec!["vm".to_string()], vec!["tree".into(), "jit".into(), "aot".into()]];
        assert_eq!(groups_text(&names), "vm ≠ tree = jit = aot");
    }

    #[test]
    fn equal_sizes_keep_the_order_of_engines() {
        assert_eq!(group_by(&[(0, 1), (1, 2), (2, 2), (3, 1)]), [vec![0, 3], vec![1, 2]]);
    }
}

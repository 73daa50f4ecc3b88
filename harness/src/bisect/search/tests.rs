//! The laws of the search, tried on every small history and on random ones.

use super::{Answer, Ending, Search, bound};

/// A straight line of `count` commits.
fn line(count: usize) -> Vec<Vec<usize>> {
    (0..count).map(|commit| commit.checked_sub(1).into_iter().collect()).collect()
}

/// Searches with a truthful oracle. Returns the ending, the answers that counted and those that did not.
fn search(
    parents: &[Vec<usize>],
    is_bad: impl Fn(usize) -> bool,
    is_untestable: &[bool],
) -> (Ending, u32, u32) {
    let mut search = Search::new(parents.to_vec());
    let (mut told, mut skipped) = (0, 0);
    while let Some(commit) = search.next() {
        let answer = match (is_untestable[commit], is_bad(commit)) {
            (true, _) => Answer::Untestable,
            (false, true) => Answer::Bad,
            (false, false) => Answer::Good,
        };
        match answer {
            Answer::Untestable => skipped += 1,
            Answer::Good | Answer::Bad => told += 1,
        }
        search.answer(commit, answer);
    }
    (search.ending(), told, skipped)
}

/// A small generator (SplitMix64): the seed is part of the test, so a failure can be repeated.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[test]
fn a_line_is_halved() {
    for count in 1..200 {
        for first in 0..count {
            let (ending, told, _) = search(&line(count), |commit| commit >= first, &vec![false; count]);
            assert_eq!(ending, Ending::Found(first), "of {count}");
            assert!(told <= bound(count), "{told} answers for commit {first} of {count}");
        }
    }
}

#[test]
fn one_stretch_that_cannot_be_tested_is_walked_around() {
    for count in 2..28 {
        for from in 0..count - 1 {
            for to in from + 1..count {
                let untestable: Vec<bool> = (0..count).map(|commit| (from..to).contains(&commit)).collect();
                for first in 0..count {
                    check(&line(count), first, &untestable);
                }
            }
        }
    }
}

#[test]
fn scattered_commits_that_cannot_be_tested_are_walked_around() {
    let mut state = 7;
    for _ in 0..4_000 {
        let count = 2 + (random(&mut state) % 120) as usize;
        let share = random(&mut state) % 100;
        let mut untestable: Vec<bool> = (0..count).map(|_| random(&mut state) % 100 < share).collect();
        untestable[count - 1] = false;
        check(&line(count), (random(&mut state) % count as u64) as usize, &untestable);
    }
}

/// The ending is exact, or a range that ends at a testable commit and is untestable before it.
#[track_caller]
fn check(parents: &[Vec<usize>], first: usize, untestable: &[bool]) {
    let count = parents.len();
    let (ending, told, skipped) = search(parents, |commit| commit >= first, untestable);
    let is_hidden = untestable[first] || first > 0 && untestable[first - 1];
    match ending {
        Ending::Found(found) => assert!(found == first && !is_hidden, "{found} is not {first}"),
        Ending::Range(range) => {
            assert!(is_hidden && range.contains(&first), "{first} not in {range:?}");
            let (last, others) = range.split_last().unwrap();
            assert!(!untestable[*last] && others.iter().all(|commit| untestable[*commit]));
        }
    }
    assert!(told <= bound(count) + skipped, "{told} answers, {skipped} skipped, of {count}");
}

#[test]
fn merged_branches_are_searched_too() {
    let mut state = 11;
    for _ in 0..2_000 {
        let count = 2 + (random(&mut state) % 40) as usize;
        let parents: Vec<Vec<usize>> = (0..count)
            .map(|commit| {
                let mut all: Vec<usize> = commit.checked_sub(1).into_iter().collect();
                if commit > 2 && random(&mut state).is_multiple_of(3) {
                    all = vec![commit - 1 - (random(&mut state) % 2) as usize, commit - 3];
                }
                all
            })
            .collect();
        let contains = |commit: usize, wanted: usize| {
            let (mut open, mut seen) = (vec![commit], vec![false; count]);
            while let Some(next) = open.pop() {
                if !std::mem::replace(&mut seen[next], true) {
                    open.extend(&parents[next]);
                }
            }
            seen[wanted]
        };
        // A commit introduces the bug, and whatever contains it has it; it must be in the bad end.
        let first = (random(&mut state) % count as u64) as usize;
        if contains(count - 1, first) {
            let all = Search::new(parents.clone()).with_ancestors(count - 1);
            let mut kept = all.clone();
            kept.sort_unstable();
            let place = |commit: usize| kept.iter().position(|other| *other == commit).unwrap();
            let only: Vec<Vec<usize>> = kept
                .iter()
                .map(|commit| parents[*commit].iter().map(|parent| place(*parent)).collect())
                .collect();
            let (ending, ..) =
                search(&only, |commit| contains(kept[commit], first), &vec![false; kept.len()]);
            assert_eq!(ending, Ending::Found(place(first)));
        }
    }
}

#[test]
fn the_bound_is_the_logarithm_rounded_up() {
    assert_eq!([1, 2, 3, 4, 5, 39, 40, 64, 65].map(bound), [0, 1, 2, 2, 3, 6, 6, 6, 7]);
}

//! The table behind a map: entries in insertion order, found through an open-addressing index.
//!
//! The shape is that of CPython's dict and of indexmap. A removed entry stays as a gap, and its index slot keeps pointing
//! at the gap, so that probing goes on; gaps are squeezed out when there are as many as entries, which keeps
//! alternating insertions and removals at amortised constant cost. Small tables have no index at all.
//! Insertion order is never visible: [`MapTable::sorted`] gives the only order a program can see.

use std::cmp::Ordering;

use ilo4_builtins::plant::{Plant, is_planted};

use crate::hash;
use crate::value::Value;

/// A key looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRef<'a> {
    Integer(i64),
    Text(&'a str),
}

/// A key kept: an integer, or a text value.
#[derive(Clone, Debug)]
pub enum Key {
    Integer(i64),
    Text(Value),
}

/// Integers first, ascending; then texts by their bytes.
impl Ord for KeyRef<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (KeyRef::Integer(a), KeyRef::Integer(b)) => a.cmp(b),
            (KeyRef::Integer(_), KeyRef::Text(_)) => Ordering::Less,
            (KeyRef::Text(_), KeyRef::Integer(_)) => Ordering::Greater,
            (KeyRef::Text(a), KeyRef::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        }
    }
}

impl PartialOrd for KeyRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl KeyRef<'_> {
    fn hash(self) -> u64 {
        match self {
            KeyRef::Integer(key) => hash::of_integer(key),
            KeyRef::Text(key) => hash::of_bytes(key.as_bytes()),
        }
    }
}

impl Key {
    pub fn as_ref(&self) -> KeyRef<'_> {
        match self {
            Key::Integer(key) => KeyRef::Integer(*key),
            Key::Text(key) => KeyRef::Text(key.as_str().unwrap_or_default()),
        }
    }

    /// The key as a value of its own.
    pub fn to_value(&self) -> Value {
        match self {
            Key::Integer(key) => Value::number(*key as f64),
            Key::Text(key) => key.clone(),
        }
    }
}

#[derive(Clone)]
struct Entry {
    hash: u64,
    /// `None`: a gap.
    content: Option<(Key, Value)>,
}

impl Entry {
    fn is(&self, hash: u64, key: KeyRef<'_>) -> bool {
        self.hash == hash && matches!(&self.content, Some((own, _)) if own.as_ref() == key)
    }
}

/// Up to so many entries are searched one after the other.
const LINEAR: usize = 8;
/// An index slot that points nowhere.
const EMPTY: u64 = u64::MAX;
/// An index slot holds the upper half of the hash and the number of the entry.
const NUMBER: u64 = 0xFFFF_FFFF;

#[derive(Clone, Default)]
pub struct MapTable {
    entries: Vec<Entry>,
    /// Power of two, at least twice as long as `entries`; empty while the table is small.
    index: Vec<u64>,
    gaps: usize,
}

impl MapTable {
    pub fn new() -> MapTable {
        MapTable::default()
    }

    pub fn len(&self) -> usize {
        self.entries.len() - self.gaps
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of both arrays.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>() + self.index.capacity() * size_of::<u64>()
    }

    pub fn get(&self, key: KeyRef<'_>) -> Option<&Value> {
        let number = self.find(key.hash(), key)?;
        self.entries[number].content.as_ref().map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, key: KeyRef<'_>) -> Option<&mut Value> {
        let number = self.find(key.hash(), key)?;
        self.entries[number].content.as_mut().map(|(_, value)| value)
    }

    /// Binds `key`; the value it replaces, if any.
    pub fn insert(&mut self, key: Key, value: Value) -> Option<Value> {
        let hash = key.as_ref().hash();
        if let Some(number) = self.find(hash, key.as_ref()) {
            let content = self.entries[number].content.as_mut()?;
            return Some(std::mem::replace(&mut content.1, value));
        }
        self.make_room();
        let number = self.entries.len();
        self.entries.push(Entry { hash, content: Some((key, value)) });
        if !self.index.is_empty() {
            point_at(&mut self.index, hash, number);
        }
        None
    }

    /// Unbinds `key`; the value it had.
    pub fn remove(&mut self, key: KeyRef<'_>) -> Option<Value> {
        let number = self.find(key.hash(), key)?;
        let content = self.entries[number].content.take();
        self.gaps += 1;
        if self.gaps > LINEAR && self.gaps > self.entries.len() / 4 * 3 {
            self.rebuild(self.len());
        }
        content.map(|(_, value)| value)
    }

    /// The entries in no visible order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.entries.iter().filter_map(|entry| entry.content.as_ref()).map(|(key, value)| (key, value))
    }

    /// The entries in key order.
    pub fn sorted(&self) -> Vec<(&Key, &Value)> {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by(|a, b| a.0.as_ref().cmp(&b.0.as_ref()));
        entries
    }

    /// Gives up every word in the table.
    pub(crate) fn into_words(self, give_up: &mut impl FnMut(u64)) {
        for (key, value) in self.entries.into_iter().filter_map(|entry| entry.content) {
            if let Key::Text(key) = key {
                give_up(key.into_raw());
            }
            give_up(value.into_raw());
        }
    }

    fn find(&self, hash: u64, key: KeyRef<'_>) -> Option<usize> {
        if self.index.is_empty() || is_planted(Plant::LinearMap) {
            return self.entries.iter().position(|entry| entry.is(hash, key));
        }
        let mask = self.index.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let content = self.index[slot];
            if content == EMPTY {
                return None;
            }
            if (content ^ hash) & !NUMBER == 0 {
                let number = (content & NUMBER) as usize;
                if self.entries[number].is(hash, key) {
                    return Some(number);
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Makes sure that one more entry can be pushed and pointed at.
    fn make_room(&mut self) {
        let limit = if self.index.is_empty() { LINEAR } else { self.index.len() / 2 };
        if self.entries.len() < limit {
            return;
        }
        // Half gaps: squeezing alone makes enough room to pay for itself.
        let wanted = if self.gaps * 2 >= self.entries.len() { self.len() } else { self.len() * 2 };
        self.rebuild(wanted);
    }

    /// Squeezes the gaps out and makes an index for at least `wanted` entries and one more.
    fn rebuild(&mut self, wanted: usize) {
        self.entries.retain(|entry| entry.content.is_some());
        self.gaps = 0;
        let wanted = wanted.max(self.entries.len()) + 1;
        if self.entries.capacity() > wanted * 4 {
            self.entries.shrink_to(wanted * 2);
        }
        if wanted <= LINEAR {
            self.index = Vec::new();
            return;
        }
        let slots = (wanted * 2).next_power_of_two();
        if self.index.len() == slots {
            self.index.fill(EMPTY);
        } else {
            self.index = vec![EMPTY; slots];
        }
        for (number, entry) in self.entries.iter().enumerate() {
            point_at(&mut self.index, entry.hash, number);
        }
    }
}

fn point_at(index: &mut [u64], hash: u64, number: usize) {
    assert!((number as u64) < NUMBER, "a map of more than four billion entries");
    let mask = index.len() - 1;
    let mut slot = hash as usize & mask;
    while index[slot] != EMPTY {
        slot = (slot + 1) & mask;
    }
    index[slot] = (hash & !NUMBER) | number as u64;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// A small generator, so that the test is the same on every run.
    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    fn compare_with_model(seed: u64, keys: u64, rounds: usize) {
        let mut state = seed;
        let mut table = MapTable::new();
        let mut model = BTreeMap::new();
        for round in 0..rounds {
            let number = (next(&mut state) % keys) as i64 - 3;
            let text = format!("key number {number}");
            let is_text = next(&mut state).is_multiple_of(2);
            let key = if is_text { KeyRef::Text(&text) } else { KeyRef::Integer(number) };
            let model_key = (is_text, if is_text { text.clone() } else { format!("{number:020}") });
            if next(&mut state) % 5 < 3 {
                let kept = if is_text { Key::Text(Value::text(&text)) } else { Key::Integer(number) };
                table.insert(kept, Value::number(round as f64));
                model.insert(model_key, round as f64);
            } else {
                let removed = table.remove(key).and_then(|value| value.as_number());
                assert_eq!(removed, model.remove(&model_key), "seed {seed} round {round}");
            }
            assert_eq!(table.len(), model.len(), "seed {seed} round {round}");
        }
        for ((is_text, text), wanted) in &model {
            let key = if *is_text { KeyRef::Text(text) } else { KeyRef::Integer(text.parse().unwrap()) };
            assert_eq!(table.get(key).and_then(Value::as_number), Some(*wanted));
        }
        let sorted = table.sorted();
        assert!(sorted.windows(2).all(|pair| pair[0].0.as_ref() < pair[1].0.as_ref()));
        assert_eq!(sorted.len(), model.len());
    }

    #[test]
    fn agrees_with_a_model() {
        for (seed, keys, rounds) in [(1, 4, 500), (2, 40, 3000), (3, 1000, 20_000), (4, 9, 4000)] {
            compare_with_model(seed, keys, if cfg!(miri) { rounds / 10 } else { rounds });
        }
        assert_eq!(crate::counters::snapshot().live_objects, 0);
    }

    #[test]
    fn a_queue_of_keys_does_not_grow() {
        let mut table = MapTable::new();
        for number in 0..if cfg!(miri) { 2_000 } else { 100_000 } {
            table.insert(Key::Integer(number), Value::nil());
            if number >= 10 {
                assert!(table.remove(KeyRef::Integer(number - 10)).is_some());
            }
        }
        assert_eq!(table.len(), 10);
        assert!(table.heap_bytes() < 10_000, "{}", table.heap_bytes());
    }
}

//! A fast hash with a fixed seed: the same on every run, so that counters and probe lengths are too.
//!
//! Words are mixed by a folded 64×64→128 bit multiplication, the core of wyhash and of several hashes derived from it.
//! No order visible to a program depends on it.

use std::hash::{BuildHasherDefault, Hasher};

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const FACTOR: u64 = 0xD6E8_FEB8_6659_FD93;

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Mixes one more word into a hash.
pub(crate) fn mix(hash: u64, word: u64) -> u64 {
    fold(hash ^ word ^ SEED, FACTOR)
}

pub(crate) fn of_integer(key: i64) -> u64 {
    mix(1, key as u64)
}

pub(crate) fn of_bytes(bytes: &[u8]) -> u64 {
    let mut hash = mix(2, bytes.len() as u64);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        hash = mix(hash, u64::from_le_bytes(word));
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        hash = mix(hash, u64::from_le_bytes(word));
    }
    hash
}

/// The same hash for the standard library's tables.
#[derive(Default)]
pub(crate) struct FixedHasher(u64);

pub(crate) type FixedState = BuildHasherDefault<FixedHasher>;

impl Hasher for FixedHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0, of_bytes(bytes));
    }

    fn write_u32(&mut self, word: u32) {
        self.0 = mix(self.0, u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = mix(self.0, word);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

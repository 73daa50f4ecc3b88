//! Texts of the program by address: literals as values, field names as ids.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use ilo4_runtime::{Runtime, Value};

/// Answers by the address of a string in HIR, which does not move while the machine borrows it; the content is looked at once.
#[derive(Default)]
pub(crate) struct Literals<'a> {
    ids: HashMap<&'a str, u32>,
    texts: ByAddress<Value>,
    names: ByAddress<u32>,
}

type ByAddress<T> = HashMap<usize, T, BuildHasherDefault<AddressHasher>>;

impl<'a> Literals<'a> {
    /// `texts`: the literals by text id.
    pub(crate) fn new(texts: &'a [String]) -> Literals<'a> {
        Literals { ids: texts.iter().map(String::as_str).zip(0..).collect(), ..Literals::default() }
    }

    /// The literal as a value that all its readers share. The runtime's table is MIR's, which may do without some literal.
    #[inline]
    pub(crate) fn text(&mut self, text: &'a str, runtime: &Runtime) -> Value {
        let Literals { ids, texts, .. } = self;
        let make = || ids.get(text).map_or_else(|| Value::text(text), |id| runtime.literal(*id));
        texts.entry(text.as_ptr().addr()).or_insert_with(make).clone()
    }

    /// The id of a field name.
    #[inline]
    pub(crate) fn name(&mut self, name: &'a str, runtime: &mut Runtime) -> u32 {
        *self.names.entry(name.as_ptr().addr()).or_insert_with(|| runtime.shapes_mut().intern(name))
    }
}

/// Spreads an address over 64 bits by one multiplication (Fibonacci hashing); addresses of strings are aligned and close together.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (self.0 ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

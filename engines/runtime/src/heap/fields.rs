//! Objects that are a header and a fixed number of words: records, Ok and Err values, closures.

use ilo4_builtins::abi;

use super::{Header, allocate, deallocate, object, word_of};
use crate::value::Value;

/// `small` of an object with so many words that their number stands in front of the header. Only JSON objects get there.
const WIDE: u16 = u16::MAX;
const PREFIX: usize = 16;
const HEADER: usize = size_of::<Header>();

/// A new object of these words, which it owns from now on.
pub(crate) fn make(kind: u8, aux: u32, words: impl ExactSizeIterator<Item = u64>) -> u64 {
    let length = words.len();
    let (block, small) = match u16::try_from(length) {
        Ok(small) if small < WIDE => (allocate(HEADER + 8 * length), small),
        _ => (allocate_wide(length), WIDE),
    };
    let made = block.cast::<Header>();
    // SAFETY: the block has room for the header and `length` words; `take` keeps an iterator that lies about its length inside.
    unsafe {
        made.write(Header::new(kind, small, aux));
        let first = block.add(HEADER).cast::<u64>();
        let mut written = 0;
        for word in words.take(length) {
            first.add(written).write(word);
            written += 1;
        }
        while written < length {
            first.add(written).write(abi::NIL);
            written += 1;
        }
    }
    word_of(made)
}

fn allocate_wide(length: usize) -> *mut u8 {
    let block = allocate(PREFIX + HEADER + 8 * length);
    // SAFETY: the prefix is part of the block.
    unsafe {
        block.cast::<usize>().write(length);
        block.add(PREFIX)
    }
}

/// # Safety
/// `object` is alive and has this layout.
unsafe fn length(object: *mut Header) -> usize {
    // SAFETY: wide objects have a prefix.
    unsafe {
        match (*object).small {
            WIDE => *object.cast::<u8>().sub(PREFIX).cast::<usize>(),
            small => usize::from(small),
        }
    }
}

/// # Safety
/// `word` refers to a record, Ok, Err or closure that stays alive and unwritten for `'a`.
pub(crate) unsafe fn slice<'a>(word: u64) -> &'a [Value] {
    let object = object(word);
    // SAFETY: the words follow the header.
    unsafe { std::slice::from_raw_parts(object.cast::<u8>().add(HEADER).cast(), length(object)) }
}

/// # Safety
/// As for [`slice()`], and `word` is the only reference.
pub(crate) unsafe fn slice_mut<'a>(word: u64) -> &'a mut [Value] {
    let object = object(word);
    // SAFETY: the words follow the header; sole reference.
    unsafe { std::slice::from_raw_parts_mut(object.cast::<u8>().add(HEADER).cast(), length(object)) }
}

/// A record's shape, a closure's function.
///
/// # Safety
/// `word` refers to a live object.
pub(crate) unsafe fn aux(word: u64) -> u32 {
    // SAFETY: the object is alive.
    unsafe { (*object(word)).aux }
}

/// # Safety
/// See [`super::destroy`].
pub(super) unsafe fn destroy(object: *mut Header, give_up: &mut impl FnMut(u64)) {
    // SAFETY: a dead object owns each of its words once.
    unsafe {
        let length = length(object);
        let first = object.cast::<u8>().add(HEADER).cast::<u64>();
        for index in 0..length {
            give_up(*first.add(index));
        }
        if (*object).small == WIDE {
            deallocate(object.cast::<u8>().sub(PREFIX), PREFIX + HEADER + 8 * length);
        } else {
            deallocate(object.cast(), HEADER + 8 * length);
        }
    }
}

//! Objects in memory: allocation, reference counts, layouts. The unsafe heart of the runtime.
//!
//! Every object starts with a [`Header`]:
//!
//! ```text
//!  0        8     9      10       12      16
//!  | count  | kind | flags | small | aux   | …
//!  text     length u64, capacity u64, bytes
//!  list     elements *mut Value, length u64, capacity u64
//!  map      MapTable
//!  record   fields (words); aux: shape; small: how many, or WIDE
//!  ok, err  the content (a word)
//!  closure  captured values (words); aux: function; small: how many
//! ```
//!
//! Invariants: `count` is the number of words that refer to the object (plus [`abi::IMMORTAL`] for literals), so an object with
//! `count == 1` is reachable through one word only and may be written by the owner of that word; an object is freed
//! when its count reaches zero and never touched again. Values cannot form cycles, so counting is complete.
//!
//! Freeing never recurses: objects that died wait in a list threaded through their own count fields.

pub(crate) mod fields;
pub(crate) mod list;
pub(crate) mod map;
pub(crate) mod text;

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};

use ilo4_builtins::abi;

use crate::counters;

#[repr(C)]
pub(crate) struct Header {
    pub(crate) count: u64,
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) small: u16,
    pub(crate) aux: u32,
}

const _: () = {
    assert!(std::mem::offset_of!(Header, count) == abi::COUNT_OFFSET as usize);
    assert!(std::mem::offset_of!(Header, kind) == abi::KIND_OFFSET as usize);
    assert!(std::mem::offset_of!(Header, aux) == abi::AUX_OFFSET as usize);
    assert!(size_of::<Header>() == abi::HEADER_SIZE as usize);
};

impl Header {
    pub(crate) fn new(kind: u8, small: u16, aux: u32) -> Header {
        Header { count: 1, kind, flags: 0, small, aux }
    }
}

/// The object behind a heap word.
pub(crate) fn object(word: u64) -> *mut Header {
    debug_assert!(word >= abi::HEAP, "not a heap word: {word:#x}");
    std::ptr::with_exposed_provenance_mut((word & abi::ADDRESS) as usize)
}

/// The word that refers to an object.
pub(crate) fn word_of(object: *mut Header) -> u64 {
    let address = object.expose_provenance() as u64;
    debug_assert!(address & !abi::ADDRESS == 0, "address does not fit in 48 bits");
    abi::HEAP | address
}

fn layout(bytes: usize) -> Layout {
    match Layout::from_size_align(bytes, 8) {
        Ok(layout) => layout,
        Err(_) => panic!("a value of {bytes} bytes is larger than the address space"),
    }
}

/// Uninitialised memory for an object; the object is counted as alive.
fn allocate(bytes: usize) -> *mut u8 {
    counters::object_made(bytes);
    // SAFETY: every object has at least a header, so the layout is not empty.
    let block = unsafe { alloc(layout(bytes)) };
    if block.is_null() {
        handle_alloc_error(layout(bytes));
    }
    block
}

/// # Safety
/// `block` came from [`allocate`] with the same number of bytes and is not used again.
unsafe fn deallocate(block: *mut u8, bytes: usize) {
    counters::object_freed(bytes);
    // SAFETY: the caller promises that block and size belong together.
    unsafe { dealloc(block, layout(bytes)) }
}

/// The number of words that refer to the object.
///
/// # Safety
/// `word` is a heap word that owns or borrows a live object.
pub(crate) unsafe fn count(word: u64) -> u64 {
    // SAFETY: the object is alive.
    unsafe { (*object(word)).count }
}

/// # Safety
/// As for [`count`].
pub(crate) unsafe fn kind(word: u64) -> u8 {
    // SAFETY: the object is alive.
    unsafe { (*object(word)).kind }
}

/// One more reference.
///
/// # Safety
/// As for [`count`].
pub(crate) unsafe fn retain(word: u64) {
    // SAFETY: the object is alive; counts are not shared between threads because values are not.
    unsafe { (*object(word)).count += 1 }
}

/// One reference less; the last one frees the object.
///
/// # Safety
/// `word` is a heap word that owns a reference, which is given up here.
pub(crate) unsafe fn release(word: u64) {
    let object = object(word);
    // SAFETY: the object is alive until its count is zero.
    unsafe {
        debug_assert!((*object).count > 0, "released more often than retained");
        (*object).count -= 1;
        if (*object).count == 0 {
            free(object);
        }
    }
}

/// Frees an object whose count is zero, and whatever dies with it.
///
/// # Safety
/// No word refers to the object any more.
#[cold]
pub(crate) unsafe fn free(first: *mut Header) {
    // SAFETY: an object enters the list exactly when its count has become zero, so nothing refers to
    // it and its count field is free to hold the rest of the list; it leaves the list when it is deallocated.
    unsafe {
        (*first).count = 0;
        let mut dead = first;
        while !dead.is_null() {
            let object = dead;
            dead = std::ptr::with_exposed_provenance_mut((*object).count as usize);
            destroy(object, &mut |word| {
                if word >= abi::HEAP {
                    let child = self::object(word);
                    (*child).count -= 1;
                    if (*child).count == 0 {
                        (*child).count = dead.expose_provenance() as u64;
                        dead = child;
                    }
                }
            });
        }
    }
}

/// Hands every owned word of a dead object to `give_up` and returns its memory.
///
/// # Safety
/// Nothing refers to the object.
unsafe fn destroy(object: *mut Header, give_up: &mut impl FnMut(u64)) {
    // SAFETY: the kind says which layout the object was made with.
    unsafe {
        match (*object).kind {
            abi::KIND_TEXT => text::destroy(object),
            abi::KIND_LIST => list::destroy(object, give_up),
            abi::KIND_MAP => map::destroy(object, give_up),
            _ => fields::destroy(object, give_up),
        }
    }
}

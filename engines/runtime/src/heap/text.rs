//! Texts: UTF-8 bytes directly behind the header, with room to append.

use std::alloc::{handle_alloc_error, realloc};
use std::cell::Cell;

use ilo4_builtins::abi;

use super::{Header, allocate, deallocate, layout, object, word_of};
use crate::counters;

#[repr(C)]
struct TextObject {
    header: Header,
    length: usize,
    capacity: usize,
}

const BYTES: usize = size_of::<TextObject>();
/// All bytes are ASCII, so a position is an offset.
const ASCII: u8 = 1;
/// Not counted as alive.
const LITERAL: u8 = 2;

/// A new text of two parts; the word owns it. One-character ASCII texts and the empty text are better asked from [`shared`].
pub(crate) fn make(first: &str, second: &str) -> u64 {
    let length = first.len() + second.len();
    let word = reserve(length.next_multiple_of(8));
    let text = object(word).cast::<TextObject>();
    // SAFETY: the fresh object has room for both parts.
    unsafe {
        push_bytes(text, first.as_bytes());
        push_bytes(text, second.as_bytes());
        set_ascii(text, first.is_ascii() && second.is_ascii());
    }
    word
}

/// An empty text with room for `capacity` bytes.
pub(crate) fn reserve(capacity: usize) -> u64 {
    let text = allocate(BYTES + capacity).cast::<TextObject>();
    let mut header = Header::new(abi::KIND_TEXT, 0, 0);
    header.flags = ASCII;
    // SAFETY: fresh memory of the right size and alignment.
    unsafe { text.write(TextObject { header, length: 0, capacity }) }
    word_of(text.cast())
}

/// A text that is not counted as alive and never solely owned.
pub(crate) fn make_literal(content: &str) -> u64 {
    let before = counters::snapshot();
    let word = make(content, "");
    // SAFETY: just made.
    unsafe {
        (*object(word)).count = abi::IMMORTAL;
        (*object(word)).flags |= LITERAL;
    }
    counters::restore_allocation(before);
    word
}

/// Frees a literal that no value refers to any more; does nothing if one does.
///
/// # Safety
/// `word` came from [`make_literal`], and this reference is not used again if the literal is freed.
pub(crate) unsafe fn free_literal(word: u64) {
    // SAFETY: literals live until here.
    unsafe {
        if (*object(word)).count == abi::IMMORTAL {
            destroy(object(word));
        }
    }
}

/// # Safety
/// `word` refers to a text that stays alive and unwritten for `'a`.
pub(crate) unsafe fn content<'a>(word: u64) -> &'a str {
    let text = object(word).cast::<TextObject>();
    // SAFETY: a text holds `length` initialised bytes of UTF-8: all that was ever pushed were whole `str`s.
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(bytes(text), (*text).length)) }
}

/// # Safety
/// `word` refers to a live text.
pub(crate) unsafe fn is_ascii(word: u64) -> bool {
    // SAFETY: the object is alive.
    unsafe { (*object(word)).flags & ASCII != 0 }
}

/// Appends; the answer replaces `word`, because the text may have moved. Amortised O(length of `more`).
///
/// # Safety
/// `word` is the only reference to a text, and `more` is not part of it.
pub(crate) unsafe fn append(word: u64, more: &str) -> u64 {
    let text = object(word).cast::<TextObject>();
    // SAFETY: sole reference; `grow` keeps the content.
    unsafe {
        let needed = (*text).length + more.len();
        let text = if needed > (*text).capacity { grow(text, needed) } else { text };
        push_bytes(text, more.as_bytes());
        set_ascii(text, (*text).header.flags & ASCII != 0 && more.is_ascii());
        word_of(text.cast())
    }
}

/// Cuts the text off after `length` bytes.
///
/// # Safety
/// `word` is the only reference to a text; `length` is a character boundary in it.
pub(crate) unsafe fn truncate(word: u64, length: usize) {
    // SAFETY: sole reference; a prefix that ends at a boundary is UTF-8.
    unsafe {
        debug_assert!(content(word).is_char_boundary(length));
        (*object(word).cast::<TextObject>()).length = length;
    }
}

/// Removes the first `count` bytes.
///
/// # Safety
/// `word` is the only reference to a text; `count` is a character boundary in it.
pub(crate) unsafe fn remove_front(word: u64, count: usize) {
    let text = object(word).cast::<TextObject>();
    // SAFETY: sole reference; both ranges lie inside the initialised bytes.
    unsafe {
        debug_assert!(content(word).is_char_boundary(count));
        let rest = (*text).length - count;
        std::ptr::copy(bytes(text).add(count), bytes(text), rest);
        (*text).length = rest;
    }
}

/// The bytes of a text for changes that keep it ASCII.
///
/// # Safety
/// `word` is the only reference to an ASCII text for `'a`; only ASCII may be written.
pub(crate) unsafe fn ascii_bytes_mut<'a>(word: u64) -> &'a mut [u8] {
    let text = object(word).cast::<TextObject>();
    // SAFETY: sole reference to initialised bytes.
    unsafe { std::slice::from_raw_parts_mut(bytes(text), (*text).length) }
}

unsafe fn bytes(text: *mut TextObject) -> *mut u8 {
    // SAFETY: the bytes follow the fixed part in the same block.
    unsafe { text.cast::<u8>().add(BYTES) }
}

unsafe fn push_bytes(text: *mut TextObject, more: &[u8]) {
    // SAFETY: callers made sure that the capacity suffices.
    unsafe {
        debug_assert!((*text).length + more.len() <= (*text).capacity);
        std::ptr::copy_nonoverlapping(more.as_ptr(), bytes(text).add((*text).length), more.len());
        (*text).length += more.len();
    }
}

unsafe fn set_ascii(text: *mut TextObject, ascii: bool) {
    // SAFETY: callers have exclusive access.
    unsafe {
        let flags = (*text).header.flags & !ASCII;
        (*text).header.flags = if ascii { flags | ASCII } else { flags };
    }
}

#[cold]
unsafe fn grow(text: *mut TextObject, needed: usize) -> *mut TextObject {
    // SAFETY: the block was allocated with its recorded capacity.
    unsafe {
        let before = (*text).capacity;
        let after = needed.max(before * 2).max(24).next_multiple_of(8);
        counters::block_resized(BYTES + before, BYTES + after);
        let moved = realloc(text.cast(), layout(BYTES + before), BYTES + after).cast::<TextObject>();
        if moved.is_null() {
            handle_alloc_error(layout(BYTES + after));
        }
        (*moved).capacity = after;
        moved
    }
}

/// # Safety
/// See [`super::destroy`].
pub(super) unsafe fn destroy(object: *mut Header) {
    let text = object.cast::<TextObject>();
    // SAFETY: a dead text owns its block.
    unsafe {
        let bytes = BYTES + (*text).capacity;
        if (*object).flags & LITERAL != 0 {
            counters::object_forgotten(bytes);
        }
        deallocate(object.cast(), bytes);
    }
}

/// The empty text and the one-character ASCII texts, made once per thread: `chars`, `at` and `spl` make millions of them.
struct Shared([Cell<u64>; 129]);

impl Drop for Shared {
    fn drop(&mut self) {
        for cell in &self.0 {
            let word = cell.take();
            if word != 0 {
                // SAFETY: the cell held the table's own reference.
                unsafe { free_literal(word) }
            }
        }
    }
}

thread_local! {
    static SHARED: Shared = const { Shared([const { Cell::new(0) }; 129]) };
}

/// A word that owns a reference to the shared text `content`, if it is empty or one ASCII character.
pub(crate) fn shared(content: &str) -> Option<u64> {
    let slot = match content.as_bytes() {
        [] => 128,
        [byte @ 0..128] => usize::from(*byte),
        _ => return None,
    };
    SHARED
        .try_with(|table| {
            let cell = &table.0[slot];
            if cell.get() == 0 {
                cell.set(make_literal(content));
            }
            // SAFETY: the table's reference keeps the literal alive.
            unsafe { super::retain(cell.get()) };
            cell.get()
        })
        .ok()
}

//! Maps: a header and a [`MapTable`].

use ilo4_builtins::abi;

use super::{Header, allocate, deallocate, object, word_of};
use crate::counters;
use crate::map_table::MapTable;

#[repr(C)]
struct MapObject {
    header: Header,
    table: MapTable,
}

const SIZE: usize = size_of::<MapObject>();

/// A new map; the word owns it.
pub(crate) fn make(table: MapTable) -> u64 {
    let map = allocate(SIZE).cast::<MapObject>();
    counters::block_resized(0, table.heap_bytes());
    // SAFETY: fresh memory of the right size and alignment.
    unsafe { map.write(MapObject { header: Header::new(abi::KIND_MAP, 0, 0), table }) }
    word_of(map.cast())
}

/// # Safety
/// `word` refers to a map that stays alive and unwritten for `'a`.
pub(crate) unsafe fn table<'a>(word: u64) -> &'a MapTable {
    // SAFETY: the kind of the object is map.
    unsafe { &(*object(word).cast::<MapObject>()).table }
}

/// # Safety
/// `word` is the only reference to a map.
pub(crate) unsafe fn update<R>(word: u64, update: impl FnOnce(&mut MapTable) -> R) -> R {
    // SAFETY: sole reference, so the exclusive borrow is the only one.
    let table = unsafe { &mut (*object(word).cast::<MapObject>()).table };
    let before = table.heap_bytes();
    let result = update(table);
    counters::block_resized(before, table.heap_bytes());
    result
}

/// # Safety
/// See [`super::destroy`].
pub(super) unsafe fn destroy(object: *mut Header, give_up: &mut impl FnMut(u64)) {
    let map = object.cast::<MapObject>();
    // SAFETY: a dead map owns its table, which is read out once.
    unsafe {
        let table = std::ptr::read(&raw const (*map).table);
        counters::block_freed(table.heap_bytes());
        table.into_words(give_up);
        deallocate(object.cast(), SIZE);
    }
}

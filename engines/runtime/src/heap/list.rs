//! Lists: a header and a growable buffer of values, which is that of a `Vec`.

use std::mem::ManuallyDrop;

use ilo4_builtins::abi;

use super::{Header, allocate, deallocate, object, word_of};
use crate::counters;
use crate::value::Value;

#[repr(C)]
pub(super) struct ListObject {
    header: Header,
    elements: *mut Value,
    length: usize,
    capacity: usize,
}

const _: () = {
    assert!(std::mem::offset_of!(ListObject, elements) == abi::LIST_ELEMENTS_OFFSET as usize);
    assert!(std::mem::offset_of!(ListObject, length) == abi::LIST_LENGTH_OFFSET as usize);
    assert!(std::mem::offset_of!(ListObject, capacity) == abi::LIST_CAPACITY_OFFSET as usize);
};

const SIZE: usize = size_of::<ListObject>();

/// A new list around the buffer; the word owns it.
pub(crate) fn make(elements: Vec<Value>) -> u64 {
    let mut elements = ManuallyDrop::new(elements);
    let list = allocate(SIZE).cast::<ListObject>();
    if elements.capacity() > 0 {
        counters::block_allocated(elements.capacity() * size_of::<Value>());
    }
    // SAFETY: fresh memory of the right size and alignment; the buffer is not used through the `Vec` again.
    unsafe {
        list.write(ListObject {
            header: Header::new(abi::KIND_LIST, 0, 0),
            elements: elements.as_mut_ptr(),
            length: elements.len(),
            capacity: elements.capacity(),
        });
    }
    word_of(list.cast())
}

/// The elements.
///
/// # Safety
/// `word` refers to a list that stays alive and unwritten for `'a`.
pub(crate) unsafe fn slice<'a>(word: u64) -> &'a [Value] {
    let list = object(word).cast::<ListObject>();
    // SAFETY: the kind of the object is list, so the fields describe an initialised buffer.
    unsafe { std::slice::from_raw_parts((*list).elements, (*list).length) }
}

/// The elements, for writing.
///
/// # Safety
/// `word` is the only reference to a list, borrowed for `'a`.
pub(crate) unsafe fn slice_mut<'a>(word: u64) -> &'a mut [Value] {
    let list = object(word).cast::<ListObject>();
    // SAFETY: as for `slice`; sole reference.
    unsafe { std::slice::from_raw_parts_mut((*list).elements, (*list).length) }
}

/// Adds an element if the buffer has room; gives it back otherwise.
///
/// # Safety
/// `word` is the only reference to a list.
pub(crate) unsafe fn push_within_capacity(word: u64, element: Value) -> Result<(), Value> {
    let list = object(word).cast::<ListObject>();
    // SAFETY: sole reference; the slot behind the last element lies inside the buffer.
    unsafe {
        if (*list).length == (*list).capacity {
            return Err(element);
        }
        (*list).elements.add((*list).length).write(element);
        (*list).length += 1;
    }
    Ok(())
}

/// Lets `update` work on the buffer as a `Vec`.
///
/// # Safety
/// `word` refers to a list through the only reference to it.
pub(crate) unsafe fn update<R>(word: u64, update: impl FnOnce(&mut Vec<Value>) -> R) -> R {
    let list = object(word).cast::<ListObject>();
    // SAFETY: sole reference, so nobody reads the fields meanwhile. While the `Vec` owns the buffer the object holds
    // an empty one; a panic in `update` therefore frees the buffer once.
    unsafe {
        let mut elements = Vec::from_raw_parts((*list).elements, (*list).length, (*list).capacity);
        let before = (*list).capacity;
        put_back(list, Vec::new());
        let result = update(&mut elements);
        counters::block_resized(before * size_of::<Value>(), elements.capacity() * size_of::<Value>());
        put_back(list, elements);
        result
    }
}

/// # Safety
/// The list's present buffer is empty or owned by someone else.
unsafe fn put_back(list: *mut ListObject, elements: Vec<Value>) {
    let mut elements = ManuallyDrop::new(elements);
    // SAFETY: the caller has exclusive access.
    unsafe {
        (*list).elements = elements.as_mut_ptr();
        (*list).length = elements.len();
        (*list).capacity = elements.capacity();
    }
}

/// # Safety
/// See [`super::destroy`].
pub(super) unsafe fn destroy(object: *mut Header, give_up: &mut impl FnMut(u64)) {
    let list = object.cast::<ListObject>();
    // SAFETY: a dead list owns its buffer and each of its words once.
    unsafe {
        let mut elements = Vec::from_raw_parts((*list).elements, (*list).length, (*list).capacity);
        counters::block_freed(elements.capacity() * size_of::<Value>());
        elements.drain(..).for_each(|element| give_up(element.into_raw()));
        deallocate(object.cast(), SIZE);
    }
}

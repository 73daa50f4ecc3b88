//! The C boundary beyond the primitives: what generated code calls by name.
//!
//! Words are `u64`. "Borrowed" means that the caller keeps the reference, everything else is given up by the caller.
//! A function that can fail answers [`abi::FAULT`] and leaves the fault in the runtime.

use std::mem::ManuallyDrop;

use ilo4_builtins::{Prim, abi};

use crate::dispatch;
use crate::fault::Fault;
use crate::heap;
use crate::operation::{self, Hint};
use crate::runtime::Runtime;
use crate::value::Value;

/// "No shape to try first".
pub const NO_HINT: u32 = u32::MAX;

/// Words whose references are given up by a caller, one after the other; what is not taken is dropped.
struct Words {
    next: *const u64,
    remaining: usize,
}

impl Words {
    /// # Safety
    /// `first` points at `count` owned words, which the caller does not use again.
    unsafe fn new(first: *const u64, count: u64) -> Words {
        Words { next: first, remaining: count as usize }
    }
}

impl Iterator for Words {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.remaining = self.remaining.checked_sub(1)?;
        // SAFETY: at least one word was left, and each is read once.
        unsafe {
            let value = Value::from_raw(*self.next);
            self.next = self.next.add(1);
            Some(value)
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining, Some(self.remaining))
    }
}

impl ExactSizeIterator for Words {}

impl Drop for Words {
    fn drop(&mut self) {
        self.for_each(drop);
    }
}

/// # Safety
/// `word` is a value that its owner keeps alive during the call.
unsafe fn borrow(word: u64) -> ManuallyDrop<Value> {
    // SAFETY: never released here.
    ManuallyDrop::new(unsafe { Value::from_raw(word) })
}

fn hint(shape: u32, slot: u32) -> Option<Hint> {
    (shape != NO_HINT).then_some(Hint { shape, slot })
}

fn answer(rt: &mut Runtime, result: Result<Value, Fault>) -> u64 {
    match result {
        Ok(value) => value.into_raw(),
        Err(fault) => rt.raise(fault),
    }
}

/// Stores the fault of an operand (borrowed) that is not a number where primitive `prim` needs one; answers `FAULT`.
///
/// # Safety
/// `rt` is the running program's context; `word` is a value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_number_mismatch(rt: *mut Runtime, prim: u32, word: u64) -> u64 {
    // SAFETY: the caller's promise.
    let (rt, operand) = unsafe { (&mut *rt, borrow(word)) };
    let fault = match Prim::ALL.get(prim as usize) {
        Some(prim) => operation::number_mismatch(*prim, &operand),
        None => panic!("bug in an engine: there is no primitive number {prim}"),
    };
    rt.raise(fault)
}

/// A list of `count` words.
///
/// # Safety
/// `words` points at `count` owned words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_list_from(_: *mut Runtime, words: *const u64, count: u64) -> u64 {
    // SAFETY: the caller's promise.
    Value::list(unsafe { Words::new(words, count) }.collect()).into_raw()
}

/// A record of that shape; the words in the order of the slots.
///
/// # Safety
/// `words` points at `count` owned words, as many as the shape has fields.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_record_new(_: *mut Runtime, shape: u32, words: *const u64, count: u64) -> u64 {
    // SAFETY: the caller's promise.
    Value::record(shape, unsafe { Words::new(words, count) }).into_raw()
}

/// The value of a field of `base` (borrowed), or `FAULT` (R005).
///
/// # Safety
/// `rt` is the running program's context; `base` is a value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_field(rt: *mut Runtime, base: u64, name: u32, shape: u32, slot: u32) -> u64 {
    // SAFETY: the caller's promise.
    let (rt, base) = unsafe { (&mut *rt, borrow(base)) };
    let result = operation::field(rt, &base, name, hint(shape, slot));
    answer(rt, result)
}

/// The value of a field of `base` (borrowed), nil if there is none.
///
/// # Safety
/// As for [`ilo4_field`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_field_tolerant(
    rt: *mut Runtime,
    base: u64,
    name: u32,
    shape: u32,
    slot: u32,
) -> u64 {
    // SAFETY: the caller's promise.
    let (rt, base) = unsafe { (&*rt, borrow(base)) };
    operation::field_tolerant(rt, &base, name, hint(shape, slot)).into_raw()
}

/// The value of a field of `base` (borrowed), moved out if `base` is solely owned, or `FAULT` (R005).
///
/// # Safety
/// As for [`ilo4_field`], and nobody else holds `base` borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_field_take(
    rt: *mut Runtime,
    base: u64,
    name: u32,
    shape: u32,
    slot: u32,
) -> u64 {
    // SAFETY: the caller's promise.
    let (rt, mut base) = unsafe { (&mut *rt, borrow(base)) };
    let result = operation::field_take(rt, &mut base, name, hint(shape, slot));
    answer(rt, result)
}

/// `base` with the named fields replaced, or `FAULT` (R008, R005).
///
/// # Safety
/// `rt` is the running program's context; `names` points at `count` name ids, `words` at `count` owned words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_with(
    rt: *mut Runtime,
    base: u64,
    names: *const u32,
    words: *const u64,
    count: u64,
) -> u64 {
    // SAFETY: the caller's promise.
    let (rt, base, values) = unsafe { (&mut *rt, Value::from_raw(base), Words::new(words, count)) };
    let names = match count {
        0 => &[][..],
        // SAFETY: the caller's promise.
        _ => unsafe { std::slice::from_raw_parts(names, count as usize) },
    };
    let result = operation::with(rt, base, names, values);
    answer(rt, result)
}

/// An element of `list` (borrowed) that will be set before it is read again, see [`operation::element_take`].
///
/// # Safety
/// `list` is a list, nobody else holds it borrowed; `index` is in range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_element_take(_: *mut Runtime, list: u64, index: f64) -> u64 {
    // SAFETY: the caller's promise.
    let mut list = unsafe { borrow(list) };
    operation::element_take(&mut list, index).into_raw()
}

/// A function with captured values.
///
/// # Safety
/// `words` points at `count` owned words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_closure_new(
    _: *mut Runtime,
    function: u32,
    words: *const u64,
    count: u64,
) -> u64 {
    // SAFETY: the caller's promise.
    operation::closure_new(function, unsafe { Words::new(words, count) }.collect()).into_raw()
}

/// The index of the function to call, or `FAULT` (R004). `callee` is borrowed.
///
/// # Safety
/// `rt` is the running program's context; `callee` is a value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_call_target(rt: *mut Runtime, callee: u64, arity: u32) -> u64 {
    // SAFETY: the caller's promise.
    let (rt, callee) = unsafe { (&mut *rt, borrow(callee)) };
    match operation::call_target(rt, &callee, arity) {
        Ok(function) => u64::from(function),
        Err(fault) => rt.raise(fault),
    }
}

/// The captured values of `callee` (borrowed), as many as its function captures; borrowed from it.
///
/// # Safety
/// `callee` is a function value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_closure_captures(callee: u64) -> *const u64 {
    // SAFETY: the caller's promise. The captured values live as long as the callee.
    let callee = unsafe { borrow(callee) };
    operation::closure_captures(&callee).as_ptr().cast()
}

/// Stores the fault R601; answers `FAULT`.
///
/// # Safety
/// `rt` is the running program's context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_stack_overflow(rt: *mut Runtime) -> u64 {
    // SAFETY: the caller's promise.
    let rt = unsafe { &mut *rt };
    let fault = rt.stack_overflow();
    rt.raise(fault)
}

/// One more reference to `word`, if it is an object; answers `word`.
///
/// # Safety
/// `word` is a value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_retain(word: u64) -> u64 {
    if word >= abi::HEAP {
        // SAFETY: the caller's promise.
        unsafe { heap::retain(word) }
    }
    word
}

/// Gives up a reference.
///
/// # Safety
/// `word` is a value that owns a reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_release(word: u64) {
    // SAFETY: the caller's promise.
    drop(unsafe { Value::from_raw(word) });
}

/// Frees an object whose count generated code has just brought to zero.
///
/// # Safety
/// `word` is a heap word, its object's count is zero and nothing refers to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ilo4_free(word: u64) {
    // SAFETY: the caller's promise.
    unsafe { heap::free(heap::object(word)) }
}

/// Symbol and address of every function that generated code can call.
pub fn symbols() -> Vec<(&'static str, *const u8)> {
    let mut symbols = dispatch::prim_symbols();
    symbols.extend([
        ("ilo4_number_mismatch", ilo4_number_mismatch as *const u8),
        ("ilo4_list_from", ilo4_list_from as *const u8),
        ("ilo4_record_new", ilo4_record_new as *const u8),
        ("ilo4_field", ilo4_field as *const u8),
        ("ilo4_field_tolerant", ilo4_field_tolerant as *const u8),
        ("ilo4_field_take", ilo4_field_take as *const u8),
        ("ilo4_with", ilo4_with as *const u8),
        ("ilo4_element_take", ilo4_element_take as *const u8),
        ("ilo4_closure_new", ilo4_closure_new as *const u8),
        ("ilo4_call_target", ilo4_call_target as *const u8),
        ("ilo4_closure_captures", ilo4_closure_captures as *const u8),
        ("ilo4_stack_overflow", ilo4_stack_overflow as *const u8),
        ("ilo4_retain", ilo4_retain as *const u8),
        ("ilo4_release", ilo4_release as *const u8),
        ("ilo4_free", ilo4_free as *const u8),
    ]);
    symbols
}

//! The representation of values and objects that generated code and the runtime agree on.
//!
//! A *word* is 64 bits, NaN-boxed. A number is its own IEEE-754 bits; every other value lives in the space of
//! negative quiet NaNs that arithmetic never produces (hardware makes `0x7FF8…0` or `0xFFF8…0` only):
//!
//! ```text
//! 0x0000… to 0xFFF8_0000_0000_0000   a number
//! 0xFFF9_0000_0000_0000              nil
//! 0xFFF9_0000_0000_0002 / …3         false / true
//! 0xFFFA_0000_ffff_ffff              a function without captured values, by index
//! 0xFFFB_0000_0000_0000              FAULT: not a value, the answer of a primitive that failed
//! 0xFFFF_pppp_pppp_pppp              a heap object, 48-bit address
//! ```

/// Words below this one, compared unsigned, are numbers.
pub const FIRST_NON_NUMBER: u64 = 0xFFF9_0000_0000_0000;
pub const NIL: u64 = 0xFFF9_0000_0000_0000;
pub const FALSE: u64 = 0xFFF9_0000_0000_0002;
pub const TRUE: u64 = 0xFFF9_0000_0000_0003;
/// The index is in the low 32 bits.
pub const FUNCTION: u64 = 0xFFFA_0000_0000_0000;
/// What a fallible primitive answers instead of a value; the runtime holds the fault.
pub const FAULT: u64 = 0xFFFB_0000_0000_0000;
/// Words from this one on, compared unsigned, are heap pointers.
pub const HEAP: u64 = 0xFFFF_0000_0000_0000;
/// The address of a heap pointer.
pub const ADDRESS: u64 = 0x0000_FFFF_FFFF_FFFF;

/// Offset of the reference count, a `u64`, in every heap object. Immortal objects (literals) start at [`IMMORTAL`] and are
/// counted like all others, so that no code needs to ask.
pub const COUNT_OFFSET: i32 = 0;
pub const IMMORTAL: u64 = 1 << 48;
/// Offset of the kind, a `u8`.
pub const KIND_OFFSET: i32 = 8;
/// Offset of a `u32`: a record's shape, a closure's function.
pub const AUX_OFFSET: i32 = 12;
/// Size of the header; a record's fields and a closure's captured values start here.
pub const HEADER_SIZE: i32 = 16;

pub const KIND_TEXT: u8 = 1;
pub const KIND_LIST: u8 = 2;
pub const KIND_MAP: u8 = 3;
pub const KIND_RECORD: u8 = 4;
pub const KIND_OK: u8 = 5;
pub const KIND_ERR: u8 = 6;
pub const KIND_CLOSURE: u8 = 7;

/// A list: address of the elements (words), their number, the capacity; 8 bytes each.
pub const LIST_ELEMENTS_OFFSET: i32 = 16;
pub const LIST_LENGTH_OFFSET: i32 = 24;
pub const LIST_CAPACITY_OFFSET: i32 = 32;

/// Where generated code finds things in the runtime's context, whose address it gets as first argument.
pub const RUNTIME_STACK_LIMIT_OFFSET: i32 = 0;
/// A `u32`: where the pending fault happened, an index into the program's places; set by generated code.
pub const RUNTIME_FAULT_PLACE_OFFSET: i32 = 8;
/// A `u64`: number of calls, counted only by code compiled for counting.
pub const RUNTIME_CALLS_OFFSET: i32 = 16;
/// The address of an array of words, the program's literals by text id; each is a live, immortal text.
pub const RUNTIME_LITERALS_OFFSET: i32 = 24;

/// The symbol of a primitive in generated code.
pub fn symbol(prim_name: &str) -> String {
    format!("ilo4_{prim_name}")
}

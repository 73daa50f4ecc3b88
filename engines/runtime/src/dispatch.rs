//! The primitives in the three forms in which engines call them, derived from the table.
//!
//! - `native`: C functions with raw operands, for generated code. A total one answers its result directly; a fallible
//!   one answers a word, the bits of a number, or 0 and 1, or [`ilo4_builtins::abi::FAULT`] with the fault kept in the runtime.
//! - [`PRIM_CALLS`]: functions over an array of raw operands, for the VM.
//! - [`call`]: safe, over values, for the tree walker.
//!
//! A row without an implementation does not compile.

use std::mem::ManuallyDrop;

use ilo4_builtins::{Prim, for_each_prim};

use crate::builtin;
use crate::fault::Fault;
use crate::operation;
use crate::runtime::Runtime;
use crate::value::Value;

/// How an operand arrives and what the implementation gets of it; one implementor per [`ilo4_builtins::Use`].
trait Operand<'a> {
    type Native;
    type Held;

    /// # Safety
    /// The operand is of this kind; an owned one is given up by the caller, a borrowed one outlives the call.
    unsafe fn from_native(native: Self::Native) -> Self::Held;

    fn native_of(bits: u64) -> Self::Native;

    /// From a slot of [`call`]: owned operands leave nil there.
    fn from_slot(prim: Prim, slot: &'a mut Value) -> Result<Self::Held, Fault>;

    /// Is the value in the slot acceptable? Asked for all operands before any of them is taken.
    fn check(_: Prim, _: &Value) -> Result<(), Fault> {
        Ok(())
    }
}

struct Own;
struct Borrow;
struct Take;
struct Number;
struct Bool;

/// A value that belongs to someone else.
struct Borrowed(ManuallyDrop<Value>);

impl<'a> Operand<'a> for Own {
    type Native = u64;
    type Held = Value;

    unsafe fn from_native(word: u64) -> Value {
        // SAFETY: the caller gives up the reference.
        unsafe { Value::from_raw(word) }
    }

    fn native_of(bits: u64) -> u64 {
        bits
    }

    fn from_slot(_: Prim, slot: &'a mut Value) -> Result<Value, Fault> {
        Ok(std::mem::take(slot))
    }
}

impl<'a> Operand<'a> for Borrow {
    type Native = u64;
    type Held = Borrowed;

    unsafe fn from_native(word: u64) -> Borrowed {
        // SAFETY: the caller keeps the reference alive; it is not released here.
        Borrowed(ManuallyDrop::new(unsafe { Value::from_raw(word) }))
    }

    fn native_of(bits: u64) -> u64 {
        bits
    }

    fn from_slot(_: Prim, slot: &'a mut Value) -> Result<Borrowed, Fault> {
        // SAFETY: the slot is borrowed for longer than the operand is held and keeps its reference.
        Ok(unsafe { <Borrow as Operand>::from_native(slot.raw()) })
    }
}

impl<'a> Operand<'a> for Take {
    type Native = u64;
    type Held = Borrowed;

    unsafe fn from_native(word: u64) -> Borrowed {
        // SAFETY: the caller's promise is the same. What is solely owned is written where it is, so the caller's word stays right.
        unsafe { <Borrow as Operand>::from_native(word) }
    }

    fn native_of(bits: u64) -> u64 {
        bits
    }

    fn from_slot(prim: Prim, slot: &'a mut Value) -> Result<Borrowed, Fault> {
        <Borrow as Operand>::from_slot(prim, slot)
    }
}

impl<'a> Operand<'a> for Number {
    type Native = f64;
    type Held = f64;

    unsafe fn from_native(number: f64) -> f64 {
        number
    }

    fn native_of(bits: u64) -> f64 {
        f64::from_bits(bits)
    }

    fn from_slot(prim: Prim, slot: &'a mut Value) -> Result<f64, Fault> {
        slot.as_number().ok_or_else(|| operation::number_mismatch(prim, slot))
    }

    fn check(prim: Prim, slot: &Value) -> Result<(), Fault> {
        if slot.as_number().is_some() { Ok(()) } else { Err(operation::number_mismatch(prim, slot)) }
    }
}

impl<'a> Operand<'a> for Bool {
    type Native = u8;
    type Held = bool;

    unsafe fn from_native(truth: u8) -> bool {
        truth != 0
    }

    fn native_of(bits: u64) -> u8 {
        bits as u8
    }

    fn from_slot(_: Prim, slot: &'a mut Value) -> Result<bool, Fault> {
        Ok(slot.is_truthy())
    }
}

/// Hands a held operand to an implementation.
macro_rules! pass {
    (Borrow $held:ident) => {
        &$held.0
    };
    (Take $held:ident) => {
        &mut { $held }.0
    };
    ($use:ident $held:ident) => {
        $held
    };
}

/// What an implementation answers, and how that leaves it in each form.
trait Answer {
    type Native;

    fn into_native(self, rt: &mut Runtime) -> Self::Native;
    fn bits_of(native: Self::Native) -> u64;
    fn into_value(self) -> Result<Value, Fault>;
}

impl Answer for Value {
    type Native = u64;

    fn into_native(self, _: &mut Runtime) -> u64 {
        self.into_raw()
    }

    fn bits_of(native: u64) -> u64 {
        native
    }

    fn into_value(self) -> Result<Value, Fault> {
        Ok(self)
    }
}

impl Answer for f64 {
    type Native = f64;

    fn into_native(self, _: &mut Runtime) -> f64 {
        self
    }

    fn bits_of(native: f64) -> u64 {
        native.to_bits()
    }

    fn into_value(self) -> Result<Value, Fault> {
        Ok(Value::number(self))
    }
}

impl Answer for bool {
    type Native = u8;

    fn into_native(self, _: &mut Runtime) -> u8 {
        u8::from(self)
    }

    fn bits_of(native: u8) -> u64 {
        u64::from(native)
    }

    fn into_value(self) -> Result<Value, Fault> {
        Ok(Value::bool(self))
    }
}

impl<T: Answer> Answer for Result<T, Fault> {
    type Native = u64;

    fn into_native(self, rt: &mut Runtime) -> u64 {
        match self {
            Ok(answer) => T::bits_of(answer.into_native(rt)),
            Err(fault) => rt.raise(fault),
        }
    }

    fn bits_of(native: u64) -> u64 {
        native
    }

    fn into_value(self) -> Result<Value, Fault> {
        self?.into_value()
    }
}

/// The type an implementation answers with, as the row says.
macro_rules! answer {
    (Word fallible) => { Result<Value, Fault> };
    (Number fallible) => { Result<f64, Fault> };
    (Bool fallible) => { Result<bool, Fault> };
    (Word total) => { Value };
    (Number total) => { f64 };
    (Bool total) => { bool };
}

type RawCall = unsafe fn(*mut Runtime, *const u64) -> u64;
type SafeCall = fn(&mut Runtime, &mut [Value]) -> Result<Value, Fault>;

/// Names the operands of a row and defines its three functions.
macro_rules! define {
    (native $name:ident $uses:tt -> $class:ident $fallible:ident $symbol:expr) => {
        define!(@zip native $name [] [a b c d] $uses $class $fallible $symbol);
    };
    (raw $name:ident $uses:tt -> $class:ident $fallible:ident) => {
        define!(@zip raw $name [] [(a 0) (b 1) (c 2) (d 3)] $uses $class $fallible ());
    };
    (safe $variant:ident $name:ident $uses:tt) => {
        define!(@zip safe $name [] [a b c d] $uses $variant total ());
    };
    (@zip $form:ident $name:ident [$($done:tt)*] [$arg:tt $($args:tt)*] ($use:ident $(, $uses:ident)*) $($rest:tt)*) => {
        define!(@zip $form $name [$($done)* ($arg $use)] [$($args)*] ($($uses),*) $($rest)*);
    };
    (@zip native $name:ident [$(($arg:ident $use:ident))*] $unused:tt () $class:ident $fallible:ident $symbol:expr) => {
        /// # Safety
        /// `rt` is the running program's context; the operands are as the row of the table says.
        #[unsafe(export_name = $symbol)]
        pub(super) unsafe extern "C" fn $name(
            rt: *mut Runtime,
            $($arg: <$use as Operand<'static>>::Native),*
        ) -> <answer!($class $fallible) as Answer>::Native {
            // SAFETY: the caller's promise.
            let (rt, $($arg),*) = unsafe { (&mut *rt, $(<$use as Operand>::from_native($arg)),*) };
            let answer: answer!($class $fallible) = builtin::$name(rt, $(pass!($use $arg)),*);
            answer.into_native(rt)
        }
    };
    (@zip raw $name:ident [$((($arg:ident $number:literal) $use:ident))*] $unused:tt () $class:ident $fallible:ident ()) => {
        /// # Safety
        /// As for the native form; `operands` points at as many words as the row has operands.
        #[allow(unused_variables, reason = "a row may have no operands")]
        pub(super) unsafe fn $name(rt: *mut Runtime, operands: *const u64) -> u64 {
            // SAFETY: the caller's promise.
            let native = unsafe { native::$name(rt, $(<$use as Operand>::native_of(*operands.add($number))),*) };
            <answer!($class $fallible) as Answer>::bits_of(native)
        }
    };
    (@zip safe $name:ident [$(($arg:ident $use:ident))*] $unused:tt () $variant:ident total ()) => {
        pub(super) fn $name(rt: &mut Runtime, operands: &mut [Value]) -> Result<Value, Fault> {
            let [$($arg),*] = operands else { return Err(wrong_count(Prim::$variant, operands.len())) };
            $(<$use as Operand>::check(Prim::$variant, $arg)?;)*
            $(let $arg = <$use as Operand>::from_slot(Prim::$variant, $arg)?;)*
            builtin::$name(rt, $(pass!($use $arg)),*).into_value()
        }
    };
}

macro_rules! derive_calls {
    ($($variant:ident $name:ident $uses:tt -> $class:ident $fallible:ident $mismatch:ident $doc:literal;)*) => {
        mod native {
            use super::*;
            $(define!(native $name $uses -> $class $fallible concat!("ilo4_", stringify!($name)));)*
        }

        mod raw {
            use super::*;
            $(define!(raw $name $uses -> $class $fallible);)*
        }

        mod safe {
            use super::*;
            $(define!(safe $variant $name $uses);)*
        }

        /// By `Prim as usize`: a primitive over raw operands (words, bits of numbers, 0 or 1); answers the same way,
        /// or [`ilo4_builtins::abi::FAULT`] with the fault kept in the runtime.
        ///
        /// # Safety
        /// The context is that of the running program; there are as many operands as the table says, of these classes; owned
        /// ones are given up by the caller.
        pub static PRIM_CALLS: [RawCall; Prim::ALL.len()] = [$(raw::$name,)*];

        static SAFE_CALLS: [SafeCall; Prim::ALL.len()] = [$(safe::$name,)*];

        /// Symbol and address of every primitive.
        pub(crate) fn prim_symbols() -> Vec<(&'static str, *const u8)> {
            vec![$((concat!("ilo4_", stringify!($name)), native::$name as *const u8),)*]
        }
    };
}

for_each_prim!(derive_calls);

#[cold]
fn wrong_count(prim: Prim, got: usize) -> Fault {
    let wanted = prim.info().params.len();
    panic!("bug in an engine: `{}` takes {wanted} operands, got {got}", prim.name())
}

/// Runs a primitive. Owned operands are taken out of `operands`; the others are dropped when it is done.
///
/// # Errors
/// The fault of the primitive, or of an operand that is not a number where one is needed.
///
/// # Panics
/// If the number of operands is not that of the table: a bug in the engine.
pub fn call(rt: &mut Runtime, prim: Prim, operands: &mut [Value]) -> Result<Value, Fault> {
    let answer = SAFE_CALLS[prim as usize](rt, operands);
    operands.fill_with(Value::nil);
    answer
}

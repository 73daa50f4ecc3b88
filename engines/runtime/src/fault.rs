//! The end of a program that failed while running.

use ilo4_builtins::FaultCode;

use crate::value::Value;

/// The place of a fault that nobody has located yet.
pub const NO_PLACE: u32 = u32::MAX;

/// Why a program ended, in words that are the same on every engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: FaultCode,
    pub message: String,
    /// Index into the program's places, or [`NO_PLACE`].
    pub place: u32,
}

impl Fault {
    #[cold]
    pub fn new(code: FaultCode, message: impl Into<String>) -> Fault {
        Fault { code, message: message.into(), place: NO_PLACE }
    }

    /// An argument that the builtin cannot take (R009).
    #[cold]
    pub(crate) fn argument(operation: &str, problem: impl AsRef<str>) -> Fault {
        Fault::new(FaultCode::R009, format!("`{operation}`: {}", problem.as_ref()))
    }

    /// A value of the wrong kind; `wanted` reads like "a list or a text".
    #[cold]
    pub(crate) fn wrong_kind(code: FaultCode, operation: &str, wanted: &str, got: &Value) -> Fault {
        Fault::new(code, format!("`{operation}` needs {wanted}, got {}", got.kind().with_article()))
    }

    /// The fault located, unless it already is.
    pub fn at(mut self, place: u32) -> Fault {
        if self.place == NO_PLACE {
            self.place = place;
        }
        self
    }
}

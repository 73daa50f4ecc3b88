//! Bytes → text.

use crate::diagnostic::{Diagnostic, Severity};

/// The text of a source file.
///
/// # Errors
/// `ILO-L001` without a span (there is no text to point into) if `bytes` are not UTF-8; the note names the line and
/// the byte.
#[expect(clippy::result_large_err, reason = "called once per file; callers collect plain diagnostics")]
pub fn decode(bytes: &[u8]) -> Result<String, Diagnostic> {
    std::str::from_utf8(bytes).map(str::to_string).map_err(|error| {
        let offset = error.valid_up_to();
        let line = bytes[..offset].iter().filter(|&&b| b == b'\n').count() + 1;
        Diagnostic {
            code: "ILO-L001",
            severity: Severity::Error,
            message: "the file is not UTF-8 text".into(),
            span: None,
            labels: Vec::new(),
            notes: vec![format!("the first bad byte is on line {line}, at byte offset {offset}")],
            help: Some("save the file as UTF-8".into()),
        }
    })
}

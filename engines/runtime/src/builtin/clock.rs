//! The clock (section 18 of the builtins document): `now`, `now-ms`, `sleep`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Runtime;
use crate::value::Value;

/// A clock set before 1970 reads zero.
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

pub(crate) fn now(_: &mut Runtime) -> f64 {
    since_epoch().as_secs_f64()
}

pub(crate) fn now_ms(_: &mut Runtime) -> f64 {
    since_epoch().as_millis() as f64
}

pub(crate) fn sleep(_: &mut Runtime, milliseconds: f64) -> Value {
    if milliseconds.is_finite() && milliseconds >= 1.0 {
        std::thread::sleep(Duration::from_millis(milliseconds as u64));
    }
    Value::nil()
}

//! The environment (section 16 of the builtins document).

use super::Runtime;
use super::document::result;
use crate::argument::{Outcome, text};
use crate::map_table::{Key, MapTable};
use crate::value::Value;

pub(crate) fn env(_: &mut Runtime, name: &Value) -> Outcome<Value> {
    let name = text("env", name)?;
    let value = std::env::var(name).map(|value| Value::text(&value));
    Ok(result(value.map_err(|_| format!("env var '{name}' not set"))))
}

pub(crate) fn env_all(_: &mut Runtime) -> Value {
    let mut table = MapTable::new();
    for (name, value) in std::env::vars_os() {
        if let (Some(name), Some(value)) = (name.to_str(), value.to_str()) {
            table.insert(Key::Text(Value::text(name)), Value::text(value));
        }
    }
    Value::ok(Value::map(table))
}

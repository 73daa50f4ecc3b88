//! Printing (section 19 of the builtins document).

use super::Runtime;
use crate::argument::Outcome;
use crate::display;
use crate::value::Value;

pub(crate) fn prnt(rt: &mut Runtime, value: Value) -> Outcome<Value> {
    print_line(rt, &value);
    Ok(value)
}

/// Writes the display of a value and a line feed at once. A reader that went away is not the program's fault.
pub(crate) fn print_line(rt: &mut Runtime, value: &Value) {
    let mut line = display::display(rt, value);
    line.push('\n');
    let _ = rt.output.write_all(line.as_bytes());
    let _ = rt.output.flush();
}

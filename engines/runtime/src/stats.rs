//! The counters of a run as JSON, one object on one line.

use std::fmt::Write;

use crate::counters;

/// The counters of this thread; `calls` as the engine counted them.
pub fn to_json(engine: &str, calls: u64) -> String {
    let counters = counters::snapshot();
    let fields = [
        ("calls", calls),
        ("allocations", counters.allocations),
        ("bytes_allocated", counters.bytes_allocated),
        ("copies", counters.copies),
        ("copied_bytes", counters.copied_bytes),
        ("in_place_updates", counters.in_place_updates),
        ("live_objects", counters.live_objects),
        ("peak_heap_bytes", counters.peak_heap_bytes),
    ];
    let mut json = format!("{{\"engine\":\"{engine}\"");
    for (name, value) in fields {
        // Writing to a String does not fail.
        let _ = write!(json, ",\"{name}\":{value}");
    }
    json.push_str("}\n");
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn counts_are_reported_by_name() {
        counters::reset();
        let text = Value::text("a text that is alive");
        let json = to_json("vm", 3);
        assert!(json.starts_with("{\"engine\":\"vm\",\"calls\":3,\"allocations\":1,"), "{json}");
        assert!(json.contains("\"live_objects\":1,"), "{json}");
        assert!(json.ends_with("}\n"), "{json}");
        drop(text);
        assert!(to_json("vm", 3).contains("\"live_objects\":0,"));
    }
}

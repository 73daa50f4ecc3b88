//! Maps (section 7 of the builtins document).

use ilo4_builtins::plant::{Plant, is_planted};

use super::Runtime;
use super::repeat::{count_key, count_key_ref};
use crate::argument::{self, Outcome};
use crate::map_table::{Key, MapTable};
use crate::value::Value;

pub(crate) fn mmap(_: &mut Runtime) -> Value {
    Value::map(MapTable::new())
}

pub(crate) fn mset(_: &mut Runtime, mut map: Value, key: Value, value: Value) -> Outcome<Value> {
    argument::map("mset", &map)?;
    let key = argument::owned_key("mset", key)?;
    if is_planted(Plant::MsetKeepsOld) && map.as_map().is_some_and(|table| table.get(key.as_ref()).is_some())
    {
        return Ok(map);
    }
    let old = map.update_map(|table| table.insert(key, value));
    drop(old);
    Ok(map)
}

pub(crate) fn mget(_: &mut Runtime, map: &Value, key: &Value) -> Outcome<Value> {
    let table = argument::map("mget", map)?;
    Ok(table.get(argument::key("mget", key)?).cloned().unwrap_or_default())
}

pub(crate) fn mget_take(_: &mut Runtime, map: &mut Value, key: &Value) -> Outcome<Value> {
    argument::map("mget", map)?;
    let key = argument::key("mget", key)?;
    Ok(map.take_from_map(key).unwrap_or_default())
}

pub(crate) fn mhas(_: &mut Runtime, map: &Value, key: &Value) -> Outcome<bool> {
    let table = argument::map("mhas", map)?;
    Ok(table.get(argument::key("mhas", key)?).is_some())
}

pub(crate) fn mdel(_: &mut Runtime, mut map: Value, key: &Value) -> Outcome<Value> {
    let table = argument::map("mdel", &map)?;
    let key = argument::key("mdel", key)?;
    if table.get(key).is_some() {
        let old = map.update_map(|table| table.remove(key));
        drop(old);
    }
    Ok(map)
}

pub(crate) fn mkeys(_: &mut Runtime, map: &Value) -> Outcome<Value> {
    let entries = argument::map("mkeys", map)?.sorted();
    Ok(Value::list(entries.into_iter().map(|(key, _)| key.to_value()).collect()))
}

pub(crate) fn mvals(_: &mut Runtime, map: &Value) -> Outcome<Value> {
    let entries = argument::map("mvals", map)?.sorted();
    Ok(Value::list(entries.into_iter().map(|(_, value)| value.clone()).collect()))
}

pub(crate) fn frq(_: &mut Runtime, list: &Value) -> Outcome<Value> {
    let mut counts = MapTable::new();
    for element in argument::list("frq", list)? {
        match count_key_ref(element).and_then(|key| counts.get_mut(key)) {
            Some(count) => *count = Value::number(count.as_number().unwrap_or(0.0) + 1.0),
            None => {
                let key: Key = count_key(element)?;
                counts.insert(key, Value::number(1.0));
            }
        }
    }
    Ok(Value::map(counts))
}

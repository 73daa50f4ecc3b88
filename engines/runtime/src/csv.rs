//! CSV and TSV as the builtins document specifies them (15.3), which is line by line and not RFC 4180.

use crate::display::{self, write_key};
use crate::map_table::{Key, KeyRef};
use crate::runtime::Runtime;
use crate::value::{Value, View};

/// The rows of a text, all cells texts.
pub(crate) fn parse(content: &str, separator: char) -> Value {
    Value::list(content.lines().map(|line| row(line, separator)).collect())
}

fn row(line: &str, separator: char) -> Value {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            _ if character == separator && !quoted => cells.push(Value::text(&std::mem::take(&mut cell))),
            _ => cell.push(character),
        }
    }
    cells.push(Value::text(&cell));
    Value::list(cells)
}

/// The text of the rows, or what is wrong with them.
pub(crate) fn write(rt: &Runtime, data: &Value, separator: char) -> Result<String, String> {
    let rows =
        data.as_list().ok_or_else(|| format!("needs a list of rows, got {}", data.kind().with_article()))?;
    let mut writer = Writer { rt, separator, out: String::new() };
    match rows.first().map(Value::view) {
        None => {}
        Some(View::List(_)) => writer.plain_rows(rows)?,
        Some(View::Map(first)) => {
            let keys: Vec<&Key> = first.sorted().into_iter().map(|(key, _)| key).collect();
            writer.map_rows(rows, &keys)?;
        }
        Some(View::Record { shape, .. }) => writer.record_rows(rows, shape)?,
        Some(_) => return Err(bad_row(&rows[0])),
    }
    Ok(writer.out)
}

fn bad_row(row: &Value) -> String {
    format!("{} cannot stand among these rows", row.kind().with_article())
}

struct Writer<'a> {
    rt: &'a Runtime,
    separator: char,
    out: String,
}

impl Writer<'_> {
    fn plain_rows(&mut self, rows: &[Value]) -> Result<(), String> {
        for row in rows {
            let cells = row.as_list().ok_or_else(|| bad_row(row))?;
            let cells: Vec<Option<&Value>> = cells.iter().map(Some).collect();
            self.line(&cells);
        }
        Ok(())
    }

    fn map_rows(&mut self, rows: &[Value], keys: &[&Key]) -> Result<(), String> {
        self.header(keys.iter().map(|key| key.as_ref()));
        for row in rows {
            let table = row.as_map().ok_or_else(|| bad_row(row))?;
            let cells: Vec<Option<&Value>> = keys.iter().map(|key| table.get(key.as_ref())).collect();
            self.line(&cells);
        }
        Ok(())
    }

    fn record_rows(&mut self, rows: &[Value], first: u32) -> Result<(), String> {
        let shapes = self.rt.shapes();
        let mut names = shapes.shape(first).fields().to_vec();
        names.sort_by_key(|name| shapes.name(*name));
        self.header(names.iter().map(|name| KeyRef::Text(shapes.name(*name))));
        for row in rows {
            let (shape, fields) = row.as_record().ok_or_else(|| bad_row(row))?;
            let shape = shapes.shape(shape);
            let cells: Vec<Option<&Value>> =
                names.iter().map(|name| shape.slot(*name).map(|slot| &fields[slot])).collect();
            self.line(&cells);
        }
        Ok(())
    }

    fn header<'k>(&mut self, keys: impl Iterator<Item = KeyRef<'k>>) {
        for (position, key) in keys.enumerate() {
            let mut text = String::new();
            write_key(key, &mut text);
            self.cell(position, &text);
        }
        self.out.push('\n');
    }

    fn line(&mut self, cells: &[Option<&Value>]) {
        for (position, cell) in cells.iter().enumerate() {
            match cell.filter(|cell| !cell.is_nil()) {
                None => self.cell(position, ""),
                Some(cell) => self.cell(position, &display::display(self.rt, cell)),
            }
        }
        self.out.push('\n');
    }

    fn cell(&mut self, position: usize, text: &str) {
        if position > 0 {
            self.out.push(self.separator);
        }
        if text.contains([self.separator, '"', '\n']) {
            self.out.push('"');
            self.out.push_str(&text.replace('"', "\"\""));
            self.out.push('"');
        } else {
            self.out.push_str(text);
        }
    }
}

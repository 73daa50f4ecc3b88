//! Field names and record shapes: those the program declares, and those that JSON objects bring along.

use std::collections::HashMap;
use std::rc::Rc;

use crate::hash::FixedState;
use crate::program::ProgramInfo;

/// The type name of records made from JSON.
pub(crate) const JSON: &str = "json";

/// A record type: its name, and its fields in the order of display.
#[derive(Debug)]
pub struct Shape {
    name: Rc<str>,
    fields: Vec<u32>,
    /// Name ids with their slots, ascending, where a search from the front would be too long.
    by_name: Vec<(u32, u32)>,
}

/// Up to so many fields are searched one after the other.
const LINEAR: usize = 8;

impl Shape {
    fn new(name: Rc<str>, fields: Vec<u32>) -> Shape {
        let mut by_name = Vec::new();
        if fields.len() > LINEAR {
            by_name = fields.iter().zip(0..).map(|(name, slot)| (*name, slot)).collect();
            by_name.sort_unstable();
        }
        Shape { name, fields, by_name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Name ids, in the order of the slots.
    pub fn fields(&self) -> &[u32] {
        &self.fields
    }

    /// The slot of a field.
    pub fn slot(&self, name: u32) -> Option<usize> {
        if self.by_name.is_empty() {
            return self.fields.iter().position(|field| *field == name);
        }
        let found = self.by_name.binary_search_by_key(&name, |(field, _)| *field).ok()?;
        Some(self.by_name[found].1 as usize)
    }
}

/// All names and shapes of a running program.
#[derive(Debug, Default)]
pub struct Shapes {
    shapes: Vec<Shape>,
    names: Vec<Rc<str>>,
    ids: HashMap<Rc<str>, u32, FixedState>,
    json: HashMap<Vec<u32>, u32, FixedState>,
}

impl Shapes {
    pub(crate) fn new(info: &ProgramInfo) -> Shapes {
        let mut shapes = Shapes::default();
        for name in &info.names {
            let name: Rc<str> = name.as_str().into();
            let id = shapes.names.len() as u32;
            shapes.names.push(name.clone());
            shapes.ids.entry(name).or_insert(id);
        }
        shapes.shapes = info
            .shapes
            .iter()
            .map(|shape| Shape::new(shape.name.as_str().into(), shape.fields.clone()))
            .collect();
        shapes
    }

    pub fn shape(&self, id: u32) -> &Shape {
        &self.shapes[id as usize]
    }

    pub fn name(&self, id: u32) -> &str {
        &self.names[id as usize]
    }

    /// The id of a field name, new if need be.
    pub fn intern(&mut self, name: &str) -> u32 {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = self.names.len() as u32;
        let name: Rc<str> = name.into();
        self.names.push(name.clone());
        self.ids.insert(name, id);
        id
    }

    /// The id of a field name that has one.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }

    /// The shape of JSON objects with these fields, which ascend by name.
    pub(crate) fn json(&mut self, fields: Vec<u32>) -> u32 {
        if let Some(id) = self.json.get(&fields) {
            return *id;
        }
        let id = self.shapes.len() as u32;
        self.shapes.push(Shape::new(JSON.into(), fields.clone()));
        self.json.insert(fields, id);
        id
    }
}

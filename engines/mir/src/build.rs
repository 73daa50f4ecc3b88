//! HIR → MIR. Afterwards every local is a word, every operand a read, and no drop exists: the passes of
//! [`crate::pipeline`] choose representations and make ownership explicit.

mod condition;
mod function;
mod value;

use std::collections::HashMap;

use ilo4_check::hir;
use ilo4_syntax::Span;

use crate::body::{NameId, PlaceId, Program, Shape, TextId};

/// The MIR of a program, before any pass.
pub fn build(hir: &hir::Program) -> Program {
    let mut tables = Tables::default();
    for record in &hir.records {
        let fields = record.fields.iter().map(|(name, _)| tables.name(name)).collect();
        tables.program.shapes.push(Shape { name: record.name.clone(), fields });
    }
    for (index, function) in hir.functions.iter().enumerate() {
        let id = hir::FunctionId(index as u32);
        let body = function::build(id, function, &mut tables);
        tables.program.functions.push(body);
    }
    tables.program
}

/// The program under construction with its interners.
#[derive(Default)]
struct Tables {
    program: Program,
    names: HashMap<String, NameId>,
    texts: HashMap<String, TextId>,
    places: HashMap<Span, PlaceId>,
}

impl Tables {
    fn name(&mut self, name: &str) -> NameId {
        if let Some(&id) = self.names.get(name) {
            return id;
        }
        let id = NameId(self.program.names.len() as u32);
        self.program.names.push(name.to_owned());
        self.names.insert(name.to_owned(), id);
        id
    }

    fn text(&mut self, text: &str) -> TextId {
        if let Some(&id) = self.texts.get(text) {
            return id;
        }
        let id = TextId(self.program.texts.len() as u32);
        self.program.texts.push(text.to_owned());
        self.texts.insert(text.to_owned(), id);
        id
    }

    fn place(&mut self, span: Span) -> PlaceId {
        let next = PlaceId(self.program.places.len() as u32);
        let id = *self.places.entry(span).or_insert(next);
        if id == next {
            self.program.places.push(span);
        }
        id
    }
}

//! Places: small numbers for the spans at which a program can fault.

use std::collections::HashMap;

use ilo4_syntax::Span;

/// Numbers spans in the order in which they are met; equal spans have equal numbers.
///
/// The runtime knows no sources, and generated code wants a small integer: a fault carries one of these numbers, and the
/// driver turns it back into a span to draw the excerpt. All engines share one numbering.
#[derive(Clone, Debug, Default)]
pub struct Places {
    spans: Vec<Span>,
    ids: HashMap<Span, u32>,
}

impl Places {
    /// The numbering that MIR made while it was built: it meets every expression that can fault.
    pub fn new(spans: &[Span]) -> Places {
        let mut places = Places::default();
        spans.iter().for_each(|span| {
            places.id(*span);
        });
        places
    }

    /// The number of `span`, a new one if it has none.
    pub fn id(&mut self, span: Span) -> u32 {
        *self.ids.entry(span).or_insert_with(|| {
            self.spans.push(span);
            self.spans.len() as u32 - 1
        })
    }

    /// The number of `span` if it has one.
    pub fn find(&self, span: Span) -> Option<u32> {
        self.ids.get(&span).copied()
    }

    /// The span with this number.
    pub fn span(&self, place: u32) -> Option<Span> {
        self.spans.get(place as usize).copied()
    }

    /// How many there are; the numbers are the ones below.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use ilo4_syntax::SourceId;

    use super::*;

    #[test]
    fn equal_spans_share_a_number() {
        let mut places = Places::default();
        let (a, b) = (Span::new(SourceId(0), 1, 2), Span::new(SourceId(1), 1, 2));
        assert_eq!([places.id(a), places.id(b), places.id(a)], [0, 1, 0]);
        assert_eq!(places.span(1), Some(b));
        assert_eq!(places.span(u32::MAX), None);
    }
}

//! A value: one owned word.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;

use ilo4_builtins::abi;
use ilo4_builtins::plant::{Plant, is_planted};

use crate::counters;
use crate::heap::{self, fields, list, map, text};
use crate::map_table::{KeyRef, MapTable};

/// An owned word (see [`abi`]): cloning retains, dropping releases. Freeing never recurses.
///
/// Values are immutable to everyone who shares them; the `update_…` methods copy first where the value is shared, and
/// count what they did. A value belongs to the thread that made it.
#[repr(transparent)]
pub struct Value {
    word: u64,
    /// Counts are not atomic.
    not_send: PhantomData<*const ()>,
}

/// What a value is, for messages and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Nil,
    Bool,
    Number,
    Text,
    List,
    Map,
    Record,
    Ok,
    Err,
    Function,
}

impl Kind {
    /// As it stands in a message: "a list", "nil".
    pub fn with_article(self) -> &'static str {
        match self {
            Kind::Nil => "nil",
            Kind::Bool => "a boolean",
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::List => "a list",
            Kind::Map => "a map",
            Kind::Record => "a record",
            Kind::Ok => "an Ok value",
            Kind::Err => "an Err value",
            Kind::Function => "a function",
        }
    }
}

/// A value taken apart, without touching its count.
#[derive(Clone, Copy)]
pub enum View<'a> {
    Nil,
    Bool(bool),
    Number(f64),
    Text(&'a str),
    List(&'a [Value]),
    Map(&'a MapTable),
    Record {
        shape: u32,
        fields: &'a [Value],
    },
    Ok(&'a Value),
    Err(&'a Value),
    /// A function and its captured values, which are none for a plain function.
    Function {
        function: u32,
        captures: &'a [Value],
    },
}

impl Value {
    const fn of_word(word: u64) -> Value {
        Value { word, not_send: PhantomData }
    }

    pub const fn nil() -> Value {
        Value::of_word(abi::NIL)
    }

    pub const fn bool(truth: bool) -> Value {
        Value::of_word(if truth { abi::TRUE } else { abi::FALSE })
    }

    /// A number. Every NaN becomes the same NaN, so that no number looks like another kind of word.
    pub fn number(number: f64) -> Value {
        let bits = number.to_bits();
        Value::of_word(if bits < abi::FIRST_NON_NUMBER { bits } else { f64::NAN.to_bits() })
    }

    /// The function of that index, without captured values.
    pub const fn function(index: u32) -> Value {
        Value::of_word(abi::FUNCTION | index as u64)
    }

    pub fn text(content: &str) -> Value {
        Value::of_word(text::shared(content).unwrap_or_else(|| text::make(content, "")))
    }

    /// The text of both parts in one object.
    pub(crate) fn text_of_two(first: &str, second: &str) -> Value {
        Value::of_word(text::make(first, second))
    }

    /// An empty text of its own, with room.
    pub(crate) fn text_with_capacity(bytes: usize) -> Value {
        Value::of_word(text::reserve(bytes))
    }

    /// A text for a literal: shared, never freed by counting, not counted as alive.
    pub fn immortal_text(content: &str) -> Value {
        Value::of_word(text::make_literal(content))
    }

    /// Frees a literal unless a value still refers to it.
    pub(crate) fn forget_literal(self) {
        let word = self.into_raw();
        // SAFETY: callers hand in what `immortal_text` made; this reference ends here.
        unsafe { text::free_literal(word) }
    }

    pub fn list(elements: Vec<Value>) -> Value {
        Value::of_word(list::make(elements))
    }

    pub fn map(table: MapTable) -> Value {
        Value::of_word(map::make(table))
    }

    /// A record; the fields in the order of the shape.
    pub fn record(shape: u32, values: impl ExactSizeIterator<Item = Value>) -> Value {
        Value::of_word(fields::make(abi::KIND_RECORD, shape, values.map(Value::into_raw)))
    }

    pub fn ok(payload: Value) -> Value {
        Value::of_word(fields::make(abi::KIND_OK, 0, std::iter::once(payload.into_raw())))
    }

    pub fn err(payload: Value) -> Value {
        Value::of_word(fields::make(abi::KIND_ERR, 0, std::iter::once(payload.into_raw())))
    }

    /// A function with captured values.
    pub fn closure(function: u32, captures: impl ExactSizeIterator<Item = Value>) -> Value {
        assert!(captures.len() < usize::from(u16::MAX), "a function captures too many values");
        Value::of_word(fields::make(abi::KIND_CLOSURE, function, captures.map(Value::into_raw)))
    }

    /// The word; the caller owns its reference now.
    pub fn into_raw(self) -> u64 {
        ManuallyDrop::new(self).word
    }

    /// The word, still owned by this value.
    pub fn raw(&self) -> u64 {
        self.word
    }

    /// # Safety
    /// `word` is a value (not `FAULT`) and carries a reference that nobody else will release.
    pub unsafe fn from_raw(word: u64) -> Value {
        debug_assert_ne!(word, abi::FAULT, "a failed operation has no value");
        Value::of_word(word)
    }

    pub(crate) fn is_heap(&self) -> bool {
        self.word >= abi::HEAP
    }

    /// Is this the only reference to an object? False for what is not an object.
    pub fn is_unique(&self) -> bool {
        // SAFETY: this value owns a reference, so the object is alive.
        self.is_heap() && unsafe { heap::count(self.word) } == 1
    }

    pub fn as_number(&self) -> Option<f64> {
        (self.word < abi::FIRST_NON_NUMBER).then(|| f64::from_bits(self.word))
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.word {
            abi::TRUE => Some(true),
            abi::FALSE => Some(false),
            _ => None,
        }
    }

    pub fn is_nil(&self) -> bool {
        self.word == abi::NIL
    }

    /// Is it neither false, nil, zero, the empty text nor the empty list (6.2)?
    pub fn is_truthy(&self) -> bool {
        match self.view() {
            View::Nil => false,
            View::Bool(truth) => truth,
            View::Number(number) => number != 0.0,
            View::Text(text) => !text.is_empty(),
            View::List(list) => !list.is_empty(),
            View::Map(_) | View::Record { .. } | View::Ok(_) | View::Err(_) | View::Function { .. } => true,
        }
    }

    fn object_kind(&self) -> Option<u8> {
        // SAFETY: this value owns a reference, so the object is alive.
        self.is_heap().then(|| unsafe { heap::kind(self.word) })
    }

    pub fn kind(&self) -> Kind {
        match self.view() {
            View::Nil => Kind::Nil,
            View::Bool(_) => Kind::Bool,
            View::Number(_) => Kind::Number,
            View::Text(_) => Kind::Text,
            View::List(_) => Kind::List,
            View::Map(_) => Kind::Map,
            View::Record { .. } => Kind::Record,
            View::Ok(_) => Kind::Ok,
            View::Err(_) => Kind::Err,
            View::Function { .. } => Kind::Function,
        }
    }

    pub fn view(&self) -> View<'_> {
        if let Some(number) = self.as_number() {
            return View::Number(number);
        }
        match self.object_kind() {
            Some(kind) => self.view_object(kind),
            None => self.view_immediate(),
        }
    }

    fn view_immediate(&self) -> View<'_> {
        match self.word {
            abi::NIL => View::Nil,
            abi::FALSE => View::Bool(false),
            abi::TRUE => View::Bool(true),
            word => View::Function { function: word as u32, captures: &[] },
        }
    }

    fn view_object(&self, kind: u8) -> View<'_> {
        // SAFETY: the object is alive and, being shared with this value, unwritten while it is borrowed; its kind
        // says which layout it has.
        unsafe {
            match kind {
                abi::KIND_TEXT => View::Text(text::content(self.word)),
                abi::KIND_LIST => View::List(list::slice(self.word)),
                abi::KIND_MAP => View::Map(map::table(self.word)),
                abi::KIND_OK => View::Ok(&fields::slice(self.word)[0]),
                abi::KIND_ERR => View::Err(&fields::slice(self.word)[0]),
                abi::KIND_RECORD => {
                    View::Record { shape: fields::aux(self.word), fields: fields::slice(self.word) }
                }
                _ => View::Function { function: fields::aux(self.word), captures: fields::slice(self.word) },
            }
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self.view() {
            View::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        match self.view() {
            View::List(list) => Some(list),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&MapTable> {
        match self.view() {
            View::Map(table) => Some(table),
            _ => None,
        }
    }

    /// Shape and fields.
    pub fn as_record(&self) -> Option<(u32, &[Value])> {
        match self.view() {
            View::Record { shape, fields } => Some((shape, fields)),
            _ => None,
        }
    }

    /// The content of an Ok or Err value.
    pub fn payload(&self) -> Option<&Value> {
        match self.view() {
            View::Ok(payload) | View::Err(payload) => Some(payload),
            _ => None,
        }
    }

    /// Index and captured values of a function.
    pub fn as_function(&self) -> Option<(u32, &[Value])> {
        match self.view() {
            View::Function { function, captures } => Some((function, captures)),
            _ => None,
        }
    }

    /// Is it a text of ASCII characters only, so that positions are offsets?
    pub(crate) fn is_ascii_text(&self) -> bool {
        // SAFETY: the object is alive and a text.
        self.object_kind() == Some(abi::KIND_TEXT) && unsafe { text::is_ascii(self.word) }
    }

    fn assert_unique(&self, kind: u8) {
        assert!(
            self.is_unique() && self.object_kind() == Some(kind),
            "not a solely owned object of that kind"
        );
    }

    /// Makes a list solely owned: counts an update in place if it is, copies it if it is shared.
    fn own_list(&mut self) {
        if self.is_unique() {
            counters::updated_in_place();
        } else {
            let elements = self.as_list().unwrap_or_default().to_vec();
            counters::copied(elements.len() * size_of::<Value>());
            *self = Value::list(elements);
        }
        self.assert_unique(abi::KIND_LIST);
    }

    /// The list with `update` applied to its elements: in place if solely owned, else to a copy.
    pub(crate) fn update_list<R>(&mut self, update: impl FnOnce(&mut Vec<Value>) -> R) -> R {
        self.own_list();
        // SAFETY: solely owned now; the exclusive borrow of the only word keeps readers away.
        unsafe { list::update(self.word, update) }
    }

    /// The elements for writing: in place if solely owned, else those of a copy that takes the list's place.
    pub(crate) fn elements_mut(&mut self) -> &mut [Value] {
        self.own_list();
        // SAFETY: solely owned now; the slice borrows the only word exclusively.
        unsafe { list::slice_mut(self.word) }
    }

    /// Adds an element at the end: in place if solely owned, else to a copy. Amortised O(1).
    pub(crate) fn push(&mut self, element: Value) {
        self.own_list();
        // SAFETY: solely owned now; the exclusive borrow of the only word keeps readers away.
        unsafe {
            if let Err(element) = list::push_within_capacity(self.word, element) {
                list::update(self.word, |elements| elements.push(element));
            }
        }
    }

    /// The same for a list known to be solely owned; nothing is counted.
    pub(crate) fn update_unique_list<R>(&mut self, update: impl FnOnce(&mut Vec<Value>) -> R) -> R {
        self.assert_unique(abi::KIND_LIST);
        // SAFETY: just asserted; the exclusive borrow of the only word keeps readers away.
        unsafe { list::update(self.word, update) }
    }

    /// The elements of a list: its own if solely owned, else copies of them.
    pub(crate) fn into_elements(mut self) -> Vec<Value> {
        if self.is_unique() && self.object_kind() == Some(abi::KIND_LIST) {
            return self.update_unique_list(std::mem::take);
        }
        self.as_list().unwrap_or_default().to_vec()
    }

    /// The map with `update` applied: in place if solely owned, else to a copy.
    pub(crate) fn update_map<R>(&mut self, update: impl FnOnce(&mut MapTable) -> R) -> R {
        if self.is_unique() && !is_planted(Plant::CopyOnHelper) {
            counters::updated_in_place();
        } else {
            let table = self.as_map().cloned().unwrap_or_default();
            counters::copied(table.heap_bytes());
            *self = Value::map(table);
        }
        self.assert_unique(abi::KIND_MAP);
        // SAFETY: just asserted; the exclusive borrow of the only word keeps readers away.
        unsafe { map::update(self.word, update) }
    }

    /// The record's fields for writing: its own if solely owned, else those of a copy that takes its place.
    pub(crate) fn update_record(&mut self) -> &mut [Value] {
        if self.is_unique() {
            counters::updated_in_place();
        } else if let Some((shape, values)) = self.as_record() {
            counters::copied(size_of_val(values));
            *self = Value::record(shape, values.iter().cloned());
        }
        self.assert_unique(abi::KIND_RECORD);
        // SAFETY: just asserted; the slice borrows the only word exclusively.
        unsafe { fields::slice_mut(self.word) }
    }

    /// The fields of a record that is solely owned, for taking one out; `None` otherwise.
    pub(crate) fn unique_fields_mut(&mut self) -> Option<&mut [Value]> {
        let fits = self.is_unique() && self.object_kind() == Some(abi::KIND_RECORD);
        // SAFETY: just checked; the slice borrows the only word exclusively.
        fits.then(|| unsafe { fields::slice_mut(self.word) })
    }

    /// The value of a key, moved out (nil stays) if the map is solely owned and shared otherwise; `None` without the key, or if this is
    /// no map.
    pub(crate) fn take_from_map(&mut self, key: KeyRef<'_>) -> Option<Value> {
        if self.is_unique() && self.object_kind() == Some(abi::KIND_MAP) {
            // SAFETY: just checked; the exclusive borrow of the only word keeps readers away.
            return unsafe { map::update(self.word, |table| table.get_mut(key).map(std::mem::take)) };
        }
        self.as_map()?.get(key).cloned()
    }

    /// The content of an Ok or Err value, moved out if the value is solely owned; another value is its own content.
    pub(crate) fn into_payload(self) -> Value {
        if self.is_unique() && self.payload().is_some() {
            // SAFETY: the only reference to an Ok or Err object, which has one word.
            return std::mem::take(unsafe { &mut fields::slice_mut(self.word)[0] });
        }
        match self.payload() {
            Some(payload) => payload.clone(),
            None => self,
        }
    }

    /// The text with `more` behind it: in place if solely owned, else a new text.
    pub(crate) fn append_text(self, more: &str) -> Value {
        if self.is_unique() && self.object_kind() == Some(abi::KIND_TEXT) {
            counters::updated_in_place();
            return self.append_unique_text(more);
        }
        let content = self.as_str().unwrap_or_default();
        counters::copied(content.len());
        Value::text_of_two(content, more)
    }

    /// The same for a text known to be solely owned; nothing is counted.
    pub(crate) fn append_unique_text(self, more: &str) -> Value {
        self.assert_unique(abi::KIND_TEXT);
        // SAFETY: just asserted; `more` borrows another object, as this one has no other reference.
        Value::of_word(unsafe { text::append(self.into_raw(), more) })
    }

    /// The bytes `start..end` of the text, both character boundaries: in place if solely owned, else a new text.
    pub(crate) fn cut_text(self, start: usize, end: usize) -> Value {
        if !self.is_unique() {
            let part = Value::text(&self.as_str().unwrap_or_default()[start..end]);
            counters::copied(end - start);
            return part;
        }
        self.assert_unique(abi::KIND_TEXT);
        let content = self.as_str().unwrap_or_default();
        assert!(start <= end && content.is_char_boundary(start) && content.is_char_boundary(end));
        counters::updated_in_place();
        // SAFETY: the only reference to a text; the boundaries were just asserted.
        unsafe {
            text::truncate(self.word, end);
            text::remove_front(self.word, start);
        }
        self
    }

    /// The bytes of a solely owned ASCII text, to be reordered or changed within ASCII by `change`; false if it is none.
    pub(crate) fn update_ascii_text(&mut self, change: impl FnOnce(&mut [u8])) -> bool {
        if !self.is_unique() || !self.is_ascii_text() {
            return false;
        }
        counters::updated_in_place();
        // SAFETY: the only reference to an ASCII text. What `change` wrote is checked before anyone can read it.
        let bytes = unsafe { text::ascii_bytes_mut(self.word) };
        change(bytes);
        assert!(bytes.is_ascii(), "an ASCII text must stay ASCII");
        true
    }
}

impl Default for Value {
    fn default() -> Value {
        Value::nil()
    }
}

impl Clone for Value {
    fn clone(&self) -> Value {
        if self.is_heap() {
            // SAFETY: this value owns a reference, so the object is alive.
            unsafe { heap::retain(self.word) }
        }
        Value::of_word(self.word)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        if self.is_heap() {
            // SAFETY: this value owns the reference it gives up.
            unsafe { heap::release(self.word) }
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.view() {
            View::Number(number) => write!(f, "{number}"),
            View::Text(text) => write!(f, "{text:?}"),
            View::Bool(truth) => write!(f, "{truth}"),
            _ => f.write_str(self.kind().with_article()),
        }
    }
}

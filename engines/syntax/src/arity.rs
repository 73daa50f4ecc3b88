//! The table of known-arity functions (4.6): what lets the parser read nested calls without parentheses.

use std::collections::HashMap;

/// What the parser knows of a callee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Callee {
    /// Its arity, if it is in the table.
    pub arity: Option<usize>,
    /// Bit i: argument position i takes a function.
    function_positions: u64,
}

impl Callee {
    /// Does argument position `index` take a function (4.6)?
    pub(crate) fn takes_function(self, index: usize) -> bool {
        index < 64 && self.function_positions >> index & 1 == 1
    }
}

/// Grows while the file is read: a function is known from its header on.
#[derive(Debug, Default)]
pub(crate) struct ArityTable {
    functions: HashMap<String, Callee>,
}

impl ArityTable {
    /// Enters a user function; `takes_function` says for each parameter whether its written type starts with `F`.
    pub(crate) fn declare(&mut self, name: &str, takes_function: &[bool]) {
        let function_positions =
            takes_function.iter().take(64).enumerate().fold(0, |bits, (i, &f)| bits | u64::from(f) << i);
        let callee = Callee { arity: Some(takes_function.len()), function_positions };
        self.functions.insert(name.to_string(), callee);
    }

    pub(crate) fn callee(&self, name: &str) -> Callee {
        if let Some(&callee) = self.functions.get(name) {
            return callee;
        }
        ilo4_builtins::lookup(name).map_or_else(Callee::default, |builtin| Callee {
            arity: builtin.nested_arity.map(usize::from),
            function_positions: u64::from(builtin.takes_function),
        })
    }
}

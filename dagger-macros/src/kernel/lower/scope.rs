//! Which variable a name means.

use std::collections::HashMap;
use syn::{Ident, Lifetime};

/// The variables there are, and those in sight.
pub(super) struct Scope {
    names: Vec<String>,
    /// By the number of the variable: the dimensions of a neighbourhood.
    neighbours: Vec<Option<usize>>,
    visible: Vec<HashMap<String, usize>>,
}

impl Default for Scope {
    fn default() -> Self {
        Scope {
            names: Vec::new(),
            neighbours: Vec::new(),
            visible: vec![HashMap::new()],
        }
    }
}

/// A loop or labelled block.
pub(super) struct Frame {
    pub(super) number: usize,
    pub(super) label: Option<Lifetime>,
    pub(super) is_block: bool,
}

impl Scope {
    /// A new variable of that name, which hides earlier ones.
    pub(super) fn declare(&mut self, name: &Ident) -> usize {
        self.declare_parameter(&name.to_string(), None)
    }

    /// A parameter; `dimensions` if it is a neighbourhood.
    pub(super) fn declare_parameter(&mut self, name: &str, dimensions: Option<usize>) -> usize {
        let number = self.names.len();
        self.names.push(name.to_owned());
        self.neighbours.push(dimensions);
        if let Some(innermost) = self.visible.last_mut() {
            innermost.insert(name.to_owned(), number);
        }
        number
    }

    /// The variable that the name means here.
    pub(super) fn find(&self, name: &Ident) -> Option<usize> {
        let name = name.to_string();
        self.visible
            .iter()
            .rev()
            .find_map(|names| names.get(&name).copied())
    }

    /// The dimensions of a variable that is a neighbourhood.
    pub(super) fn dimensions(&self, number: usize) -> Option<usize> {
        self.neighbours[number]
    }

    pub(super) fn enter(&mut self) {
        self.visible.push(HashMap::new());
    }

    pub(super) fn leave(&mut self) {
        self.visible.pop();
    }

    /// The names of all variables there have been, by number.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }
}

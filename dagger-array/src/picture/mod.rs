//! Pictures of arrays: a heat map of the values, and a map of which worker holds which block.
//!
//! Both are SVG texts of a fixed size whatever the size of the array: a heat map has at most [`CELLS`] cells along an axis, and each
//! block is reduced to its cells where it lies, so that little is moved.

mod colour;
mod heat;
mod svg;
mod worker_map;

use dagger_core::{Error, Result};
use std::fmt;
use std::path::Path;

/// The most cells along an axis of a heat map.
pub(crate) const CELLS: usize = 64;

/// A picture, as SVG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    svg: String,
}

impl Picture {
    /// The SVG text.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// Writes it to a file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        std::fs::write(path, &self.svg)
            .map_err(|error| Error::msg(format!("cannot write {}: {error}", path.display())))
    }
}

/// The SVG text.
impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.svg)
    }
}

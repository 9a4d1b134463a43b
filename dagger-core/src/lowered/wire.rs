//! What `#[derive(Wire)]` expands to calls.

use crate::error::{Error, Result};

/// The error for a variant that does not exist.
///
/// # Errors
/// Always.
#[cold]
pub fn no_variant<T>(name: &str, number: usize) -> Result<T> {
    Err(Error::msg(format!("`{name}` has no variant {number}")))
}

/// So many values, each made of the next of every column.
///
/// # Errors
/// When a column has too few.
pub fn rows<T>(length: usize, mut row: impl FnMut() -> Option<T>) -> Result<Vec<T>> {
    let mut rows = Vec::with_capacity(length);
    for _ in 0..length {
        match row() {
            Some(row) => rows.push(row),
            None => return Err(Error::msg("a column has too few elements")),
        }
    }
    Ok(rows)
}

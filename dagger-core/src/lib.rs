//! The runtime of Dagger.

mod error;

pub use error::{Error, Location, Result};

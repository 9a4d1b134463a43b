//! Types whose memory crosses as it is.

use bytemuck::{NoUninit, Pod};

/// A type whose values are plain bytes: any bytes are a value, and there is no padding. The numbers.
pub trait Bulk: Pod + NoUninit {}

impl<T: Pod + NoUninit> Bulk for T {}

//! The memory of a device, on the recording one.

mod failures;
mod order;
mod random;
mod tiny;

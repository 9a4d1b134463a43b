//! Arrays on devices, with recording ones: the same results as without.

mod bench;
mod elementwise;
mod errors;
mod placing;
mod reductions;

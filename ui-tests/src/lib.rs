//! Tests of what compiles and what does not, and of what is said then.
//!
//! `tests/pass` holds programs that must compile and run, `tests/fail` programs with one mistake each, named by what the
//! user did wrong, beside the exact message they get. The crate itself holds nothing.

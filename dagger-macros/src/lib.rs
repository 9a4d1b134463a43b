//! The macros of Dagger.

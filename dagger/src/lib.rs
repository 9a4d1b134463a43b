//! Dagger.

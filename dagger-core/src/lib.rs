//! The runtime of Dagger.

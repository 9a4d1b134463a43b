//! Task graphs as data.

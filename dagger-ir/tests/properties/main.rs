//! Properties of random graphs and programs, each against a slow and obvious answer.

mod antichains;
mod fusion;
mod hazards;
mod orders;
mod paths;
mod pictures;
mod random;
mod reduction;
mod xml;

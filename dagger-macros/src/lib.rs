//! The macros of Dagger.

mod dag;

/// Turns a block of ordinary Rust into a task graph while it compiles.
#[proc_macro]
pub fn dag(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    dag::expand(input.into()).into()
}

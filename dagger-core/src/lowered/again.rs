//! Parameters by value of a prepared graph.

/// A by-value parameter of a graph that can be supplied anew for every run.
///
/// The lifetime is that of the prepared graph. It makes the bound one that rustc checks where `prepare` is called, not where the
/// graph is written: a graph whose parameters are not `Clone` can still be run.
#[diagnostic::on_unimplemented(
    message = "a graph with a parameter of type `{Self}` cannot be prepared, because every run needs one and `{Self}` is not `Clone`",
    label = "`{Self}` is not `Clone`",
    note = "take the parameter as `&{Self}`, or call `run`"
)]
pub trait Again<'dag> {
    /// Another one.
    fn again(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Again<'_> for T {
    #[inline]
    fn again(&self) -> Self {
        self.clone()
    }
}

//! Functions as values: what another worker, which runs the same program, has too.
//!
//! A function item, or a closure that captures nothing, is all code. There is nothing of it to send: its type says which function it is, and
//! whoever decodes an argument knows the type. A closure that has captured something has values of its own, of which Rust
//! tells nobody what they are; [`Code`] says that such a one cannot cross, and a task that takes it stays on the worker that spawns it.

use crate::cluster::is_bare;
use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire};

/// A function that crosses to other workers if it is nothing but code: a function item or a closure without captures.
///
/// ```
/// use dagger_core::wire::{Code, Wire};
///
/// fn crosses<F: Clone + Send + Sync + 'static>(_: F) -> bool {
///     <Code<F> as Wire>::crosses()
/// }
///
/// let factor = std::env::args().count() as f64;
/// assert!(crosses(f64::sqrt) && crosses(|x: f64| x + 1.0));
/// assert!(!crosses(move |x: f64| x * factor));
/// ```
#[derive(Clone, Copy)]
pub struct Code<F>(pub F);

impl<F> std::fmt::Debug for Code<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Code({})", std::any::type_name::<F>())
    }
}

impl<F: Clone + Send + Sync + 'static> Wire for Code<F> {
    fn encode<'a>(&'a self, _: &mut Encoder<'a>) {}

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        if !input.comes_from_a_worker() {
            return Err(Error::msg("code only comes from a worker of the same run"));
        }
        if !is_bare::<F>() {
            return Err(Error::msg(format!(
                "`{}` has captured values, so it cannot cross to another worker",
                std::any::type_name::<F>()
            )));
        }
        // SAFETY: reading no bytes from an aligned address. There is such a value, since a worker that runs the same program has encoded
        // one, and since it can be cloned and has neither size nor drop glue nor a lifetime, another one makes no difference.
        Ok(Code(unsafe { std::ptr::NonNull::<F>::dangling().read() }))
    }

    fn crosses() -> bool {
        is_bare::<F>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The closure's own decoder.
    fn decoded<F: Clone + Send + Sync + 'static>(
        _: &Code<F>,
        input: &mut Decoder<'_>,
    ) -> Result<Code<F>> {
        Wire::decode(input)
    }

    #[test]
    fn code_is_made_of_messages_of_workers_only() {
        let code = Code(|x: i32| x + 1);
        assert!(decoded(&code, &mut Decoder::new(&[], [])).is_err());
        let mut from_a_worker = Decoder::new(&[], []).of_a_worker();
        assert_eq!((decoded(&code, &mut from_a_worker).unwrap().0)(1), 2);
    }

    #[test]
    fn captured_values_do_not_cross() {
        let captured = String::from("captured");
        let code = Code(move || captured.len());
        let mut from_a_worker = Decoder::new(&[], []).of_a_worker();
        let error = decoded(&code, &mut from_a_worker).unwrap_err();
        assert!(error.message().contains("captured"), "{error}");
    }
}

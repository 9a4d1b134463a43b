//! Why a kernel could not be written down for a device.

use dagger_ir::kernel::Definition;
use std::fmt;

/// A kernel that cannot be lowered: which, where and why.
///
/// The macro rejects what no device can do while it compiles. What is left for this are mistakes that need types, such as
/// operands that do not fit together, and those rustc has ruled out: it is met where kernels are combined by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowerError {
    at: Option<(&'static str, &'static str, u32)>,
    text: String,
}

impl LowerError {
    /// Of a line of a kernel.
    pub(crate) fn at(definition: &Definition, line: u32, text: impl Into<String>) -> Self {
        LowerError {
            at: Some((definition.name, definition.file, line)),
            text: text.into(),
        }
    }

    /// Of a combination of kernels.
    pub fn of(text: impl Into<String>) -> Self {
        LowerError {
            at: None,
            text: text.into(),
        }
    }
}

impl fmt::Display for LowerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((kernel, file, line)) => {
                write!(f, "kernel `{kernel}` ({file}:{line}): {}", self.text)
            }
            None => f.write_str(&self.text),
        }
    }
}

impl std::error::Error for LowerError {}

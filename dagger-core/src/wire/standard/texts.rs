//! Texts and paths.

use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire};
use std::ffi::OsString;
use std::path::PathBuf;

impl Wire for String {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        text(self, out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<String> {
        let length = input.count()?;
        String::from_utf8(input.bulk(length)?).map_err(|_| Error::msg("a text is not UTF-8"))
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.len()
    }
}

/// As written by the operating system where that is bytes; elsewhere as UTF-8, what is not Unicode replaced.
impl Wire for OsString {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            let bytes = self.as_bytes();
            out.count(bytes.len());
            out.bulk(bytes);
        }
        #[cfg(not(unix))]
        {
            let text = self.to_string_lossy();
            out.count(text.len());
            out.gather(text.len(), text.bytes());
        }
    }
    fn decode(input: &mut Decoder<'_>) -> Result<OsString> {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStringExt;
            Vec::decode(input).map(OsString::from_vec)
        }
        #[cfg(not(unix))]
        {
            String::decode(input).map(OsString::from)
        }
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.len()
    }
}

/// As its `OsString`.
impl Wire for PathBuf {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        // The one way to the owned text inside, which is what implements `Wire`, would be by value.
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            let bytes = self.as_os_str().as_bytes();
            out.count(bytes.len());
            out.bulk(bytes);
        }
        #[cfg(not(unix))]
        {
            let text = self.to_string_lossy();
            out.count(text.len());
            out.gather(text.len(), text.bytes());
        }
    }
    fn decode(input: &mut Decoder<'_>) -> Result<PathBuf> {
        OsString::decode(input).map(PathBuf::from)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.as_os_str().len()
    }
}

/// Writes a text, its length first.
pub(super) fn text<'a>(text: &'a str, out: &mut Encoder<'a>) {
    out.count(text.len());
    out.bulk(text.as_bytes());
}

//! Spans and points of time.

use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire};
use std::time::{Duration, SystemTime};

impl Wire for Duration {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.raw(&self.as_secs().to_le_bytes());
        out.raw(&self.subsec_nanos().to_le_bytes());
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Duration> {
        let (seconds, nanos) = (u64::decode(input)?, u32::decode(input)?);
        if nanos >= 1_000_000_000 {
            return Err(Error::msg(format!(
                "{nanos} nanoseconds are more than a second"
            )));
        }
        Ok(Duration::new(seconds, nanos))
    }
    fn slice_bytes(slice: &[Self]) -> usize {
        size_of_val(slice)
    }
}

/// The distance from the Unix epoch, and on which side of it.
impl Wire for SystemTime {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        let (before, distance) = match self.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(distance) => (0, distance),
            Err(error) => (1, error.duration()),
        };
        out.raw(&[before]);
        out.raw(&distance.as_secs().to_le_bytes());
        out.raw(&distance.subsec_nanos().to_le_bytes());
    }
    fn decode(input: &mut Decoder<'_>) -> Result<SystemTime> {
        let epoch = SystemTime::UNIX_EPOCH;
        let (before, distance) = (bool::decode(input)?, Duration::decode(input)?);
        let time = if before {
            epoch.checked_sub(distance)
        } else {
            epoch.checked_add(distance)
        };
        time.ok_or_else(|| Error::msg("a time is out of this machine's range"))
    }
    fn slice_bytes(slice: &[Self]) -> usize {
        size_of_val(slice)
    }
}

//! The kernel that is bound by memory.

/// Copies one half of samples to the other half, one sample an iteration, beginning where the row before stopped. Iterations on
/// samples that lie side by side are one copy.
pub(super) fn copy(iterations: i64, samples: i64, step: i64, scratch: &mut [u64]) {
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(scratch);
    let sample = bytes.len() / samples as usize;
    let mut done = 0;
    while done < iterations {
        let first = (step * iterations + done) % samples;
        let count = (samples - first).min(iterations - done);
        let region = first as usize * sample..(first + count) as usize * sample;
        let (from, to) = bytes[region].split_at_mut(count as usize * sample / 2);
        to[..from.len()].copy_from_slice(from);
        done += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_take_turns() {
        // Four samples of two words; each has its own first word.
        let scratch = || -> Vec<u64> { (0..8).collect() };
        let mut once = scratch();
        copy(1, 4, 0, &mut once);
        assert_eq!(once, [0, 0, 2, 3, 4, 5, 6, 7]);
        let mut later = scratch();
        copy(1, 4, 2, &mut later);
        assert_eq!(later, [0, 1, 2, 3, 4, 4, 6, 7]);
        // Three iterations from sample 3: the last sample, then the first two as one region.
        let mut around = scratch();
        copy(3, 4, 1, &mut around);
        assert_eq!(around, [0, 1, 0, 1, 4, 5, 6, 6]);
        let mut nothing = scratch();
        copy(0, 4, 1, &mut nothing);
        assert_eq!(nothing, scratch());
    }
}

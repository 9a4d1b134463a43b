//! Order statistics over a handful of samples.
//!
//! No means and no standard deviations: on a shared machine the distribution has a long tail on one side.

/// What is kept of the samples of one contender.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Half of the samples lie below.
    pub median: f64,
    /// The least sample.
    pub min: f64,
    /// The greatest sample.
    pub max: f64,
    /// A quarter of the samples lie below.
    pub lower_quartile: f64,
    /// Three quarters of the samples lie below.
    pub upper_quartile: f64,
    /// How many samples there were.
    pub count: usize,
}

impl Summary {
    /// The statistics of `samples`, or `None` where there are none.
    ///
    /// # Panics
    /// If a sample is not a number.
    pub fn of(samples: &[f64]) -> Option<Summary> {
        if samples.is_empty() {
            return None;
        }
        let mut sorted = samples.to_vec();
        sorted.sort_by(|a, b| a.partial_cmp(b).expect("a sample is not a number"));
        Some(Summary {
            median: quantile(&sorted, 0.5),
            min: sorted[0],
            max: sorted[sorted.len() - 1],
            lower_quartile: quantile(&sorted, 0.25),
            upper_quartile: quantile(&sorted, 0.75),
            count: sorted.len(),
        })
    }

    /// The same in a unit that is so many times smaller.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Summary {
        Summary {
            median: self.median * factor,
            min: self.min * factor,
            max: self.max * factor,
            lower_quartile: self.lower_quartile * factor,
            upper_quartile: self.upper_quartile * factor,
            count: self.count,
        }
    }

    /// The distance between the quartiles.
    pub fn spread(&self) -> f64 {
        self.upper_quartile - self.lower_quartile
    }
}

/// The quantile of sorted samples, interpolated between neighbours (the seventh definition of Hyndman and Fan,
/// 1996, which R and numpy use by default).
fn quantile(sorted: &[f64], fraction: f64) -> f64 {
    let position = fraction * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = position.ceil() as usize;
    sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_no_summary() {
        assert_eq!(Summary::of(&[]), None);
    }

    #[test]
    fn one_sample_is_all_of_it() {
        let summary = Summary::of(&[3.5]).unwrap();
        assert_eq!((summary.median, summary.min, summary.max), (3.5, 3.5, 3.5));
        assert_eq!(summary.spread(), 0.0);
        assert_eq!(summary.count, 1);
    }

    #[test]
    fn the_order_of_the_samples_does_not_matter() {
        let summary = Summary::of(&[9.0, 1.0, 5.0, 3.0, 7.0]).unwrap();
        assert_eq!(summary.median, 5.0);
        assert_eq!(summary.min, 1.0);
        assert_eq!(summary.max, 9.0);
        assert_eq!((summary.lower_quartile, summary.upper_quartile), (3.0, 7.0));
        assert_eq!(summary.spread(), 4.0);
    }

    #[test]
    fn an_even_number_of_samples_is_interpolated() {
        // The values numpy.percentile gives for [1, 2, 3, 4].
        let summary = Summary::of(&[4.0, 3.0, 2.0, 1.0]).unwrap();
        assert_eq!(summary.median, 2.5);
        assert_eq!(summary.lower_quartile, 1.75);
        assert_eq!(summary.upper_quartile, 3.25);
    }

    #[test]
    fn one_outlier_moves_neither_median_nor_spread() {
        let calm = Summary::of(&[10.0, 10.0, 11.0, 11.0, 12.0, 12.0, 12.0]).unwrap();
        let noisy = Summary::of(&[10.0, 10.0, 11.0, 11.0, 12.0, 12.0, 900.0]).unwrap();
        assert_eq!(calm.median, noisy.median);
        assert_eq!(calm.spread(), noisy.spread());
    }

    #[test]
    #[should_panic(expected = "not a number")]
    fn a_sample_that_is_no_number_is_refused() {
        let _ = Summary::of(&[1.0, f64::NAN]);
    }
}

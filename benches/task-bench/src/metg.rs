//! The minimum effective task granularity.
//!
//! METG(50 %) is the least time a task may take so that the system still reaches half of the machine's peak: the smaller,
//! the finer tasks it can run well. A sweep runs one graph with fewer and fewer iterations of its kernel. For each, the *granularity* is
//! the threads' time a task, `time · threads / tasks`, and the *efficiency* the rate over the peak rate. METG is where the efficiency
//! falls through the share wanted, found between the two sizes around it on the logarithm of the granularity.

/// One size of a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Floating-point operations of the whole graph.
    pub flops: i64,
    /// The time it took.
    pub seconds: f64,
}

impl Size {
    /// Operations a second.
    pub fn rate(&self) -> f64 {
        self.flops as f64 / self.seconds
    }
}

/// A granularity in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Metg {
    /// The efficiency falls through the share here.
    At(f64),
    /// Even the smallest tasks are above it.
    Below(f64),
    /// Even the largest tasks are not.
    Never,
}

/// METG at `share` of `peak`, in operations a second over all threads, of a graph of `tasks` tasks.
pub fn metg(sizes: &[Size], tasks: i64, threads: usize, peak: f64, share: f64) -> Metg {
    let mut curve: Vec<(f64, f64)> = sizes
        .iter()
        .map(|size| {
            let granularity = size.seconds * threads as f64 / tasks as f64;
            (granularity, size.rate() / peak)
        })
        .collect();
    curve.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some(first) = curve
        .iter()
        .position(|&(_, efficiency)| efficiency >= share)
    else {
        return Metg::Never;
    };
    let (above, efficiency_above) = curve[first];
    let Some(&(below, efficiency_below)) = first.checked_sub(1).and_then(|at| curve.get(at)) else {
        return Metg::Below(above);
    };
    let way = (share - efficiency_below) / (efficiency_above - efficiency_below);
    Metg::At((below.ln() + (above.ln() - below.ln()) * way).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A system that adds `overhead` to every task, on one thread that does 10⁹ operations a second.
    fn sweep(overhead: f64) -> Vec<Size> {
        (0..60)
            .map(|step| {
                let work = 1e-3 * 0.8_f64.powi(step);
                Size {
                    flops: (100.0 * work * 1e9) as i64,
                    seconds: 100.0 * (work + overhead),
                }
            })
            .collect()
    }

    #[test]
    fn half_the_peak_is_where_work_and_overhead_are_equal() {
        for overhead in [1e-6, 2.5e-7] {
            let Metg::At(found) = metg(&sweep(overhead), 100, 1, 1e9, 0.5) else {
                panic!("the sweep goes through it");
            };
            assert!((found / (2.0 * overhead) - 1.0).abs() < 0.01, "{found}");
        }
    }

    #[test]
    fn granularity_is_the_time_of_all_threads() {
        let on_one = metg(&sweep(1e-6), 100, 1, 1e9, 0.5);
        let on_two = metg(&sweep(1e-6), 100, 2, 1e9, 0.5);
        match (on_one, on_two) {
            (Metg::At(one), Metg::At(two)) => assert!((two / one - 2.0).abs() < 1e-9),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_sweep_may_end_too_early() {
        let coarse = &sweep(1e-6)[..3];
        assert!(matches!(metg(coarse, 100, 1, 1e9, 0.5), Metg::Below(_)));
        assert_eq!(metg(&sweep(1.0), 100, 1, 1e9, 0.5), Metg::Never);
        assert_eq!(metg(&[], 100, 1, 1e9, 0.5), Metg::Never);
    }
}

//! Ticks of the time axis: round numbers, one unit, no needless digits.

/// One tick: where, in nanoseconds from the start, and what it says.
#[derive(Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) at: u64,
    pub(super) label: String,
}

/// About `wanted` ticks over `range` nanoseconds, 1, 2 or 5 times a power of ten apart. The last one carries the unit.
pub(super) fn ticks(range: u64, wanted: u64) -> Vec<Tick> {
    let step = nice_step(range, wanted);
    let (unit, name) = unit(range);
    let decimals = (0..9)
        .find(|&decimals| (step * 10u64.pow(decimals)).is_multiple_of(unit))
        .unwrap_or(0) as usize;
    let last = range / step;
    (0..=last)
        .map(|index| {
            let at = index * step;
            let value = at as f64 / unit as f64;
            let label = if at == 0 {
                "0".to_owned()
            } else {
                format!("{value:.decimals$}")
            };
            Tick {
                at,
                label: if index == last {
                    format!("{label} {name}")
                } else {
                    label
                },
            }
        })
        .collect()
}

/// The smallest of 1, 2, 5, 10, 20, 50, … that gives at most `wanted` steps.
fn nice_step(range: u64, wanted: u64) -> u64 {
    let mut power = 1u64;
    loop {
        for factor in [1, 2, 5] {
            let step = power * factor;
            if range / step <= wanted {
                return step;
            }
        }
        power *= 10;
    }
}

/// The unit in which a range of this length reads best, in nanoseconds, and its name.
fn unit(range: u64) -> (u64, &'static str) {
    match range {
        0..2_000 => (1, "ns"),
        2_000..2_000_000 => (1_000, "µs"),
        2_000_000..2_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(range: u64) -> Vec<String> {
        ticks(range, 8).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_share_a_unit() {
        assert_eq!(
            labels(2_810_000_000),
            ["0", "0.5", "1.0", "1.5", "2.0", "2.5 s"]
        );
        assert_eq!(
            labels(75_000),
            ["0", "10", "20", "30", "40", "50", "60", "70 µs"]
        );
        assert_eq!(
            labels(16_000_000),
            ["0", "2", "4", "6", "8", "10", "12", "14", "16 ms"]
        );
        assert_eq!(labels(0), ["0 ns"]);
        assert_eq!(labels(1), ["0", "1 ns"]);
    }

    #[test]
    fn any_range_gives_few_ticks_inside_it() {
        for exponent in 0..19 {
            let range = 10u64.pow(exponent) * 9 + 7;
            let ticks = ticks(range, 8);
            assert!((2..=9).contains(&ticks.len()), "{range}: {ticks:?}");
            assert!(ticks.iter().all(|tick| tick.at <= range));
        }
    }
}

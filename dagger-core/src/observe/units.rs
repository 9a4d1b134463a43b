//! How times and counts are written for people.

/// Nanoseconds with three significant digits and a unit: `640 ns`, `12.3 µs`, `4.56 ms`, `7.89 s`, `3 min 20 s`.
pub(super) fn duration(ns: u64) -> String {
    let value = ns as f64;
    // The limits are where rounding to three digits would spill over into the next unit.
    match ns {
        0..=999 => format!("{ns} ns"),
        1_000..=999_499 => format!("{} µs", digits(value / 1e3)),
        999_500..=999_499_999 => format!("{} ms", digits(value / 1e6)),
        999_500_000..=119_999_999_999 => format!("{} s", digits(value / 1e9)),
        _ => {
            let seconds = (value / 1e9).round() as u64;
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
            if hours > 0 {
                format!("{hours} h {minutes} min")
            } else {
                format!("{minutes} min {} s", seconds % 60)
            }
        }
    }
}

/// Three significant digits for values of 1 and more.
fn digits(value: f64) -> String {
    let decimals = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.decimals$}")
}

/// A whole number with commas: `1,234,567`.
pub(super) fn count(number: u64) -> String {
    let plain = number.to_string();
    let mut out = String::with_capacity(plain.len() + plain.len() / 3);
    for (index, digit) in plain.chars().enumerate() {
        if index > 0 && (plain.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share of a whole in percent; `–` where there is no whole.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".into();
    }
    format!("{:.1} %", part as f64 / whole as f64 * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_three_digits_and_change_units() {
        let cases = [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (12_345, "12.3 µs"),
            (999_499, "999 µs"),
            (999_600, "1.00 ms"),
            (4_567_000, "4.57 ms"),
            (999_700_000, "1.00 s"),
            (99_960_000_000, "100 s"),
            (119_000_000_000, "119 s"),
            (200_000_000_000, "3 min 20 s"),
            (7_300_000_000_000, "2 h 1 min"),
        ];
        for (ns, text) in cases {
            assert_eq!(duration(ns), text);
        }
    }

    #[test]
    fn counts_have_commas() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn percent_of_nothing_is_a_dash() {
        assert_eq!(percent(1, 0), "–");
        assert_eq!(percent(1, 8), "12.5 %");
    }
}

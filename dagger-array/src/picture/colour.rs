//! Colours of values and of workers.

/// Points of the colour map viridis (matplotlib, CC0), evenly spaced.
const VIRIDIS: [[u8; 3]; 10] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x28, 0x78],
    [0x3e, 0x4a, 0x89],
    [0x31, 0x68, 0x8e],
    [0x26, 0x82, 0x8e],
    [0x1f, 0x9e, 0x89],
    [0x35, 0xb7, 0x79],
    [0x6e, 0xce, 0x58],
    [0xb5, 0xde, 0x2b],
    [0xfd, 0xe7, 0x25],
];

/// Colours that people with any sight can tell apart (Okabe and Ito, "Color Universal Design", 2008).
const APART: [&str; 8] = [
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999",
];

/// What is written on them, so that it can be read.
const INK: [&str; 8] = [
    "#fff", "#222", "#fff", "#222", "#222", "#fff", "#222", "#222",
];

/// What has no value.
pub(super) const NOTHING: &str = "#d0d0d0";

/// The colour of a value between 0 and 1.
pub(super) fn of_value(value: f64) -> String {
    let place = value.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let low = (place as usize).min(VIRIDIS.len() - 2);
    let part = place - low as f64;
    let [red, green, blue] = std::array::from_fn(|channel| {
        let (a, b) = (VIRIDIS[low][channel], VIRIDIS[low + 1][channel]);
        (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8
    });
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The colour of a worker; after eight they come again.
pub(super) fn of_worker(worker: usize) -> &'static str {
    APART[worker % APART.len()]
}

/// What is written on that colour.
pub(super) fn ink_on_worker(worker: usize) -> &'static str {
    INK[worker % INK.len()]
}

//! A colour for every task name, the same in every picture as far as the palette allows.

/// The Tableau 20 colours without its greys, which mean idle time here; the strong ones first.
const PALETTE: [&str; 18] = [
    "#4c78a8", "#f58518", "#54a24b", "#e45756", "#b279a2", "#439894", "#f2cf5b", "#9e765f",
    "#d67195", "#9ecae9", "#ffbf79", "#88d27a", "#ff9d98", "#d6a5c9", "#83bcb6", "#b79a20",
    "#d8b5a5", "#fcbfd2",
];

/// How many of them are strong: easy to tell apart, and used first.
const STRONG: usize = 9;

/// Colours for `names`, in their order. A name's own hash picks its colour; only where two names of one picture would
/// share a colour does one of them move on to the next free one.
pub(super) fn assign(names: &[&str]) -> Vec<&'static str> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    // By name, so that the order in which tasks happened to run does not matter.
    order.sort_by_key(|&index| names[index]);
    let mut used = [0usize; PALETTE.len()];
    let mut colours = vec![PALETTE[0]; names.len()];
    for index in order {
        let wanted = (hash(names[index]) % STRONG as u64) as usize;
        let least = used.iter().copied().min().unwrap_or(0);
        let strong = (0..STRONG).map(|step| (wanted + step) % STRONG);
        let slot = strong
            .chain(STRONG..PALETTE.len())
            .find(|&slot| used[slot] == least)
            .unwrap_or(wanted);
        used[slot] += 1;
        colours[index] = PALETTE[slot];
    }
    colours
}

/// Dark or white, whichever is easier to read on `background`, a colour written `#rrggbb`.
pub(super) fn text_on(background: &str) -> &'static str {
    let channel = |at: usize| u32::from_str_radix(&background[at..at + 2], 16).unwrap_or(0);
    let luminance = 299 * channel(1) + 587 * channel(3) + 114 * channel(5);
    if luminance > 140_000 {
        "#1f2328"
    } else {
        "#ffffff"
    }
}

/// FNV-1a, 64 bits: small, and the same on every machine and in every version.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_the_palettes_size_all_colours_differ_and_the_order_is_irrelevant() {
        let names: Vec<String> = (0..PALETTE.len())
            .map(|number| format!("task{number}"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let colours = assign(&names);
        let mut distinct = colours.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), PALETTE.len());
        let reversed: Vec<&str> = names.iter().rev().copied().collect();
        assert!(assign(&reversed).iter().rev().eq(colours.iter()));
    }

    #[test]
    fn more_names_than_colours_share_evenly() {
        let names: Vec<String> = (0..40).map(|number| format!("n{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let colours = assign(&names);
        for colour in PALETTE {
            let uses = colours.iter().filter(|used| **used == colour).count();
            assert!((2..=3).contains(&uses), "{colour} is used {uses} times");
        }
    }

    #[test]
    fn text_is_readable() {
        assert_eq!(text_on("#f2cf5b"), "#1f2328");
        assert_eq!(text_on("#4c78a8"), "#ffffff");
    }
}

//! How long bytes take from one worker to another: latency plus bytes over bandwidth, fitted to what was seen.
//!
//! All links together make one fit, and each link has its own. A link whose own fit does not differ from that of all is taken to be
//! like the others, so that a run on equal links needs no look-up per link. Errors are relative: a message of
//! eight bytes and one of a gibibyte say as much.

use crate::by_number::ByNumber;

/// What is assumed before anything was seen: 10 µs and 4 GiB/s, between processes of one machine.
const PRIOR: Link = Link {
    latency: 10e-6,
    per_byte: 1.0 / (4u64 << 30) as f64,
};
/// How many transfers a fit remembers.
const REMEMBERED: usize = 32;
/// How much the line so far counts, in transfers, and at which size it says something about the bandwidth.
const SO_FAR: f64 = 0.25;
const LARGE: f64 = (1 << 20) as f64;
/// A transfer counts as at most this many times longer or shorter than the median one.
const LIMIT: f64 = 4.0;
/// A link is one of its own from this ratio to the others on.
const APART: f64 = 1.5;
/// and from so many transfers on.
const CERTAIN: u64 = 4;

/// Latency and bandwidth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Seconds for a message without bytes.
    pub latency: f64,
    /// Seconds for each byte.
    pub per_byte: f64,
}

impl Link {
    /// How long so many bytes take, in seconds.
    #[inline]
    pub fn seconds(&self, bytes: f64) -> f64 {
        self.latency + bytes * self.per_byte
    }
}

/// A link's line, and the latest transfers that it was fitted to.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) link: Link,
    pub(super) transfers: u64,
    latest: Vec<Transfer>,
}

#[derive(Clone, Copy, Debug)]
struct Transfer {
    bytes: f64,
    seconds: f64,
}

/// Weighted sums over transfers.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    w: f64,
    wx: f64,
    wxx: f64,
    wt: f64,
    wxt: f64,
}

/// All links of a run.
#[derive(Clone, Debug)]
pub(super) struct Links {
    pub(super) all: Fit,
    single: ByNumber<(u32, u32), Fit>,
    /// Those that differ from the others.
    apart: ByNumber<(u32, u32), Link>,
}

impl Fit {
    /// A line to begin with.
    pub(super) fn from(link: Link) -> Self {
        Fit {
            link,
            transfers: 0,
            latest: Vec::new(),
        }
    }

    /// Remembers the transfer. Then the line so far is stretched to the median of the latest, and turned by least squares.
    fn learn(&mut self, transfer: Transfer) {
        if self.latest.len() < REMEMBERED {
            self.latest.push(transfer);
        } else {
            self.latest[self.transfers as usize % REMEMBERED] = transfer;
        }
        self.transfers += 1;
        let mut ratios = [0.0; REMEMBERED];
        let ratios = &mut ratios[..self.latest.len()];
        for (ratio, one) in ratios.iter_mut().zip(&self.latest) {
            *ratio = one.seconds / self.link.seconds(one.bytes).max(1e-12);
        }
        let middle = ratios.len() / 2;
        let stretch = *ratios.select_nth_unstable_by(middle, f64::total_cmp).1;
        let line = Link {
            latency: self.link.latency * stretch,
            per_byte: self.link.per_byte * stretch,
        };
        let mut sums = Sums::default();
        for bytes in [0.0, LARGE] {
            sums.add(bytes, line.seconds(bytes), &line, SO_FAR);
        }
        for one in &self.latest {
            let expected = line.seconds(one.bytes);
            let seconds = one.seconds.clamp(expected / LIMIT, expected * LIMIT);
            sums.add(one.bytes, seconds, &line, 1.0);
        }
        self.link = sums.solve();
    }
}

impl Sums {
    /// Errors count relative to what the line expects.
    fn add(&mut self, bytes: f64, seconds: f64, line: &Link, weight: f64) {
        let w = weight / line.seconds(bytes).max(1e-9).powi(2);
        self.w += w;
        self.wx += w * bytes;
        self.wxx += w * bytes * bytes;
        self.wt += w * seconds;
        self.wxt += w * bytes * seconds;
    }

    fn solve(&self) -> Link {
        let determinant = self.w * self.wxx - self.wx * self.wx;
        let per_byte = (self.w * self.wxt - self.wx * self.wt) / determinant;
        let latency = (self.wt - per_byte * self.wx) / self.w;
        if per_byte >= 0.0 && latency >= 0.0 {
            Link { latency, per_byte }
        } else if latency < 0.0 {
            let per_byte = (self.wxt / self.wxx).max(0.0);
            Link {
                latency: 0.0,
                per_byte,
            }
        } else {
            // Also where sizes never differed enough to tell the two apart.
            let latency = (self.wt / self.w).max(0.0);
            Link {
                latency,
                per_byte: 0.0,
            }
        }
    }
}

impl Links {
    pub(super) fn new() -> Self {
        Links::like(PRIOR)
    }

    /// Links that are expected to be like this one.
    pub(super) fn like(link: Link) -> Self {
        Links {
            all: Fit::from(link),
            single: ByNumber::default(),
            apart: ByNumber::default(),
        }
    }

    /// The link from one worker to another.
    #[inline]
    pub(super) fn between(&self, from: usize, to: usize) -> Link {
        if self.apart.is_empty() {
            return self.all.link;
        }
        let pair = (from as u32, to as u32);
        self.apart.get(&pair).copied().unwrap_or(self.all.link)
    }

    /// What is true of most links.
    pub(super) fn usual(&self) -> Link {
        self.all.link
    }

    /// Whether no link differs from the others.
    pub(super) fn are_alike(&self) -> bool {
        self.apart.is_empty()
    }

    pub(super) fn learn(&mut self, from: usize, to: usize, bytes: u64, seconds: f64) {
        if from == to || !seconds.is_finite() || seconds < 0.0 {
            return;
        }
        let transfer = Transfer {
            bytes: bytes as f64,
            seconds: seconds.max(1e-9),
        };
        let pair = (from as u32, to as u32);
        let usual = self.all.link;
        let own = self.single.entry(pair).or_insert_with(|| Fit::from(usual));
        own.learn(transfer);
        let (link, transfers) = (own.link, own.transfers);
        self.all.learn(transfer);
        let differs = [8.0, LARGE].into_iter().any(|bytes| {
            let ratio = link.seconds(bytes) / self.all.link.seconds(bytes).max(1e-12);
            !(1.0 / APART..=APART).contains(&ratio)
        });
        if transfers >= CERTAIN && differs {
            self.apart.insert(pair, link);
        } else {
            self.apart.remove(&pair);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, wanted: f64) -> bool {
        (value / wanted - 1.0).abs() < 0.1
    }

    #[test]
    fn a_link_is_fitted_to_small_and_large_messages() {
        let truth = Link {
            latency: 30e-6,
            per_byte: 2e-10,
        };
        let mut links = Links::new();
        for turn in 0..30 {
            let bytes = [8, 4 << 10, 8 << 20][turn % 3];
            links.learn(0, 1, bytes, truth.seconds(bytes as f64));
        }
        let link = links.between(0, 1);
        assert!(close(link.latency, truth.latency), "{link:?}");
        assert!(close(link.per_byte, truth.per_byte), "{link:?}");
        assert!(links.are_alike());
        // Links nobody has used are expected to be like it.
        assert_eq!(links.between(5, 3), links.usual());
    }

    #[test]
    fn a_slow_link_is_one_of_its_own() {
        let mut links = Links::new();
        for _ in 0..20 {
            for to in 1..8 {
                let slow = if to == 7 { 10.0 } else { 1.0 };
                links.learn(0, to, 1 << 20, slow * 1e-3);
            }
        }
        let (slow, other) = (links.between(0, 7), links.between(0, 1));
        let ratio = slow.seconds(f64::from(1 << 20)) / other.seconds(f64::from(1 << 20));
        assert!(ratio > 4.0, "{ratio}");
    }

    #[test]
    fn sizes_that_never_differ_and_nonsense_do_no_harm() {
        let mut links = Links::new();
        for _ in 0..100 {
            links.learn(0, 1, 1000, 5e-6);
            links.learn(0, 1, 1000, f64::NAN);
            links.learn(1, 1, 1000, 100.0);
        }
        let link = links.between(0, 1);
        assert!(
            close(link.seconds(1000.0), 5e-6),
            "{}",
            link.seconds(1000.0)
        );
        assert!(link.latency >= 0.0 && link.per_byte >= 0.0);
    }
}

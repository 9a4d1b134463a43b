//! The tables against an oracle that compares every access with every earlier one.

use super::*;

/// One access of node `i`, for the oracle.
#[derive(Clone, Copy, Debug)]
struct Seen {
    start: usize,
    end: usize,
    write: bool,
}

const WHOLE: Seen = Seen {
    start: 0,
    end: usize::MAX,
    write: false,
};

fn node(index: usize) -> NodeRef {
    NodeRef::numbered(index as u32)
}

fn finder(index: usize, after: &mut Vec<NodeRef>) -> Finder<'_> {
    Finder {
        node: node(index),
        after,
        is_out: &|_| true,
    }
}

/// A small generator, so that failures can be repeated (Marsaglia's xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Runs `count` random accesses and checks that reachability over the found edges is that of the oracle.
fn compare(seed: u64, count: usize, mut region: impl FnMut(&mut Random) -> Option<Region>) {
    let mut random = Random(seed);
    let mut hazards = Hazards::default();
    let base = hazards.base();
    let mut seen: Vec<Seen> = Vec::new();
    let mut reach: Vec<Vec<bool>> = Vec::new();
    for index in 0..count {
        let write = random.below(3) == 0;
        let region = region(&mut random);
        let mut after = Vec::new();
        match region {
            Some(region) => {
                hazards.part(base, region, write, &mut finder(index, &mut after));
                seen.push(Seen {
                    start: region.start,
                    end: region.start + region.size,
                    write,
                });
            }
            None => {
                hazards.whole(base, write, &mut finder(index, &mut after));
                seen.push(Seen { write, ..WHOLE });
            }
        }
        let now = seen[index];
        let conflicts = |earlier: &Seen| {
            (earlier.write || now.write) && earlier.start < now.end && now.start < earlier.end
        };
        let mut reached = vec![false; index];
        for earlier in after {
            let earlier = earlier.number() as usize;
            assert!(
                conflicts(&seen[earlier]),
                "{index} needlessly after {earlier}"
            );
            reached[earlier] = true;
            for (further, hit) in reach[earlier].iter().enumerate() {
                reached[further] |= hit;
            }
        }
        for (earlier, access) in seen[..index].iter().enumerate() {
            assert!(
                !conflicts(access) || reached[earlier],
                "{index} {now:?} misses {earlier} {access:?}"
            );
        }
        reach.push(reached);
    }
}

#[test]
fn elements_of_an_array() {
    for seed in 1..50 {
        compare(seed, 120, |random| {
            Some(Region {
                start: 4096 + 8 * random.below(10),
                size: 8,
            })
        });
    }
}

#[test]
fn elements_and_the_whole() {
    for seed in 1..50 {
        compare(seed, 120, |random| {
            (random.below(6) != 0).then(|| Region {
                start: 4096 + 24 * random.below(6),
                size: 24,
            })
        });
    }
}

#[test]
fn slices_of_any_size() {
    for seed in 1..80 {
        compare(seed, 120, |random| {
            (random.below(12) != 0).then(|| Region {
                start: 4096 + random.below(40),
                size: 1 + random.below(17),
            })
        });
    }
}

#[test]
fn elements_far_apart() {
    for seed in 1..50 {
        compare(seed, 120, |random| {
            (random.below(20) != 0).then(|| Region {
                start: 4096 + 16 * 100_000 * random.below(9),
                size: 16,
            })
        });
    }
}

#[test]
fn elements_from_the_last_to_the_first() {
    for seed in 1..20 {
        let mut next = 300;
        compare(seed, 200, |random| {
            next -= 1;
            Some(Region {
                start: 4096 + 8 * (next + random.below(3)),
                size: 8,
            })
        });
    }
}

#[test]
fn borrows_handed_out_are_siblings_of_each_other_and_nobody_elses() {
    let mut hazards = Hazards::default();
    let base = hazards.base();
    let mut after = Vec::new();
    hazards.whole(base, true, &mut finder(0, &mut after));
    hazards.derived(base, true, &mut finder(1, &mut after));
    assert_eq!(after, [node(0)]);
    after.clear();
    hazards.derived(base, true, &mut finder(2, &mut after));
    assert_eq!(after, [node(0)], "siblings run side by side");
    let region = Region { start: 64, size: 8 };
    after.clear();
    hazards.part(base, region, false, &mut finder(3, &mut after));
    assert!(after.contains(&node(1)) && after.contains(&node(2)));
    after.clear();
    hazards.whole(base, true, &mut finder(4, &mut after));
    assert!(
        [1, 2, 3]
            .iter()
            .all(|&earlier| after.contains(&node(earlier)))
    );
}

#[test]
fn many_readers_are_weeded_but_none_that_is_out_is_lost() {
    let mut hazards = Hazards::default();
    let base = hazards.base();
    let region = Region { start: 64, size: 8 };
    let mut after = Vec::new();
    for reader in 0..5000 {
        let is_out = |node: NodeRef| node.number().is_multiple_of(100);
        let mut finder = Finder {
            node: node(reader),
            after: &mut after,
            is_out: &is_out,
        };
        hazards.part(base, region, false, &mut finder);
    }
    after.clear();
    hazards.part(base, region, true, &mut finder(5000, &mut after));
    assert!((1..50).all(|reader| after.contains(&node(100 * reader))));
    assert!(after.len() < 4000, "{} readers are remembered", after.len());
}

#[test]
fn regions_of_any_size_whose_nodes_have_ended_are_forgotten() {
    let mut hazards = Hazards::default();
    let base = hazards.base();
    // The last hundred nodes are out, and one of the first.
    let keeper = 5;
    for index in 0..200_000_usize {
        let is_out = |node: NodeRef| {
            node.number() as usize == keeper || node.number() as usize + 100 > index
        };
        let mut after = Vec::new();
        let mut finder = Finder {
            node: node(index),
            after: &mut after,
            is_out: &is_out,
        };
        let region = Region {
            start: 1 + index * 24,
            size: 8 + index % 3 * 8,
        };
        hazards.part(base, region, true, &mut finder);
        assert!(after.is_empty(), "ever new addresses");
    }
    let kept = hazards.bases[0].regions.len();
    assert!(kept < 50_000, "{kept} are kept");
    let mut after = Vec::new();
    let everything = Region {
        start: 1,
        size: 24 * 200_000,
    };
    hazards.part(base, everything, true, &mut finder(200_000, &mut after));
    assert!(after.contains(&node(keeper)), "it is still out");
    assert!((199_900..200_000).all(|index| after.contains(&node(index))));
}

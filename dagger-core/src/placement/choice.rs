//! One decision: which of the candidates is expected to end the task first.
//!
//! Few candidates are all looked at. Of many, those that hold inputs and those that are free first are: between equal links no other
//! one can win.

use super::book::Assigned;
use super::state::{Price, State};
use crate::seam::{Candidate, Decision, TaskView, identity};
use std::cell::RefCell;

/// Up to so many candidates are all looked at.
const FEW: usize = 32;
/// Of more, so many of each class that are free first,
const FIRST_FREE: usize = 3;
/// and the processors of so many workers that hold inputs.
const HOLDERS: usize = 8;
/// taken from the first so many of each input.
const FIRST_HOLDERS: usize = 12;
/// Of the holders of an input, so many are taken to be those that would send it.
const NEAREST: usize = 2;
/// Moving must gain so much more than nothing, as a share of what it costs.
const MOVING: f64 = 0.25;
/// Holders of bytes that differ by less than this share hold as much.
const AS_MUCH: f64 = 1.0 / 16.0;
/// Ends that differ by less, in seconds, are the same.
const SAME: f64 = 2e-10;

/// Chooses and books. There is at least one candidate.
pub(super) fn make(
    state: &mut State,
    task: &TaskView<'_>,
    candidates: &[Candidate<'_>],
    now: f64,
) -> Decision {
    SCRATCH.with_borrow_mut(|scratch| {
        Choice {
            state,
            scratch,
            task,
            candidates,
            now,
        }
        .make()
    })
}

/// Tasks without an identity are known by their names.
#[inline]
pub(super) fn key_of(key: u64, name: &str) -> u64 {
    if key == 0 { identity(name, "", 0) } else { key }
}

/// What is worked out for one task, kept by each thread for the next one.
#[derive(Default)]
struct Scratch {
    /// Bytes of the inputs that each worker holds; 0 everywhere between tasks.
    held: Vec<f64>,
    /// The workers that hold some.
    holders: Vec<usize>,
    /// By class.
    prices: Vec<Option<Price>>,
    seen: Vec<Seen>,
}

/// A candidate looked at.
#[derive(Clone, Copy)]
struct Seen {
    position: usize,
    index: usize,
    begins: f64,
    finish: f64,
    held: f64,
    transfer: f64,
    uncertainty: f64,
    given: u64,
}

/// A task's inputs, summed up.
struct Needs {
    bytes: f64,
    /// The same for the models: `None` where some input's size is not known yet.
    size: Option<f64>,
    /// When they are all made.
    ready: f64,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// One decision in the making.
struct Choice<'a> {
    state: &'a mut State,
    scratch: &'a mut Scratch,
    task: &'a TaskView<'a>,
    candidates: &'a [Candidate<'a>],
    now: f64,
}

impl Choice<'_> {
    fn make(&mut self) -> Decision {
        let everything = self.state.is_everything(self.candidates);
        if !everything {
            self.state.register(self.candidates);
        }
        let likely = everything && self.candidates.len() > FEW;
        let needs = self.sum_up(if likely { FIRST_HOLDERS } else { usize::MAX });
        self.scratch.seen.clear();
        self.scratch.prices.clear();
        self.scratch.prices.resize(self.state.classes.len(), None);
        if likely {
            self.look_at_the_likely(&needs);
        } else {
            for position in 0..self.candidates.len() {
                self.look_at(position, self.candidates[position].index, &needs);
            }
        }
        for worker in self.scratch.holders.drain(..) {
            self.scratch.held[worker] = 0.0;
        }
        let coin = self.state.coin();
        match select(&mut self.scratch.seen, coin) {
            Some(chosen) => self.book(&chosen, &needs),
            None => Decision::new(0),
        }
    }

    /// Who holds how much of the inputs, as far as the first `most` holders of each go.
    fn sum_up(&mut self, most: usize) -> Needs {
        let mut needs = Needs {
            bytes: 0.0,
            size: Some(0.0),
            ready: self.now,
        };
        let Scratch { held, holders, .. } = &mut *self.scratch;
        for input in self.task.inputs {
            // A value of unknown size is not nothing: it still takes a message.
            let bytes = input.bytes.unwrap_or(0).max(1) as f64;
            needs.bytes += bytes;
            needs.size = needs
                .size
                .zip(input.bytes)
                .map(|(sum, more)| sum + more as f64);
            if input.ready > needs.ready {
                let home = input.at.first().copied();
                needs.ready = needs
                    .ready
                    .max(self.state.made_by(home, input.ready, self.now));
            }
            for &worker in input.at.iter().take(most) {
                if held.len() <= worker {
                    held.resize(worker + 1, 0.0);
                }
                if held[worker] == 0.0 {
                    holders.push(worker);
                }
                held[worker] += bytes;
            }
        }
        needs
    }

    /// The holders of most of the inputs and the processors that are free first.
    fn look_at_the_likely(&mut self, needs: &Needs) {
        let most = (self.scratch.holders.iter())
            .map(|&worker| self.scratch.held[worker])
            .fold(0.0, f64::max);
        let stride = self.scratch.holders.len().div_ceil(HOLDERS).max(1);
        for at in (0..self.scratch.holders.len()).step_by(stride) {
            let worker = self.scratch.holders[at];
            if self.scratch.held[worker] < 0.5 * most {
                continue;
            }
            let processors = self.state.by_worker.get(worker).map_or(0, Vec::len);
            for processor in 0..processors {
                let index = self.state.by_worker[worker][processor] as usize;
                self.look_at(index, index, needs);
            }
        }
        let coin = self.state.coin();
        for class in 0..self.state.classes.len() {
            let hoped = self.price(class, needs).hoped;
            let best = (self.scratch.seen.iter())
                .map(|seen| seen.finish)
                .fold(f64::INFINITY, f64::min);
            let at_once = needs.ready + SAME + hoped;
            if best <= at_once {
                // It begins as soon as its inputs are made, which is as soon as it can anywhere.
                continue;
            }
            // Nobody is taken to be more than twice as fast as its class.
            let bound = best - 0.5 * hoped;
            let mut first = [0_u32; FIRST_FREE];
            let mut found = 0;
            self.state.classes[class]
                .first_free
                .visit_least(coin, bound, |leaf| {
                    first[found] = leaf as u32;
                    found += 1;
                    found < FIRST_FREE
                });
            for &leaf in &first[..found] {
                let index = self.state.classes[class].leaves[leaf as usize] as usize;
                self.look_at(index, index, needs);
            }
        }
    }

    fn price(&mut self, class: usize, needs: &Needs) -> Price {
        if let Some(price) = self.scratch.prices[class] {
            return price;
        }
        let (key, name) = (key_of(self.task.key, self.task.name), self.task.name);
        let model = self.state.model(class, key, name, self.task.cost);
        let price = self.state.price(model, needs.size);
        self.scratch.prices[class] = Some(price);
        price
    }

    #[inline]
    fn look_at(&mut self, position: usize, index: usize, needs: &Needs) {
        let Some(book) = self.state.books.get(index).filter(|book| book.known) else {
            return;
        };
        let (worker, class) = (book.worker as usize, usize::from(book.class));
        let price = self.price(class, needs);
        let held = self.scratch.held.get(worker).copied().unwrap_or(0.0);
        let transfer = if needs.bytes - held < 0.5 {
            0.0
        } else {
            self.transfer(worker, needs.bytes - held)
        };
        let book = &self.state.books[index];
        let begins = (book.begins(self.now, self.task.occupancy)).max(needs.ready + transfer);
        self.scratch.seen.push(Seen {
            position,
            index,
            begins,
            finish: begins + price.hoped * book.slowness(),
            held,
            transfer,
            uncertainty: book.uncertainty(),
            given: book.given,
        });
    }

    /// How long the missing inputs take to a worker: latencies overlap, bytes do not.
    #[inline]
    fn transfer(&self, worker: usize, missing: f64) -> f64 {
        let links = &self.state.links;
        if links.are_alike() {
            return links.usual().seconds(missing);
        }
        let (mut latency, mut bytes) = (0.0_f64, 0.0);
        for input in self.task.inputs {
            if input.at.contains(&worker) {
                continue;
            }
            let size = input.bytes.unwrap_or(0).max(1) as f64;
            let nearest = (input.at.iter().take(NEAREST))
                .map(|&from| links.between(from, worker))
                .min_by(|a, b| a.seconds(size).total_cmp(&b.seconds(size)));
            let link = nearest.unwrap_or_else(|| links.usual());
            latency = latency.max(link.latency);
            bytes += size * link.per_byte;
        }
        latency + bytes
    }

    fn book(&mut self, chosen: &Seen, needs: &Needs) -> Decision {
        let class = usize::from(self.state.books[chosen.index].class);
        let price = self.price(class, needs);
        let book = &mut self.state.books[chosen.index];
        let seconds = price.seconds * book.slowness();
        let occupancy = self.task.occupancy;
        book.book(
            Assigned {
                model: price.model,
                count: 1,
                bytes: price.bytes,
                occupied: if occupancy > 0.0 {
                    occupancy.min(1.0)
                } else {
                    1.0
                },
                seconds,
                deviation: price.deviation * book.slowness(),
            },
            self.now,
        );
        self.state.requeue(chosen.index);
        let model = &mut self.state.models[price.model as usize];
        model.pending += 1;
        let output = model.output.map(|bytes| bytes as u64);
        // In order by contract; a caller that does not keep it still gets the one that was booked.
        let position = match self.candidates.get(chosen.position) {
            Some(candidate) if candidate.index == chosen.index => chosen.position,
            _ => (self.candidates.iter())
                .position(|candidate| candidate.index == chosen.index)
                .unwrap_or(0),
        };
        Decision::new(position)
            .ending(chosen.begins + seconds)
            .lasting(seconds)
            .yielding(output)
    }
}

/// The one that wins.
fn select(seen: &mut Vec<Seen>, coin: u64) -> Option<Seen> {
    let (mut finish, mut transfer) = (f64::INFINITY, 0.0);
    for one in seen.iter() {
        if one.finish < finish {
            (finish, transfer) = (one.finish, one.transfer);
        }
    }
    // Those that cannot be told apart from the best, or are not worth moving away from.
    let mut most = 0.0_f64;
    seen.retain(|one| {
        let tolerance = one.uncertainty + MOVING * (transfer - one.transfer).max(0.0);
        let tied = one.finish <= finish + tolerance.max(SAME);
        if tied {
            most = most.max(one.held);
        }
        tied
    });
    let enough = most * (1.0 - AS_MUCH);
    let mut count = 0;
    let mut chosen: Option<Seen> = None;
    for one in seen.iter().filter(|one| one.held >= enough) {
        let better = chosen.is_none_or(|chosen| {
            let later = one.finish - chosen.finish;
            later < -SAME || later <= SAME && one.given < chosen.given
        });
        let as_good = chosen.is_some_and(|chosen| {
            (one.finish - chosen.finish).abs() <= SAME && one.given == chosen.given
        });
        count = if better {
            1
        } else {
            count + u64::from(as_good)
        };
        // Of so many equals each is kept with the same chance.
        if better || as_good && coin.rotate_left(7 * count as u32).is_multiple_of(count) {
            chosen = Some(*one);
        }
    }
    chosen
}

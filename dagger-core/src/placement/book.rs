//! What one processor has to do: the tasks assigned to it that have not ended, priced by the models.
//!
//! Load is kept as counts of tasks by model, not as a sum of seconds: when a model learns better, everything that still waits
//! is priced anew. As time passes without a word from the processor, the moment it is free stays where it is, so load
//! drains by itself; a processor that is overdue is not taken for idle.

/// A share of the running tasks' time that is never counted as done before they are known to have ended.
const UNDONE: f64 = 0.1;
/// An overdue processor is expected to need half as much again as it is late.
const OVERDUE: f64 = 0.5;
/// Seconds by which a fully idle processor is preferred to one with a slot left.
pub(super) const IDLE_BONUS: f64 = 1e-9;
/// Runs that are shorter, in seconds, say more of caches and of waking up than of their processor's speed.
const SHORT: f64 = 100e-6;

/// Tasks of one model that are assigned to a processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assigned {
    /// The model's number.
    pub(super) model: u32,
    pub(super) count: u32,
    /// Bytes of their inputs together.
    pub(super) bytes: f64,
    /// Their occupancies together.
    pub(super) occupied: f64,
    /// What one is expected to take here, in seconds, and by how much single ones differ.
    pub(super) seconds: f64,
    pub(super) deviation: f64,
}

/// One processor's account.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    /// Whether it has been seen among candidates.
    pub(super) known: bool,
    pub(super) worker: u32,
    pub(super) class: u16,
    /// Its leaf among those of its class.
    pub(super) leaf: u32,
    slots: f64,
    assigned: Vec<Assigned>,
    outstanding: u32,
    /// How many tasks it was ever given.
    pub(super) given: u64,
    /// Slots taken.
    occupied: f64,
    /// Slot-seconds of all of them.
    load: f64,
    variance: f64,
    /// Slot-seconds that have been worked on tasks that have not ended.
    progress: f64,
    since: f64,
    /// When a slot is free, in seconds on the clock; below any time if one is free already.
    free_at: f64,
    speed: Speed,
}

/// How much slower than its class a processor is.
#[derive(Clone, Copy, Debug)]
struct Speed {
    errors: f64,
    weight: f64,
    /// What times are multiplied by.
    factor: f64,
}

impl Default for Speed {
    fn default() -> Self {
        Speed {
            errors: 0.0,
            weight: 0.0,
            factor: 1.0,
        }
    }
}

impl Speed {
    /// How fast old runs fade, and how many runs have to contradict that it is as fast as the others.
    const FORGET: f64 = 0.98;
    const PRIOR: f64 = 2.0;
    /// How much single runs differ anyway, in `ln seconds`: a mean that is within the standard error of that is no difference. Otherwise the
    /// first of two equals to have a lucky run would get everything from then on.
    const NOISE: f64 = 1.0;

    /// Learns how far, in `ln seconds`, a run was off what its class takes.
    fn learn(&mut self, error: f64, count: f64) {
        let fade = Self::FORGET.powf(count);
        self.errors = self.errors * fade + error * count;
        self.weight = self.weight * fade + count;
        let runs = self.weight + Self::PRIOR;
        let mean = self.errors / runs;
        self.factor = if mean.abs() > Self::NOISE / runs.sqrt() {
            mean.exp()
        } else {
            1.0
        };
    }
}

impl Book {
    pub(super) fn open(worker: usize, class: u16, leaf: u32, slots: usize) -> Self {
        Book {
            known: true,
            worker: worker as u32,
            class,
            leaf,
            slots: slots.max(1) as f64,
            ..Book::default()
        }
    }

    /// What times of its class are multiplied by here.
    #[inline]
    pub(super) fn slowness(&self) -> f64 {
        self.speed.factor
    }

    /// Learns from so many runs that took `seconds` each, `error` off, in `ln seconds`.
    pub(super) fn learn_speed(&mut self, error: f64, seconds: f64, count: u32) {
        let weight = f64::from(count.min(32)) * seconds / (seconds + SHORT);
        self.speed.learn(error.clamp(-3.0, 3.0), weight);
    }

    /// How many tasks are assigned.
    pub(super) fn outstanding(&self) -> u32 {
        self.outstanding
    }

    /// Seconds until it has done everything, as far as is known.
    pub(super) fn backlog(&self, now: f64) -> f64 {
        (self.load - self.done(self.progress_by(now))) / self.slots
    }

    /// When a task more would begin.
    #[inline]
    pub(super) fn begins(&self, now: f64, occupancy: f64) -> f64 {
        if self.has_room(occupancy) {
            return now + IDLE_BONUS * self.occupied / self.slots;
        }
        let late = now - self.free_at;
        if late <= 0.0 {
            return self.free_at;
        }
        let least = UNDONE * self.load / self.occupied.max(1.0);
        now + (OVERDUE * late).max(least)
    }

    /// A bound below [`begins`](Self::begins) at any time, up to `now`, for the search.
    pub(super) fn search_key(&self) -> f64 {
        if self.has_room(1.0) {
            IDLE_BONUS * self.occupied / self.slots
        } else {
            self.free_at
        }
    }

    /// How uncertain `begins` is, in seconds (one standard deviation).
    #[inline]
    pub(super) fn uncertainty(&self) -> f64 {
        if self.has_room(1.0) {
            0.0
        } else {
            self.variance.max(0.0).sqrt() / self.slots
        }
    }

    #[inline]
    fn has_room(&self, occupancy: f64) -> bool {
        self.occupied + occupancy <= self.slots + 1e-9
    }

    /// Books one task.
    pub(super) fn book(&mut self, task: Assigned, now: f64) {
        self.progress = self.progress_by(now);
        self.since = now;
        let share = task.occupied;
        self.outstanding += 1;
        self.given += 1;
        self.occupied += share;
        self.load += task.seconds * share;
        self.variance += (task.deviation * share).powi(2);
        match self
            .assigned
            .iter_mut()
            .find(|same| same.model == task.model)
        {
            Some(same) => {
                same.count += 1;
                same.bytes += task.bytes;
                same.occupied += task.occupied;
                let part = 1.0 / f64::from(same.count);
                same.seconds += (task.seconds - same.seconds) * part;
                same.deviation += (task.deviation - same.deviation) * part;
            }
            None => self.assigned.push(task),
        }
        self.free_at = self.free_from(now);
    }

    /// Takes off tasks of a model that have ended (or were lost), and prices the rest anew by `price`: seconds and deviation of one
    /// task of a model over so many bytes.
    pub(super) fn take_off(
        &mut self,
        model: u32,
        count: u32,
        seconds: Option<f64>,
        now: f64,
        price: impl Fn(u32, f64) -> (f64, f64),
    ) {
        self.progress = self.progress_by(now);
        self.since = now;
        if let Some(at) = self.assigned.iter().position(|same| same.model == model) {
            let same = &mut self.assigned[at];
            let ended = count.min(same.count);
            let part = f64::from(ended) / f64::from(same.count);
            let worked = seconds.unwrap_or(same.seconds) * part * same.occupied;
            self.progress = (self.progress - worked).max(0.0);
            same.bytes -= same.bytes * part;
            same.occupied -= same.occupied * part;
            same.count -= ended;
            if same.count == 0 {
                self.assigned.swap_remove(at);
            }
        }
        self.total(price);
        self.free_at = self.free_from(now);
    }

    fn total(&mut self, price: impl Fn(u32, f64) -> (f64, f64)) {
        (self.outstanding, self.occupied) = (0, 0.0);
        (self.load, self.variance) = (0.0, 0.0);
        for same in &mut self.assigned {
            let count = f64::from(same.count);
            (same.seconds, same.deviation) = price(same.model, same.bytes / count);
            let share = same.occupied / count;
            self.outstanding += same.count;
            self.occupied += same.occupied;
            self.load += same.seconds * same.occupied;
            self.variance += count * (same.deviation * share).powi(2);
        }
        if self.outstanding == 0 {
            self.progress = 0.0;
        }
    }

    /// Slot-seconds worked by `now` on tasks that have not ended.
    fn progress_by(&self, now: f64) -> f64 {
        let running = self.occupied.min(self.slots);
        self.progress + running * (now - self.since).max(0.0)
    }

    /// What of the progress is believed: never all of what runs, nor more than that.
    fn done(&self, progress: f64) -> f64 {
        if self.occupied <= 0.0 {
            return 0.0;
        }
        let running = self.occupied.min(self.slots) / self.occupied * self.load;
        progress.min((1.0 - UNDONE) * running)
    }

    fn free_from(&self, now: f64) -> f64 {
        if self.has_room(1.0) {
            return 0.0;
        }
        now + (self.load - self.done(self.progress)) / self.slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(seconds: f64) -> Assigned {
        Assigned {
            model: 0,
            count: 1,
            bytes: 0.0,
            occupied: 1.0,
            seconds,
            deviation: 0.0,
        }
    }

    #[test]
    fn slots_fill_before_anything_waits() {
        let mut book = Book::open(0, 0, 0, 2);
        assert!(book.begins(5.0, 1.0) < 5.0 + 1e-6);
        book.book(task(4.0), 5.0);
        assert!(book.begins(5.0, 1.0) < 5.0 + 1e-6, "a slot is left");
        book.book(task(4.0), 5.0);
        assert_eq!(book.begins(5.0, 1.0), 9.0);
        // Time passes: the moment stays.
        assert_eq!(book.begins(8.0, 1.0), 9.0);
        // Overdue: not idle.
        assert!(book.begins(10.0, 1.0) >= 10.3);
    }

    #[test]
    fn half_occupancies_share_a_slot() {
        let mut book = Book::open(0, 0, 0, 1);
        let half = Assigned {
            occupied: 0.5,
            ..task(4.0)
        };
        book.book(half, 0.0);
        assert!(book.begins(0.0, 0.5) < 1e-6);
        assert!(book.begins(0.0, 1.0) > 0.0);
        book.book(half, 0.0);
        assert_eq!(book.begins(0.0, 0.5), 4.0);
    }

    #[test]
    fn what_waits_is_priced_anew() {
        let mut book = Book::open(0, 0, 0, 1);
        for _ in 0..3 {
            book.book(task(1.0), 0.0);
        }
        book.take_off(0, 1, Some(5.0), 5.0, |_, _| (5.0, 0.1));
        assert_eq!(book.outstanding(), 2);
        assert!((book.begins(5.0, 1.0) - 15.0).abs() < 1e-9);
        book.take_off(0, 9, None, 6.0, |_, _| (5.0, 0.1));
        assert_eq!(book.outstanding(), 0);
        assert_eq!(book.backlog(6.0), 0.0);
        // An end nobody waited for.
        book.take_off(7, 1, None, 6.0, |_, _| (5.0, 0.1));
        assert_eq!(book.backlog(6.0), 0.0);
    }

    #[test]
    fn a_slow_processor_is_found_out() {
        let mut book = Book::open(0, 0, 0, 1);
        for _ in 0..20 {
            book.learn_speed(3f64.ln(), 1.0, 1);
        }
        assert!((2.4..3.1).contains(&book.slowness()), "{}", book.slowness());
    }

    #[test]
    fn an_unlucky_processor_stays_as_good_as_the_others() {
        let mut book = Book::open(0, 0, 0, 1);
        for error in [1.0, -0.4, 0.5, 0.3, 0.1, -0.2] {
            book.learn_speed(error, 1.0, 1);
            assert_eq!(book.slowness(), 1.0);
        }
    }
}

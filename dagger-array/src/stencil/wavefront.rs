//! Several sweeps over a box of elements in one pass over memory.
//!
//! *Level* 0 is the array as it is, level `t` what it is after `t` sweeps. To know a box at the last level, one has to know a box that
//! is larger by the radius at the level before, and so on (`levels`). Along the first axis these boxes are walked through
//! slab by slab: as soon as a level has a radius more slabs than the next one, the next one can go on by a slab. So all levels advance
//! together, a wave that runs through the box, and everything it touches stays in the cache.
//!
//! All levels live in one array of slabs. Slab `i` of level `t` lies in slot `i - t · (radius + 1)`: in the place of slab `i - radius - 1`
//! of level `t - 1`, which nothing needs any more, and just before the slabs of level `t - 1` it is computed from. A slot's slab is thus written
//! and its sources are read in two separate parts of memory. When the wave comes to the end of the array, what is still needed
//! moves to its beginning.
//!
//! Where an axis ends at a boundary that does not wrap, the elements beyond are not computed: each level has them filled in from its own
//! elements as soon as those are there. So every element of every level is computed from the same numbers by the same operations, however
//! the array is cut and however many levels a pass has: results are the same to the last bit.
//!
//! Boxes have at least two axes here; arrays of fewer get axes of length 1 and radius 0 in front.

use dagger_core::kernel::Neighbours;

use super::boundary::Boundary;
use super::region::{Region, Span, offset, strides};
use super::rows::{self, Reach, Slot};

/// What does not depend on the place: shape, radius, what is outside, the number of sweeps.
pub(super) struct Rule<T> {
    pub(super) shape: Vec<isize>,
    pub(super) radius: Vec<isize>,
    pub(super) boundary: Vec<Boundary<T>>,
    pub(super) sweeps: usize,
}

/// Elements of a box at level 0, in row-major order.
pub(super) struct Piece<'a, T> {
    pub(super) region: Region,
    pub(super) data: &'a [T],
    pub(super) strides: Vec<usize>,
}

/// Where the last level goes: memory of a box, in row-major order.
pub(super) struct Output<'a, S> {
    region: Region,
    data: &'a mut [S],
    strides: Vec<usize>,
}

impl<'a, T> Piece<'a, T> {
    pub(super) fn new(region: Region, data: &'a [T]) -> Self {
        let strides = strides(&region.lengths());
        Piece {
            region,
            data,
            strides,
        }
    }

    /// Where an element lies.
    pub(super) fn place(&self, index: &[isize]) -> usize {
        offset(index, &self.region.0, &self.strides)
    }
}

impl<'a, S> Output<'a, S> {
    pub(super) fn new(region: Region, data: &'a mut [S]) -> Self {
        let strides = strides(&region.lengths());
        Output {
            region,
            data,
            strides,
        }
    }

    /// The place of a row of `length` elements.
    pub(super) fn row(&mut self, first: &[isize], length: usize) -> &mut [S] {
        let at = offset(first, &self.region.0, &self.strides);
        &mut self.data[at..at + length]
    }
}

impl<T> Rule<T> {
    /// The part of a box whose elements are computed, or come from somewhere: along axes that do not wrap, the part inside of the array.
    pub(super) fn known(&self, region: &Region) -> Region {
        let spans = region.0.iter().enumerate();
        Region(
            spans
                .map(|(axis, span)| match self.boundary[axis].wraps() {
                    true => span.clone(),
                    false => span.start.max(0)..span.end.min(self.shape[axis]),
                })
                .collect(),
        )
    }

    /// How far away the elements are that a pass needs, along each axis.
    pub(super) fn margin(&self) -> Vec<isize> {
        let sweeps = self.sweeps.cast_signed();
        self.radius.iter().map(|radius| radius * sweeps).collect()
    }

    /// How neighbours lie in memory with these strides.
    pub(super) fn reach<const N: usize>(&self, strides: &[usize]) -> Reach<N> {
        let hidden = strides.len() - N;
        Reach {
            strides: std::array::from_fn(|axis| strides[hidden + axis].cast_signed()),
            radius: std::array::from_fn(|axis| self.radius[hidden + axis].cast_unsigned()),
        }
    }
}

/// The levels of one box.
pub(super) struct Wavefront<'a, T, const N: usize> {
    rule: &'a Rule<T>,
    pieces: &'a [Piece<'a, T>],
    /// What of each piece is needed.
    parts: Vec<Region>,
    /// What each level computes: 0 is copied from the pieces, the last is the result.
    levels: Vec<Region>,
    /// What each level but the last has in the slabs, elements beyond boundaries included.
    held: Vec<Region>,
    /// The next slab of each level.
    next: Vec<isize>,
    /// The slabs, and the slot of the first of them.
    slabs: &'a mut Vec<T>,
    first_slot: isize,
    slots: usize,
    /// How many slabs advance at a time.
    pace: isize,
    strides: Vec<usize>,
    reach: Reach<N>,
}

impl<'a, T: Clone, const N: usize> Wavefront<'a, T, N> {
    /// For the box `target`, which is not empty. `slabs` is memory that can be used again.
    pub(super) fn new(
        rule: &'a Rule<T>,
        pieces: &'a [Piece<'a, T>],
        target: &Region,
        slabs: &'a mut Vec<T>,
    ) -> Self {
        let mut levels = vec![target.clone()];
        let mut held = Vec::new();
        for sweep in 0..rule.sweeps {
            let wide = levels[sweep].expanded(&rule.radius);
            levels.push(rule.known(&wide));
            held.push(wide);
        }
        levels.reverse();
        held.reverse();
        let parts = pieces
            .iter()
            .map(|piece| piece.region.intersection(&levels[0]));
        let next = levels.iter().map(|level| level.0[0].start).collect();
        let lengths = held[0].lengths();
        let strides = strides(&lengths);
        let reach = rule.reach(&strides);
        let mut wavefront = Wavefront {
            rule,
            pieces,
            parts: parts.collect(),
            levels,
            held,
            next,
            slabs,
            first_slot: 0,
            slots: slots(rule, &lengths),
            pace: pace(&lengths).cast_signed(),
            strides,
            reach,
        };
        wavefront.first_slot = wavefront.oldest();
        let elements = wavefront.slots * wavefront.strides[0];
        if let Some(any) = pieces.iter().find_map(|piece| piece.data.first()) {
            wavefront.slabs.resize(elements, any.clone());
        }
        wavefront
    }

    /// Computes the box: `step` from each level to the next, `last` from the last but one into `out`.
    pub(super) fn run<U, S, F, L>(mut self, step: &F, last: &L, out: &mut Output<'_, S>)
    where
        S: Slot<U>,
        F: Fn(Neighbours<'_, T, N>) -> T,
        L: Fn(Neighbours<'_, T, N>) -> U,
    {
        let rows = self.levels[0].0[0].clone();
        while self.next[0] < rows.end {
            let some = self.next[0]..rows.end.min(self.next[0] + self.pace);
            self.make_room(&some);
            self.load(&some);
            self.complete(0, some);
            for level in 1..=self.rule.sweeps {
                let some = self.ready(level);
                if some.is_empty() {
                    break;
                }
                if level < self.rule.sweeps {
                    self.step(step, level, &some);
                    self.complete(level, some);
                } else {
                    self.finish(last, &some, out);
                    self.next[level] = some.end;
                }
            }
        }
    }

    fn slot(&self, level: usize, row: isize) -> isize {
        row - level.cast_signed() * (self.rule.radius[0] + 1)
    }

    /// Where a slab begins.
    fn place(&self, level: usize, row: isize) -> usize {
        (self.slot(level, row) - self.first_slot).cast_unsigned() * self.strides[0]
    }

    /// The first slot that is still needed.
    fn oldest(&self) -> isize {
        let needed = (0..self.rule.sweeps).map(|level| {
            let row = self.next[level + 1] - self.rule.radius[0];
            self.slot(level, row.max(self.held[level].0[0].start))
        });
        needed.min().unwrap_or(0)
    }

    /// Sees to it that there are slots for more slabs of level 0, and for what may lie beyond them.
    fn make_room(&mut self, rows: &Span) {
        let (start, end) = (self.slot(0, rows.start), self.slot(0, rows.end));
        if end + self.rule.radius[0] - self.first_slot <= self.slots.cast_signed() {
            return;
        }
        let oldest = self.oldest();
        let slab = self.strides[0];
        let from = (oldest - self.first_slot).cast_unsigned() * slab;
        let count = (start - oldest).cast_unsigned() * slab;
        let (to, source) = self.slabs.split_at_mut(from);
        to[..count].clone_from_slice(&source[..count]);
        self.first_slot = oldest;
    }

    /// The next slabs of a level: those whose neighbours are there.
    fn ready(&self, level: usize) -> Span {
        let (below, own) = (level - 1, &self.levels[level].0[0]);
        let done = self.next[below];
        let at_end = done == self.levels[below].0[0].end;
        let available = if at_end {
            self.held[below].0[0].end
        } else {
            done
        };
        self.next[level]..own.end.min(available - self.rule.radius[0])
    }

    /// Copies slabs of level 0 from the pieces.
    fn load(&mut self, rows: &Span) {
        let pieces = self.pieces;
        for (number, piece) in pieces.iter().enumerate() {
            let own = &self.parts[number].0[0];
            let common = own.start.max(rows.start)..own.end.min(rows.end);
            if common.is_empty() {
                continue;
            }
            let mut part = self.parts[number].clone();
            part.0[0] = common;
            let length = part.0[part.0.len() - 1].len();
            part.for_each_row(|first| {
                let from = piece.place(first);
                let to = self.place(0, first[0]) + self.within(first);
                self.slabs[to..to + length].clone_from_slice(&piece.data[from..from + length]);
            });
        }
    }

    /// Where an element lies in its slab.
    fn within(&self, index: &[isize]) -> usize {
        offset(&index[1..], &self.held[0].0[1..], &self.strides[1..])
    }

    /// Some slabs of a level, and the length of their rows.
    fn slabs_of(&self, level: usize, rows: &Span) -> (Region, usize) {
        let mut slabs = self.levels[level].clone();
        slabs.0[0] = rows.clone();
        let length = slabs.0[slabs.0.len() - 1].len();
        (slabs, length)
    }

    /// Computes slabs of a level that is not the last.
    fn step<F>(&mut self, function: &F, level: usize, rows: &Span)
    where
        F: Fn(Neighbours<'_, T, N>) -> T,
    {
        let (slabs, length) = self.slabs_of(level, rows);
        let slab = self.strides[0];
        let below = self.rule.radius[0].cast_unsigned() * slab;
        slabs.for_each_row(|first| {
            let (at, within) = (self.place(level, first[0]), self.within(first));
            // The slabs it is computed from begin right after its own.
            let (own, sources) = self.slabs.split_at_mut(at + slab);
            let (out, centre) = (&mut own[at + within..][..length], below + within);
            rows::compute(function, sources, centre..centre + length, self.reach, out);
        });
    }

    /// Computes slabs of the last level.
    fn finish<U, S, L>(&mut self, function: &L, rows: &Span, out: &mut Output<'_, S>)
    where
        S: Slot<U>,
        L: Fn(Neighbours<'_, T, N>) -> U,
    {
        let (slabs, length) = self.slabs_of(self.rule.sweeps, rows);
        slabs.for_each_row(|first| {
            let centre = self.place(self.rule.sweeps - 1, first[0]) + self.within(first);
            let out = out.row(first, length);
            rows::compute(
                function,
                self.slabs,
                centre..centre + length,
                self.reach,
                out,
            );
        });
    }

    /// Slabs have been computed: what lies beyond the boundaries is filled in.
    fn complete(&mut self, level: usize, rows: Span) {
        self.next[level] = rows.end;
        for axis in (1..self.strides.len()).rev() {
            self.fill_axis(level, &rows, axis);
        }
        let (length, held) = (self.rule.shape[0], self.held[level].0[0].clone());
        if self.rule.boundary[0].wraps() {
            return;
        }
        // The slabs before the first are made of the first few.
        if rows.contains(&(length.min(self.rule.radius[0] + 1) - 1)) {
            self.fill_slabs(level, held.start..0);
        }
        if rows.end == length {
            self.fill_slabs(level, length..held.end);
        }
    }

    /// Fills in slabs beyond the ends of the first axis.
    fn fill_slabs(&mut self, level: usize, rows: Span) {
        let slab = self.strides[0];
        for row in rows {
            let to = self.place(level, row);
            match self.rule.boundary[0].inside(row, self.rule.shape[0]) {
                Some(source) => {
                    let from = self.place(level, source);
                    copy(self.slabs, from, to, slab);
                }
                None => self.constant(0, to, slab),
            }
        }
    }

    /// Fills in, in some slabs, what lies beyond the ends of another axis.
    fn fill_axis(&mut self, level: usize, rows: &Span, axis: usize) {
        let (held, length) = (self.held[level].0[axis].clone(), self.rule.shape[axis]);
        if self.rule.boundary[axis].wraps() || (held.start >= 0 && held.end <= length) {
            return;
        }
        let stride = self.strides[axis];
        let origin = self.held[0].0[axis].start;
        let along = |index: isize| (index - origin).cast_unsigned() * stride;
        // The axes before this one are walked through where there are elements; those after it are copied as a whole.
        let mut before = Region(self.levels[level].0[..axis].to_vec());
        before.0[0] = rows.clone();
        before.0.push(0..1);
        before.for_each_row(|index| {
            let index = &index[..axis];
            let start = self.place(level, index[0])
                + offset(&index[1..], &self.held[0].0[1..], &self.strides[1..]);
            for index in (held.start..0).chain(length..held.end) {
                let to = start + along(index);
                match self.rule.boundary[axis].inside(index, length) {
                    Some(source) => copy(self.slabs, start + along(source), to, stride),
                    None => self.constant(axis, to, stride),
                }
            }
        });
    }

    /// Sets elements to the constant beyond an axis.
    fn constant(&mut self, axis: usize, at: usize, count: usize) {
        if let Boundary::Constant(value) = &self.rule.boundary[axis] {
            self.slabs[at..at + count].fill(value.clone());
        }
    }
}

/// How many slabs advance at a time: so many that their elements are worth it.
fn pace(lengths: &[usize]) -> usize {
    const ELEMENTS: usize = 4096;
    let slab: usize = lengths[1..].iter().product();
    (ELEMENTS / slab.max(1)).clamp(1, lengths[0].max(1))
}

/// How many slabs are kept of boxes of level 0 with these edges: twice what is needed at a time, so that moving is rare and never overlaps;
/// or all.
fn slots<T>(rule: &Rule<T>, lengths: &[usize]) -> usize {
    let (sweeps, radius) = (rule.sweeps, rule.radius[0].cast_unsigned());
    let needed = 2 * sweeps * radius + 2 * radius + sweeps + pace(lengths);
    let all = lengths[0] + sweeps * (radius + 1);
    all.min(2 * needed)
}

/// How many elements a pass over a box of this shape keeps in its slabs.
pub(super) fn kept<T>(rule: &Rule<T>, shape: &[usize]) -> usize {
    let margin = rule.margin();
    let held = shape.iter().zip(&margin);
    let held: Vec<usize> = held
        .map(|(length, margin)| length + 2 * margin.cast_unsigned())
        .collect();
    slots(rule, &held) * held[1..].iter().product::<usize>()
}

/// Copies `count` elements from one place to another, which do not overlap.
fn copy<T: Clone>(elements: &mut [T], from: usize, to: usize, count: usize) {
    if from < to {
        let (source, target) = elements.split_at_mut(to);
        target[..count].clone_from_slice(&source[from..from + count]);
    } else if from > to {
        let (target, source) = elements.split_at_mut(from);
        target[to..to + count].clone_from_slice(&source[..count]);
    }
}

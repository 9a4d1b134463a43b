//! Heat maps: the mean of all elements that fall into a cell, as a colour.

use dagger_core::{Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array2, Dimension, Ix2};
use num_traits::ToPrimitive;
use std::ops::Range;

use super::svg::Drawing;
use super::{CELLS, Picture, colour};
use crate::array::DArray;
use crate::element::Element;
use crate::layout::Place;
use crate::placement::located;

/// Up to so many cuts along an axis are drawn.
const CUTS: usize = 32;

/// The part of the cells that a block has elements of: the sums and the numbers of those that are finite.
type Part = (Array2<f64>, Array2<f64>);

impl<T: Element + ToPrimitive> DArray<T, Ix2> {
    /// A picture of the values: at most 64 cells along an axis, each the mean of its elements. Elements that are not finite do
    /// not count, and cells without any other are grey. White lines are where blocks meet.
    ///
    /// Each block is reduced to its cells where it lies.
    ///
    /// # Errors
    /// What was wrong with the call that made the array; the error of the first block that failed.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::Ix2;
    /// let a = DArray::<f64, Ix2>::from_fn([200, 300], Blocks([64, 64]), |(i, j)| ((i * j) as f64).sin());
    /// assert!(a.heat_map()?.svg().starts_with("<svg"));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    pub fn heat_map(&self) -> Result<Picture> {
        let (parts, layout) = (self.parts()?, self.layout());
        let shape = [layout.shape()[0], layout.shape()[1]];
        let cells = shape.map(|length| length.min(CELLS));
        let mut tasks: Vec<(Place<Ix2>, Task<Part>)> = Vec::with_capacity(parts.len());
        layout.for_each(|position| {
            let number = tasks.len();
            let place = layout.place(position.slice());
            let (block, start) = (&parts[number], (place.start[0], place.start[1]));
            let (length, cells) = ((shape[0], shape[1]), (cells[0], cells[1]));
            let part = located(layout.owner(number), || {
                spawn!(cells_of_block(block, start, length, cells))
            });
            tasks.push((place, part));
        });
        let mut sums = Array2::<f64>::zeros(cells);
        let mut counts = Array2::<f64>::zeros(cells);
        for (place, part) in tasks {
            let (sum, count) = part.fetch()?;
            let range = |axis: usize| {
                cell_range(
                    place.start[axis],
                    place.shape[axis],
                    shape[axis],
                    cells[axis],
                )
            };
            let at = ndarray::s![range(0), range(1)];
            sums.slice_mut(at)
                .zip_mut_with(&sum, |all, one| *all += one);
            counts
                .slice_mut(at)
                .zip_mut_with(&count, |all, one| *all += one);
        }
        let means = sums / counts;
        let words = format!("{:?}, {} × {} cells", layout, cells[0], cells[1]);
        let cuts = [layout.cuts(0), layout.cuts(1)];
        let svg = drawn(&means, shape, cuts, &words);
        Ok(Picture { svg })
    }
}

fn drawn(means: &Array2<f64>, shape: [usize; 2], cuts: [&[usize]; 2], words: &str) -> String {
    let finite = || means.iter().copied().filter(|mean| mean.is_finite());
    let (least, most) = (
        finite().fold(f64::INFINITY, f64::min),
        finite().fold(f64::NEG_INFINITY, f64::max),
    );
    // All the same is in the middle.
    let part = |value: f64| match most > least {
        true => (value - least) / (most - least),
        false => 0.5,
    };
    let mut drawing = Drawing::new(shape, words);
    let (height, width) = (drawing.height, drawing.width);
    let (rows, columns) = means.dim();
    let (down, along) = (height / rows.max(1) as f64, width / columns.max(1) as f64);
    for ((i, j), &mean) in means.indexed_iter() {
        let fill = match mean.is_finite() {
            true => colour::of_value(part(mean)),
            false => colour::NOTHING.to_owned(),
        };
        drawing.rectangle([j as f64 * along, i as f64 * down], [along, down], &fill);
    }
    let inner = |axis: usize| match cuts[axis] {
        [_, inner @ .., _] if inner.len() <= CUTS => inner,
        _ => &[],
    };
    for &cut in inner(0) {
        let y = cut as f64 / shape[0] as f64 * height;
        drawing.line([0.0, y], [width, y]);
    }
    for &cut in inner(1) {
        let x = cut as f64 / shape[1] as f64 * width;
        drawing.line([x, 0.0], [x, height]);
    }
    let (x, steps, step) = (drawing.beside(), 40, 4.0);
    if least.is_finite() {
        for number in 0..steps {
            let value = 1.0 - f64::from(number) / f64::from(steps - 1);
            let y = f64::from(number) * step;
            drawing.rectangle([x, y], [16.0, step], &colour::of_value(value));
        }
        let end = f64::from(steps) * step;
        drawing.text(x + 24.0, 11.0, "start", "#222", &number_text(most));
        drawing.text(x + 24.0, end, "start", "#222", &number_text(least));
    }
    if means.iter().any(|mean| !mean.is_finite()) {
        let y = f64::from(steps) * step + 14.0;
        drawing.rectangle([x, y], [16.0, 14.0], colour::NOTHING);
        drawing.text(x + 24.0, y + 12.0, "start", "#222", "no finite value");
    }
    drawing.finish(f64::from(steps) * step + 32.0)
}

/// Four digits, with an exponent where those would not show.
fn number_text(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        1e-3..1e6 => format!("{value:.4}")
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
        _ => format!("{value:.3e}"),
    }
}

/// The cells that `count` elements from `start` on fall into.
fn cell_range(start: usize, count: usize, length: usize, cells: usize) -> Range<usize> {
    if count == 0 {
        return 0..0;
    }
    start * cells / length..(start + count - 1) * cells / length + 1
}

#[task(anywhere)]
fn cells_of_block<T: Element + ToPrimitive>(
    block: &Array2<T>,
    start: (usize, usize),
    length: (usize, usize),
    cells: (usize, usize),
) -> Part {
    let (rows, columns) = block.dim();
    let down = cell_range(start.0, rows, length.0, cells.0);
    let along = cell_range(start.1, columns, length.1, cells.1);
    let mut sums = Array2::zeros((down.len(), along.len()));
    let mut counts = Array2::zeros((down.len(), along.len()));
    for ((i, j), element) in block.indexed_iter() {
        if let Some(value) = element.to_f64().filter(|value| value.is_finite()) {
            let row = (start.0 + i) * cells.0 / length.0 - down.start;
            let column = (start.1 + j) * cells.1 / length.1 - along.start;
            sums[(row, column)] += value;
            counts[(row, column)] += 1.0;
        }
    }
    (sums, counts)
}

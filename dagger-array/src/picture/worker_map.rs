//! Which worker holds which block.

use ndarray::{Dimension, Ix2};
use std::collections::BTreeMap;

use super::svg::Drawing;
use super::{Picture, colour};
use crate::array::DArray;
use crate::element::Element;
use dagger_core::Result;

/// The least a block's edges may be drawn for its worker's number to be in it.
const ROOM: f64 = 20.0;

impl<T: Element> DArray<T, Ix2> {
    /// A picture of which worker holds which block. It does not wait for the blocks.
    ///
    /// # Errors
    /// What was wrong with the call that made the array.
    pub fn worker_map(&self) -> Result<Picture> {
        let (parts, layout) = (self.parts()?, self.layout());
        let shape = [layout.shape()[0], layout.shape()[1]];
        let mut drawing = Drawing::new(shape, &format!("who holds which block: {layout:?}"));
        let (height, width) = (drawing.height, drawing.width);
        let scale = |cut: usize, length: usize, drawn: f64| match length {
            0 => 0.0,
            _ => cut as f64 / length as f64 * drawn,
        };
        let mut held: BTreeMap<usize, usize> = BTreeMap::new();
        let mut number = 0;
        layout.for_each(|position| {
            let worker = parts[number].worker();
            number += 1;
            *held.entry(worker).or_default() += 1;
            let place = layout.place(position.slice());
            let y = scale(place.start[0], shape[0], height);
            let x = scale(place.start[1], shape[1], width);
            let down = scale(place.shape[0], shape[0], height);
            let along = scale(place.shape[1], shape[1], width);
            // A gap between blocks, unless they are too small for one.
            let gap = if down.min(along) > 4.0 { 1.0 } else { 0.0 };
            drawing.rectangle([x, y], [along - gap, down - gap], colour::of_worker(worker));
            if down.min(along) > ROOM {
                let (x, y) = (x + along / 2.0, y + down / 2.0 + 4.5);
                let ink = colour::ink_on_worker(worker);
                drawing.text(x, y, "middle", ink, &worker.to_string());
            }
        });
        let (x, mut y) = (drawing.beside(), 0.0);
        for (worker, blocks) in held {
            drawing.rectangle([x, y], [14.0, 14.0], colour::of_worker(worker));
            let noun = if blocks == 1 { "block" } else { "blocks" };
            let words = format!("worker {worker}: {blocks} {noun}");
            drawing.text(x + 22.0, y + 12.0, "start", "#222", &words);
            y += 22.0;
        }
        let svg = drawing.finish(y);
        Ok(Picture { svg })
    }
}

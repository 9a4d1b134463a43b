//! From blocks to one local array.

use dagger_core::{Error, Result};
use ndarray::{Array, Dimension, Zip};
use std::mem::MaybeUninit;

use crate::array::DArray;
use crate::element::Element;

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// Waits for all blocks and gathers them in one local array.
    ///
    /// # Errors
    /// What was wrong with the call that made the array; the error of the first block that failed.
    pub fn collect(&self) -> Result<Array<T, D>> {
        let (parts, layout) = (self.parts()?, self.layout());
        if let [single] = parts {
            return single.fetch();
        }
        let mut whole: Array<MaybeUninit<T>, D> = Array::uninit(self.raw_dim());
        let mut outcome = Ok(());
        let mut number = 0;
        layout.for_each(|position| {
            let block = &parts[number];
            number += 1;
            if outcome.is_err() {
                return;
            }
            let place = layout.place(position.slice());
            outcome = block.get().and_then(|block| {
                let into = whole.slice_each_axis_mut(|axis| place.along(axis.axis.index()));
                if block.shape() != into.shape() {
                    return Err(Error::msg(format!(
                        "block {:?} has shape {:?}, its array says {:?}",
                        position.slice(),
                        block.shape(),
                        into.shape()
                    )));
                }
                Zip::from(into).and(&*block).for_each(|place, element| {
                    place.write(element.clone());
                });
                Ok(())
            });
        });
        outcome?;
        // SAFETY: the blocks of a layout cover its shape (their ranges along an axis join from 0 to its length), and each was
        // written completely, or there would have been an error.
        Ok(unsafe { whole.assume_init() })
    }
}

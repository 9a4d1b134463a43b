//! What may stand on the right side of equations: a vector, or a matrix whose columns are many of them.

use dagger_core::Result;
use dagger_macros::{spawn, task};
use ndarray::{Array1, Array2, Axis, Ix1, Ix2};
use std::sync::Arc;

use super::field::Field;
use crate::array::{Block, DArray, Parts};
use crate::layout::{Layout, whole_cuts};

/// A vector or a matrix, as the right side of equations and as their solution.
pub trait RightSide<T: Field>: Sized {
    /// As the columns of a matrix.
    #[doc(hidden)]
    fn columns(&self) -> Result<DArray<T, Ix2>>;

    /// From the columns of a matrix.
    #[doc(hidden)]
    fn from_columns(columns: Result<Parts<T, Ix2>>) -> Self;
}

impl<T: Field> RightSide<T> for DArray<T, Ix2> {
    fn columns(&self) -> Result<DArray<T, Ix2>> {
        self.clone().check()
    }

    fn from_columns(columns: Result<Parts<T, Ix2>>) -> Self {
        DArray::attempt(columns)
    }
}

impl<T: Field> RightSide<T> for DArray<T, Ix1> {
    fn columns(&self) -> Result<DArray<T, Ix2>> {
        let blocks = self.parts()?.iter().map(|block| spawn!(as_column(block)));
        let cuts = [Arc::clone(&self.layout().all_cuts()[0]), whole_cuts(1)];
        Ok(DArray::of(
            Layout::from_cuts(Arc::new(cuts)),
            blocks.collect(),
        ))
    }

    fn from_columns(columns: Result<Parts<T, Ix2>>) -> Self {
        DArray::attempt(columns.map(|(layout, blocks)| {
            let layout = Layout::from_cuts(Arc::new([Arc::clone(&layout.all_cuts()[0])]));
            let vector = |block: Block<T, Ix2>| spawn!(as_vector(block));
            (layout, blocks.into_iter().map(vector).collect())
        }))
    }
}

#[task]
fn as_column<T: Field>(block: &Array1<T>) -> Array2<T> {
    block.clone().insert_axis(Axis(1))
}

#[task]
fn as_vector<T: Field>(block: Array2<T>) -> Array1<T> {
    block.remove_axis(Axis(1))
}

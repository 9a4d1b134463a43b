//! Shapes that broadcast together, and blocks that fit each other.

use dagger_core::{Result, Task};
use ndarray::{Array, Dimension};
use std::panic::Location;
use std::sync::Arc;

use crate::array::{Block, DArray};
use crate::element::Element;
use crate::layout::{Cuts, Layout, whole_cuts};
use crate::mistake::mistake_at;

/// Where the blocks of an expression's result are cut: as in its first array of full shape; failing that, along each axis as
/// in the first array that is not stretched along it.
#[derive(Debug)]
pub struct Cutting {
    shape: Vec<usize>,
    /// From an array of full shape.
    full: Option<Arc<[Cuts]>>,
    /// The workers of that array's blocks.
    owners: Option<Arc<[u32]>>,
    /// From others, axis by axis.
    single: Vec<Option<Cuts>>,
}

impl Cutting {
    /// For a result of this shape.
    pub(super) fn new(shape: &[usize]) -> Self {
        Cutting {
            shape: shape.to_vec(),
            full: None,
            owners: None,
            single: Vec::new(),
        }
    }

    /// Takes over the cuts of an array, as far as they are wanted.
    pub(super) fn consider<D: Dimension>(&mut self, layout: &Layout<D>) {
        if self.full.is_some() {
            return;
        }
        if layout.shape() == self.shape {
            self.full = Some(Arc::clone(layout.all_cuts()));
            self.owners = layout.owners().cloned();
            return;
        }
        self.single.resize(self.shape.len(), None);
        let stretched = self.shape.len() - layout.ndim();
        for (axis, cuts) in layout.all_cuts().iter().enumerate() {
            let (place, length) = (
                &mut self.single[axis + stretched],
                self.shape[axis + stretched],
            );
            if place.is_none() && layout.shape()[axis] == length {
                *place = Some(Arc::clone(cuts));
            }
        }
    }

    /// Fixes the cuts, and where blocks are.
    pub(super) fn settle<D: Dimension>(&mut self) -> Layout<D> {
        let single = &self.single;
        let full = self.full.get_or_insert_with(|| {
            let axes = self.shape.iter().enumerate();
            axes.map(|(axis, &length)| {
                let cuts = single.get(axis).and_then(Clone::clone);
                cuts.unwrap_or_else(|| whole_cuts(length))
            })
            .collect()
        });
        Layout::from_cuts(Arc::clone(full)).owned(self.owners.clone())
    }
}

/// An array whose blocks fit those of an expression's result.
pub struct Aligned<T, D> {
    array: DArray<T, D>,
    /// How far apart in the list the blocks are that are neighbours along each of the result's axes; 0 where the array is
    /// stretched. Empty where the blocks are the result's, one to one.
    strides: Vec<usize>,
}

impl<T: Element, D: Dimension + 'static> Aligned<T, D> {
    /// Cuts the array anew if it has to be.
    pub(super) fn new(array: DArray<T, D>, cutting: &Cutting) -> Result<Self> {
        array.sound()?;
        let wanted = cutting
            .full
            .as_ref()
            .expect("settled before arrays are split off");
        let own = array.layout().all_cuts();
        if Arc::ptr_eq(own, wanted) || own == wanted {
            let strides = Vec::new();
            return Ok(Aligned { array, strides });
        }
        let stretched = wanted.len() - own.len();
        let fitting: Arc<[Cuts]> = own
            .iter()
            .enumerate()
            .map(|(axis, cuts)| {
                let (wanted, length) = (&wanted[axis + stretched], array.shape()[axis]);
                let same = wanted.last() == Some(&length);
                Arc::clone(if same { wanted } else { cuts })
            })
            .collect();
        let array = match fitting == *own {
            true => array,
            // Where they are wanted, if blocks meet one to one.
            false => {
                let owners = (fitting == *wanted).then(|| cutting.owners.clone());
                array.rechunk(Layout::from_cuts(fitting).owned(owners.flatten()))
            }
        };
        array.sound()?;
        let grid = array.layout().grid();
        let mut strides = vec![0; wanted.len()];
        let mut stride = 1;
        for axis in (0..grid.len()).rev() {
            if grid[axis] > 1 {
                strides[axis + stretched] = stride;
            }
            stride *= grid[axis];
        }
        Ok(Aligned { array, strides })
    }

    /// The array.
    pub(crate) fn array(&self) -> &DArray<T, D> {
        &self.array
    }

    /// The number of the block that goes into the result's block number `number`, at `position` of its grid.
    pub(crate) fn number(&self, number: usize, position: &[usize]) -> usize {
        if self.strides.is_empty() {
            return number;
        }
        let along = self.strides.iter().zip(position);
        along.map(|(stride, at)| stride * at).sum()
    }

    /// The block that goes into the result's block number `number`, at `position` of its grid.
    pub(super) fn at(&self, number: usize, position: &[usize]) -> &Task<Array<T, D>> {
        let parts: &[Block<T, D>] = self.array.parts().unwrap_or(&[]);
        &parts[self.number(number, position)]
    }
}

/// The shape of two shapes together: axes are matched from the last, and one of length 1 stretches.
pub(super) fn broadcast<D: Dimension>(
    place: &Location<'_>,
    left: &[usize],
    right: &[usize],
) -> Result<D> {
    let axes = left.len().max(right.len());
    let mut shape = D::zeros(axes);
    for axis in 0..axes {
        let length = |of: &[usize]| (axis + of.len()).checked_sub(axes).map(|at| of[at]);
        shape[axis] = match (length(left), length(right)) {
            (Some(a), Some(b)) if a == b => a,
            (Some(1) | None, Some(other)) | (Some(other), Some(1) | None) => other,
            _ => {
                let what = format!("shapes {left:?} and {right:?} do not fit together");
                return Err(mistake_at(place, "elementwise operation", what));
            }
        };
    }
    Ok(shape)
}

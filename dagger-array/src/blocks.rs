//! How large blocks shall be: `Blocks([1024, 1024])`, or `Blocks::auto()`.

use dagger_core::Result;
use ndarray::{Dimension, IntoDimension};

use crate::layout::{Layout, regular_cuts, whole_cuts};
use crate::mistake::mistake;

/// The shape of an array's blocks; those at the far ends are smaller where it does not divide the array's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks<S>(pub S);

/// Block sizes chosen by the library, see [`Blocks::auto`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auto;

impl Blocks<Auto> {
    /// Blocks of about two mebibytes, as near to cubes as the shape allows: large enough that a task's cost does not show, small
    /// enough to leave work for every thread. They depend on the shape and the element's size alone, so that results do
    /// not depend on the machine.
    pub const fn auto() -> Self {
        Blocks(Auto)
    }
}

/// A way to cut a shape into blocks.
pub trait Blocking<D: Dimension> {
    /// The layout of an array of this shape, whose elements take `bytes` bytes each.
    ///
    /// # Errors
    /// The blocks have no elements, or another number of axes.
    fn layout(&self, shape: &D, bytes: usize) -> Result<Layout<D>>;
}

impl<D: Dimension, S: IntoDimension + Clone> Blocking<D> for Blocks<S> {
    #[track_caller]
    fn layout(&self, shape: &D, bytes: usize) -> Result<Layout<D>> {
        addressable(shape, bytes)?;
        let edges = self.0.clone().into_dimension();
        let (edges, shape_list) = (edges.slice(), shape.slice());
        if edges.len() != shape_list.len() || edges.contains(&0) {
            return Err(mistake(
                "blocks",
                format!(
                    "blocks of shape {edges:?} for an array of shape {shape_list:?}; they need as many axes, \
                     and at least 1 along each"
                ),
            ));
        }
        let mut sizes = D::zeros(edges.len());
        sizes.slice_mut().copy_from_slice(edges);
        Ok(Layout::regular(shape, &sizes))
    }
}

impl<D: Dimension> Blocking<D> for Blocks<Auto> {
    #[track_caller]
    fn layout(&self, shape: &D, bytes: usize) -> Result<Layout<D>> {
        /// What a block takes.
        const BYTES: usize = 2 << 20;
        addressable(shape, bytes)?;
        Ok(near_cubes(shape, (BYTES / bytes.max(1)).max(1)))
    }
}

/// Refuses shapes that no machine could hold.
#[track_caller]
fn addressable<D: Dimension>(shape: &D, bytes: usize) -> Result<()> {
    let lengths = shape.slice().iter().filter(|&&length| length > 0);
    let size = lengths.fold(bytes.max(1), |size, &length| size.saturating_mul(length));
    if isize::try_from(size).is_ok() {
        return Ok(());
    }
    let what = format!(
        "an array of shape {:?} is larger than any memory",
        shape.slice()
    );
    Err(mistake("blocks", what))
}

/// Blocks of about so many elements, as near to cubes as the shape allows, along each axis of about the same length.
pub(crate) fn near_cubes<D: Dimension>(shape: &D, elements: usize) -> Layout<D> {
    let mut lengths: Vec<usize> = shape.slice().to_vec();
    lengths.sort_unstable();
    // The edge of a cube of so many elements, with the axes that are shorter left whole.
    let mut left = elements as f64;
    let mut edge = 1;
    for (done, &length) in lengths.iter().enumerate() {
        edge = (left.powf(1.0 / (lengths.len() - done) as f64).round() as usize).max(1);
        if length > edge {
            break;
        }
        left = (left / length.max(1) as f64).max(1.0);
    }
    let cuts = shape.slice().iter().map(|&length| {
        let blocks = length.div_ceil(edge).max(1);
        regular_cuts(length, length.div_ceil(blocks).max(1))
    });
    Layout::from_cuts(cuts.collect())
}

/// The layout with `axis` uncut, so that a task has whole lanes along it, and blocks of about the same size: others of its axes are cut
/// more often, each block into parts, so that a new block is made of old ones that lie side by side.
pub(crate) fn whole_along<D: Dimension>(layout: &Layout<D>, axis: usize) -> Layout<D> {
    let mut cuts = layout.all_cuts().to_vec();
    let mut parts = cuts[axis].len() - 1;
    cuts[axis] = whole_cuts(layout.shape()[axis]);
    let longest = |cuts: &[usize]| cuts.windows(2).map(|cut| cut[1] - cut[0]).max();
    let mut others: Vec<usize> = (0..cuts.len()).filter(|&other| other != axis).collect();
    others.sort_by_key(|&other| std::cmp::Reverse(longest(&cuts[other])));
    for other in others {
        let into = longest(&cuts[other]).unwrap_or(0).clamp(1, parts);
        let mut finer = vec![0];
        for cut in cuts[other].windows(2) {
            let part = (cut[1] - cut[0]).div_ceil(into).max(1);
            finer.extend((cut[0] + part..cut[1]).step_by(part));
            finer.push(cut[1]);
        }
        cuts[other] = finer.into();
        parts = parts.div_ceil(into);
    }
    Layout::from_cuts(cuts.into())
}

impl<D: Dimension> Blocking<D> for Layout<D> {
    #[track_caller]
    fn layout(&self, shape: &D, _bytes: usize) -> Result<Layout<D>> {
        if self.raw_dim() != *shape {
            return Err(mistake(
                "blocks",
                format!(
                    "a layout of shape {:?} for an array of shape {:?}",
                    self.shape(),
                    shape.slice()
                ),
            ));
        }
        Ok(self.clone())
    }
}

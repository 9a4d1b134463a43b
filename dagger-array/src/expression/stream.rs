//! The blocks of a task as rows of equal length.
//!
//! A block of the result's own shape, in row-major order, is one row as it lies in memory. Any other (broadcast, or in another
//! order) is copied piece by piece into a buffer that stays in the first-level cache.

use dagger_core::{Error, Result};
use ndarray::iter::Lanes;
use ndarray::{Array, ArrayView, ArrayView1, Axis, Dimension};

use super::{At, Chunk};
use crate::element::Element;

/// How many elements a piece has when one of the blocks has to be copied.
const PIECE: usize = 1024;

/// A block, broadcast to the shape of the result's block.
pub(super) fn fit<'a, T, B, D>(block: &'a Array<T, B>, shape: &D) -> Result<ArrayView<'a, T, D>>
where
    T: Element,
    B: Dimension,
    D: Dimension,
{
    block.broadcast(shape.clone()).ok_or_else(|| {
        Error::msg(format!(
            "a block of shape {:?} where its array says {:?}",
            block.shape(),
            shape.slice()
        ))
    })
}

/// How many elements to take at a time.
pub(super) fn piece(all_flat: bool, total: usize) -> usize {
    if all_flat { total } else { PIECE }
}

/// One block, given out piece by piece.
pub(super) enum Stream<'a, T, D: Dimension> {
    /// As it lies in memory.
    Flat {
        /// All elements.
        elements: &'a [T],
        /// How many have been given out.
        given: usize,
    },
    /// Row by row, through a buffer.
    Rows {
        /// The rows that come next.
        rows: <Lanes<'a, T, <D as Dimension>::Smaller> as IntoIterator>::IntoIter,
        /// What is left of the present one.
        row: ArrayView1<'a, T>,
        /// The piece given out last.
        buffer: Vec<T>,
    },
}

impl<'a, T: Element, D: Dimension> Stream<'a, T, D> {
    pub(super) fn new(view: &'a ArrayView<'_, T, D>) -> Self {
        match view.as_slice() {
            Some(elements) => Stream::Flat { elements, given: 0 },
            None => Stream::Rows {
                rows: view.rows().into_iter(),
                row: ArrayView1::from(&[]),
                buffer: Vec::with_capacity(PIECE),
            },
        }
    }

    pub(super) fn is_flat(&self) -> bool {
        matches!(self, Stream::Flat { .. })
    }

    /// The next `count` elements.
    #[inline]
    pub(super) fn next(&mut self, count: usize) -> &[T] {
        match self {
            Stream::Flat { elements, given } => {
                let piece = &elements[*given..*given + count];
                *given += count;
                piece
            }
            Stream::Rows { rows, row, buffer } => {
                buffer.clear();
                while buffer.len() < count {
                    while row.is_empty() {
                        match rows.next() {
                            Some(next) => *row = next,
                            None => panic!("a block gives as many elements as its shape has"),
                        }
                    }
                    let here = row.len().min(count - buffer.len());
                    let (head, tail) = row.split_at(Axis(0), here);
                    match (head.to_slice(), head.strides()[0]) {
                        (Some(slice), _) => buffer.extend_from_slice(slice),
                        (None, 0) => buffer.extend(std::iter::repeat_n(head[0].clone(), here)),
                        (None, _) => buffer.extend(head.iter().cloned()),
                    }
                    *row = tail;
                }
                &buffer[..count]
            }
        }
    }
}

/// A stretch of a kernel's elements.
pub(super) struct Fused<'a, K, In> {
    kernel: &'a K,
    /// All of the same length.
    rows: In,
    len: usize,
}

/// A list of rows.
pub(super) trait Rows {
    /// Whether each has so many elements.
    fn all_have(&self, len: usize) -> bool;
}

impl Rows for () {
    fn all_have(&self, _len: usize) -> bool {
        true
    }
}

impl<T, Rest: Rows> Rows for (&[T], Rest) {
    fn all_have(&self, len: usize) -> bool {
        self.0.len() == len && self.1.all_have(len)
    }
}

impl<'a, K, In: Rows> Fused<'a, K, In> {
    /// A kernel over rows, each of which has `len` elements.
    pub(super) fn new(kernel: &'a K, rows: In, len: usize) -> Self {
        assert!(rows.all_have(len), "rows of equal length");
        Fused { kernel, rows, len }
    }
}

impl<K: At<In>, In> Chunk for Fused<'_, K, In> {
    type Item = K::Item;

    #[inline(always)]
    fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    unsafe fn at_unchecked(&self, i: usize) -> K::Item {
        // SAFETY: `i` is less than `len`, says the caller, and all rows have so many elements, as `new` has checked.
        unsafe { self.kernel.at(&self.rows, i) }.0
    }
}

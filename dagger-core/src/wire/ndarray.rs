//! [`Wire`] for the arrays of `ndarray`.
//!
//! An array whose elements lie without gaps goes as its memory, whatever the order of its axes, and arrives in the same order. One with gaps
//! or backward axes is copied together and arrives in standard order.

use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire, extrapolated};
use ndarray::{ArcArray, Array, ArrayRef, ArrayView, Axis, Dimension};

/// The order of axes in memory is the standard one.
const STANDARD: u8 = 0;
/// The axes in memory, from the outermost on, follow the shape.
const PERMUTED: u8 = 1;

impl<T: Wire, D: Dimension> Wire for Array<T, D> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        encode(self.view(), out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        decode(input)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + elements_bytes(self)
    }
}

/// Arrives on its own, shared with nobody.
impl<T: Wire + Clone, D: Dimension> Wire for ArcArray<T, D> {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        encode(self.view(), out);
    }
    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        decode(input).map(Array::into_shared)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + elements_bytes(self)
    }
}

fn encode<'a, T: Wire, D: Dimension>(array: ArrayView<'a, T, D>, out: &mut Encoder<'a>) {
    if D::NDIM.is_none() {
        out.count(array.ndim());
    }
    for length in array.shape() {
        out.count(*length);
    }
    if let Some(elements) = array.clone().to_slice() {
        out.raw(&[STANDARD]);
        return T::encode_slice(elements, out);
    }
    let mut order = D::zeros(array.ndim());
    for (place, axis) in order.slice_mut().iter_mut().enumerate() {
        *axis = place;
    }
    let stride = |axis: &usize| array.stride_of(Axis(*axis));
    order
        .slice_mut()
        .sort_by_key(|axis| std::cmp::Reverse(stride(axis)));
    if let Some(elements) = array.clone().permuted_axes(order.clone()).to_slice() {
        out.raw(&[PERMUTED]);
        for axis in order.slice() {
            out.count(*axis);
        }
        return T::encode_slice(elements, out);
    }
    out.raw(&[STANDARD]);
    // Of the view, not of the reference to it, so that the elements live as long as the array.
    T::encode_iter(array.len(), array.into_iter(), out);
}

fn decode<T: Wire, D: Dimension>(input: &mut Decoder<'_>) -> Result<Array<T, D>> {
    let axes = match D::NDIM {
        Some(axes) => axes,
        None => input.count()?,
    };
    let mut shape = input.reserve(axes)?;
    for _ in 0..axes {
        shape.push(input.count()?);
    }
    let order: Option<D> = match input.array()? {
        [STANDARD] => None,
        [PERMUTED] => Some(permutation(axes, input)?),
        [other] => Err(Error::msg(format!("{other} is no order of axes")))?,
    };
    let mut in_memory = D::zeros(axes);
    for (place, length) in in_memory.slice_mut().iter_mut().enumerate() {
        *length = shape[order.as_ref().map_or(place, |order| order[place])];
    }
    let length = in_memory.size_checked().ok_or_else(too_large)?;
    let elements = T::decode_vec(length, input)?;
    let array = Array::from_shape_vec(in_memory, elements).map_err(Error::new)?;
    let Some(order) = order else {
        return Ok(array);
    };
    let mut back = D::zeros(axes);
    for (place, axis) in order.slice().iter().enumerate() {
        back[*axis] = place;
    }
    Ok(array.permuted_axes(back))
}

/// Each axis once, in any order.
fn permutation<D: Dimension>(axes: usize, input: &mut Decoder<'_>) -> Result<D> {
    let mut order = D::zeros(axes);
    let mut seen = vec![false; axes];
    for axis in order.slice_mut() {
        *axis = input.count()?;
        match seen.get_mut(*axis) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(Error::msg("an order of axes names one twice or none")),
        }
    }
    Ok(order)
}

fn elements_bytes<T: Wire, D: Dimension>(array: &ArrayRef<T, D>) -> usize {
    match array.as_slice_memory_order() {
        Some(elements) => T::slice_bytes(elements),
        None => extrapolated(array.len(), array.iter().map(Wire::bytes)),
    }
}

fn too_large() -> Error {
    Error::msg("an array's shape does not fit into memory")
}

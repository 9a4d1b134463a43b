//! Arrays of `ndarray` in every layout, and complex numbers.

mod wire_support;

use dagger_core::Wire;
use ndarray::{
    ArcArray2, Array, Array0, Array1, Array2, Array3, ArrayD, Axis, Dimension, IxDyn, ShapeBuilder,
    s,
};
use num_complex::Complex;
use proptest::prelude::*;
use wire_support::{Message, refused, sent};

fn counted(shape: &[usize]) -> ArrayD<f64> {
    let length: usize = shape.iter().product();
    ArrayD::from_shape_vec(IxDyn(shape), (0..length).map(|x| x as f64).collect()).unwrap()
}

/// That it arrives, in the same order of axes, as one piece if it is large.
fn as_it_lies<D: Dimension>(array: &Array<f64, D>) {
    let message = Message::of(array);
    let arrived: Array<f64, D> = message.decode().unwrap();
    assert_eq!(arrived, array);
    // The stride of an axis of one element means nothing.
    let strides = |of: &Array<f64, D>| {
        let long = of.axes().filter(|axis| axis.len > 1);
        long.map(|axis| axis.stride).collect::<Vec<_>>()
    };
    assert_eq!(strides(&arrived), strides(array));
    assert_eq!(message.pieces.len(), usize::from(array.len() >= 64));
}

#[test]
fn standard_layouts() {
    as_it_lies(&Array0::from_elem((), 1.5));
    as_it_lies(&Array1::linspace(0.0, 1.0, 1000));
    as_it_lies(&Array2::from_shape_fn((40, 50), |(i, j)| {
        (i * 50 + j) as f64
    }));
    as_it_lies(&Array3::from_elem((4, 5, 60), 0.5));
    as_it_lies(&counted(&[2, 3, 4, 5, 6]));
    as_it_lies(&Array2::<f64>::zeros((0, 7)));
}

#[test]
fn axes_in_another_order() {
    as_it_lies(&Array2::from_shape_fn((40, 50).f(), |(i, j)| {
        (i * 50 + j) as f64
    }));
    as_it_lies(&counted(&[6, 7, 8]).permuted_axes(vec![2, 0, 1]));
    as_it_lies(
        &counted(&[6, 1, 8])
            .permuted_axes(vec![1, 2, 0])
            .into_dimensionality::<ndarray::Ix3>()
            .unwrap(),
    );
}

#[test]
fn gaps_and_backward_axes() {
    let whole = Array2::from_shape_fn((60, 50), |(i, j)| (i * 50 + j) as f64);
    for array in [
        whole.clone().slice_move(s![.., 3..40]),
        whole.clone().slice_move(s![..;2, ..;3]),
        whole.clone().slice_move(s![..;-1, ..]),
        whole.slice_move(s![5..9, ..;-2]),
    ] {
        let message = Message::of(&array);
        assert_eq!(message.decode::<Array2<f64>>().unwrap(), array);
        assert_eq!(message.pieces.len(), 1);
    }
}

#[test]
fn shared_arrays() {
    let array: ArcArray2<f64> = Array2::from_elem((30, 30), 2.5).into_shared();
    assert_eq!(sent(&array), array);
    assert_eq!(array.bytes(), size_of_val(&array) + 7200);
}

#[test]
fn arrays_of_texts() {
    let array = Array2::from_shape_fn((3, 4), |(i, j)| format!("{i}/{j}"));
    assert_eq!(sent(&array), array);
    assert_eq!(
        sent(&array.clone().reversed_axes()),
        array.clone().reversed_axes()
    );
    let every_second = array.slice_move(s![.., ..;2]);
    assert_eq!(sent(&every_second), every_second);
}

#[test]
fn complex_numbers() {
    let number = Complex::new(1.5, -2.0);
    assert_eq!(sent(&number), number);
    let many: Vec<Complex<f32>> = (0..5000).map(|x| Complex::new(x as f32, -1.0)).collect();
    let message = Message::of(&many);
    assert_eq!(message.pieces.len(), 1);
    assert_eq!(message.decode::<Vec<Complex<f32>>>().unwrap(), many);
    let array = Array2::from_shape_fn((50, 50), |(i, j)| Complex::new(i as f64, j as f64));
    assert_eq!(sent(&array), array);
    let part = array.slice_move(s![..;2, 1..]);
    assert_eq!(sent(&part), part);
    assert_eq!(
        sent(&vec![(Complex::new(1_i8, 2), 'x'); 9]),
        vec![(Complex::new(1_i8, 2), 'x'); 9]
    );
}

#[test]
fn wrong_shapes() {
    let of = |head: Vec<u8>| Message {
        head,
        pieces: vec![],
    };
    let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    refused::<Array2<f64>>(&of([&huge[..], &huge, &[0]].concat()));
    refused::<Array2<f64>>(&of([&[0], &huge[..], &[0]].concat()));
    refused::<Array3<()>>(&of([&[0], &huge[..], &huge, &[0]].concat()));
    refused::<ArrayD<f64>>(&of([&huge[..], &[0]].concat()));
    refused::<Array2<u8>>(&of(vec![1, 1, 1, 0, 0, 9]));
    refused::<Array2<u8>>(&of(vec![1, 1, 1, 0, 2, 9]));
    refused::<Array2<u8>>(&of(vec![1, 1, 2, 9]));
    assert_eq!(
        of(vec![1, 1, 1, 1, 0, 9]).decode::<Array2<u8>>().unwrap()[(0, 0)],
        9
    );
}

proptest! {
    #[test]
    fn any_view_arrives(
        shape in proptest::collection::vec(0_usize..6, 1..5),
        seed in any::<u64>(),
        steps in proptest::collection::vec(prop_oneof![Just(-2), Just(-1), Just(1), Just(2)], 4),
    ) {
        let mut array = counted(&shape);
        let mut axes: Vec<usize> = (0..shape.len()).collect();
        axes.rotate_left((seed % shape.len() as u64) as usize);
        if seed % 3 == 0 {
            axes.reverse();
        }
        array = array.permuted_axes(axes);
        for (axis, step) in steps.iter().enumerate().take(shape.len()) {
            array.slice_axis_inplace(Axis(axis), ndarray::Slice::new(0, None, *step));
        }
        prop_assert_eq!(sent(&array), array);
    }
}

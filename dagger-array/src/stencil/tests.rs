//! Random passes against a sweep written down plainly: any shape, blocking, radius, boundary and number of sweeps a pass.

use dagger_core::kernel::Neighbours;
use dagger_core::wire::Code;
use ndarray::{Array, Dim, Dimension, IntoDimension};
use proptest::prelude::*;

use super::{Boundaries, Boundary, Pass, Repeated, first_pass, pass_over};
use crate::array::{Block, DArray};
use crate::blocks::Blocks;

type Blocked<const N: usize> = DArray<i64, Dim<[usize; N]>>;

/// All offsets up to a radius.
fn offsets<const N: usize>(radius: [usize; N]) -> Vec<[isize; N]> {
    let mut all = vec![[0; N]];
    for axis in 0..N {
        let reach = radius[axis].cast_signed();
        all = all
            .into_iter()
            .flat_map(|offset| {
                (-reach..=reach).map(move |along| {
                    let mut offset = offset;
                    offset[axis] = along;
                    offset
                })
            })
            .collect();
    }
    all
}

/// A different number for each offset.
fn weight<const N: usize>(offset: [isize; N]) -> i64 {
    let mixed = offset
        .iter()
        .fold(17, |sum: i64, &along| sum.wrapping_mul(31) + along as i64);
    mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed())
}

/// One sweep, element by element.
fn plainly<const N: usize>(
    data: &[i64],
    shape: [usize; N],
    radius: [usize; N],
    boundary: &[Boundary<i64>; N],
) -> Vec<i64> {
    let at = |index: [isize; N]| {
        let mut place = 0;
        for axis in 0..N {
            match boundary[axis].inside(index[axis], shape[axis].cast_signed()) {
                Some(inside) => place = place * shape[axis] + inside.cast_unsigned(),
                None => {
                    let Boundary::Constant(value) = boundary[axis] else {
                        unreachable!()
                    };
                    return value;
                }
            }
        }
        data[place]
    };
    (0..data.len())
        .map(|mut number| {
            let mut index = [0; N];
            for axis in (0..N).rev() {
                index[axis] = (number % shape[axis]).cast_signed();
                number /= shape[axis];
            }
            offsets(radius).into_iter().fold(0, |sum: i64, offset| {
                let from = std::array::from_fn(|axis| index[axis] + offset[axis]);
                sum.wrapping_add(at(from).wrapping_mul(weight(offset)))
            })
        })
        .collect()
}

fn check<const N: usize>(case: &Case) -> Result<(), TestCaseError>
where
    [usize; N]: IntoDimension<Dim = Dim<[usize; N]>>,
    Dim<[usize; N]>: Dimension,
{
    let of = |list: &[usize]| -> [usize; N] { std::array::from_fn(|axis| list[axis]) };
    let (shape, edges, radius) = (of(&case.shape), of(&case.edges), of(&case.radius));
    let boundary: [Boundary<i64>; N] = std::array::from_fn(|axis| case.boundary[axis]);
    let count: usize = shape.iter().product();
    let mut data: Vec<i64> = (0..count as i64).map(|i| i * i + 1).collect();
    let local = Array::from_shape_vec(shape.into_dimension(), data.clone()).unwrap();
    let array: Blocked<N> = DArray::distribute(&local, Blocks(edges));

    let all = offsets(radius);
    let function = move |u: Neighbours<'_, i64, N>| {
        all.iter().fold(0, |sum: i64, &offset| {
            sum.wrapping_add(u[offset].wrapping_mul(weight(offset)))
        })
    };
    let mut pass: Pass<i64> = first_pass(array.layout(), radius, Boundaries(boundary), 1);
    let mut blocks: Vec<Block<_, _>> = array.parts().unwrap().to_vec();
    for &sweeps in &case.passes {
        pass.sweeps = sweeps;
        let kernel = Repeated(Code(function.clone()));
        blocks = pass_over(array.layout(), &blocks, &pass, &kernel, case.apart);
        for _ in 0..sweeps {
            data = plainly(&data, shape, radius, &boundary);
        }
    }
    let made = DArray::of(array.layout().clone(), blocks)
        .collect()
        .unwrap();
    prop_assert_eq!(made.as_slice().unwrap(), &data[..]);
    Ok(())
}

#[derive(Clone, Debug)]
struct Case {
    shape: Vec<usize>,
    edges: Vec<usize>,
    radius: Vec<usize>,
    boundary: Vec<Boundary<i64>>,
    passes: Vec<usize>,
    /// Whether interior and rim are tasks of their own.
    apart: bool,
}

fn case(longest: usize) -> impl Strategy<Value = Case> {
    let boundary = prop_oneof![
        Just(Boundary::Wrap),
        Just(Boundary::Clamp),
        Just(Boundary::Reflect),
        (-5_i64..5).prop_map(Boundary::Constant),
    ];
    let length = prop_oneof![1 => 0_usize..2, 9 => 1..=longest];
    (
        prop::collection::vec(length, 3),
        prop::collection::vec(1_usize..9, 3),
        prop::collection::vec(0_usize..4, 3),
        prop::collection::vec(boundary, 3),
        prop::collection::vec(1_usize..6, 1..3),
        any::<bool>(),
    )
        .prop_map(|(shape, edges, radius, boundary, passes, apart)| Case {
            shape,
            edges,
            radius,
            boundary,
            passes,
            apart,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn lines(case in case(40)) {
        check::<1>(&case)?;
    }

    #[test]
    fn planes(case in case(14)) {
        check::<2>(&case)?;
    }

    #[test]
    fn solids(mut case in case(7)) {
        for radius in &mut case.radius {
            *radius = (*radius).min(1);
        }
        check::<3>(&case)?;
    }
}

#[test]
fn large_blocks_move_through_the_slabs() {
    for sweeps in [1, 2, 7] {
        let case = Case {
            shape: vec![400, 30],
            edges: vec![390, 30],
            radius: vec![1, 2],
            boundary: vec![Boundary::Reflect, Boundary::Wrap],
            passes: vec![sweeps],
            apart: sweeps % 2 == 0,
        };
        check::<2>(&case).unwrap();
    }
}

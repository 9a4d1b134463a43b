//! LU factors with partial pivoting, by block columns.
//!
//! A block column is one value, so a panel finds its pivots among all rows, as in the textbook. Panels further left are the more urgent
//! tasks: the next one is factored while the others are still being updated with the last.

use dagger_core::{Result, Task};
use dagger_macros::{Wire, spawn, task};
use ndarray::{Array1, Array2, ArrayView2, Axis, Ix1, Ix2, s};
use std::panic::Location;
use std::sync::Arc;

use super::cuts::{block_columns, clipped};
use super::determinant::{diagonal_logarithms, diagonal_products, joined};
use super::field::Field;
use super::right_side::RightSide;
use super::substitution::{unit_lower_step, upper_step};
use super::tile::{self, Diag, Moves, Side, Triangle};
use super::triangular::singular;
use crate::array::{Block, DArray, Parts};
use crate::element::Element;
use crate::layout::{Cuts, Layout, whole_cuts};
use crate::mistake::{failed_task, mistake_at, written_at};

/// The factorisation `P·A = L·U` of a matrix of any shape: `L` lower triangular (or trapezoidal) with ones on its diagonal, `U` upper
/// triangular (or trapezoidal), `P` a permutation of the rows that makes every element of `L` at most 1 in absolute value.
///
/// A singular matrix has one too; solving with it is the error.
#[derive(Clone)]
pub struct Lu<T> {
    /// `U` at and above the diagonal, `L` below it, in block columns.
    pub factors: DArray<T, Ix2>,
    /// Row `i` of `P·A` is row `permutation[i]` of `A`.
    pub permutation: DArray<usize, Ix1>,
    /// The first pivot that is zero.
    zero: Task<Option<usize>>,
    /// How the matrix was cut.
    own: Layout<Ix2>,
}

impl<T: Field> DArray<T, Ix2> {
    /// The LU factorisation with partial pivoting, of a matrix of any shape.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::array;
    /// let a = DArray::distribute(&array![[1.0, 2.0], [4.0, 4.0]], Blocks([1, 1]));
    /// let lu = a.lu();
    /// assert_eq!(lu.l().collect()?, array![[1.0, 0.0], [0.25, 1.0]]);
    /// assert_eq!(lu.u().collect()?, array![[4.0, 4.0], [0.0, 1.0]]);
    /// assert_eq!(lu.permutation.collect()?, array![1, 0]);
    /// # Ok::<(), dagger::Error>(())
    /// ```
    pub fn lu(&self) -> Lu<T> {
        self.clone().into_lu()
    }

    /// The same, where the matrix lies: memory is taken only for putting blocks together that do not go through all rows, and these are freed.
    pub fn into_lu(self) -> Lu<T> {
        let own = self.layout().clone();
        of(self).unwrap_or_else(|error| Lu {
            factors: DArray::failed(error.clone()),
            permutation: DArray::failed(error.clone()),
            zero: failed_task(error),
            own,
        })
    }
}

impl<T: Field> Lu<T> {
    /// Whether the call could be done; see [`DArray::check`].
    ///
    /// # Errors
    /// What was wrong with the call.
    pub fn check(self) -> Result<Self> {
        self.factors.parts()?;
        Ok(self)
    }

    /// `L`, with as many columns as the matrix has rows or columns, whichever are fewer.
    pub fn l(&self) -> DArray<T, Ix2> {
        let size = self.size();
        self.part(clipped(self.columns(), size), 1, |block, start, _| {
            spawn!(lower_part(block, start, size))
        })
    }

    /// `U`, with as many rows as the matrix has rows or columns, whichever are fewer.
    pub fn u(&self) -> DArray<T, Ix2> {
        let size = self.size();
        self.part(Arc::clone(self.columns()), 0, |block, start, _| {
            spawn!(upper_part(block, start, size))
        })
    }

    /// The solution of `A·x = b`, for a vector or for each column of a matrix.
    ///
    /// # Errors
    /// As of [`DArray::solve`].
    #[track_caller]
    pub fn solve<B: RightSide<T>>(&self, b: &B) -> B {
        let place = Location::caller();
        B::from_columns(b.columns().and_then(|b| solved(self, &b, "solve", place)))
    }

    /// The inverse of `A`.
    ///
    /// # Errors
    /// As of [`DArray::inv`].
    #[track_caller]
    pub fn inv(&self) -> DArray<T, Ix2> {
        let place = Location::caller();
        let inverse = || {
            square(&self.factors, "inv", place)?;
            let identity = super::inverse::identity(&self.factors)?;
            let identity = identity.rechunk(self.own.clone());
            solved(self, &identity, "inv", place)
        };
        DArray::attempt(inverse())
    }

    /// The determinant of `A`; see [`DArray::det`].
    #[track_caller]
    pub fn det(&self) -> Task<T> {
        let products = square(&self.factors, "det", Location::caller())
            .and_then(|()| Ok((diagonal_products(&self.factors)?, self.order()?)));
        match products {
            Ok((products, order)) => spawn!(signed_product(products, order)),
            Err(error) => failed_task(error),
        }
    }

    /// The determinant of `A` as its sign and the logarithm of its absolute value; see [`DArray::sln_det`].
    #[track_caller]
    pub fn sln_det(&self) -> Task<(T, T::RealPart)> {
        let logarithms = square(&self.factors, "sln_det", Location::caller())
            .and_then(|()| Ok((diagonal_logarithms(&self.factors)?, self.order()?)));
        match logarithms {
            Ok((logarithms, order)) => spawn!(signed_logarithm(logarithms, order)),
            Err(error) => failed_task(error),
        }
    }

    /// The permutation, which is one block.
    fn order(&self) -> Result<Block<usize, Ix1>> {
        Ok(self.permutation.parts()?[0].clone())
    }

    /// How many pivots there are.
    fn size(&self) -> usize {
        self.factors.shape().iter().copied().min().unwrap_or(0)
    }

    fn columns(&self) -> &Cuts {
        &self.factors.layout().all_cuts()[1]
    }

    /// What `take` makes of each block column up to the last of `columns`, cut as the matrix was; axis `longer` keeps its length.
    fn part(
        &self,
        columns: Cuts,
        longer: usize,
        take: impl Fn(&Block<T, Ix2>, usize, usize) -> Block<T, Ix2>,
    ) -> DArray<T, Ix2> {
        let parts = || -> Result<Parts<T, Ix2>> {
            let blocks = self.factors.parts()?.iter().zip(columns.windows(2));
            let blocks = blocks.map(|(block, cut)| take(block, cut[0], cut[1]));
            let blocks: Vec<Block<T, Ix2>> = blocks.collect();
            let size = self.size();
            let own = self.own.all_cuts();
            let (rows, wanted) = match longer {
                1 => (Arc::clone(&own[0]), clipped(&own[1], size)),
                _ => (clipped(&own[0], size), Arc::clone(&own[1])),
            };
            let height = rows[rows.len() - 1];
            let made = Layout::from_cuts(Arc::new([whole_cuts(height), columns]));
            let wanted = Layout::from_cuts(Arc::new([rows, wanted]));
            DArray::of(made, blocks).rechunk(wanted).into_parts()
        };
        DArray::attempt(parts())
    }
}

/// The factors of a matrix that must be square.
pub(super) fn of_square<T: Field>(
    a: DArray<T, Ix2>,
    operation: &str,
    place: &Location<'_>,
) -> Result<Lu<T>> {
    square(&a, operation, place)?;
    of(a)
}

/// Whether a right side has as many rows as a square matrix.
pub(super) fn fits<T: Field>(
    a: &DArray<T, Ix2>,
    b: &DArray<T, Ix2>,
    operation: &str,
    place: &Location<'_>,
) -> Result<()> {
    square(a, operation, place)?;
    let (shape, right) = (a.shape(), b.shape());
    if shape[0] == right[0] {
        return Ok(());
    }
    let what = format!(
        "a matrix of shape {shape:?} and a right side of {} rows",
        right[0]
    );
    Err(mistake_at(place, operation, what))
}

/// The solution of equations, cut as `b`.
pub(super) fn solved<T: Field>(
    factors: &Lu<T>,
    b: &DArray<T, Ix2>,
    operation: &str,
    place: &Location<'_>,
) -> Result<Parts<T, Ix2>> {
    fits(&factors.factors, b, operation, place)?;
    let (panels, columns) = (factors.factors.parts()?, factors.columns());
    let (order, zero) = (&factors.order()?, &factors.zero);
    let written = written_at(place, operation);
    let (work, right) = whole_columns(b).into_parts()?;
    let solve = |right: Block<T, Ix2>| {
        let written = written.clone();
        let mut x = spawn!(permuted(&right, order, zero, written));
        for (panel, &start) in panels.iter().zip(columns.iter()) {
            x = spawn!(unit_lower_step(x, panel, start));
        }
        for (panel, &start) in panels.iter().zip(columns.iter()).rev() {
            x = spawn!(upper_step(x, panel, start));
        }
        x
    };
    let solution = DArray::of(work, right.into_iter().map(solve).collect());
    solution.rechunk(b.layout().clone()).into_parts()
}

/// A matrix in block columns.
pub(super) fn whole_columns<T: Field>(matrix: &DArray<T, Ix2>) -> DArray<T, Ix2> {
    let cuts = matrix.layout().all_cuts();
    let rows = whole_cuts(cuts[0][cuts[0].len() - 1]);
    matrix.rechunk(Layout::from_cuts(Arc::new([rows, block_columns(&cuts[1])])))
}

/// How urgent work on a block column is.
pub(super) fn urgency(column: usize, columns: usize) -> i32 {
    i32::try_from(columns - column).unwrap_or(i32::MAX)
}

fn square<T: Element>(a: &DArray<T, Ix2>, operation: &str, place: &Location<'_>) -> Result<()> {
    a.parts()?;
    let shape = a.shape();
    if shape[0] == shape[1] {
        return Ok(());
    }
    let what = format!("a matrix of shape {shape:?} is not square");
    Err(mistake_at(place, operation, what))
}

fn of<T: Field>(a: DArray<T, Ix2>) -> Result<Lu<T>> {
    a.parts()?;
    let own = a.layout().clone();
    let rows = a.shape()[0];
    let whole = whole_columns(&a);
    drop(a);
    let (layout, columns) = whole.into_parts()?;
    let cuts = Arc::clone(&layout.all_cuts()[1]);
    let count = columns.len();
    let mut columns: Vec<Option<Block<T, Ix2>>> = columns.into_iter().map(Some).collect();
    let pivots = cuts.windows(2).take_while(|cut| cut[0] < rows).count();
    let mut panels: Vec<Task<Panel<T>>> = Vec::with_capacity(pivots);
    let mut moves: Vec<Task<Moves>> = Vec::with_capacity(pivots);
    for k in 0..pivots {
        let column = columns[k].take().expect("each is a panel once");
        let (start, urgent) = (cuts[k], urgency(k, count));
        let panel = spawn!(
            #[priority(urgent)]
            factor_panel(column, start)
        );
        for (j, place) in columns.iter_mut().enumerate().skip(k + 1) {
            let column = place.take().expect("those further right are no panels yet");
            let urgent = urgency(j, count);
            *place = Some(spawn!(
                #[priority(urgent)]
                update_column(column, &panel, start)
            ));
        }
        moves.push(spawn!(moves_of(&panel)));
        panels.push(panel);
    }
    let zero = {
        let zeros: Vec<Task<Option<usize>>> =
            panels.iter().map(|panel| spawn!(zero_of(panel))).collect();
        spawn!(first_zero(zeros))
    };
    let permutation = spawn!(permutation(rows, &moves));
    let mut finished = Vec::with_capacity(count);
    for (k, panel) in panels.into_iter().enumerate() {
        let later = &moves[k + 1..];
        finished.push(spawn!(finished_panel(panel, later)));
    }
    finished.extend(columns.into_iter().flatten());
    let order = Layout::from_cuts(Arc::new([whole_cuts(rows)]));
    Ok(Lu {
        factors: DArray::of(layout, finished),
        permutation: DArray::of(order, vec![permutation]),
        zero,
        own,
    })
}

/// A block column that has been factored.
#[derive(Clone, Debug, Wire)]
struct Panel<T> {
    /// `U` at and above the diagonal, `L` below it, its rows in the order they had when it was factored.
    columns: Array2<T>,
    moves: Moves,
    /// The first pivot that is zero, counted from the matrix's first.
    zero: Option<usize>,
}

#[task]
fn factor_panel<T: Field>(mut columns: Array2<T>, start: usize) -> Panel<T> {
    let (moves, zero) = tile::lu(columns.view_mut(), start);
    Panel {
        columns,
        moves,
        zero: zero.map(|column| start + column),
    }
}

#[task]
fn update_column<T: Field>(mut column: Array2<T>, panel: &Panel<T>, start: usize) -> Array2<T> {
    panel.moves.rows(column.view_mut());
    let l = &panel.columns;
    let end = l.nrows().min(start + l.ncols());
    let (above, below) = column.view_mut().split_at(Axis(0), end);
    let mut known = above.slice_move(s![start.., ..]);
    let left = |rows| -> ArrayView2<'_, T> { l.slice_axis(Axis(0), rows) };
    let (diagonal, rest) = (left((start..end).into()), left((end..).into()));
    let (diagonal, rest) = (
        diagonal.slice_move(s![.., ..end - start]),
        rest.slice_move(s![.., ..end - start]),
    );
    tile::solve_left(
        diagonal,
        Triangle::Lower,
        Diag::Unit,
        Side::Plain,
        known.view_mut(),
    );
    tile::subtract_product(below, (rest, Side::Plain), (known.view(), Side::Plain));
    column
}

#[task]
fn moves_of<T: Field>(panel: &Panel<T>) -> Moves {
    panel.moves.clone()
}

#[task]
fn zero_of<T: Field>(panel: &Panel<T>) -> Option<usize> {
    panel.zero
}

#[task]
fn first_zero(zeros: &[&Option<usize>]) -> Option<usize> {
    zeros.iter().copied().flatten().copied().min()
}

/// The panel's factors with their rows in the order that later panels chose.
#[task]
fn finished_panel<T: Field>(panel: Panel<T>, later: &[&Moves]) -> Array2<T> {
    let mut columns = panel.columns;
    for moves in later {
        moves.rows(columns.view_mut());
    }
    columns
}

#[task]
fn permutation(rows: usize, moves: &[&Moves]) -> Array1<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    for moves in moves {
        moves.elements(&mut order);
    }
    Array1::from_vec(order)
}

/// The right side in the order of the rows of `P·A`, if the equations can be solved.
#[task]
fn permuted<T: Field>(
    right: &Array2<T>,
    order: &Array1<usize>,
    zero: &Option<usize>,
    written: String,
) -> Result<Array2<T>> {
    match zero {
        Some(index) => Err(singular(&written, *index)),
        None => Ok(right.select(Axis(0), order.as_slice().unwrap_or(&[]))),
    }
}

#[task]
fn lower_part<T: Field>(block: &Array2<T>, start: usize, size: usize) -> Array2<T> {
    let width = block.ncols().min(size.saturating_sub(start));
    let mut l = block.slice(s![.., ..width]).to_owned();
    for (j, mut column) in l.columns_mut().into_iter().enumerate() {
        column.slice_mut(s![..start + j]).fill(T::zero());
        column[start + j] = T::one();
    }
    l
}

#[task]
pub(super) fn upper_part<T: Field>(block: &Array2<T>, start: usize, size: usize) -> Array2<T> {
    let mut u = block.slice(s![..size, ..]).to_owned();
    for (j, mut column) in u.columns_mut().into_iter().enumerate() {
        let end = size.min(start + j + 1);
        column.slice_mut(s![end..]).fill(T::zero());
    }
    u
}

/// Whether a permutation takes an odd number of exchanges.
fn is_odd(order: &Array1<usize>) -> bool {
    let mut seen = vec![false; order.len()];
    let mut odd = false;
    for start in 0..order.len() {
        let mut at = start;
        while !std::mem::replace(&mut seen[at], true) {
            at = order[at];
            odd ^= at != start;
        }
    }
    odd
}

#[task]
fn signed_product<T: Field>(factors: &[&T], order: &Array1<usize>) -> T {
    let product = factors
        .iter()
        .fold(T::one(), |product, &&factor| product * factor);
    if is_odd(order) { -product } else { product }
}

#[task]
fn signed_logarithm<T: Field>(
    factors: &[&(T, T::RealPart)],
    order: &Array1<usize>,
) -> (T, T::RealPart) {
    let sign = if is_odd(order) { -T::one() } else { T::one() };
    let none = (sign, num_traits::Zero::zero());
    factors
        .iter()
        .fold(none, |product, &&factor| joined(product, factor))
}

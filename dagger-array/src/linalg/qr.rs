//! QR factors, by block columns.
//!
//! Each panel makes a block of Householder reflections, which the columns to its right are then multiplied with. Panels further left are the more
//! urgent tasks, as in LU.

use dagger_core::{Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array2, Ix2};
use std::sync::Arc;

use super::cuts::clipped;
use super::field::Field;
use super::lu::{upper_part, urgency, whole_columns};
use super::tile::{self, Reflectors, Side};
use crate::array::{Block, DArray, Parts};
use crate::layout::{Cuts, Layout, whole_cuts};

/// The factorisation `A = Q·R` of a matrix of any shape: the columns of `Q` are orthonormal, `R` is upper triangular (or
/// trapezoidal).
///
/// `Q` is kept as the reflections that make it.
#[derive(Clone)]
pub struct Qr<T> {
    factors: Result<Arc<Factors<T>>>,
}

/// A factorisation that could be done.
pub(super) struct Factors<T> {
    /// The reflections and their parts of `R`, from the left.
    pub(super) panels: Vec<Task<Reflectors<T>>>,
    /// Columns further right than there are rows.
    rest: Vec<Block<T, Ix2>>,
    /// Where block columns start.
    pub(super) columns: Cuts,
    /// How the matrix was cut.
    pub(super) own: Layout<Ix2>,
}

impl<T: Field> DArray<T, Ix2> {
    /// The QR factorisation, of a matrix of any shape.
    ///
    /// ```
    /// # use dagger::array::*; use dagger::prelude::*; use ndarray::{Array2, Ix2};
    /// let a = DArray::<f64, Ix2>::random([30, 20], Blocks([8, 8]));
    /// let qr = a.qr();
    /// let (q, r) = (qr.q(), qr.r());
    /// let close = |a: Array2<f64>, b: Array2<f64>| (a - b).iter().all(|x| x.abs() < 1e-13);
    /// assert!(close(q.dot(&r).collect()?, a.collect()?));
    /// assert!(close(q.t().dot(&q).collect()?, Array2::eye(20)));
    /// # Ok::<(), dagger::Error>(())
    /// ```
    pub fn qr(&self) -> Qr<T> {
        Qr {
            factors: factored(self).map(Arc::new),
        }
    }
}

impl<T: Field> Qr<T> {
    /// Whether the call could be done; see [`DArray::check`].
    ///
    /// # Errors
    /// What was wrong with the call.
    pub fn check(self) -> Result<Self> {
        self.factors()?;
        Ok(self)
    }

    /// `Q`, with as many columns as the matrix has rows or columns, whichever are fewer.
    pub fn q(&self) -> DArray<T, Ix2> {
        let made = || {
            let Factors {
                panels,
                columns,
                own,
                ..
            } = self.factors()?;
            let (rows, size) = (own.shape()[0], self.size()?);
            let columns = clipped(columns, size);
            let blocks = columns.windows(2).enumerate().map(|(j, cut)| {
                let (start, width) = (cut[0], cut[1] - cut[0]);
                let urgent = urgency(j, panels.len());
                let column = spawn!(unit_columns(rows, start, width));
                let own = panels.iter().take(j + 1).rev();
                own.fold(column, |column, panel| {
                    let side = Side::Plain;
                    spawn!(
                        #[priority(urgent)]
                        reflected(column, panel, side)
                    )
                })
            });
            let blocks = blocks.collect();
            let cuts = own.all_cuts();
            let wanted = [Arc::clone(&cuts[0]), clipped(&cuts[1], size)];
            let made = Layout::from_cuts(Arc::new([whole_cuts(rows), columns]));
            let wanted = Layout::from_cuts(Arc::new(wanted));
            DArray::of(made, blocks).rechunk(wanted).into_parts()
        };
        DArray::attempt(made())
    }

    /// `R`, with as many rows as the matrix has rows or columns, whichever are fewer.
    pub fn r(&self) -> DArray<T, Ix2> {
        let made = || -> Result<Parts<T, Ix2>> {
            let Factors {
                panels,
                rest,
                columns,
                own,
            } = self.factors()?;
            let size = self.size()?;
            let upper = panels.iter().map(|panel| spawn!(upper_of(panel, size)));
            let starts = &columns[panels.len()..];
            let right = rest.iter().zip(starts);
            let right = right.map(|(column, &start)| spawn!(upper_part(column, start, size)));
            let blocks: Vec<Block<T, Ix2>> = upper.chain(right).collect();
            let made = [whole_cuts(size), Arc::clone(columns)];
            let cuts = own.all_cuts();
            let wanted = [clipped(&cuts[0], size), Arc::clone(&cuts[1])];
            DArray::of(Layout::from_cuts(Arc::new(made)), blocks)
                .rechunk(Layout::from_cuts(Arc::new(wanted)))
                .into_parts()
        };
        DArray::attempt(made())
    }

    pub(super) fn factors(&self) -> Result<&Factors<T>> {
        self.factors.as_deref().map_err(Clone::clone)
    }

    /// How many rows or columns the matrix has, whichever are fewer.
    fn size(&self) -> Result<usize> {
        let shape = self.factors()?.own.shape();
        Ok(shape[0].min(shape[1]))
    }
}

fn factored<T: Field>(a: &DArray<T, Ix2>) -> Result<Factors<T>> {
    a.parts()?;
    let rows = a.shape()[0];
    let (layout, blocks) = whole_columns(a).into_parts()?;
    let columns = Arc::clone(&layout.all_cuts()[1]);
    let count = blocks.len();
    let mut rest: Vec<Option<Block<T, Ix2>>> = blocks.into_iter().map(Some).collect();
    let pivots = columns
        .windows(2)
        .take_while(|cut| cut[0] < rows.min(cut[1]))
        .count();
    let mut panels = Vec::with_capacity(pivots);
    for k in 0..pivots {
        let column = rest[k].take().expect("each is a panel once");
        let (start, urgent) = (columns[k], urgency(k, count));
        let panel = spawn!(
            #[priority(urgent)]
            reflectors(&column, start)
        );
        for (j, place) in rest.iter_mut().enumerate().skip(k + 1) {
            let column = place.take().expect("those further right are no panels yet");
            let (urgent, side) = (urgency(j, count), Side::Adjoint);
            *place = Some(spawn!(
                #[priority(urgent)]
                reflected(column, &panel, side)
            ));
        }
        panels.push(panel);
    }
    Ok(Factors {
        panels,
        rest: rest.into_iter().flatten().collect(),
        columns,
        own: a.layout().clone(),
    })
}

#[task]
fn reflectors<T: Field>(columns: &Array2<T>, start: usize) -> Reflectors<T> {
    tile::qr(columns.view(), start)
}

/// Whole columns, multiplied with the reflections.
#[task]
pub(super) fn reflected<T: Field>(
    mut columns: Array2<T>,
    panel: &Reflectors<T>,
    side: Side,
) -> Array2<T> {
    panel.apply(side, columns.view_mut());
    columns
}

#[task]
fn upper_of<T: Field>(panel: &Reflectors<T>, rows: usize) -> Array2<T> {
    panel.upper(rows)
}

/// Columns of the identity, from column `start` on.
#[task]
fn unit_columns<T: Field>(rows: usize, start: usize, width: usize) -> Array2<T> {
    let mut columns = Array2::zeros((rows, width));
    for j in 0..width {
        columns[(start + j, j)] = T::one();
    }
    columns
}

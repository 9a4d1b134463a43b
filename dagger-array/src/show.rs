//! What arrays look like: shape, blocks, which workers hold them, and a corner of the values.
//!
//! `{:?}` never waits: it shows shape, blocks and how far they are, and the values that are on this worker. `{}` waits for the blocks it
//! shows, which are only those in the corners; other workers send single elements of theirs.

use ndarray::Dimension;
use std::collections::BTreeMap;
use std::fmt;

use crate::array::DArray;
use crate::element::Element;
use dagger_core::{Status, this_worker, workers};

/// How many elements are shown at either end of an axis.
const EDGE: usize = 3;

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// How many blocks there are, finished and failed.
    fn progress(&self) -> (usize, usize, usize) {
        let blocks = self.parts().unwrap_or(&[]);
        let count = |status: Status| {
            blocks
                .iter()
                .filter(|block| block.status() == status)
                .count()
        };
        (
            blocks.len(),
            count(Status::Finished),
            count(Status::Failed) + count(Status::Cancelled),
        )
    }

    /// How many blocks each worker holds.
    fn holders(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut held: BTreeMap<usize, usize> = BTreeMap::new();
        for block in self.parts().unwrap_or(&[]) {
            *held.entry(block.worker()).or_default() += 1;
        }
        let mut begin = " on worker ";
        for (worker, blocks) in held {
            write!(f, "{begin}{worker}: {blocks}")?;
            begin = ", ";
        }
        Ok(())
    }

    fn head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DArray<{}>", short(std::any::type_name::<T>()))?;
        if let Err(error) = self.parts() {
            return write!(f, " failed: {error}");
        }
        let (blocks, finished, failed) = self.progress();
        write!(f, " {:?}", self.layout())?;
        if workers() > 1 {
            self.holders(f)?;
        }
        write!(f, " ({finished} of {blocks} ready")?;
        if failed > 0 {
            write!(f, ", {failed} failed")?;
        }
        f.write_str(")")
    }
}

impl<T: Element + fmt::Debug, D: Dimension + 'static> fmt::Debug for DArray<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        if self.parts().is_err() || self.is_empty() {
            return Ok(());
        }
        let show = |index: &D| match self.cell(index, Patience::None) {
            Some(block) => format!("{block:?}"),
            None => "·".to_owned(),
        };
        write!(
            f,
            "\n{}",
            Corner {
                array: self,
                show: &show
            }
        )
    }
}

impl<T: Element + fmt::Display, D: Dimension + 'static> fmt::Display for DArray<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        if self.parts().is_err() || self.is_empty() {
            return Ok(());
        }
        let precision = f.precision();
        let show = |index: &D| match (self.cell(index, Patience::Full), precision) {
            (Some(value), Some(precision)) => format!("{value:.precision$}"),
            (Some(value), None) => format!("{value}"),
            (None, _) => "?".to_owned(),
        };
        write!(
            f,
            "\n{}",
            Corner {
                array: self,
                show: &show
            }
        )
    }
}

/// Whether to wait for a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patience {
    None,
    Full,
}

impl<T: Element, D: Dimension + 'static> DArray<T, D> {
    /// An element, if its block is there. Of a block that another worker holds it alone is sent, and only if there is time to wait for it.
    fn cell(&self, index: &D, patience: Patience) -> Option<T> {
        let (number, within) = self.locate("show", index).ok()?;
        let block = &self.parts().ok()?[number];
        let here = block.worker() == this_worker();
        if patience == Patience::None && !(here && block.is_ready()) {
            return None;
        }
        match here {
            true => block.get().ok()?.get(within).cloned(),
            false => self.get(index.clone()).fetch().ok(),
        }
    }
}

/// The corners of an array, as ndarray prints them.
struct Corner<'a, T, D> {
    array: &'a DArray<T, D>,
    show: &'a dyn Fn(&D) -> String,
}

impl<T: Element, D: Dimension + 'static> fmt::Display for Corner<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.axis(f, &mut D::zeros(self.array.ndim()), 0)
    }
}

impl<T: Element, D: Dimension + 'static> Corner<'_, T, D> {
    fn axis(&self, f: &mut fmt::Formatter<'_>, index: &mut D, axis: usize) -> fmt::Result {
        if axis == self.array.ndim() {
            return f.write_str(&(self.show)(index));
        }
        let length = self.array.shape()[axis];
        let last = axis + 1 == self.array.ndim();
        let separator = if last {
            ", ".to_owned()
        } else {
            format!(
                ",{}{}",
                "\n".repeat(self.array.ndim() - axis - 1),
                " ".repeat(axis + 1)
            )
        };
        f.write_str("[")?;
        let cut = length > 2 * EDGE;
        let head = if cut { 0..EDGE } else { 0..length };
        let tail = if cut { length - EDGE..length } else { 0..0 };
        for at in head.chain(tail) {
            if cut && at == length - EDGE {
                write!(f, "{separator}…")?;
            }
            if at > 0 {
                f.write_str(&separator)?;
            }
            index[axis] = at;
            self.axis(f, index, axis + 1)?;
        }
        index[axis] = 0;
        f.write_str("]")
    }
}

/// The last part of a type's path.
fn short(name: &str) -> &str {
    match name.contains('<') {
        true => name,
        false => name.rsplit("::").next().unwrap_or(name),
    }
}

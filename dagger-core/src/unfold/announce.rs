//! What the driver says of the next node before it makes it: which data the node will borrow.

use super::Unfold;
use super::arg::{Arg, ArgMut};
use super::hazard::Base;
use super::regions::Region;
use crate::Result;
use crate::lowered::{Crosses, Shares};

impl Unfold<'_> {
    /// A variable that the loops borrow from.
    #[inline]
    pub fn base(&self) -> Base {
        self.hazards.borrow_mut().base()
    }

    /// The driver is about to compute where a part of `base` lies, as in `&raw mut base[i]`. A node that has been announced to change
    /// the whole may move its parts (`push`, `swap`), so such nodes are waited for.
    ///
    /// # Errors
    /// When a node has failed: the driver is to return it.
    #[inline]
    pub fn reach(&self, base: Base) -> Result<()> {
        let moving = {
            let mut hazards = self.hazards.borrow_mut();
            match self.window() {
                Some(window) => hazards.reach(base, &|node| window.is_out(node)),
                None => hazards.reach(base, &|_| self.far().is_some()),
            }
        };
        if moving { self.drain() } else { Ok(()) }
    }

    /// The next node reads what `pointer` points to, a part of `base`.
    #[inline]
    pub fn read<T: Shares + ?Sized>(&self, base: Base, pointer: *const T) -> Arg<T> {
        self.uses(base, false);
        self.find(|hazards, finder| hazards.part(base, Region::of(pointer), false, finder));
        Arg::new(pointer)
    }

    /// The next node changes what `pointer` points to, a part of `base`.
    #[inline]
    pub fn write<T: Crosses + ?Sized>(&self, base: Base, pointer: *mut T) -> ArgMut<T> {
        self.uses(base, false);
        self.find(|hazards, finder| hazards.part(base, Region::of(pointer), true, finder));
        ArgMut::new(pointer)
    }

    /// The next node reads the whole of `base`, at `pointer`.
    #[inline]
    pub fn read_whole<T: Shares + ?Sized>(&self, base: Base, pointer: *const T) -> Arg<T> {
        self.uses(base, true);
        self.find(|hazards, finder| hazards.whole(base, false, finder));
        Arg::new(pointer)
    }

    /// The next node changes the whole of `base`, at `pointer`.
    #[inline]
    pub fn write_whole<T: Crosses + ?Sized>(&self, base: Base, pointer: *mut T) -> ArgMut<T> {
        self.uses(base, true);
        self.find(|hazards, finder| hazards.whole(base, true, finder));
        ArgMut::new(pointer)
    }

    /// The next node uses a borrow that `base` handed out, which is disjoint from its siblings.
    #[inline]
    pub fn derived(&self, base: Base, write: bool) {
        self.uses_borrow();
        self.find(|hazards, finder| hazards.derived(base, write, finder));
    }

    /// The next node uses a value that may still borrow what `argument` read.
    #[inline]
    pub fn touch<T: ?Sized>(&self, base: Base, argument: &Arg<T>) {
        self.uses_borrow();
        self.find(|hazards, finder| {
            hazards.part(base, Region::of(argument.pointer()), false, finder)
        });
    }

    /// The next node uses a value that may still borrow what `argument` changed.
    #[inline]
    pub fn touch_mut<T: ?Sized>(&self, base: Base, argument: &ArgMut<T>) {
        self.uses_borrow();
        self.find(|hazards, finder| {
            hazards.part(base, Region::of(argument.pointer()), true, finder)
        });
    }

    /// The next node uses a value that may be a borrow.
    fn uses_borrow(&self) {
        if let Some(far) = self.far() {
            far.uses_borrow();
        }
    }

    /// The next node uses `base`, or a part of it.
    #[inline]
    fn uses(&self, base: Base, whole: bool) {
        if let Some(far) = self.far() {
            far.uses(base, whole);
        }
    }
}

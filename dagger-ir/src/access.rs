//! What a node does to a variable, or to a part of it.
//!
//! Only the question "may these two accesses change places or run side by
//! side" is answered here; edges are made in [`hazard`](crate::hazard).

use std::borrow::Cow;
use std::fmt;

/// How a node uses a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// `&x`: looks, any number at once.
    Read,
    /// `&mut x`: updates in place, alone.
    Write,
    /// `x` by value as its last use: takes it away, alone.
    Consume,
}

impl Mode {
    /// Whether the access must be alone on its place.
    pub const fn is_exclusive(self) -> bool {
        !matches!(self, Mode::Read)
    }
}

/// A variable or a part of one: `state`, `state.left`, `pair.0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The variable's number, as [`GraphBuilder::variable`] gave it.
    ///
    /// [`GraphBuilder::variable`]: crate::GraphBuilder::variable
    pub root: u32,
    /// Field projections from the variable inwards; empty for all of it.
    pub path: Vec<Cow<'static, str>>,
}

impl Place {
    /// All of a variable.
    pub const fn whole(root: u32) -> Self {
        Self {
            root,
            path: Vec::new(),
        }
    }

    /// This place's field `name`.
    #[must_use]
    pub fn field(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.path.push(name.into());
        self
    }

    /// Whether the place is all of its variable.
    pub fn is_whole(&self) -> bool {
        self.path.is_empty()
    }

    /// Whether `other` lies inside this place, or is it.
    pub fn contains(&self, other: &Place) -> bool {
        self.root == other.root && other.path.starts_with(&self.path)
    }

    /// Whether the two share memory: one contains the other. Siblings do not.
    pub fn overlaps(&self, other: &Place) -> bool {
        self.contains(other) || other.contains(self)
    }
}

/// One use of one place by a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// What is used.
    pub place: Place,
    /// How.
    pub mode: Mode,
    /// The node whose result is the borrow this access goes through, if it does not name the variable itself.
    ///
    /// After `let (l, r) = v.split_at_mut(m)` a use of `l` is also a use of `v` whose origin is the node
    /// that made `l`. The borrow checker has proved that what one node hands out is disjoint (or shared for reading
    /// only), so two accesses with the same origin never conflict; one with another origin, or none, does.
    pub origin: Option<u32>,
}

impl Access {
    /// An access that names the variable itself.
    pub const fn new(place: Place, mode: Mode) -> Self {
        Self {
            place,
            mode,
            origin: None,
        }
    }

    /// `&x`.
    pub const fn read(place: Place) -> Self {
        Self::new(place, Mode::Read)
    }

    /// `&mut x`.
    pub const fn write(place: Place) -> Self {
        Self::new(place, Mode::Write)
    }

    /// `x` by value.
    pub const fn consume(place: Place) -> Self {
        Self::new(place, Mode::Consume)
    }

    /// The same access through a borrow handed out by node `origin`.
    #[must_use]
    pub fn through(mut self, origin: u32) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Whether the two accesses must keep their order.
    pub fn conflicts(&self, other: &Access) -> bool {
        let same_origin = self.origin.is_some() && self.origin == other.origin;
        !same_origin
            && (self.mode.is_exclusive() || other.mode.is_exclusive())
            && self.place.overlaps(&other.place)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Read => "reads",
            Mode::Write => "updates",
            Mode::Consume => "takes",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_overlaps_its_parts_and_not_their_siblings() {
        let pair = Place::whole(0);
        let left = Place::whole(0).field("left");
        let left_x = Place::whole(0).field("left").field("x");
        let right = Place::whole(0).field("right");
        assert!(pair.overlaps(&left_x) && left_x.overlaps(&pair));
        assert!(left.overlaps(&left_x) && left.contains(&left_x) && !left_x.contains(&left));
        assert!(!left.overlaps(&right) && !left_x.overlaps(&right));
        assert!(!Place::whole(1).overlaps(&pair));
    }

    #[test]
    fn only_shared_reads_and_shared_origins_do_not_conflict() {
        let x = || Place::whole(7);
        assert!(!Access::read(x()).conflicts(&Access::read(x())));
        assert!(Access::read(x()).conflicts(&Access::write(x())));
        assert!(Access::consume(x()).conflicts(&Access::read(x())));
        let through = |origin| Access::write(x()).through(origin);
        assert!(!through(3).conflicts(&through(3)));
        assert!(through(3).conflicts(&through(4)));
        assert!(through(3).conflicts(&Access::write(x())));
        assert!(Access::write(x()).conflicts(&Access::write(x())));
    }
}

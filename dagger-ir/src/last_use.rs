//! Who uses a variable last, and may therefore take it.
//!
//! A by-value argument moves its value out of the graph's slot only if nobody
//! needs it afterwards. This module answers from accesses in program order;
//! whether the type is `Copy`, and could be used again, only rustc knows.

use crate::access::{Access, Mode};

/// The last node that uses a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// The node.
    pub node: u32,
    /// What the node does to it; the strongest, if it uses it more than once.
    pub mode: Mode,
    /// Whether the node may take the value.
    ///
    /// It may when it names the variable itself, all of it, and once. It may not when it holds only a borrow
    /// that another node handed out, or a field, or when another of its arguments uses the same variable.
    pub may_take: bool,
}

/// The last use of each of the variables `0..variables`; `None` for one that is never used.
///
/// `accesses` holds, in program order, what each node does. A definition is not a use.
pub fn last_uses<'a>(
    variables: usize,
    accesses: impl IntoIterator<Item = &'a [Access]>,
) -> Vec<Option<LastUse>> {
    let mut last: Vec<Option<LastUse>> = vec![None; variables];
    for (node, accesses) in accesses.into_iter().enumerate() {
        let node = node as u32;
        for access in accesses {
            let Some(slot) = last.get_mut(access.place.root as usize) else {
                continue;
            };
            *slot = Some(match *slot {
                Some(earlier) if earlier.node == node => LastUse {
                    node,
                    mode: earlier.mode.max(access.mode),
                    may_take: false,
                },
                _ => LastUse {
                    node,
                    mode: access.mode,
                    may_take: access.place.is_whole() && access.origin.is_none(),
                },
            });
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Place;

    const X: Place = Place::whole(0);

    fn last(program: &[Vec<Access>]) -> LastUse {
        last_uses(1, program.iter().map(Vec::as_slice))[0].expect("is used")
    }

    #[test]
    fn the_last_by_value_use_may_take() {
        let program = [vec![Access::read(X)], vec![Access::consume(X)], vec![]];
        assert_eq!(
            last(&program),
            LastUse {
                node: 1,
                mode: Mode::Consume,
                may_take: true
            }
        );
    }

    #[test]
    fn not_while_anything_still_borrows() {
        // `l` was handed out by node 0 and is used after node 1.
        let program = [
            vec![Access::write(X)],
            vec![Access::consume(X)],
            vec![Access::write(X).through(0)],
        ];
        assert_eq!(
            last(&program),
            LastUse {
                node: 2,
                mode: Mode::Write,
                may_take: false
            }
        );
    }

    #[test]
    fn not_twice_and_not_a_part() {
        let twice = [vec![Access::consume(X), Access::read(X)]];
        assert_eq!(
            last(&twice),
            LastUse {
                node: 0,
                mode: Mode::Consume,
                may_take: false
            }
        );
        assert!(!last(&[vec![Access::consume(X.field("left"))]]).may_take);
    }

    #[test]
    fn what_is_never_used_has_no_last_use() {
        let program = [vec![
            Access::read(Place::whole(1)),
            Access::read(Place::whole(9)),
        ]];
        let last = last_uses(2, program.iter().map(Vec::as_slice));
        assert!(last[0].is_none() && last[1].is_some());
    }
}

//! What the code that `dag!` expands to calls. Not for people.
//!
//! Every `dag!` has a serial form, the user's own code, and unless it is one
//! chain a parallel form over slots. `gate` chooses between them, `slot` and `outer` hold the
//! values of the parallel form, `frame` and `unfold` run it.
//! Soundness is shared with the macro: each unsafe function here says what the expansion must guarantee.

mod again;
mod apart;
mod fallible;
mod gate;
mod keep;
mod outer;
mod place;
mod quietly;
mod site;
mod slot;
mod taken;
mod watch;
mod wire;

pub use crate::checkpoint::{Checkpoint, Keeps, Kept};
pub use crate::cluster::{Arrival, Carried, Destination, Parcelled};
pub use crate::dynamic::argument::{Captured, Hand, Probe, Refine, SortValue, with_captured};
pub use crate::dynamic::outcome::{Attempt, Outcome, Returned, Settle, SettleValue};
pub use crate::dynamic::{Call, SpawnHere, SpawnSite};
pub use dagger_ir as ir;

pub use crate::kernel::private as kernel;

pub use crate::frame::{Frame, Node, Plan, Units};
pub use crate::info::{ByMut, ByRef, ByValue, Facts, Marked, MayFail, Returns, ShapeAt};
pub use crate::rules::{
    Anywhere, Called, Copied, Crosses, Fallible, Lends, Local, NotATask, Repeats, ResultOf, Sent,
    Shares, Spreads, TaskResult, Yields, nothing,
};
pub use crate::runtime::{freeze_worker, lose_worker, slice_items, start, values_known};
pub use crate::slices::{Field, Outers, Part, Places, Slices, Stays, Travels, Use};
pub use crate::unfold::{
    Arg, ArgMut, Base, Bound, Capture, Captures, Carries, Guard, Input, InputMut, Lent, Output,
    Own, Passage, Prepared, Remains, Taking, Unfold, Var, bound, bound_here, enter_loop, prepare,
    unfold,
};
pub use again::Again;
pub use apart::{apart, beside, beside_mut};
pub use fallible::{Discarded, Failure};
pub use gate::{Gate, enter, enter_chain, enter_pinned, force_parallel, guarded, parallel};
pub(crate) use gate::{RED_ZONE, STACK_PIECE, forced, offer, offered, stack_depth};
pub use keep::{Keep, KeepClone, KeepCopy, KeepOnce};
pub use outer::Outer;
pub use place::placed;
pub(crate) use place::{elsewhere, is_elsewhere, run_on};
pub(crate) use quietly::drop_quietly;
pub use site::{At, Site};
pub use slot::Slot;
pub use taken::{Taken, TakenCopy, TakenOtherwise, TakenToo};
pub(crate) use watch::{Watch, graph_ref, outcome, task_ref};
pub use wire::{no_variant, rows};

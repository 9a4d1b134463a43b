//! Blocks on devices.
//!
//! A block that a device has computed stays there: the array knows the task whose value is a [`DeviceBlock`], which refers to the device's memory. It is
//! a task like any other, and so is what moves blocks: `to_device` and `to_host` (`block`). An operation that devices cannot do asks the
//! array for its blocks as ever, which then come back; one that they can do asks `held` where they are and spawns a launch a block
//! (`evaluate`).
//!
//! Where an operation runs: where the options around it say ([`wanted`](dagger_core::devices::wanted)). If they leave the choice, a block goes to the
//! device that holds one of its inputs, and to a thread if none does.

mod block;
mod evaluate;
mod held;

pub(crate) use block::DeviceBlock;
pub(crate) use evaluate::{Transfer, evaluate, reduce};
pub(crate) use held::{Copies, Held};

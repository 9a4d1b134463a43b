//! The items about slices: how each is written, and what its receiver does.

use super::hosts::Work;
use super::inbox::{Arrived, Inbox, RunId};
use super::part::{Arrival, Enter};
use super::slice::Slice;
use crate::cluster::{Node, Tag, code_address, code_distance};
use crate::error::{Error, Result};
use crate::options::Options;
use crate::wire::{Decoder, Encoder, Piece, Wire};
use std::sync::Arc;

/// How long a node ran, told to the placement that gave it to its worker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ran {
    pub(super) node: u32,
    pub(super) seconds: f64,
}

/// What a worker says at the end of its slice.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// The earliest failure here, with its place in the program's order.
    pub(super) failure: Option<(u64, Error)>,
    pub(super) ran: Vec<Ran>,
}

impl Wire for RunId {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.raw(&self.home.to_le_bytes());
        out.raw(&self.number.to_le_bytes());
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(RunId {
            home: u32::decode(input)?,
            number: u64::decode(input)?,
        })
    }
}

impl Wire for Ended {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.raw(&[u8::from(self.failure.is_some())]);
        if let Some((place, error)) = &self.failure {
            out.raw(&place.to_le_bytes());
            error.encode(out);
        }
        out.count(self.ran.len());
        for ran in &self.ran {
            out.count(ran.node as usize);
            out.raw(&ran.seconds.to_le_bytes());
        }
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        let failure = if bool::decode(input)? {
            Some((u64::decode(input)?, Error::decode(input)?))
        } else {
            None
        };
        let count = input.count()?;
        let mut ran = input.reserve(count)?;
        for _ in 0..count {
            let node =
                u32::try_from(input.count()?).map_err(|_| Error::msg("there is no such node"))?;
            let seconds = f64::decode(input)?;
            ran.push(Ran { node, seconds });
        }
        Ok(Ended { failure, ran })
    }
}

fn item(node: &Node, to: u32, tag: Tag, head: &[u8], bulk: Vec<Piece>) {
    node.runs().sends(tag);
    node.item(to, tag, head, bulk);
}

/// Sends a worker its slice, with the values that it is given, in bytes.
pub(super) fn send_slice(
    node: &Node,
    to: u32,
    run: RunId,
    enter: Enter,
    inherited: Option<&Options>,
    slice: &Slice,
    given: Vec<(Vec<u8>, Vec<Piece>)>,
) {
    let mut out = Encoder::new();
    run.encode(&mut out);
    out.raw(&code_distance(enter as *const ()).to_le_bytes());
    let inherited = inherited.cloned();
    inherited.encode(&mut out);
    slice.encode(&mut out);
    let (mut head, mut bulk) = out.finish().copied();
    for (value, pieces) in given {
        head.extend_from_slice(&value);
        bulk.extend(pieces);
    }
    item(node, to, Tag::Slice, &head, bulk);
}

/// A slice has come: a thread is found that owns its places.
///
/// # Errors
/// When the bytes are no slice.
pub(crate) fn slice(node: &'static Node, mut body: Decoder<'_>) -> Result<()> {
    let run = RunId::decode(&mut body)?;
    let distance = u64::decode(&mut body)?;
    let inherited = Option::<Options>::decode(&mut body)?.map(Arc::new);
    let slice = Slice::decode(&mut body)?;
    // SAFETY: a peer of the same build (the handshake has seen to it) has taken the distance of such a function.
    let enter: Enter = unsafe { std::mem::transmute::<*const (), Enter>(code_address(distance)) };
    let Some(inbox) = Inbox::elsewhere(node) else {
        return Err(Error::msg("the worker has ended"));
    };
    node.runs().open(run, &inbox);
    node.begins();
    let (head, bulk) = body.detach();
    let arrival = Arrival {
        node,
        run,
        slice,
        inbox,
        inherited,
        given: (head, bulk),
    };
    let work: Work = Box::new(move || arrival.perform(enter));
    node.runs().hosts().run(node, work)
}

/// Sends a value, or says that there is none because of a failure at that place.
pub(super) fn send_value(
    node: &Node,
    (to, run, at): (u32, RunId, u32),
    value: Result<(Vec<u8>, Vec<Piece>), u64>,
) {
    let mut out = Encoder::new();
    run.encode(&mut out);
    out.raw(&at.to_le_bytes());
    let (mut head, _) = out.finish().copied();
    let bulk = match value {
        Ok((value, bulk)) => {
            head.push(1);
            head.extend_from_slice(&value);
            bulk
        }
        Err(place) => {
            head.push(0);
            head.extend_from_slice(&place.to_le_bytes());
            Vec::new()
        }
    };
    item(node, to, Tag::Value, &head, bulk);
}

/// A value has come.
///
/// # Errors
/// When the bytes say nothing of the kind.
pub(crate) fn value(node: &'static Node, mut body: Decoder<'_>) -> Result<()> {
    let run = RunId::decode(&mut body)?;
    let at = u32::decode(&mut body)?;
    let arrived = if bool::decode(&mut body)? {
        let (head, bulk) = body.detach();
        Arrived::Value(head, bulk)
    } else {
        Arrived::Nothing(u64::decode(&mut body)?)
    };
    if node.trouble().is_none() {
        node.runs().arrived(run, at, arrived);
    }
    Ok(())
}

/// Tells home that the slice has ended.
pub(super) fn send_over(node: &Node, run: RunId, ended: &Ended) {
    let mut out = Encoder::new();
    run.encode(&mut out);
    ended.encode(&mut out);
    let (head, bulk) = out.finish().copied();
    item(node, run.home, Tag::Over, &head, bulk);
    node.hurry();
}

/// A worker's slice has ended.
///
/// # Errors
/// When the bytes say nothing of the kind.
pub(crate) fn over(node: &'static Node, from: u32, mut body: Decoder<'_>) -> Result<()> {
    let run = RunId::decode(&mut body)?;
    let ended = Ended::decode(&mut body)?;
    if let Some(inbox) = node.runs().live(run) {
        inbox.over(from, ended);
    }
    Ok(())
}

/// Says that a node at that place has failed.
pub(super) fn send_cut(node: &Node, to: u32, run: RunId, place: u64) {
    let mut out = Encoder::new();
    run.encode(&mut out);
    out.raw(&place.to_le_bytes());
    item(node, to, Tag::Cut, out.finish().head(), Vec::new());
}

/// A node at some place has failed on another worker.
///
/// # Errors
/// When the bytes say nothing of the kind.
pub(crate) fn cut(node: &'static Node, from: u32, mut body: Decoder<'_>) -> Result<()> {
    let run = RunId::decode(&mut body)?;
    let place = u64::decode(&mut body)?;
    if let Some(inbox) = node.runs().live(run) {
        for other in inbox.cut(place).into_iter().filter(|&other| other != from) {
            send_cut(node, other, run, place);
        }
    }
    Ok(())
}

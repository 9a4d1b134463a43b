//! What is being sent and received now. Called under a lock, by whichever thread is there.
//!
//! Order: MPI keeps messages of one pair and one tag in order. Headers have one tag and large pieces another, and both are sent in the
//! order of the messages. The receiver asks for the pieces of a header only when it has asked for those of all headers
//! before it, so each piece meets its own memory. A header may complete before an earlier one, and pieces in any order;
//! [`Incoming`] hands messages out in theirs.

use crate::call::{Calls, Comm, Matched, Request};
use crate::header::{self, Head, Inward, Outward};
use dagger_core::Result;
use dagger_core::seam::Message;
use dagger_core::wire::{Buffer, Piece};
use std::collections::VecDeque;
use std::ffi::c_int;

const HEADER: c_int = 1;
const PIECE: c_int = 2;

/// A peer that does not receive gets no more than so many requests of MPI's; what follows waits here.
const WINDOW: usize = 64;
/// How many headers one step takes in, so that a step stays short.
const HEADERS: usize = 16;
/// A header of at most so many bytes has usually arrived when it is found, and one that is sent has usually left.
const EAGER: usize = 4096;

/// What a rank has under way.
pub(crate) struct Engine {
    comm: Comm,
    /// Bytes of a piece that go in one MPI message.
    chunk: usize,
    outgoing: Vec<Outgoing>,
    incoming: Vec<Incoming>,
    /// Everything that MPI has not completed, and whose it is, side by side.
    requests: Vec<Request>,
    owners: Vec<Owner>,
    /// Positions of completed requests; kept for its memory.
    done: Vec<c_int>,
    /// Messages that are complete, in order for each peer.
    pub(crate) ready: VecDeque<Message>,
    /// Peers that send nothing more.
    pub(crate) farewells: usize,
}

/// What one peer is still to be sent.
#[derive(Default)]
struct Outgoing {
    pending: VecDeque<Outward>,
    /// Requests under way.
    active: usize,
}

/// What comes from one peer.
#[derive(Default)]
struct Incoming {
    messages: VecDeque<Arriving>,
    /// The number of the first of them.
    first: u64,
    /// How many of them, from the first, have had their headers read.
    read: usize,
}

enum Arriving {
    /// The header is being received.
    Header(Vec<u8>),
    /// It has been received, but an earlier one has not.
    HeaderHere(Vec<u8>),
    Farewell,
    Pieces {
        head: Head,
        bulk: Vec<Buffer>,
        /// MPI messages that are still to complete.
        left: usize,
    },
}

/// Whose a request is, and what it needs kept in place.
enum Owner {
    SentHeader {
        to: usize,
        _kept: Vec<u8>,
    },
    SentPiece {
        to: usize,
        _kept: Piece,
    },
    /// The header of message `number` of `from`.
    Header {
        from: usize,
        number: u64,
    },
    Piece {
        from: usize,
        number: u64,
    },
}

impl Engine {
    pub(crate) fn new(comm: Comm, size: usize, chunk: usize) -> Self {
        Engine {
            comm,
            chunk,
            outgoing: (0..size).map(|_| Outgoing::default()).collect(),
            incoming: (0..size).map(|_| Incoming::default()).collect(),
            requests: Vec::new(),
            owners: Vec::new(),
            done: Vec::new(),
            ready: VecDeque::new(),
            farewells: 0,
        }
    }

    /// Sends a message, as soon as what goes to the same peer before it is on its way.
    pub(crate) fn send(&mut self, calls: &Calls, to: usize, message: Outward) -> Result<()> {
        let outgoing = &mut self.outgoing[to];
        outgoing.pending.push_back(message);
        self.send_pending(calls, to)
    }

    /// Whether everything has left.
    pub(crate) fn has_sent_all(&self) -> bool {
        self.outgoing
            .iter()
            .all(|outgoing| outgoing.active == 0 && outgoing.pending.is_empty())
    }

    /// Whether MPI has something of ours to move on.
    pub(crate) fn is_busy(&self) -> bool {
        !self.requests.is_empty()
    }

    /// Moves everything on; whether anything has happened.
    pub(crate) fn step(&mut self, calls: &Calls) -> Result<bool> {
        let mut moved = false;
        for _ in 0..HEADERS {
            let Some(matched) = calls.improbe(self.comm, HEADER)? else {
                break;
            };
            self.receive_header(calls, matched)?;
            moved = true;
        }
        if self.requests.is_empty() {
            return Ok(moved);
        }
        let mut done = std::mem::take(&mut self.done);
        calls.test_some(&mut self.requests, &mut done)?;
        // From the back, so that taking one out moves none that is still to be taken out.
        done.sort_unstable_by(|one, other| other.cmp(one));
        for &at in &done {
            self.requests.swap_remove(at as usize);
            let owner = self.owners.swap_remove(at as usize);
            self.complete(calls, owner)?;
            moved = true;
        }
        self.done = done;
        Ok(moved)
    }

    fn complete(&mut self, calls: &Calls, owner: Owner) -> Result<()> {
        match owner {
            Owner::SentHeader { to, .. } | Owner::SentPiece { to, .. } => {
                self.outgoing[to].active -= 1;
                self.send_pending(calls, to)
            }
            Owner::Header { from, number } => {
                self.incoming[from].header_has_come(number);
                self.read_headers(calls, from)
            }
            Owner::Piece { from, number } => {
                if let Arriving::Pieces { left, .. } = self.incoming[from].message(number) {
                    *left -= 1;
                }
                self.hand_out(from)
            }
        }
    }

    fn own(&mut self, request: Request, owner: Owner) {
        self.requests.push(request);
        self.owners.push(owner);
    }

    fn send_pending(&mut self, calls: &Calls, to: usize) -> Result<()> {
        while self.outgoing[to].active < WINDOW
            && let Some(Outward { header, pieces }) = self.outgoing[to].pending.pop_front()
        {
            // SAFETY: a vector's bytes stay where they are when it is moved, and it is kept until the request has completed.
            let mut request = unsafe { calls.isend(self.comm, &header, to, HEADER) }?;
            // A request whose test fails may be under way still: it is kept, like all, for as long as the process lives.
            let tested = match header.len() {
                ..=EAGER => calls.test(&mut request),
                _ => Ok(false),
            };
            if !matches!(tested, Ok(true)) {
                self.outgoing[to].active += 1;
                self.own(request, Owner::SentHeader { to, _kept: header });
                tested?;
            }
            for piece in pieces {
                for chunk in piece.chunks(self.chunk) {
                    // SAFETY: a piece's bytes are shared and stay where they are; the piece is kept until the request has completed.
                    let request = unsafe { calls.isend(self.comm, chunk, to, PIECE) }?;
                    self.outgoing[to].active += 1;
                    let _kept = piece.clone();
                    self.own(request, Owner::SentPiece { to, _kept });
                }
            }
        }
        Ok(())
    }

    fn receive_header(&mut self, calls: &Calls, matched: Matched) -> Result<()> {
        let (from, mut bytes) = (matched.from, vec![0; matched.bytes]);
        let incoming = &mut self.incoming[from];
        let number = incoming.first + incoming.messages.len() as u64;
        let size = bytes.len();
        // SAFETY: as in `send_pending`.
        let mut request = unsafe { calls.imrecv(matched, &mut bytes) }?;
        let tested = match size {
            ..=EAGER => calls.test(&mut request),
            _ => Ok(false),
        };
        if matches!(tested, Ok(true)) {
            incoming.messages.push_back(Arriving::HeaderHere(bytes));
            return self.read_headers(calls, from);
        }
        incoming.messages.push_back(Arriving::Header(bytes));
        self.own(request, Owner::Header { from, number });
        tested.map(drop)
    }

    /// Reads the headers of `from` that have come and asks for the pieces they announce.
    fn read_headers(&mut self, calls: &Calls, from: usize) -> Result<()> {
        let incoming = &mut self.incoming[from];
        while let Some(arriving @ Arriving::HeaderHere(_)) =
            incoming.messages.get_mut(incoming.read)
        {
            let Arriving::HeaderHere(bytes) = std::mem::replace(arriving, Arriving::Farewell)
            else {
                unreachable!("matched above")
            };
            let number = incoming.first + incoming.read as u64;
            incoming.read += 1;
            let Inward::Message { head, bulk, coming } = header::inward(bytes)? else {
                continue;
            };
            *arriving = Arriving::Pieces {
                head,
                bulk,
                left: 0,
            };
            let Arriving::Pieces { bulk, left, .. } = arriving else {
                unreachable!("just made")
            };
            for index in coming {
                for chunk in bulk[index].chunks_mut(self.chunk) {
                    // SAFETY: a buffer's bytes stay where they are when it is moved; it is kept, untouched, until `left` is 0 again.
                    let request = unsafe { calls.irecv(self.comm, chunk, from, PIECE) }?;
                    *left += 1;
                    self.requests.push(request);
                    self.owners.push(Owner::Piece { from, number });
                }
            }
        }
        self.hand_out(from)
    }

    /// Hands out what is complete, up to the first that is not.
    fn hand_out(&mut self, from: usize) -> Result<()> {
        let incoming = &mut self.incoming[from];
        while incoming.read > 0
            && let Some(arrived) = incoming
                .messages
                .pop_front_if(|message| !matches!(message, Arriving::Pieces { left: 1.., .. }))
        {
            incoming.first += 1;
            incoming.read -= 1;
            match arrived {
                Arriving::Pieces { head, mut bulk, .. } => {
                    let head = match head {
                        Head::Here(head) => head,
                        Head::FirstPiece => bulk.remove(0).into_vec()?,
                    };
                    self.ready.push_back(Message { from, head, bulk });
                }
                _ => self.farewells += 1,
            }
        }
        Ok(())
    }
}

impl Incoming {
    fn message(&mut self, number: u64) -> &mut Arriving {
        &mut self.messages[(number - self.first) as usize]
    }

    fn header_has_come(&mut self, number: u64) {
        let message = self.message(number);
        if let Arriving::Header(bytes) = message {
            *message = Arriving::HeaderHere(std::mem::take(bytes));
        }
    }
}

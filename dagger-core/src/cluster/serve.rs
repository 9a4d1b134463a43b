//! Receiving: the thread of each worker that sees to it, and what is done with messages.

use crate::cluster::arrival::Arrival;
use crate::cluster::code;
use crate::cluster::items::{Item, Items, Order, Report, Tag};
use crate::cluster::moving::{self, Asking};
use crate::cluster::node::Node;
use crate::cluster::rows::{Gone, Row};
use crate::cluster::seat::Look;
use crate::cluster::start::Control;
use crate::cluster::store::{Early, Wanted};
use crate::error::{Error, Result, panic_text};
use crate::runtime::STACK_SIZE;
use crate::seam::Message;
use crate::slices;
use crate::sync::statics::Ordering;
use crate::wire::{Decoder, Wire};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// How long to look for more before sleeping: a remote call's answer comes within this time if nothing else is in the way.
const SPIN: Duration = Duration::from_micros(50);
/// The first nap while workers receive, and the longest.
const SHORT_NAP: Duration = Duration::from_micros(100);
const LONG_NAP: Duration = Duration::from_micros(200);
/// The longest sleep: what nobody wakes us for is noticed after this.
const NAP: Duration = Duration::from_millis(100);

/// The longest sleep while tasks are outstanding: as often it is looked whether the workers are stuck.
const LOOK: Duration = Duration::from_millis(3);

/// Receives until the cluster stops or breaks down; see `seat` for what workers receive.
pub(super) fn serve(node: &'static Node, control: &Control) {
    let mut last = Instant::now();
    let mut looks = node.seat.looks();
    let mut nap = SHORT_NAP;
    let mut relief = Relief::default();
    let mut asking = Asking::new();
    while !control.stopped() {
        if node.seat.had_work() {
            asking.seen_work();
        }
        let before = std::mem::replace(&mut looks, node.seat.looks());
        if before != looks && !node.seat.was_left() {
            node.seat.nap(nap);
            nap = (nap * 2).min(LONG_NAP);
            node.flush();
            asking.look(node);
            last = Instant::now();
            continue;
        }
        nap = SHORT_NAP;
        match node.receive() {
            Look::Message | Look::Loss => last = Instant::now(),
            Look::Over => break,
            Look::Nothing if node.has_gathered() && node.flush() => last = Instant::now(),
            Look::Nothing if last.elapsed() < SPIN => std::thread::yield_now(),
            Look::Nothing => {
                node.flush();
                // SeqCst pairs with that in `Node::item`: either we see that something is to be sent, or they see that we sleep.
                node.awake.store(false, Ordering::SeqCst);
                // SeqCst pairs with the store in `Node::item`, as above.
                if !node.dirty.load(Ordering::SeqCst) {
                    let pause = relief.look(node).min(asking.look(node));
                    node.transport.wait(pause);
                }
                // SeqCst pairs with the load in `Node::item`, as above.
                node.awake.store(true, Ordering::SeqCst);
                last = Instant::now();
            }
        }
    }
    // SeqCst pairs with the load in `Node::item`: nobody looks at the outboxes for others any more.
    node.awake.store(false, Ordering::SeqCst);
    node.flush();
    // What cannot be sent any more has nobody who waits for it.
    let _ = node.transport.close();
}

/// Looks whether all workers wait inside tasks while others are queued, which might be what they wait for by way of other workers.
#[derive(Default)]
struct Relief {
    /// Whether it looked like that the last time.
    stalled: bool,
}

impl Relief {
    /// Looks, and lends the workers a thread if it has looked like that twice. Returns how long to sleep before the next look.
    fn look(&mut self, node: &'static Node) -> Duration {
        // relaxed: a hint.
        if node.outstanding.load(Ordering::Relaxed) == 0 {
            self.stalled = false;
            return NAP;
        }
        let stalled = node.home().is_stalled();
        if stalled && self.stalled {
            let name = format!("dagger-relief-{}", node.rank());
            // Without a thread there is none; it is tried again.
            let _ = std::thread::Builder::new()
                .name(name)
                .stack_size(STACK_SIZE)
                .spawn(
                    || {
                        while node.home().is_stalled() && node.home().relieve() {}
                    },
                );
        }
        self.stalled = stalled;
        LOOK
    }
}

/// Takes a message apart. Whether there was work in it.
pub(super) fn receive(node: &'static Node, message: Message) -> bool {
    let from = message.from;
    let mut items = Items::new(&message.head, message.bulk);
    let mut row = Row::default();
    let mut work = 0;
    loop {
        let item = items.next();
        if !matches!(&item, Ok(Some(item)) if row.goes_on_with(item.tag)) {
            guarded(node, || {
                row.perform(node, from as u32);
                Ok(())
            });
        }
        match item {
            Ok(None) => break,
            Ok(Some(item)) => {
                let tag = item.tag;
                work += u64::from(tag.is_work());
                guarded(node, || {
                    let outcome = if Row::takes(tag) {
                        row.add(tag, item.body)
                    } else {
                        perform(node, from, item)
                    };
                    outcome.map_err(|error| {
                        Error::msg(format!(
                            "an item {tag:?} from worker {from} cannot be read: {error}"
                        ))
                    })
                });
            }
            Err(error) => {
                let error = Error::msg(format!(
                    "a message from worker {from} cannot be read: {error}"
                ));
                node.break_down(&error);
                break;
            }
        }
    }
    if work > 0 {
        // relaxed: compared in rounds, and after what the items have caused.
        node.received.fetch_add(work, Ordering::Relaxed);
    }
    work > 0
}

/// Calls `f`. Values are read and dropped there by the program's code, which must not take the receiving with it.
fn guarded(node: &'static Node, f: impl FnOnce() -> Result<()>) {
    let outcome = catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| {
        Err(Error::msg(format!(
            "receiving has panicked: {}",
            panic_text(&*payload)
        )))
    });
    if let Err(error) = outcome {
        node.break_down(&error);
    }
}

/// Does what an item says.
fn perform(node: &'static Node, from: usize, item: Item<'_>) -> Result<()> {
    let Item { tag, body } = item;
    let worker = from as u32;
    match tag {
        Tag::Run => run(node, worker, body),
        Tag::Data | Tag::Fail => outcome(node, tag, body),
        Tag::Want => want(node, worker, body),
        Tag::Retain => retain(node, body),
        Tag::Cancel => cancel(node, body),
        Tag::Slice => slices::slice(node, body),
        Tag::Value => slices::value(node, body),
        Tag::Over => slices::over(node, worker, body),
        Tag::Cut => slices::cut(node, worker, body),
        Tag::Idle => idle(node, worker, body),
        Tag::Done | Tag::Forget => unreachable!("they are done in rows"),
        Tag::Hello
        | Tag::Welcome
        | Tag::Ask
        | Tag::Answer
        | Tag::Stop
        | Tag::Lost
        | Tag::Uneasy => node.control.handle(node, from, tag, body),
    }
}

/// Makes a task.
fn run(node: &'static Node, from: u32, mut body: Decoder<'_>) -> Result<()> {
    let order = Order::decode(&mut body)?;
    // SAFETY: a peer of the same build (the handshake has seen to it) has taken the distances of such a function and such a site.
    let (enter, site) = unsafe { (code::function(order.code), code::site(order.site)) };
    // relaxed: compared in rounds; lowered when the task has ended.
    node.outstanding.fetch_add(1, Ordering::Relaxed);
    let failed = Report {
        id: order.id,
        key: site.key,
        index: order.index,
        input_bytes: order.input_bytes,
        seconds: None,
        outcome: Ok(0),
    };
    let mut arrival = Arrival {
        node,
        from,
        order,
        site,
        arguments: body,
    };
    // Decoding is the user's code too.
    let made = catch_unwind(AssertUnwindSafe(|| enter(&mut arrival)));
    let error = match made {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error,
        Err(payload) => Error::msg(format!(
            "its arguments could not be read: {}",
            panic_text(&*payload)
        )),
    };
    let name = arrival
        .order
        .name
        .as_deref()
        .unwrap_or(site.name)
        .to_owned();
    let error = error.or_origin(crate::error::Origin::new(name, site.file, site.line));
    node.report(
        from,
        &Report {
            outcome: Err(error.on_worker(node.rank())),
            ..failed
        },
    );
    // Release pairs with the Acquire in `Node::quiet`, as in `Node::ended`.
    node.outstanding.fetch_sub(1, Ordering::Release);
    Ok(())
}

/// The value or the error of a task has come.
fn outcome(node: &'static Node, tag: Tag, mut body: Decoder<'_>) -> Result<()> {
    let id = u64::decode(&mut body)?;
    let pushed = bool::decode(&mut body)?;
    if pushed {
        let (head, bulk) = body.detach();
        let ours = node.store().pushed(id, Early { tag, head, bulk });
        return ours.map_or(Ok(()), |early| node.deliver(id, early));
    }
    deliver(node, id, tag, body)
}

fn deliver(node: &'static Node, id: u64, tag: Tag, mut body: Decoder<'_>) -> Result<()> {
    // The value may come before the Done, and what it wakes may spawn at once.
    node.copies().ended(id);
    // Without a block, nobody needs it any more.
    let block = node.away_block(id);
    let Some(away) = block.as_ref().and_then(|block| block.header().away()) else {
        return Ok(());
    };
    let block = block.as_ref().expect("it has an away part");
    if tag == Tag::Fail {
        away.failed(block, Error::decode(&mut body)?);
    } else {
        away.arrived(block, &mut body);
    }
    Ok(())
}

impl Node {
    /// Hands an outcome that was kept, or has just come, to the block that is for it.
    pub(super) fn deliver(&'static self, id: u64, early: Early) -> Result<()> {
        let body = Decoder::new(&early.head, early.bulk).of_a_worker();
        deliver(self, id, early.tag, body)
    }
}

fn want(node: &'static Node, from: u32, mut body: Decoder<'_>) -> Result<()> {
    let wanted = Wanted {
        worker: from,
        pushed: false,
    };
    node.wanted(u64::decode(&mut body)?, wanted);
    Ok(())
}

fn retain(node: &'static Node, mut body: Decoder<'_>) -> Result<()> {
    let id = u64::decode(&mut body)?;
    let worker = u32::decode(&mut body)?;
    let send = bool::decode(&mut body)?;
    if worker as usize >= node.size() {
        return Err(Error::msg(format!("there is no worker {worker}")));
    }
    node.released(worker, &[Gone { id, count: -1 }]);
    if send {
        node.wanted(
            id,
            Wanted {
                worker,
                pushed: true,
            },
        );
    }
    Ok(())
}

fn idle(node: &'static Node, from: u32, mut body: Decoder<'_>) -> Result<()> {
    let idle = moving::checked(u64::decode(&mut body)?)?;
    node.offer(from, idle.min(64));
    Ok(())
}

fn cancel(node: &'static Node, mut body: Decoder<'_>) -> Result<()> {
    let id = u64::decode(&mut body)?;
    let known = node.store().here(id).map(|here| here.reference.clone());
    if let Some(task) = known {
        crate::dynamic::complete::cancel(&task);
    }
    Ok(())
}

//! The suite for transports: all ranks of a run call the same functions, each with its own end.
//!
//! It runs as well where each rank is a process of its own: ranks agree on nothing but the messages they exchange. After
//! two minutes without what it waits for it panics instead of hanging.

use crate::seam::{Message, PeerGone, Transport, Volume};
use crate::wire::Piece;
use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Far above what any check takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Checks a [`Transport`] against its contract. Every rank of the run calls it, at the same time; there may be one rank or many.
/// Afterwards they are closed.
///
/// # Panics
/// Where the contract does not hold.
pub fn transport(transport: &dyn Transport) {
    let mut rank = Rank::new(transport);
    rank.knows_its_place();
    rank.meet();
    rank.every_size_arrives();
    rank.many_pieces_arrive_in_order();
    rank.alignments_are_kept();
    rank.one_piece_goes_to_all();
    rank.order_holds();
    rank.storms_pass();
    rank.big_and_small_mix();
    rank.a_slow_receiver_does_not_hold_up_senders();
    rank.wake_ends_a_wait();
    rank.an_arrival_ends_a_wait();
    rank.sending_is_counted();
    rank.closes();
    rank.receiving_was_counted();
}

/// Checks what a surviving rank sees of the loss of rank `lost`: its `announced` messages that were still under way, then one error that
/// names it, then nothing; and nothing can be sent to it. The test makes the rank fail in whatever way it can, after it has sent those messages.
///
/// # Panics
/// Where the contract does not hold.
pub fn transport_loss(transport: &dyn Transport, lost: usize, announced: usize) {
    let rank = Rank::new(transport);
    let since = Instant::now();
    let mut arrived = 0;
    let error = loop {
        match transport.poll() {
            Ok(Some(message)) => {
                assert_eq!(message.from, lost);
                arrived += 1;
            }
            Ok(None) => rank.pause(since, "the loss of a rank"),
            Err(error) => break error,
        }
    };
    assert_eq!(
        arrived, announced,
        "what had been sent arrives before the bad news"
    );
    let gone = error
        .downcast_ref::<PeerGone>()
        .expect("the error is a `PeerGone`");
    assert_eq!(gone.rank, lost);
    assert!(
        error.to_string().contains(&format!("rank {lost} is gone")),
        "{error}"
    );
    assert!(
        matches!(transport.poll(), Ok(None)),
        "a loss is told of once"
    );
    let error = transport
        .send(lost, Vec::new(), Vec::new())
        .expect_err("the rank is gone");
    assert_eq!(
        error.downcast_ref::<PeerGone>().map(|gone| gone.rank),
        Some(lost)
    );
}

/// Runs `check` for each transport on a thread of its own, as the ranks of one run inside a process. A thread whose check
/// panics drops its handle, so that the others are not left waiting.
///
/// # Panics
/// If one of the checks does.
pub fn transports<T: Transport>(ranks: Vec<Arc<T>>, check: impl Fn(&dyn Transport) + Sync) {
    let check = &check;
    thread::scope(|scope| {
        for rank in ranks {
            scope.spawn(move || check(&*rank));
        }
    });
}

/// One rank on its way through the checks, with what has arrived too early. Peers pass the checks in the same order, so that each
/// one's messages come in the order of the checks.
struct Rank<'a> {
    transport: &'a dyn Transport,
    me: usize,
    size: usize,
    early: Vec<VecDeque<Message>>,
    /// What `poll` has returned from each.
    polled: Vec<Volume>,
}

impl<'a> Rank<'a> {
    fn new(transport: &'a dyn Transport) -> Self {
        let (me, size) = (transport.rank(), transport.size());
        Rank {
            transport,
            me,
            size,
            early: (0..size).map(|_| VecDeque::new()).collect(),
            polled: (0..size)
                .map(|from| transport.traffic().received_from(from))
                .collect(),
        }
    }

    fn all(&self) -> impl Iterator<Item = usize> + use<> {
        0..self.size
    }

    fn send(&self, to: usize, head: Vec<u8>, bulk: Vec<Piece>) {
        self.transport
            .send(to, head, bulk)
            .expect("a rank that is there can be sent to");
    }

    /// The next message of `from`.
    fn receive(&mut self, from: usize) -> Message {
        let since = Instant::now();
        loop {
            if let Some(message) = self.early[from].pop_front() {
                return message;
            }
            match self.poll() {
                Some(message) => self.early[message.from].push_back(message),
                None => self.pause(since, "a message"),
            }
        }
    }

    fn pause(&self, since: Instant, what: &str) {
        assert!(
            since.elapsed() < PATIENCE,
            "rank {} has waited too long for {what}",
            self.me
        );
        self.transport.wait(Duration::from_millis(50));
    }

    /// Returns when all ranks have called it.
    fn meet(&mut self) {
        for to in self.all() {
            self.send(to, b"meet".to_vec(), Vec::new());
        }
        for from in self.all() {
            let message = self.receive(from);
            assert_eq!(message.head, b"meet");
            assert!(message.bulk.is_empty());
        }
    }

    fn knows_its_place(&self) {
        assert!(self.me < self.size);
        for stranger in [self.size, usize::MAX] {
            let sent = self.transport.send(stranger, Vec::new(), Vec::new());
            assert!(sent.is_err(), "there is no rank {stranger}");
        }
    }

    fn every_size_arrives(&mut self) {
        let mut sizes = vec![0, 1, 7, 8, 63, 64, 65, 1000, 4095, 4096, 4097];
        sizes.extend([65_535, 65_536, 65_537, 1 << 20, (5 << 20) + 3, 24 << 20]);
        for to in self.all() {
            for &size in &sizes {
                // A head of that size too, as far as heads go.
                let head = pattern(size.min(100_000), self.me);
                let bulk = Piece::new(pattern(size, self.me + to), 8);
                self.send(to, head, vec![bulk]);
            }
        }
        for from in self.all() {
            for &size in &sizes {
                let message = self.receive(from);
                assert_same(&message.head, &pattern(size.min(100_000), from));
                assert_eq!(message.bulk.len(), 1);
                assert_same(&message.bulk[0], &pattern(size, from + self.me));
            }
        }
    }

    fn many_pieces_arrive_in_order(&mut self) {
        for count in [0, 1, 2, 3, 50, 1000] {
            // Every third is empty.
            let sizes = |from: usize| (0..count).map(move |piece| (piece % 3) * (17 + from));
            for to in self.all() {
                let pieces =
                    sizes(self.me).map(|size| Piece::new(pattern(size, size + self.me), 4));
                self.send(to, Vec::new(), pieces.collect());
            }
            for from in self.all() {
                let message = self.receive(from);
                assert!(message.head.is_empty());
                assert!(message.bulk.iter().map(|piece| piece.len()).eq(sizes(from)));
                for piece in &message.bulk {
                    assert_same(piece, &pattern(piece.len(), piece.len() + from));
                }
            }
        }
    }

    fn alignments_are_kept(&mut self) {
        let aligns = [1, 2, 8, 16, 64, 128, 4096];
        for to in self.all() {
            // From an odd address, so that nobody is aligned by luck.
            let bytes = bytes::Bytes::from(pattern(10_001, self.me));
            let pieces = aligns.map(|align| Piece::new(bytes.slice(1..), align));
            self.send(to, Vec::new(), pieces.to_vec());
            let none = aligns.map(|align| Piece::new(Vec::new(), align));
            self.send(to, Vec::new(), none.to_vec());
        }
        for from in self.all() {
            let (message, none) = (self.receive(from), self.receive(from));
            for (piece, align) in message.bulk.iter().zip(aligns) {
                assert!(piece.as_ptr().addr().is_multiple_of(align));
                assert_same(piece, &pattern(10_001, from)[1..]);
            }
            assert_eq!((message.bulk.len(), none.bulk.len()), (7, 7));
            assert!(none.bulk.iter().all(|piece| piece.is_empty()));
            // What numbers are built around without a copy.
            let whole = none.bulk.into_iter().next().expect("there are seven");
            assert!(whole.into_vec::<u64>().expect("no numbers").is_empty());
        }
    }

    fn one_piece_goes_to_all(&mut self) {
        let shared = Piece::new(pattern(2 << 20, self.me), 64);
        for to in self.all() {
            self.send(to, b"shared".to_vec(), vec![shared.clone(), shared.clone()]);
        }
        drop(shared);
        for from in self.all() {
            let mut message = self.receive(from);
            assert_eq!(message.bulk.len(), 2);
            // The receiver's memory is its own.
            message.bulk[0].fill(0);
            assert_same(&message.bulk[1], &pattern(2 << 20, from));
        }
    }

    fn order_holds(&mut self) {
        let count = 5000_u32;
        // In slices, to each in turn: everybody sends before anybody receives.
        for number in 0..count {
            for to in self.all() {
                // Small and large ones may take different ways through a network.
                let bulk = match number % 100 {
                    50 => vec![Piece::new(vec![number as u8; 100_000], 1)],
                    _ => Vec::new(),
                };
                self.send(to, number.to_le_bytes().to_vec(), bulk);
            }
        }
        for from in self.all() {
            for number in 0..count {
                let message = self.receive(from);
                assert_eq!(message.head, number.to_le_bytes(), "in order");
                assert_eq!(message.bulk.len(), usize::from(number % 100 == 50));
            }
        }
    }

    /// All to all, from several threads of each rank, while all of them receive too.
    fn storms_pass(&mut self) {
        const THREADS: usize = 4;
        const EACH: u32 = 200;
        let (transport, me, size) = (self.transport, self.me, self.size);
        let sender = |thread: usize| {
            for number in 0..EACH {
                for to in 0..size {
                    let mut head = vec![thread as u8];
                    head.extend(number.to_le_bytes());
                    let bulk = vec![Piece::new(pattern(1000 * thread + number as usize, me), 8)];
                    transport.send(to, head, bulk).expect("it can be sent");
                }
            }
        };
        let mut next = vec![[0; THREADS]; size];
        thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || sender(thread));
            }
            for (from, next) in next.iter_mut().enumerate() {
                for _ in 0..EACH as usize * THREADS {
                    let message = self.receive(from);
                    let (&thread, number) = message.head.split_first().expect("five bytes");
                    let expected = &mut next[usize::from(thread)];
                    let number = u32::from_le_bytes(number.try_into().expect("four bytes"));
                    assert_eq!(number, *expected, "each thread's messages are in order");
                    *expected += 1;
                    let size = 1000 * usize::from(thread) + number as usize;
                    assert_same(&message.bulk[0], &pattern(size, from));
                }
            }
        });
        self.meet();
    }

    fn big_and_small_mix(&mut self) {
        for round in 0..20_u8 {
            for to in self.all() {
                let big = Piece::new(vec![round; 1 << 20], 8);
                self.send(
                    to,
                    vec![round],
                    vec![big.clone(), Piece::new(vec![], 1), big],
                );
                self.send(to, vec![round, round], Vec::new());
            }
        }
        for from in self.all() {
            for round in 0..20_u8 {
                let big = self.receive(from);
                assert_eq!((big.head, big.bulk.len()), (vec![round], 3));
                assert!(big.bulk[2].iter().all(|&byte| byte == round));
                assert_eq!(self.receive(from).head, [round, round]);
            }
        }
    }

    /// `send` returns although nobody receives, however much it is.
    fn a_slow_receiver_does_not_hold_up_senders(&mut self) {
        for to in self.all() {
            for number in 0..8 {
                self.send(to, vec![number], vec![Piece::new(vec![number; 4 << 20], 8)]);
            }
        }
        // All have sent everything before anybody goes on: the meeting's messages come behind.
        for from in self.all() {
            for number in 0..8 {
                let message = self.receive(from);
                assert_eq!(message.head, [number]);
                assert!(message.bulk[0].iter().all(|&byte| byte == number));
            }
        }
        self.meet();
    }

    fn wake_ends_a_wait(&mut self) {
        // A wake before the wait is not lost. Waits may return early at any time: only hanging is a failure.
        self.transport.wake();
        self.transport.wait(PATIENCE);
        let transport = self.transport;
        thread::scope(|scope| {
            let waiter = scope.spawn(|| transport.wait(PATIENCE));
            thread::sleep(Duration::from_millis(20));
            transport.wake();
            waiter.join().expect("the wait has ended");
        });
        self.meet();
    }

    fn an_arrival_ends_a_wait(&mut self) {
        let next = (self.me + 1) % self.size;
        let before = (self.me + self.size - 1) % self.size;
        for _ in 0..50 {
            self.send(next, b"around".to_vec(), Vec::new());
            let since = Instant::now();
            let message = loop {
                if let Some(message) = self.early[before].pop_front() {
                    break message;
                }
                match self.poll() {
                    Some(message) => self.early[message.from].push_back(message),
                    None => self.transport.wait(PATIENCE),
                }
                assert!(since.elapsed() < PATIENCE, "an arrival ends a wait");
            };
            assert_eq!(message.head, b"around");
        }
        self.meet();
    }

    fn sending_is_counted(&mut self) {
        let traffic = self.transport.traffic();
        let sent = || self.all().map(|to| traffic.sent_to(to));
        let (before, before_all) = (sent().collect::<Vec<_>>(), traffic.sent());
        let mut all = Volume::default();
        for to in self.all() {
            let bulk = vec![Piece::new(vec![1; 1000 * (to + 1)], 8); 2];
            self.send(to, vec![0; 10], bulk);
        }
        for (to, (before, after)) in before.into_iter().zip(sent()).enumerate() {
            let expected = Volume {
                messages: 1,
                head_bytes: 10,
                bulk_bytes: 2000 * (to as u64 + 1),
            };
            assert_eq!(after - before, expected);
            all += expected;
        }
        assert_eq!(traffic.sent() - before_all, all);
        assert_eq!(traffic.sent_to(self.size), Volume::default());
        for from in self.all() {
            assert_eq!(self.receive(from).bulk.len(), 2);
        }
        self.meet();
    }

    fn closes(&mut self) {
        // Sent just before closing, large enough not to have left yet, and still to arrive.
        let last = Piece::new(pattern(3 << 20, self.me), 8);
        for to in self.all() {
            self.send(to, b"the last".to_vec(), vec![last.clone()]);
        }
        // A peer that has closed already still receives, until this rank closes too.
        self.transport.close().expect("closes");
        self.transport.close().expect("closing again does nothing");
        for to in self.all() {
            let sent = self.transport.send(to, Vec::new(), Vec::new());
            assert!(sent.is_err(), "a closed rank sends nothing");
        }
        let mut heard = Vec::new();
        let mut early = std::mem::take(&mut self.early).into_iter().flatten();
        while let Some(message) = early.next().or_else(|| self.poll()) {
            assert_eq!(message.head, b"the last");
            assert_same(&message.bulk[0], &pattern(3 << 20, message.from));
            heard.push(message.from);
        }
        heard.sort_unstable();
        assert!(
            heard.into_iter().eq(self.all()),
            "what was sent before closing has arrived"
        );
    }

    /// Polls, and keeps count.
    fn poll(&mut self) -> Option<Message> {
        let message = self.transport.poll().expect("polling works")?;
        assert!(message.from < self.size);
        self.polled[message.from] += message.volume();
        Some(message)
    }

    fn receiving_was_counted(&self) {
        let traffic = self.transport.traffic();
        let found = self.all().map(|from| traffic.received_from(from));
        assert!(found.eq(self.polled.iter().copied()));
        let all = (self.polled.iter()).fold(Volume::default(), |sum, &one| sum + one);
        assert_eq!(traffic.received(), all);
    }
}

/// Bytes that tell their place and their sender.
fn pattern(size: usize, seed: usize) -> Vec<u8> {
    let block: Vec<u8> = (0..251).map(|at| ((at + seed * 7) % 251) as u8).collect();
    let mut bytes = block.repeat(size.div_ceil(block.len()));
    bytes.truncate(size);
    bytes
}

#[track_caller]
fn assert_same(found: &[u8], expected: &[u8]) {
    assert_eq!(found.len(), expected.len());
    // Not `assert_eq!`, which would print megabytes.
    if found != expected {
        let wrong = (0..found.len()).find(|&at| found[at] != expected[at]);
        panic!("the bytes differ, first at {wrong:?}");
    }
}

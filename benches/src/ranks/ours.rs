//! The same through the transport that ranks use.

use std::time::{Duration, Instant};

use dagger::Result;
use dagger::seam::{Message, Transport};
use dagger::wire::Piece;

/// How a rank waits for a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// As ranks do: polling, then the transport's own way of waiting.
    Transport,
    /// Polling without end.
    Poll,
}

fn receive(transport: &dyn Transport, wait: Wait) -> Result<Message> {
    loop {
        if let Some(message) = transport.poll()? {
            return Ok(message);
        }
        if wait == Wait::Transport {
            transport.wait(Duration::from_secs(1));
        }
    }
}

/// Everybody has come here. Rank 0 hears from all and answers.
fn meet(transport: &dyn Transport) -> Result<()> {
    let (rank, size) = (transport.rank(), transport.size());
    if rank == 0 {
        for _ in 1..size {
            receive(transport, Wait::Transport)?;
        }
        return (1..size).try_for_each(|to| transport.send(to, Vec::new(), Vec::new()));
    }
    transport.send(0, Vec::new(), Vec::new())?;
    receive(transport, Wait::Transport).map(drop)
}

/// Seconds a message of 8 bytes takes, half of there and back.
pub(super) fn latency(transport: &dyn Transport, rounds: usize, wait: Wait) -> Result<f64> {
    meet(transport)?;
    let start = Instant::now();
    for _ in 0..rounds {
        match transport.rank() {
            0 => {
                transport.send(1, vec![0; 8], Vec::new())?;
                receive(transport, wait)?;
            }
            1 => {
                let message = receive(transport, wait)?;
                transport.send(0, message.head, Vec::new())?;
            }
            _ => break,
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    meet(transport)?;
    Ok(seconds / rounds as f64 / 2.0)
}

/// Bytes a second from rank 0 to rank 1.
pub(super) fn bandwidth(transport: &dyn Transport, bytes: usize, rounds: usize) -> Result<f64> {
    let large = match transport.rank() {
        0 => Piece::new(vec![1; bytes], 8),
        _ => Piece::new(Vec::new(), 8),
    };
    meet(transport)?;
    let start = Instant::now();
    for _ in 0..rounds {
        match transport.rank() {
            0 => {
                transport.send(1, Vec::new(), vec![large.clone()])?;
                receive(transport, Wait::Transport)?;
            }
            1 => {
                let message = receive(transport, Wait::Transport)?;
                assert!(message.bulk[0].len() == bytes && message.bulk[0][bytes - 1] == 1);
                transport.send(0, Vec::new(), Vec::new())?;
            }
            _ => break,
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    meet(transport)?;
    Ok((bytes * rounds) as f64 / seconds)
}

/// How much of a core a rank takes while it waits for so long and nothing comes. `None` where the system does not tell.
pub(super) fn idle(transport: &dyn Transport, time: Duration) -> Result<Option<f64>> {
    meet(transport)?;
    let before = time_on_core();
    let start = Instant::now();
    while start.elapsed() < time {
        transport.wait(time.saturating_sub(start.elapsed()));
    }
    let part = before
        .zip(time_on_core())
        .map(|(before, after)| (after - before).as_secs_f64() / start.elapsed().as_secs_f64());
    meet(transport)?;
    Ok(part)
}

/// How long this thread has run so far.
fn time_on_core() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Messages of 8 bytes a second from rank 0 to rank 1.
pub(super) fn rate(transport: &dyn Transport, messages: usize) -> Result<f64> {
    meet(transport)?;
    let start = Instant::now();
    match transport.rank() {
        0 => {
            for _ in 0..messages {
                transport.send(1, vec![0; 8], Vec::new())?;
            }
            receive(transport, Wait::Transport)?;
        }
        1 => {
            for _ in 0..messages {
                receive(transport, Wait::Transport)?;
            }
            transport.send(0, Vec::new(), Vec::new())?;
        }
        _ => {}
    }
    let seconds = start.elapsed().as_secs_f64();
    meet(transport)?;
    Ok(messages as f64 / seconds)
}

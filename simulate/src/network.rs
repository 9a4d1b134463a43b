//! When a message arrives: latency, bandwidth, and other messages in the way.
//!
//! Each rank has one interface each way; large messages pass it one after the other. Small ones are a packet among packets: they take
//! their latency and do not wait for large ones. The switch between the interfaces is never the bottleneck.

use crate::machine::Machine;

/// Messages below this many bytes do not wait.
const SMALL: u64 = 16 << 10;
/// Seconds for a message of a rank to itself.
const LOCAL: f64 = 0.2e-6;

/// The interfaces of all ranks.
#[derive(Clone, Debug)]
pub struct Network {
    latency: f64,
    bandwidth: f64,
    out_free: Vec<f64>,
    in_free: Vec<f64>,
    /// Messages and bytes sent between ranks.
    pub messages: u64,
    /// See there.
    pub bytes: u64,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passage {
    /// When its first byte leaves.
    pub starts: f64,
    /// When its memory may be changed again.
    pub left: f64,
    /// When it is there.
    pub arrives: f64,
}

impl Network {
    /// An idle one.
    pub fn new(machine: &Machine) -> Self {
        Network {
            latency: machine.latency,
            bandwidth: machine.bandwidth,
            out_free: vec![0.0; machine.ranks],
            in_free: vec![0.0; machine.ranks],
            messages: 0,
            bytes: 0,
        }
    }

    /// Sends so many bytes at a moment.
    pub fn send(&mut self, from: usize, to: usize, bytes: u64, now: f64) -> Passage {
        if from == to {
            return Passage {
                starts: now,
                left: now,
                arrives: now + LOCAL,
            };
        }
        self.messages += 1;
        self.bytes += bytes;
        let wire = bytes as f64 / self.bandwidth;
        if bytes < SMALL {
            return Passage {
                starts: now,
                left: now + wire,
                arrives: now + self.latency + wire,
            };
        }
        let start = now.max(self.out_free[from]);
        let left = start + wire;
        self.out_free[from] = left;
        let arrives = (start + self.latency).max(self.in_free[to]) + wire;
        self.in_free[to] = arrives;
        Passage {
            starts: start,
            left,
            arrives,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network() -> Network {
        let machine = Machine {
            latency: 1.0,
            bandwidth: 1e6,
            ..Machine::new(3)
        };
        Network::new(&machine)
    }

    #[test]
    fn an_idle_network_takes_latency_and_bytes() {
        let mut network = network();
        let passage = network.send(0, 1, 2_000_000, 10.0);
        assert_eq!((passage.left, passage.arrives), (12.0, 13.0));
        assert_eq!(network.send(0, 0, 2_000_000, 10.0).left, 10.0);
        assert_eq!((network.messages, network.bytes), (1, 2_000_000));
    }

    #[test]
    fn senders_and_receivers_are_bottlenecks() {
        let mut network = network();
        assert_eq!(network.send(0, 1, 2_000_000, 0.0).arrives, 3.0);
        // Behind it out of rank 0.
        assert_eq!(network.send(0, 2, 2_000_000, 0.0).arrives, 5.0);
        // Behind the first into rank 1.
        assert_eq!(network.send(2, 1, 2_000_000, 0.0).arrives, 5.0);
        // A small one waits for nobody.
        assert!(network.send(0, 1, 8, 0.0).arrives < 1.1);
    }
}

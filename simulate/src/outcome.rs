//! Figures of a simulated run, and the table of many.

use std::fmt::Write;

/// What a run has shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Ranks, and threads of each.
    pub ranks: usize,
    /// See there.
    pub threads: usize,
    /// Nodes run.
    pub tasks: u64,
    /// Seconds until the last node had ended.
    pub makespan: f64,
    /// Seconds no schedule can beat.
    pub bound: f64,
    /// Seconds the driver was busy.
    pub driver: f64,
    /// Seconds of all threads together that nodes ran.
    pub busy: f64,
    /// Messages between ranks, and bytes in them.
    pub messages: u64,
    /// See there.
    pub bytes: u64,
    /// Bytes the driver has sent.
    pub driver_bytes: u64,
    /// Values sent from rank to rank.
    pub pushes: u64,
    /// Orders that idle ranks took from busy ones.
    pub lent: u64,
    /// How many nodes each rank ran.
    pub ran: Vec<u64>,
}

impl Outcome {
    /// The driver's share of the makespan.
    pub fn driver_share(&self) -> f64 {
        self.driver / self.makespan
    }

    /// The driver's seconds for a node.
    pub fn driver_each(&self) -> f64 {
        self.driver / self.tasks.max(1) as f64
    }

    /// The bound's share of the makespan: 1 is a perfect schedule.
    pub fn efficiency(&self) -> f64 {
        self.bound / self.makespan
    }

    /// The share of the threads' time that nodes ran.
    pub fn utilisation(&self) -> f64 {
        self.busy / (self.makespan * (self.ranks * self.threads) as f64)
    }
}

/// A row a run.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "|  ranks | makespan | lower bound | of it | threads busy | driver busy | a node | messages |     bytes | driver sent | lent |\n\
         |-------:|---------:|------------:|------:|-------------:|------------:|-------:|---------:|----------:|------------:|-----:|\n",
    );
    for outcome in outcomes {
        let _ = writeln!(
            text,
            "| {:>6} | {:>8} | {:>11} | {:>3.0} % | {:>10.0} % | {:>9.2} % | {:>6} | {:>8} | {:>9} | {:>11} | {:>4} |",
            outcome.ranks,
            duration(outcome.makespan),
            duration(outcome.bound),
            100.0 * outcome.efficiency(),
            100.0 * outcome.utilisation(),
            100.0 * outcome.driver_share(),
            duration(outcome.driver_each()),
            count(outcome.messages),
            bytes(outcome.bytes),
            bytes(outcome.driver_bytes),
            outcome.lent,
        );
    }
    text
}

pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.0} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.1} µs", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s if s < 100.0 => format!("{s:.2} s"),
        s => format!("{s:.0} s"),
    }
}

fn count(number: u64) -> String {
    match number as f64 {
        n if n < 1e4 => format!("{number}"),
        n if n < 1e6 => format!("{:.1} k", n * 1e-3),
        n => format!("{:.2} M", n * 1e-6),
    }
}

fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1024.0 {
            return format!("{value:.1} {unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.2} TiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_it_all() {
        let outcome = Outcome {
            ranks: 10,
            threads: 2,
            tasks: 100,
            makespan: 2.0,
            bound: 1.5,
            driver: 0.02,
            busy: 30.0,
            messages: 12_345,
            bytes: 3 << 30,
            driver_bytes: 2048,
            pushes: 7,
            lent: 3,
            ran: vec![10; 10],
        };
        assert_eq!(
            (
                outcome.efficiency(),
                outcome.utilisation(),
                outcome.driver_share()
            ),
            (0.75, 0.75, 0.01)
        );
        let table = table(&[outcome]);
        for part in [
            "2.00 s",
            "1.50 s",
            "75 %",
            "1.00 %",
            "200.0 µs",
            "12.3 k",
            "3.0 GiB",
            "2.0 KiB",
        ] {
            assert!(table.contains(part), "{part} in {table}");
        }
    }
}

//! Ranks over MPI beside plain MPI in C, in one job and by turns.
//!
//! Below are messages of the transport, above them tasks that the driver gives to another worker, and graphs on two. These are measured over `mesh` too, in a process of
//! its own.
//!
//! Of messages, all ranks run the same functions; what is measured happens between ranks 0 and 1, and rank 0 has the figures. The numbers of repetitions are
//! fixed, because both sides must agree on them.

pub mod graphs;
#[cfg(feature = "mpi")]
mod ours;
#[cfg(feature = "mpi")]
mod raw;
pub mod tasks;

use std::fmt::Write;
#[cfg(feature = "mpi")]
use std::time::Duration;

#[cfg(feature = "mpi")]
use dagger::seam::Transport;
use serde_json::{Value, json};

#[cfg(feature = "mpi")]
use crate::harness::Effort;
use crate::harness::Summary;

/// One question with its figures.
#[derive(Debug)]
pub struct Row {
    /// What is measured.
    pub name: &'static str,
    /// Of the figures.
    pub unit: &'static str,
    /// What the issue that asks for it says.
    pub aim: &'static str,
    /// Ours.
    pub ours: Summary,
    /// Plain MPI's, and what it is called.
    pub peers: Vec<(&'static str, Summary)>,
}

/// How often each side is asked.
#[cfg(feature = "mpi")]
const ROUNDS: usize = 9;
/// How long a rank waits in a quick run.
#[cfg(feature = "mpi")]
const SHORT: Duration = Duration::from_millis(100);
/// The size of the large value.
const LARGE: usize = 64 << 20;

const BANDWIDTH: &str = "64 MiB from rank to rank";
const LATENCY: &str = "8 bytes, half of there and back";
const RATE: &str = "messages of 8 bytes";

/// Asks both sides in turns. The figures mean something on rank 0.
///
/// # Errors
/// When a message does not arrive, or a call of MPI fails.
#[cfg(feature = "mpi")]
pub fn measure(transport: &dyn Transport, effort: Effort) -> dagger::Result<Vec<Row>> {
    let rounds = effort.size(ROUNDS, 2);
    let trips = effort.size(20_000, 200);
    let transfers = effort.size(12, 2);
    let messages = effort.size(256_000, 6_400);
    let mut latency = [const { Vec::new() }; 3];
    let mut bandwidth = [const { Vec::new() }; 3];
    let mut rate = [const { Vec::new() }; 2];
    for _ in 0..rounds {
        latency[0].push(1e6 * ours::latency(transport, trips, ours::Wait::Transport)?);
        latency[1].push(1e6 * raw::latency(trips)?);
        latency[2].push(1e6 * ours::latency(transport, trips, ours::Wait::Poll)?);
        bandwidth[0].push(ours::bandwidth(transport, LARGE, transfers)? / GIB);
        bandwidth[1].push(raw::bandwidth(LARGE, transfers, raw::Memory::Warm)? / GIB);
        bandwidth[2].push(raw::bandwidth(LARGE, transfers, raw::Memory::Fresh)? / GIB);
        rate[0].push(ours::rate(transport, messages)? / 1e6);
        rate[1].push(raw::rate(messages)? / 1e6);
    }
    let idle = ours::idle(transport, effort.size(Duration::from_secs(2), SHORT))?;
    let summary = |samples: &[f64]| Summary::of(samples).expect("there are rounds");
    let mut rows = vec![
        Row {
            name: BANDWIDTH,
            unit: "GiB/s",
            aim: "at least 95 % of plain MPI",
            ours: summary(&bandwidth[0]),
            peers: vec![
                ("plain MPI", summary(&bandwidth[1])),
                ("plain MPI, fresh memory", summary(&bandwidth[2])),
            ],
        },
        Row {
            name: LATENCY,
            unit: "µs",
            aim: "",
            ours: summary(&latency[0]),
            peers: vec![
                ("plain MPI", summary(&latency[1])),
                ("ours, only polling", summary(&latency[2])),
            ],
        },
        Row {
            name: RATE,
            unit: "M/s",
            aim: "",
            ours: summary(&rate[0]),
            peers: vec![("plain MPI", summary(&rate[1]))],
        },
    ];
    rows.extend(idle.map(|part| Row {
        name: "a rank that waits",
        unit: "% of a core",
        aim: "",
        ours: summary(&[100.0 * part]),
        peers: Vec::new(),
    }));
    Ok(rows)
}

const GIB: f64 = (1_u64 << 30) as f64;

/// The rows as a table.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from("| what | ours | beside it | aim |\n|---|---|---|---|\n");
    for row in rows {
        let peers: Vec<String> = row
            .peers
            .iter()
            .map(|(name, summary)| format!("{name} {:.2}", summary.median))
            .collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {}, {} | {:.2} ({:.2} to {:.2}) | {} | {} |",
            row.name,
            row.unit,
            row.ours.median,
            row.ours.lower_quartile,
            row.ours.upper_quartile,
            peers.join("; "),
            row.aim
        );
    }
    text
}

/// The rows as JSON: a list of `{over, name, unit, ours, peers}` with medians. `over` is the transport. Rows of other transports in `before`, the
/// file as it was, stay.
pub fn json(rows: &[Row], over: &str, before: &str) -> String {
    let mut list: Vec<Value> = serde_json::from_str(before).unwrap_or_default();
    list.retain(|row| row["over"] != over);
    let new = rows
        .iter()
        .map(|row| {
            let peers: serde_json::Map<_, _> = row
                .peers
                .iter()
                .map(|(name, summary)| ((*name).to_owned(), json!(summary.median)))
                .collect();
            json!({ "over": over, "name": row.name, "unit": row.unit, "ours": row.ours.median, "peers": peers })
        });
    list.extend(new);
    let mut text =
        serde_json::to_string_pretty(&list).expect("figures are finite numbers and names");
    text.push('\n');
    text
}

//! Models as data: the table people look at, and the text they are kept as.
//!
//! The text is lines of fields between tabs: a header with the version, a line for each machine class, under it one for each task
//! and one for the links, and at the end a check sum. It holds what every machine class has learned that ever used
//! the file, so a home folder that several machines share is no trouble.

use super::execution::ExecutionModel;
use super::link::Link;
use std::fmt::{self, Write};

/// The first line; another version is another file.
const HEADER: &str = "dagger models 1";
/// Tasks kept for one machine class; those used longest ago go first.
const MOST_TASKS: usize = 4096;
/// What was learned in an earlier run counts as at most so many runs: the machine may have changed.
const MOST_WEIGHT: f64 = 8.0;

/// What a placement has learned on one class of machines. Prints as a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Models {
    /// The tasks, on each class of processors.
    pub tasks: Vec<TaskModel>,
    /// What links are usually like, if any was used.
    pub link: Option<Link>,
}

/// What was learned about one task on one class of processors.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskModel {
    /// The task's [identity](crate::seam::identity).
    pub key: u64,
    /// The class of processors.
    pub class: String,
    /// The task's name.
    pub name: String,
    /// How long it takes.
    pub execution: ExecutionModel,
    /// Bytes of its result, on average of late.
    pub output: Option<f64>,
    /// The number of the last run that used it, as the file counts.
    pub(super) used: u64,
}

/// Why a text is no models file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) line: usize,
    pub(super) what: &'static str,
}

/// The models of all machine classes, as the file holds them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Library {
    pub(super) hosts: Vec<(String, Models)>,
}

impl Library {
    /// What this machine class has learned.
    pub(super) fn host(&self, host: &str) -> Option<&Models> {
        self.hosts
            .iter()
            .find(|(name, _)| name == host)
            .map(|(_, models)| models)
    }

    /// Puts what a run has learned in; what that run did not use stays.
    pub(super) fn merge(&mut self, host: &str, learned: &Models) {
        let host = clean(host);
        let at = self.hosts.iter().position(|(name, _)| *name == host);
        let at = at.unwrap_or_else(|| {
            self.hosts.push((host, Models::default()));
            self.hosts.len() - 1
        });
        let models = &mut self.hosts[at].1;
        let run = 1 + models.tasks.iter().map(|task| task.used).max().unwrap_or(0);
        for task in &learned.tasks {
            let mut task = task.clone();
            task.name = clean(&task.name);
            task.class = clean(&task.class);
            let known = models
                .tasks
                .iter_mut()
                .find(|known| known.key == task.key && known.class == task.class);
            match known {
                Some(known) if known.execution.runs == task.execution.runs => {}
                Some(known) => *known = TaskModel { used: run, ..task },
                None => models.tasks.push(TaskModel { used: run, ..task }),
            }
        }
        models.tasks.sort_by(|a, b| {
            (b.used.cmp(&a.used))
                .then_with(|| a.name.cmp(&b.name))
                .then(a.key.cmp(&b.key))
        });
        models.tasks.truncate(MOST_TASKS);
        models.link = learned.link.or(models.link);
    }

    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for (host, models) in &self.hosts {
            let _ = writeln!(text, "host\t{host}");
            for task in &models.tasks {
                let m = &task.execution;
                let _ = writeln!(
                    text,
                    "task\t{:016x}\t{}\t{}\t{}\t{}\t{:e}\t{:e}\t{:e}\t{:e}\t{:e}\t{:e}\t{:e}",
                    task.key,
                    task.class,
                    task.name,
                    m.runs,
                    task.used,
                    m.weight,
                    m.x,
                    m.y,
                    m.xx,
                    m.xy,
                    m.errors,
                    task.output.unwrap_or(-1.0),
                );
            }
            if let Some(link) = models.link {
                let _ = writeln!(text, "link\t{:e}\t{:e}", link.latency, link.per_byte);
            }
        }
        let sum = check_sum(&text);
        let _ = writeln!(text, "sum\t{sum:016x}");
        text
    }

    pub(super) fn from_text(text: &str) -> Result<Library, Malformed> {
        let at = |line, what| Malformed { line, what };
        let lines = text.lines().count();
        let Some(body_end) = text.trim_end_matches('\n').rfind('\n').map(|at| at + 1) else {
            return Err(at(1, "this is no models file"));
        };
        let (body, sum) = text.split_at(body_end);
        if !body.starts_with(HEADER) || body.as_bytes().get(HEADER.len()) != Some(&b'\n') {
            return Err(at(1, "this is no models file of this version"));
        }
        if sum.trim_end() != format!("sum\t{:016x}", check_sum(body)) {
            return Err(at(lines, "the check sum is wrong"));
        }
        let mut library = Library::default();
        for (number, line) in body.lines().enumerate().skip(1) {
            let wrong = |what| at(number + 1, what);
            let fields: Vec<&str> = line.split('\t').collect();
            match *fields.as_slice() {
                ["host", host] => library.hosts.push((host.to_owned(), Models::default())),
                ["task", ..] => {
                    let task = task(&fields).ok_or_else(|| wrong("a task's line is wrong"))?;
                    let host = library.hosts.last_mut();
                    let host = host.ok_or_else(|| wrong("a task before any host"))?;
                    host.1.tasks.push(task);
                }
                ["link", latency, per_byte] => {
                    let link = number_from(latency)
                        .zip(number_from(per_byte))
                        .filter(|&(latency, per_byte)| latency >= 0.0 && per_byte >= 0.0)
                        .ok_or_else(|| wrong("a link's line is wrong"))?;
                    let host = library.hosts.last_mut();
                    let host = host.ok_or_else(|| wrong("a link before any host"))?;
                    host.1.link = Some(Link {
                        latency: link.0,
                        per_byte: link.1,
                    });
                }
                _ => return Err(wrong("nobody knows this line")),
            }
        }
        Ok(library)
    }
}

fn task(fields: &[&str]) -> Option<TaskModel> {
    let &[_, key, class, name, runs, used, ref numbers @ ..] = fields else {
        return None;
    };
    let numbers: Vec<f64> = numbers
        .iter()
        .map(|text| number_from(text))
        .collect::<Option<_>>()?;
    let &[weight, x, y, xx, xy, errors, output] = numbers.as_slice() else {
        return None;
    };
    let runs: u64 = runs.parse().ok()?;
    let sensible = runs > 0 && weight > 0.0 && xx >= 0.0 && errors >= 0.0 && y.abs() < 60.0;
    let to = (MOST_WEIGHT / weight).min(1.0);
    sensible.then(|| TaskModel {
        key: u64::from_str_radix(key, 16).unwrap_or(0),
        class: class.to_owned(),
        name: name.to_owned(),
        execution: ExecutionModel::restored(
            runs,
            [weight * to, x, y, xx * to, xy * to, errors * to],
        ),
        output: (output >= 0.0).then_some(output),
        used: used.parse().unwrap_or(0),
    })
}

fn number_from(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// FNV-1a.
fn check_sum(text: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325;
    text.bytes().fold(start, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A text that fits between tabs.
fn clean(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// A table: for each task what a run takes, how that grows with the bytes of its inputs, and from how many runs that is known.
impl fmt::Display for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tasks.is_empty() {
            return f.write_str("nothing learned yet\n");
        }
        let mut tasks: Vec<&TaskModel> = self.tasks.iter().collect();
        tasks.sort_by(|a, b| (&a.name, &a.class, a.key).cmp(&(&b.name, &b.class, b.key)));
        let name_width = tasks
            .iter()
            .map(|task| task.name.chars().count())
            .fold(4, usize::max);
        let class_width = tasks
            .iter()
            .map(|task| task.class.chars().count())
            .fold(2, usize::max);
        writeln!(
            f,
            "{:name_width$}  {:class_width$}  {:>8}  {:>9}  {:>6}  {:>10}  {:>10}  grows with bytes",
            "task", "on", "runs", "a run", "±", "inputs", "result"
        )?;
        for task in tasks {
            let inputs = task.execution.x.exp_m1().max(0.0);
            let estimate = task.execution.estimate(inputs);
            let (seconds, spread) =
                estimate.map_or((0.0, 0.0), |estimate| (estimate.seconds(), estimate.spread));
            writeln!(
                f,
                "{:name_width$}  {:class_width$}  {:>8}  {:>9}  {:>4.0} %  {:>10}  {:>10}  ^{:.2}",
                task.name,
                task.class,
                task.execution.runs,
                duration(seconds),
                100.0 * spread,
                bytes(inputs),
                task.output.map_or_else(|| "?".to_owned(), bytes),
                task.execution.slope(),
            )?;
        }
        if let Some(link) = self.link {
            let bandwidth = 1.0 / link.per_byte.max(1e-15);
            writeln!(
                f,
                "links: {} and {}/s",
                duration(link.latency),
                bytes(bandwidth)
            )?;
        }
        Ok(())
    }
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.0} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.1} µs", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}

fn bytes(bytes: f64) -> String {
    let mut value = bytes;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1024.0 {
            return format!("{value:.0} {unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}

#[cfg(test)]
mod tests;

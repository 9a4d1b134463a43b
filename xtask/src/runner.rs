//! Runs one program and watches it: its output goes straight through, its `test result:` lines are
//! counted, and it is never silent for ever.
//!
//! After a minute without output a line says that it still runs; past its limit it is ended, with
//! everything it started. It does not capture or reorder output: the lines CI reads are the runner's
//! own.

use std::io::{self, Read, Write};
use std::ops::AddAssign;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

const HEARTBEAT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(200);
/// How long a finished program's children may keep its output open.
const GRACE: Duration = Duration::from_secs(5);

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    /// How many tests ran, whatever came of them.
    pub(crate) fn ran(self) -> usize {
        self.passed + self.failed
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// What a program did.
pub(crate) struct Report {
    /// `None` if it ran into its limit and was ended.
    pub(crate) status: Option<ExitStatus>,
    /// The sum of its `test result:` lines.
    pub(crate) tally: Tally,
    /// Bytes it wrote to its standard output.
    pub(crate) written: usize,
}

impl Report {
    /// `Err` says in words how the program failed.
    pub(crate) fn check(&self, what: &str) -> Result<(), String> {
        match self.status {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(format!("{what} failed ({status})")),
            None => Err(format!("{what} did not end in time and was stopped")),
        }
    }
}

/// Runs `command` without input for at most `limit`, passing its output through.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Report, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program} could not be started: {error}"))?;
    let chunks = read_chunks(&mut child);
    let started = Instant::now();
    let mut last_heard = started;
    let mut ended: Option<(ExitStatus, Instant)> = None;
    let mut counter = ResultLines::default();
    let mut written = 0;
    let status = loop {
        match chunks.recv_timeout(POLL) {
            Ok(chunk) => {
                last_heard = Instant::now();
                written += chunk.len();
                counter.feed(&chunk);
                pass_through(&chunk);
            }
            Err(RecvTimeoutError::Disconnected) if ended.is_some() => {
                break ended.map(|(status, _)| status);
            }
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(POLL / 10),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if ended.is_none() {
            let status = child
                .try_wait()
                .map_err(|error| format!("{program}: {error}"))?;
            ended = status.map(|status| (status, Instant::now()));
        }
        match ended {
            Some((status, at)) if at.elapsed() > GRACE => break Some(status),
            Some(_) => {}
            None if started.elapsed() > limit => {
                end_with_descendants(&mut child);
                break None;
            }
            None if last_heard.elapsed() > HEARTBEAT => {
                last_heard = Instant::now();
                eprintln!(
                    "xtask: still running after {} s",
                    started.elapsed().as_secs()
                );
            }
            None => {}
        }
    };
    Ok(Report {
        status,
        tally: counter.finish(),
        written,
    })
}

/// A thread forwards what the child writes; the channel closes at the end of its output.
fn read_chunks(child: &mut Child) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    if let Some(mut output) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                match output.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => {
                        if sender.send(buffer[..count].to_vec()).is_err() {
                            break;
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
        });
    }
    receiver
}

fn pass_through(chunk: &[u8]) {
    let mut out = io::stdout().lock();
    // Nobody may be reading any more (`| head`); the tests still count.
    let _ = out.write_all(chunk).and_then(|()| out.flush());
}

/// Cuts output into lines and adds up the `test result:` ones.
#[derive(Default)]
struct ResultLines {
    line: Vec<u8>,
    tally: Tally,
}

impl ResultLines {
    fn feed(&mut self, chunk: &[u8]) {
        for &byte in chunk {
            if byte == b'\n' {
                self.end_line();
            } else {
                self.line.push(byte);
            }
        }
    }

    fn finish(mut self) -> Tally {
        self.end_line();
        self.tally
    }

    fn end_line(&mut self) {
        if let Some(tally) = parse_result(&String::from_utf8_lossy(&self.line)) {
            self.tally += tally;
        }
        self.line.clear();
    }
}

/// Reads `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
fn parse_result(line: &str) -> Option<Tally> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let count = |name: &str| {
        counts
            .split("; ")
            .find_map(|part| part.strip_suffix(name)?.trim().parse::<usize>().ok())
    };
    Some(Tally {
        passed: count("passed")?,
        failed: count("failed")?,
    })
}

/// Ends the child and all it started. Only Linux tells us who that is; elsewhere the child alone.
fn end_with_descendants(child: &mut Child) {
    let mut victims = vec![child.id()];
    let parents = parents();
    let mut next = 0;
    while next < victims.len() {
        let parent = victims[next];
        victims.extend(
            parents
                .iter()
                .filter(|(_, of)| *of == parent)
                .map(|(pid, _)| *pid),
        );
        next += 1;
    }
    let pids: Vec<String> = victims[1..].iter().map(u32::to_string).collect();
    // Failing to end something that has just ended by itself is no failure.
    let _ = child.kill();
    if !pids.is_empty() {
        let _ = Command::new("sh")
            .args(["-c", "kill -KILL \"$@\" 2>/dev/null", "sh"])
            .args(pids)
            .status();
    }
    let _ = child.wait();
}

/// All processes as (pid, parent), from `/proc`.
fn parents() -> Vec<(u32, u32)> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name, in parentheses, may itself hold spaces and parentheses.
            let parent = stat
                .rsplit_once(')')?
                .1
                .split_whitespace()
                .nth(1)?
                .parse()
                .ok()?;
            Some((pid, parent))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Report {
        run(Command::new("sh").args(["-c", script]), limit).unwrap()
    }

    #[test]
    fn result_lines_are_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.0s";
        assert_eq!(
            parse_result(line),
            Some(Tally {
                passed: 12,
                failed: 3
            })
        );
        assert_eq!(
            parse_result("test runner::tests::result: ok. 1 passed; 0 failed"),
            None
        );
        assert_eq!(parse_result("  test result: ok. 1 passed; 0 failed"), None);
        assert_eq!(parse_result("test result: ok"), None);
    }

    #[test]
    fn lines_may_be_cut_anywhere() {
        let text = b"running 2 tests\ntest result: ok. 2 passed; 0 failed; 0 ignored\nnoise\ntest result: ok. 1 passed; 1 failed; 0 ignored";
        for size in 1..text.len() {
            let mut lines = ResultLines::default();
            text.chunks(size).for_each(|chunk| lines.feed(chunk));
            assert_eq!(
                lines.finish(),
                Tally {
                    passed: 3,
                    failed: 1
                }
            );
        }
    }

    #[test]
    fn an_exit_status_is_reported() {
        let minute = Duration::from_secs(60);
        assert!(shell("exit 0", minute).check("it").is_ok());
        assert!(
            shell("exit 3", minute)
                .check("it")
                .unwrap_err()
                .contains("3")
        );
        assert!(run(&mut Command::new("no-such-program-here"), minute).is_err());
    }

    #[test]
    fn a_program_past_its_limit_is_ended_with_its_children() {
        let mark = format!("{}.125", 86400 + std::process::id());
        let report = shell(
            &format!("sleep {mark} & sleep {mark}; true"),
            Duration::from_millis(500),
        );
        assert!(report.check("it").unwrap_err().contains("in time"));
        let runs = || {
            std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
                let arguments = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                arguments == format!("sleep\0{mark}\0").as_bytes()
            })
        };
        // A killed process takes a moment to be gone, on a busy machine a long one.
        let since = Instant::now();
        while runs() && since.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(POLL);
        }
        assert!(!runs(), "a child of the ended program still runs");
    }
}

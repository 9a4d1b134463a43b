//! Progress on a screen that only remembers, with times that the tests make up.

use super::super::event::GraphRef;
use super::super::spans::tests::{begin, end, thread};
use super::*;
use std::sync::{Arc, Mutex};

const SECOND: u64 = 1_000_000_000;

/// What was shown, one entry per call.
#[derive(Clone, Default)]
struct Fake {
    columns: Option<usize>,
    shown: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    fn add(&self, entry: String) {
        self.shown.lock().unwrap().push(entry);
    }

    fn entries(&self) -> Vec<String> {
        self.shown.lock().unwrap().clone()
    }
}

impl Show for Fake {
    fn columns(&self) -> Option<usize> {
        self.columns
    }
    fn rewrite(&mut self, line: &str) {
        self.add(format!("rewrite {line}"));
    }
    fn clear(&mut self) {
        self.add("clear".into());
    }
    fn print(&mut self, line: &str) {
        self.add(format!("print {line}"));
    }
}

fn graph_begin(time: u64, id: u64, size: Option<u64>) -> Event {
    let graph = GraphRef {
        name: "cholesky",
        file: "src/main.rs",
        line: 3,
        size,
    };
    Event {
        time,
        kind: EventKind::GraphBegin {
            id: GraphId::new(id),
            graph,
        },
    }
}

fn graph_end(time: u64, id: u64) -> Event {
    Event {
        time,
        kind: EventKind::GraphEnd {
            id: GraphId::new(id),
        },
    }
}

/// Begin and end of a task of graph `graph`.
fn run(from: u64, to: u64, id: u64, graph: u64) -> [Event; 2] {
    let mut events = [begin(from, id, "gemm"), end(to, id)];
    if let EventKind::TaskBegin(task) = &mut events[0].kind {
        task.graph = GraphId::new(graph);
    }
    events
}

#[test]
fn a_terminal_line_is_rewritten_and_cleared() {
    let screen = Fake {
        columns: Some(100),
        ..Fake::default()
    };
    let mut progress = Progress::new(screen.clone());
    // The worker's events are drained before the caller's: the order of threads must not matter.
    for number in 0..500 {
        progress.observe(
            &thread(1),
            &run(
                number * 1_000_000 + 1,
                number * 1_000_000 + 2,
                number + 1,
                7,
            ),
        );
    }
    progress.observe(&thread(0), &[graph_begin(0, 7, Some(2000))]);
    progress.tick(SECOND / 4);
    assert!(
        screen.entries().is_empty(),
        "nothing is shown before half a second"
    );
    progress.tick(SECOND / 2);
    progress.tick(SECOND / 2 + 50_000_000);
    let entries = screen.entries();
    assert_eq!(
        entries.len(),
        1,
        "at most ten updates a second: {entries:?}"
    );
    assert!(
        entries[0].starts_with("rewrite cholesky  ━━━━━━━┄"),
        "{entries:?}"
    );
    assert!(
        entries[0].ends_with("500/2,000  1,000/s  0.5 s, 1.5 s left  0/1 busy"),
        "{entries:?}"
    );
    assert_eq!(progress.urgency(), Urgency::GraphEnds);
    progress.observe(&thread(0), &[graph_end(SECOND, 7)]);
    progress.tick(SECOND);
    assert_eq!(screen.entries()[1..], ["clear"]);
    assert_eq!(progress.urgency(), Urgency::None);
}

#[test]
fn short_graphs_show_nothing() {
    let screen = Fake {
        columns: Some(100),
        ..Fake::default()
    };
    let mut progress = Progress::new(screen.clone());
    for number in 0..100 {
        let time = number * SECOND / 10;
        progress.observe(
            &thread(0),
            &[
                graph_begin(time, number + 1, Some(3)),
                graph_end(time + SECOND / 20, number + 1),
            ],
        );
        progress.tick(time + SECOND / 11);
    }
    progress.finish(11 * SECOND);
    assert!(screen.entries().is_empty());
}

#[test]
fn without_a_terminal_lines_come_ever_less_often_and_a_summary_ends_them() {
    let screen = Fake::default();
    let mut progress = Progress::new(screen.clone());
    progress.observe(&thread(0), &[graph_begin(0, 7, None)]);
    for id in 1..=60 {
        let kind = EventKind::Spawned {
            id,
            graph: GraphId::new(7),
        };
        progress.observe(&thread(0), &[Event { time: id, kind }]);
    }
    progress.observe(&thread(1), &run(100, 200, 1, 7));
    for tenth in 0..300 {
        progress.tick(tenth * SECOND / 10);
    }
    progress.observe(&thread(0), &[graph_end(30 * SECOND, 7)]);
    progress.tick(30 * SECOND);
    let entries = screen.entries();
    assert_eq!(
        entries[0],
        "print dagger: cholesky  1 of 60 so far  2.0/s  0.5 s  0/1 busy"
    );
    // After 0.5, 1.5, 3.5, 7.5 and 15.5 seconds, and at the end.
    assert_eq!(entries.len(), 6, "{entries:?}");
    assert_eq!(
        entries[5],
        "print dagger: cholesky  1 done in 30.0 s  0.0/s"
    );
}

#[test]
fn spawned_tasks_without_a_graph_count_until_the_last_has_ended() {
    let screen = Fake {
        columns: Some(60),
        ..Fake::default()
    };
    let mut progress = Progress::new(screen.clone());
    for id in 1..=4 {
        let kind = EventKind::Spawned {
            id,
            graph: GraphId::NONE,
        };
        progress.observe(&thread(0), &[Event { time: id, kind }]);
    }
    progress.observe(&thread(1), &run(10, 20, 1, 0));
    progress.observe(&thread(1), &[begin(30, 2, "load")]);
    progress.tick(SECOND);
    assert_eq!(
        screen.entries(),
        ["rewrite tasks  1 of 4 so far  1.0/s  1.0 s  1/1 busy"]
    );
    assert_eq!(progress.urgency(), Urgency::TaskEnds);
    progress.observe(&thread(1), &[end(2 * SECOND, 2)]);
    for id in 3..=4 {
        progress.observe(&thread(1), &run(2 * SECOND + id, 3 * SECOND, id, 0));
    }
    progress.tick(3 * SECOND);
    assert_eq!(screen.entries()[1..], ["clear"]);
}

#[test]
fn nested_graphs_do_not_count() {
    let mut progress = Progress::new(Fake::default());
    progress.observe(&thread(0), &[graph_begin(0, 1, Some(2))]);
    let [outer_begin, outer_end] = run(10, 900, 1, 1);
    let [inner_begin, inner_end] = run(30, 40, 2, 2);
    let nested = [
        outer_begin,
        graph_begin(20, 2, Some(1000)),
        inner_begin,
        inner_end,
        graph_end(50, 2),
        outer_end,
    ];
    progress.observe(&thread(0), &nested);
    progress.tick(1000);
    let view = progress.session.as_ref().unwrap().view(1000, 0, 1);
    assert_eq!((view.done, view.total), (1, Some(2)));
}

#[test]
fn a_line_never_exceeds_the_terminal() {
    let view = View {
        name: "a_rather_long_graph_name",
        done: 5,
        total: Some(9),
        known: 9,
        elapsed: SECOND,
        busy: 2,
        threads: 2,
    };
    for columns in 0..200 {
        assert!(line(&view, columns).chars().count() <= columns.saturating_sub(1));
    }
    assert!(line(&view, 200).contains("━━"));
}

#[test]
fn the_time_left_follows_the_pace() {
    let view = View {
        name: "g",
        done: 25,
        total: Some(100),
        known: 100,
        elapsed: 10 * SECOND,
        busy: 1,
        threads: 2,
    };
    assert_eq!(view.left(), Some(30 * SECOND));
    assert_eq!(View { done: 0, ..view }.left(), None);
    assert_eq!(
        View {
            total: None,
            ..view
        }
        .left(),
        None
    );
    assert_eq!(View { done: 100, ..view }.left(), Some(0));
}

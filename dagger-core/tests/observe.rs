//! Observing from outside: many threads at once, and whole processes that end in every way a process can.
//!
//! A process test runs this binary again with `OBSERVE_ENDING` set; the test `child` is that process's program.

use dagger_core::observe::{
    self, EventKind, GraphId, GraphRef, Observer, Outcome, TaskRef, Thread, ThreadKind, Urgency,
};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

/// Runs one task that does nothing, as an executor reports it.
fn run_task(id: u64, name: &'static str, graph: GraphId) {
    if observe::enabled() {
        observe::task_begin(TaskRef {
            id,
            name,
            file: file!(),
            line: line!(),
            graph,
        });
    }
    std::hint::black_box(id);
    if observe::enabled() {
        observe::task_end(id, Outcome::Done);
    }
}

/// A pool of `threads` that runs `count` tasks on each, all of them depending on one.
fn run_graph(threads: u32, count: u64, name: &'static str) {
    let graph = observe::graph_begin(GraphRef {
        name,
        file: file!(),
        line: line!(),
        size: None,
    });
    let first = observe::next_ids(1 + u64::from(threads) * count);
    run_task(first, "first", graph);
    let together = Barrier::new(threads as usize);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let together = &together;
            scope.spawn(move || {
                observe::set_thread(0, thread);
                observe::idle_begin();
                together.wait();
                observe::idle_end();
                for number in 0..count {
                    let id = first + 1 + u64::from(thread) * count + number;
                    observe::dependency(first, id);
                    run_task(id, name, graph);
                }
            });
        }
    });
    observe::graph_end(graph);
}

#[test]
fn many_threads_lose_nothing_and_keep_their_order() {
    const THREADS: u32 = 8;
    // Several times what one ring holds.
    const COUNT: u64 = 20_000;
    let recorder = observe::record();
    run_graph(THREADS, COUNT, "counted");
    let recording = recorder.finish();
    let spans: Vec<_> = recording
        .spans()
        .iter()
        .filter(|span| span.task.name == "counted")
        .collect();
    assert_eq!(spans.len() as u64, u64::from(THREADS) * COUNT);
    assert!(spans.iter().all(|span| span.outcome == Some(Outcome::Done)));
    for thread in 0..THREADS {
        let ids: Vec<u64> = recording
            .events()
            .iter()
            .filter(|(from, _)| from.kind == ThreadKind::Pool(thread))
            .filter_map(|(_, event)| match event.kind {
                EventKind::TaskBegin(task) if task.name == "counted" => Some(task.id),
                _ => None,
            })
            .collect();
        assert_eq!(ids.len() as u64, COUNT);
        assert!(ids.is_sorted(), "thread {thread} lost its order");
    }
    let graphs: Vec<_> = recording
        .events()
        .iter()
        .filter(|(_, event)| is_graph(&event.kind, "counted"))
        .collect();
    assert_eq!(graphs.len(), 1);
}

fn is_graph(kind: &EventKind, name: &str) -> bool {
    matches!(kind, EventKind::GraphBegin { graph, .. } if graph.name == name)
}

#[test]
fn two_recordings_overlap_without_disturbing_each_other() {
    let count = |recording: &observe::Recording, name| {
        recording
            .spans()
            .iter()
            .filter(|span| span.task.name == name)
            .count()
    };
    let outer = observe::record();
    run_graph(2, 10, "before");
    let inner = observe::record();
    run_graph(2, 10, "during");
    let inner = inner.finish();
    run_graph(2, 10, "after");
    let outer = outer.finish();
    assert_eq!(
        ["before", "during", "after"].map(|name| count(&inner, name)),
        [0, 20, 0]
    );
    assert_eq!(
        ["before", "during", "after"].map(|name| count(&outer, name)),
        [20, 20, 20]
    );
}

#[test]
fn an_observer_may_panic_or_run_tasks_and_the_others_still_see_everything() {
    struct Panics;
    impl Observer for Panics {
        fn observe(&mut self, _: &Thread, _: &[observe::Event]) {
            panic!("as the test wants");
        }
    }
    struct RunsTasks(Arc<AtomicU64>);
    impl Observer for RunsTasks {
        fn observe(&mut self, _: &Thread, events: &[observe::Event]) {
            self.0.fetch_add(events.len() as u64, Ordering::SeqCst);
            run_task(1, "inside an observer", GraphId::NONE);
            drop(observe::record());
        }
    }
    let seen = Arc::new(AtomicU64::new(0));
    let panics = observe::attach(Box::new(Panics));
    let counts = observe::attach(Box::new(RunsTasks(seen.clone())));
    let recorder = observe::record();
    run_graph(2, 100, "watched");
    let recording = recorder.finish();
    drop((panics, counts));
    let spans = recording.spans();
    assert_eq!(
        spans
            .iter()
            .filter(|span| span.task.name == "watched")
            .count(),
        200
    );
    assert_eq!(
        spans
            .iter()
            .filter(|span| span.task.name == "inside an observer")
            .count(),
        0
    );
    assert!(seen.load(Ordering::SeqCst) >= 400);
}

#[test]
fn an_urgent_observer_hears_of_ends_before_the_reporting_thread_goes_on() {
    struct Urgent(Arc<Mutex<HashSet<u64>>>);
    impl Observer for Urgent {
        fn observe(&mut self, _: &Thread, events: &[observe::Event]) {
            let ended = events.iter().filter_map(|event| match event.kind {
                EventKind::TaskEnd { id, .. } => Some(id),
                _ => None,
            });
            self.0.lock().unwrap().extend(ended);
        }
        fn urgency(&self) -> Urgency {
            Urgency::TaskEnds
        }
    }
    let ended = Arc::new(Mutex::new(HashSet::new()));
    let urgent = observe::attach(Box::new(Urgent(ended.clone())));
    // Urgency is asked for at ticks, so the first ends may come late; soon they come at once.
    let at_once = (0..1000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        let id = observe::next_ids(1);
        run_task(id, "urgent", GraphId::NONE);
        ended.lock().unwrap().contains(&id)
    });
    assert!(at_once);
    drop(urgent);
}

/// The program of the processes below.
#[test]
fn child() {
    let Ok(ending) = std::env::var("OBSERVE_ENDING") else {
        return;
    };
    observe::start_from_environment();
    // 4096 events fit into a ring; stay below, so that only the end brings them out.
    run_graph(2, 500, "work");
    println!("result 42");
    let graph = observe::graph_begin(GraphRef {
        name: "open",
        file: file!(),
        line: line!(),
        size: Some(3),
    });
    observe::task_begin(TaskRef {
        id: observe::next_ids(1),
        name: "cut off",
        file: file!(),
        line: line!(),
        graph,
    });
    match ending.as_str() {
        "return" => {}
        "exit" => std::process::exit(7),
        "panic" => panic!("as the test wants"),
        "abort" => {
            // Longer than the collector waits between two looks.
            std::thread::sleep(Duration::from_millis(500));
            std::process::abort();
        }
        other => unreachable!("{other}"),
    }
}

fn run_child(ending: &str, trace: &Path) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env("OBSERVE_ENDING", ending)
        .env("DAGGER_TRACE", trace)
        .env_remove("DAGGER_PROGRESS")
        .output()
        .unwrap()
}

/// A path of its own for one test; the file is removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        Scratch(std::env::temp_dir().join(format!("dagger-observe-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn trace_events(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let value: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    value["traceEvents"].as_array().unwrap().clone()
}

#[test]
fn the_trace_is_whole_however_the_process_ends() {
    for (ending, code) in [
        ("return", Some(0)),
        ("exit", Some(7)),
        ("panic", Some(101)),
        ("abort", None),
    ] {
        let file = Scratch::new(&format!("{ending}.json"));
        let output = run_child(ending, &file.0);
        assert_eq!(output.status.code(), code, "{ending}: {output:?}");
        let events = trace_events(&file.0);
        let count = |phase: &str, name: &str| {
            events
                .iter()
                .filter(|event| event["ph"] == phase && event["name"] == name)
                .count()
        };
        assert_eq!(count("X", "work"), 1000, "{ending}");
        assert_eq!(
            (count("s", "dependency"), count("f", "dependency")),
            (1000, 1000),
            "{ending}"
        );
        assert_eq!(count("X", "idle"), 2, "{ending}");
        if ending != "abort" {
            assert_eq!(count("X", "cut off"), 1, "{ending}");
            assert_eq!(count("b", "open"), count("e", "open"), "{ending}");
        }
    }
}

#[test]
fn the_gantt_chart_is_whole_however_the_process_ends() {
    for ending in ["return", "exit", "panic"] {
        let file = Scratch::new(&format!("{ending}.svg"));
        run_child(ending, &file.0);
        let text = std::fs::read_to_string(&file.0).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        let lanes = document
            .descendants()
            .filter(|node| node.attribute("class") == Some("lane"))
            .count();
        assert_eq!(
            lanes, 3,
            "two threads of the pool and the one that began the graph"
        );
    }
}

#[test]
fn a_path_that_cannot_be_written_is_said_once_and_changes_nothing_else() {
    let mut paths = vec![
        PathBuf::from("/no/such/folder/trace.json"),
        std::env::temp_dir(),
    ];
    if cfg!(target_os = "linux") {
        // Opens, but holds nothing: a full disk.
        paths.extend(["/dev/full".into()]);
    }
    for path in paths {
        let output = run_child("return", &path);
        let (stdout, stderr) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{output:?}");
        assert!(stdout.contains("result 42"));
        let said: Vec<_> = stderr
            .lines()
            .filter(|line| line.starts_with("dagger: "))
            .collect();
        assert_eq!(said.len(), 1, "{stderr}");
        assert!(
            said[0].contains(&path.display().to_string()) && said[0].contains("os error"),
            "{stderr}"
        );
    }
}

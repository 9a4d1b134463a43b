//! What is written is read again; anything else is refused.

use super::*;
use proptest::prelude::*;

fn model(key: u64, name: &str, runs: u32) -> TaskModel {
    let mut execution = ExecutionModel::new();
    for run in 0..runs {
        execution.learn(f64::from(run * 1000), 1e-3, 1);
    }
    TaskModel {
        key,
        class: "cpu".to_owned(),
        name: name.to_owned(),
        execution,
        output: Some(80.0),
        used: 0,
    }
}

fn library() -> Library {
    let mut library = Library::default();
    let models = Models {
        tasks: vec![model(7, "potrf", 5), model(8, "gemm<f64>\t", 3)],
        link: Some(Link {
            latency: 1e-6,
            per_byte: 2e-10,
        }),
    };
    library.merge("x86_64 one", &models);
    library.merge("aarch64 other", &models);
    library
}

#[test]
fn what_is_written_is_read_again() {
    let library = library();
    let text = library.to_text();
    let read = Library::from_text(&text).expect("it was just written");
    assert_eq!(read, library);
    assert_eq!(read.to_text(), text);
    let tasks = &read.host("aarch64 other").expect("both hosts").tasks;
    assert_eq!((tasks.len(), &tasks[0].name[..]), (2, "gemm<f64> "));
    assert!(read.host("sparc").is_none());
}

#[test]
fn a_later_run_replaces_what_it_used_and_keeps_the_rest() {
    let mut library = library();
    let later = Models {
        tasks: vec![model(7, "potrf", 9)],
        link: None,
    };
    library.merge("x86_64 one", &later);
    let models = library.host("x86_64 one").expect("it was there");
    assert_eq!((models.tasks[0].key, models.tasks[0].used), (7, 2));
    assert_eq!((models.tasks[1].key, models.tasks[1].used), (8, 1));
    assert!(models.link.is_some());
}

#[test]
fn what_was_used_longest_ago_goes_first() {
    let mut library = Library::default();
    let run = |keys: std::ops::Range<u64>| Models {
        tasks: keys.map(|key| model(key, "task", 1)).collect(),
        link: None,
    };
    library.merge("one", &run(0..4000));
    library.merge("one", &run(4000..5000));
    let models = library.host("one").expect("merged");
    assert_eq!(models.tasks.len(), MOST_TASKS);
    assert!((4000..5000).all(|key| models.tasks.iter().any(|task| task.key == key)));
}

#[test]
fn foreign_files_are_refused() {
    for text in [
        "",
        "\n",
        "hello",
        "dagger models 2\nsum\t0\n",
        "dagger models 1",
        "dagger models 1\n",
    ] {
        assert!(Library::from_text(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_right_sum_does_not_make_a_wrong_line_right() {
    for line in [
        "task\t0\tcpu\tname",
        "link\t1\t1",
        "host\ta\nlink\t-1\t1",
        "host\ta\ntask\t0\tcpu\tn\t1\t1\tNaN\t0\t0\t0\t0\t0\t0",
        "host\ta\ntask\t0\tcpu\tn\t1\t1\t-1\t0\t0\t0\t0\t0\t0",
        "what\tis\tthis",
    ] {
        let body = format!("{HEADER}\n{line}\n");
        let text = format!("{body}sum\t{:016x}\n", check_sum(&body));
        assert!(Library::from_text(&text).is_err(), "{line:?}");
    }
}

#[test]
fn the_table_says_what_was_learned() {
    let table = library()
        .host("x86_64 one")
        .expect("it was merged")
        .to_string();
    assert!(
        table.contains("potrf") && table.contains("1.") && table.contains("GiB/s"),
        "{table}"
    );
    assert_eq!(Models::default().to_string(), "nothing learned yet\n");
}

proptest! {
    #[test]
    fn no_bytes_whatsoever_do_harm(at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        let mut bytes = library().to_text().into_bytes();
        let (at, cut) = (at.index(bytes.len()), cut.index(bytes.len()));
        let changed = bytes[at] != byte;
        bytes[at] = byte;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            prop_assert_eq!(Library::from_text(text).is_err(), changed);
        }
        if let Ok(text) = std::str::from_utf8(&bytes[..cut]) {
            prop_assert!(Library::from_text(text).is_err());
        }
    }
}

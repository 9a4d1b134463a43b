//! What errors say and keep.

use super::*;
use std::io;

fn origin() -> Origin {
    Origin::new("load", "src/main.rs", 12)
}

#[test]
fn is_one_pointer_wide_also_in_a_result() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
}

#[test]
fn names_task_line_and_message() {
    let error = Error::failed(origin(), "no such file".into());
    assert_eq!(
        error.to_string(),
        "task `load` failed at src/main.rs:12: no such file"
    );
    assert_eq!(error.task(), Some("load"));
    assert_eq!(error.location().unwrap().to_string(), "src/main.rs:12");
    assert_eq!(error.message(), "no such file");
    assert!(!error.is_panic() && !error.is_cancelled());
}

#[test]
fn keeps_the_first_origin_through_nested_tasks() {
    let inner = Error::failed(origin(), Box::new(io::Error::other("disk gone")));
    let boxed: BoxError = inner.clone().into();
    let outer = Error::failed(Origin::new("all", "src/main.rs", 40), boxed);
    assert!(outer.is_same(&inner));
    assert_eq!(
        outer.to_string(),
        "task `load` failed at src/main.rs:12: disk gone"
    );
    assert!(outer.downcast_ref::<io::Error>().is_some());
}

#[test]
fn a_plain_error_gets_the_task_that_returned_it() {
    let plain: Error = io::Error::other("disk gone").into();
    assert_eq!(plain.task(), None);
    let error = Error::failed(origin(), plain.into());
    assert_eq!(
        error.to_string(),
        "task `load` failed at src/main.rs:12: disk gone"
    );
    let shared = Error::msg("told to stop");
    let error = Error::failed(origin(), shared.clone().into());
    assert_eq!(
        error.to_string(),
        "task `load` failed at src/main.rs:12: told to stop"
    );
    assert_eq!(shared.task(), None);
}

#[test]
fn panics_keep_their_text() {
    let payload = std::panic::catch_unwind(|| panic!("index {} of {}", 5, 3)).unwrap_err();
    let error = Error::panicked(origin(), &*payload);
    assert!(error.is_panic());
    assert_eq!(
        error.to_string(),
        "task `load` panicked at src/main.rs:12: index 5 of 3"
    );
}

#[test]
fn cancelled_reads_well() {
    let error = Error::cancelled(origin());
    assert!(error.is_cancelled());
    assert_eq!(
        error.to_string(),
        "task `load` was cancelled at src/main.rs:12"
    );
}

#[test]
fn debug_is_the_chain() {
    #[derive(Debug)]
    struct Outer(io::Error);
    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("cannot read the table")
        }
    }
    impl StdError for Outer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }
    let error = Error::failed(origin(), Box::new(Outer(io::Error::other("disk gone"))));
    assert_eq!(
        format!("{error:?}"),
        "task `load` failed at src/main.rs:12: cannot read the table\n  caused by: disk gone"
    );
    let as_std: &dyn StdError = &*error;
    assert_eq!(as_std.source().unwrap().to_string(), "disk gone");
    assert!(error.downcast_ref::<io::Error>().is_some());
}

#[test]
fn converts_both_ways_with_question_marks() {
    fn ours() -> Result<()> {
        let _: i32 = "x".parse()?;
        Ok(())
    }
    fn theirs() -> std::result::Result<(), Box<dyn StdError>> {
        ours()?;
        Ok(())
    }
    fn both() -> std::result::Result<(), Box<dyn StdError + Send + Sync>> {
        ours()?;
        Ok(())
    }
    assert_eq!(
        theirs().unwrap_err().to_string(),
        both().unwrap_err().to_string()
    );
    assert_eq!(
        Error::new(both().unwrap_err()).to_string(),
        ours().unwrap_err().to_string()
    );
}

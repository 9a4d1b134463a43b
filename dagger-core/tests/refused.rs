//! A program without MPI that a launcher has started as several processes: this test starts itself again with the variables that launchers set.

use std::process::{Command, Output};

const ROLE: &str = "DAGGER_TEST_REFUSED";

/// Not a test of its own but what the started process does.
#[test]
fn connecting() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    match dagger_core::launch::connect() {
        Ok(None) => println!("alone"),
        Ok(Some(transport)) => println!("connected: {transport:?}"),
        Err(error) => println!("refused: <{}>", error.message()),
    }
}

fn started_with(variables: &[(&str, &str)]) -> String {
    let Output { stdout, .. } = Command::new(std::env::current_exe().unwrap())
        .args(["connecting", "--exact", "--nocapture"])
        .env(ROLE, "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    String::from_utf8(stdout).unwrap()
}

#[test]
fn rank_0_says_so_and_the_others_say_nothing() {
    let first = started_with(&[("OMPI_COMM_WORLD_RANK", "0"), ("OMPI_COMM_WORLD_SIZE", "3")]);
    assert!(
        first.contains("refused: <this program was started by Open MPI as 3 processes, but it was built without MPI"),
        "{first}"
    );
    assert!(first.contains("the feature `mpi`"), "{first}");
    let other = started_with(&[("PMI_RANK", "2"), ("PMI_SIZE", "3")]);
    assert!(other.contains("refused: <>"), "{other}");
}

#[test]
fn one_process_is_alone() {
    assert!(started_with(&[("PMI_RANK", "0"), ("PMI_SIZE", "1")]).contains("alone"));
    assert!(started_with(&[]).contains("alone"));
}

//! Labelled output of a whole process: this test starts itself again and reads what comes out.

use std::io::Write;
use std::process::Command;

const ROLE: &str = "DAGGER_TEST_LABELS";

/// Not a test of its own but what the started process does.
#[test]
fn speaker() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    dagger_core::launch::label_from_environment(3).unwrap();
    dagger_core::launch::label_output(4).unwrap();
    let mut out = std::io::stdout();
    for number in 0..2000 {
        writeln!(out, "line {number}").unwrap();
        writeln!(std::io::stderr(), "warning {number}").unwrap();
    }
    Command::new("echo").arg("from a child").status().unwrap();
    write!(out, "no end").unwrap();
    std::process::exit(0);
}

fn speak(label: &str) -> (String, String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["speaker", "--exact", "--nocapture"])
        .env(ROLE, "1")
        .env("DAGGER_LABEL", label)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn every_line_is_labelled_and_none_is_lost() {
    let (out, err) = speak("1");
    // What the test runner printed before is not ours.
    let out: Vec<&str> = out
        .lines()
        .skip_while(|line| !line.starts_with("[rank 3] line"))
        .collect();
    assert_eq!(out.len(), 2002, "{out:?}");
    for (number, line) in out[..2000].iter().enumerate() {
        assert_eq!(*line, format!("[rank 3] line {number}"));
    }
    assert_eq!(out[2000..], ["[rank 3] from a child", "[rank 3] no end"]);
    let warnings = err
        .lines()
        .filter(|line| line.starts_with("[rank 3] warning"));
    assert_eq!(warnings.count(), 2000);
}

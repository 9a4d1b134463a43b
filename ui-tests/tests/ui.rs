//! Compiles every program in `pass` and `fail` with rustc, as a user would.

/// `cargo test -p ui-tests -- ui trybuild=name_of_file` runs one case; `TRYBUILD=overwrite` accepts the messages as they are now.
#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/pass/*.rs");
    cases.compile_fail("tests/fail/*.rs");
}

//! `leftover`: no unfinished or debugging code.

use super::Finding;
use super::source::{Source, find_word};

const MACROS: &[&str] = &["todo", "unimplemented", "dbg"];
const NOTE: &str = "FIXME";

pub(super) fn check(source: &Source, found: &mut Vec<Finding>) {
    for (number, line) in source.numbered() {
        let called = MACROS.iter().find(|name| {
            find_word(&line.code, name).is_some_and(|at| {
                let behind = line.code[at + name.len()..].trim_start();
                behind.starts_with('!') && !behind.starts_with("!=")
            })
        });
        let noted = find_word(&line.code, NOTE)
            .or(find_word(&line.comment, NOTE))
            .map(|_| NOTE);
        let left = called
            .map(|name| format!("{name}!"))
            .or(noted.map(str::to_owned));
        if let Some(left) = left {
            found.push(Finding {
                path: source.path.clone(),
                line: number,
                rule: "leftover",
                remedy: format!(
                    "finish the work that `{left}` stands for, or open an issue and remove it"
                ),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found_in;

    #[test]
    fn unfinished_code_is_found() {
        for bad in [
            "todo!()",
            "unimplemented!(\"x\")",
            "let x = dbg!(y);",
            "// FIXME: later",
            "todo !{}",
        ] {
            assert_eq!(found_in(check, "a.rs", bad), [(1, "leftover")], "{bad}");
        }
        for good in [
            "let todo = 1;",
            "// todo!() is not allowed",
            "\"dbg!(x)\"",
            "my_todo!()",
            "todo != 2",
        ] {
            assert!(found_in(check, "a.rs", good).is_empty(), "{good}");
        }
    }
}

//! `safety`: every `unsafe` has its proof, every unsafe function its contract.
//!
//! A block or an impl has a `// SAFETY:` comment directly above it or above the statement it stands in,
//! or on its own line. An `unsafe fn` or `unsafe trait` has a `# Safety` section in its documentation, or a
//! `// SAFETY:` comment; in an impl of a trait, the trait's own documentation holds. Declarations of
//! foreign functions are left to the comments at their calls.
//!
//! In the macro crate `unsafe` stands in what is emitted. There the proof is the section
//! [`EMITTED`] of the file's module documentation. Cases that must not compile need none.

use super::Finding;
use super::source::{Line, Source, find_word};

/// Heads the proof for all `unsafe` that a file of the macro crate emits.
const EMITTED: &str = "# Why the emitted `unsafe` is sound";

pub(super) fn check(source: &Source, found: &mut Vec<Finding>) {
    if source.path.starts_with("ui-tests/tests/") {
        return;
    }
    let emits = source.path.starts_with("dagger-macros/src/");
    let explained = emits
        && source
            .lines
            .iter()
            .any(|line| line.comment.contains(EMITTED));
    for (index, line) in source.lines.iter().enumerate() {
        let Some(at) = find_word(&line.code, "unsafe") else {
            continue;
        };
        let mut following = Following::of(&line.code[at..], source.lines.get(index + 1));
        if matches!(following, Following::Contract) && is_in_trait_impl(&source.lines, index) {
            following = Following::Nothing;
        }
        let comments = comments_above(&source.lines, index);
        let proven = comments.contains("SAFETY:");
        let remedy = match following {
            Following::Nothing => continue,
            Following::Use if proven || explained => continue,
            Following::Use if emits => {
                "explain it in the module's documentation, under `# Why the emitted `unsafe` is sound`"
            }
            Following::Contract if proven || comments.contains("# Safety") => continue,
            Following::Use => "prove above it, in a `// SAFETY:` comment, why this is sound",
            Following::Contract => "say in a `# Safety` section what the caller must ensure",
        };
        found.push(Finding {
            path: source.path.clone(),
            line: index + 1,
            rule: "safety",
            remedy: remedy.to_owned(),
        });
    }
}

/// What an `unsafe` introduces.
enum Following {
    /// A block or an impl: something to prove.
    Use,
    /// A function or a trait: something the user of it must prove.
    Contract,
    /// Something that neither proves nor demands: a function pointer's type, an attribute.
    Nothing,
}

impl Following {
    fn of(code: &str, next: Option<&Line>) -> Self {
        let mut rest = code["unsafe".len()..].trim();
        if rest.is_empty() {
            rest = next.map_or("", |line| line.code.trim());
        }
        let after_extern = rest.strip_prefix("extern").map_or(rest, |rest| {
            rest.trim_start().trim_start_matches('"').trim_start()
        });
        if let Some(name) = after_extern.strip_prefix("fn") {
            let is_type = name.trim_start().starts_with('(');
            return if is_type {
                Following::Nothing
            } else {
                Following::Contract
            };
        }
        if rest.starts_with("trait") || rest.starts_with("auto trait") {
            return Following::Contract;
        }
        if rest.starts_with('{') || rest.starts_with("impl") {
            return Following::Use;
        }
        Following::Nothing
    }
}

/// Whether the item at `index` stands directly in `impl Trait for Type`. Indentation, which rustfmt
/// guarantees, tells what stands in what.
fn is_in_trait_impl(lines: &[Line], index: usize) -> bool {
    let code = |at: usize| lines[at].code.trim();
    let indentation = |at: usize| lines[at].code.len() - lines[at].code.trim_start().len();
    let opening = (0..index)
        .rev()
        .find(|&at| !code(at).is_empty() && indentation(at) < indentation(index));
    let Some(opening) = opening else { return false };
    // A long header has several lines, of which only the first says `impl`.
    let header = (0..=opening)
        .rev()
        .take_while(|&at| !code(at).is_empty() && !code(at).ends_with(['}', ';']))
        .find(|&at| code(at).starts_with("impl") || code(at).starts_with("unsafe impl"));
    let Some(header) = header else { return false };
    let text: Vec<&str> = (header..=opening).map(code).collect();
    // Not the `for` of `for<'a>`.
    text.join(" ").split_whitespace().any(|word| word == "for")
}

/// The comments on the line itself and those above it: past attributes and the rest of the same
/// statement, up to the first block of comments.
fn comments_above(lines: &[Line], index: usize) -> String {
    let mut comments = lines[index].comment.clone();
    let mut seen_comment = false;
    for line in lines[..index].iter().rev() {
        let code = line.code.trim();
        let is_comment = code.is_empty() && !line.comment.is_empty();
        let is_attribute =
            code.starts_with("#[") || code.starts_with("#![") || code.ends_with(")]");
        if is_comment {
            seen_comment = true;
            comments.push('\n');
            comments.push_str(&line.comment);
        } else if is_attribute {
            // Documentation and attributes may alternate.
        } else if seen_comment || code.is_empty() || code.ends_with([';', '{', '}', ',']) {
            break;
        }
    }
    comments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found_in;

    #[test]
    fn proven_uses_pass() {
        for good in [
            "// SAFETY: the slot is ours.\nunsafe { read() }",
            "// SAFETY: the slot is ours,\n// as the counter says.\nlet x =\n    unsafe { read() };",
            "let x = unsafe { read() }; // SAFETY: ours.",
            "// SAFETY: no fields.\nunsafe impl Send for X {}",
            "unsafe extern \"C\" {\n    fn f();\n}\n#[unsafe(no_mangle)]\nfn g() {}",
            "// SAFETY: ours.\n#[inline]\nlet x = unsafe { read() };",
            "f(\n    a,\n    // SAFETY: ours.\n    unsafe { b() },\n)",
            "type F = unsafe fn(*mut ());\ntype G = unsafe extern \"C\" fn(i32);",
            "#![deny(unsafe_code)]\n// unsafe { in words }\nlet x = \"unsafe {\";",
        ] {
            assert_eq!(found_in(check, "a.rs", good), [], "{good}");
        }
    }

    #[test]
    fn unproven_uses_are_found() {
        for bad in [
            "unsafe { read() }",
            "// It is fine.\nunsafe { read() }",
            "// SAFETY: for the other.\nunsafe impl Send for X {}\nunsafe impl Sync for X {}",
            "// SAFETY: for another.\nf();\nunsafe { read() }",
            "// SAFETY: far away.\n\nunsafe { read() }",
        ] {
            assert_eq!(found_in(check, "a.rs", bad).len(), 1, "{bad}");
        }
    }

    #[test]
    fn functions_state_their_contract() {
        for good in [
            "/// Reads.\n///\n/// # Safety\n/// Be alone.\npub unsafe fn read() {}",
            "/// # Safety\n/// Be alone.\n#[inline]\nunsafe extern \"C\" fn read() {}",
            "// SAFETY: as the trait demands.\nunsafe fn read() {}",
            "impl Read for X {\n    #[inline]\n    unsafe fn read() {}\n}",
            "impl<T>\n    Read for X<T>\nwhere\n    T: Copy,\n{\n    fn a() {\n    }\n\n    unsafe fn read() {}\n}",
        ] {
            assert_eq!(found_in(check, "a.rs", good), [], "{good}");
        }
        for bad in [
            "/// Reads.\npub unsafe fn read() {}",
            "pub unsafe trait T {}",
            "unsafe extern \"C\" fn f() {}",
        ] {
            assert_eq!(
                found_in(check, "a.rs", bad),
                [(bad.lines().count(), "safety")],
                "{bad}"
            );
        }
    }
}

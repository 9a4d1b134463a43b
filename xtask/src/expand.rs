//! `cargo xtask expand FILE.rs|BIN [NAME]`: prints, formatted, what the `dag!`s of a file expand to.
//!
//! While `DAGGER_EXPAND` names a folder, `dagger-macros` writes the tokens of every expansion into it, as
//! `<file-stem>_<line>.rs`. This command has the file's target checked anew with that variable set, in
//! a build folder of its own, and prints what was written. A file that belongs to no target (a ui
//! case, a file of yours) is checked as the only file of a throw-away crate. `NAME` picks the expansions that
//! define a function, module or type of that name, or the one at that line.
//!
//! It does not expand other macros, and it leaves nothing in the clone.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::Workspace;
use crate::{Outcome, build_folder};

/// What cargo is asked to check.
enum Subject {
    /// A target of a workspace package, by the flags that select it.
    Target { package: String, flags: Vec<String> },
    /// A file outside all targets.
    Loose,
}

/// An expansion as the macro wrote it.
struct Expansion {
    line: usize,
    tokens: String,
}

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (what, name) = match arguments {
        [what] => (what, None),
        [what, name] => (what, Some(name.as_str())),
        _ => return Err("usage: cargo xtask expand FILE.rs|BIN [NAME]".into()),
    };
    let workspace = Workspace::locate();
    drop(build_folder::claim(&workspace)?);
    let file = find_file(&workspace, what)?;
    let tokens = workspace.target().join("expand").join("tokens");
    if tokens.exists() {
        fs::remove_dir_all(&tokens)?;
    }
    fs::create_dir_all(&tokens)?;

    let compiled = check(&workspace, &file, &tokens)?;
    let expansions = read_expansions(&tokens, &file)?;
    let shown = file
        .strip_prefix(workspace.root())
        .unwrap_or(&file)
        .display();
    let mut printed = 0;
    for expansion in &expansions {
        let text = format_tokens(&expansion.tokens);
        if name.is_none_or(|name| is_named(expansion, &text, name)) {
            println!("// {shown}:{}\n{text}", expansion.line);
            printed += 1;
        }
    }
    match (printed, expansions.len()) {
        (0, 0) => eprintln!("xtask: no `dag!` of {shown} was expanded"),
        (0, others) => {
            eprintln!("xtask: none of the {others} expansions of {shown} has that name or line")
        }
        _ => {}
    }
    Ok(compiled && printed > 0)
}

/// The file meant: a path, or the name of a binary of `examples`.
fn find_file(workspace: &Workspace, what: &str) -> Result<PathBuf, Box<dyn Error>> {
    let binaries = workspace.root().join("examples/src/bin");
    let candidates = [
        std::path::absolute(what)?,
        binaries.join(format!("{what}.rs")),
        binaries.join(what).join("main.rs"),
    ];
    let found = candidates.into_iter().find(|path| path.is_file());
    Ok(found.ok_or_else(|| format!("`{what}` is neither a file nor a binary of `examples`"))?)
}

/// Has `file` compiled with the expansions going to `tokens`; whether it compiled.
fn check(workspace: &Workspace, file: &Path, tokens: &Path) -> Result<bool, Box<dyn Error>> {
    let folder = workspace.target().join("expand");
    let (manifest, package, flags) = match subject(workspace.root(), file) {
        Subject::Target { package, flags } => (workspace.root().join("Cargo.toml"), package, flags),
        Subject::Loose => (
            write_loose_crate(workspace, &folder, file)?,
            "loose".to_owned(),
            Vec::new(),
        ),
    };
    let cargo = |subcommand: &str| {
        let mut command = std::process::Command::new(crate::workspace::cargo_program());
        command
            .arg(subcommand)
            .args(["--quiet", "--package", &package, "--manifest-path"])
            .arg(&manifest)
            .env("CARGO_TARGET_DIR", &folder);
        command
    };
    // Cargo would not compile again what has not changed.
    if !cargo("clean").status()?.success() {
        return Err(format!("cargo could not forget the last build of `{package}`").into());
    }
    Ok(cargo("check")
        .args(flags)
        .env("DAGGER_EXPAND", tokens)
        .status()?
        .success())
}

/// Which target of the workspace, whose root is `root`, the file belongs to.
fn subject(root: &Path, file: &Path) -> Subject {
    target(root, file).map_or(Subject::Loose, |(package, flags)| Subject::Target {
        package,
        flags,
    })
}

fn target(root: &Path, file: &Path) -> Option<(String, Vec<String>)> {
    let inside = file.strip_prefix(root).ok()?;
    let mut parts: Vec<&str> = inside.iter().filter_map(|part| part.to_str()).collect();
    if parts.len() < 3 || !root.join(parts[0]).join("Cargo.toml").is_file() {
        return None;
    }
    let package = parts.remove(0).to_owned();
    let flag =
        |flag: &str, name: &str| vec![flag.to_owned(), name.trim_end_matches(".rs").to_owned()];
    // A folder is a target if it has a `main.rs`; any file in it then belongs to that target.
    let is_target = |depth: usize| {
        let folder: PathBuf = parts[..depth].iter().collect();
        parts.len() == depth || root.join(&package).join(folder).join("main.rs").is_file()
    };
    let flags = match parts.as_slice() {
        ["src", "bin", name, ..] if is_target(3) => flag("--bin", name),
        ["src", "main.rs"] => flag("--bin", &package),
        ["src", ..] if root.join(&package).join("src/lib.rs").is_file() => vec!["--lib".to_owned()],
        ["src", ..] => flag("--bin", &package),
        ["tests", name, ..] if is_target(2) => flag("--test", name),
        ["examples", name, ..] if is_target(2) => flag("--example", name),
        ["benches", name, ..] if is_target(2) => flag("--bench", name),
        _ => return None,
    };
    Some((package, flags))
}

/// Writes a crate around a single file, which stays where it is; its manifest's path.
fn write_loose_crate(
    workspace: &Workspace,
    folder: &Path,
    file: &Path,
) -> Result<PathBuf, Box<dyn Error>> {
    let crate_folder = folder.join("loose");
    fs::create_dir_all(&crate_folder)?;
    let manifest = crate_folder.join("Cargo.toml");
    // A Rust string literal is a TOML string as well, for any sane path.
    let text = format!(
        "[package]\nname = \"loose\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [[bin]]\nname = \"loose\"\npath = {file:?}\n\n\
         [dependencies]\ndagger = {{ path = {:?} }}\n\n[workspace]\n",
        workspace.root().join("dagger"),
    );
    fs::write(&manifest, text)?;
    fs::copy(
        workspace.root().join("Cargo.lock"),
        crate_folder.join("Cargo.lock"),
    )?;
    Ok(manifest)
}

/// What was written for `file`, by line.
fn read_expansions(tokens: &Path, file: &Path) -> Result<Vec<Expansion>, Box<dyn Error>> {
    let stem = file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .ok_or("the file's name is not Unicode")?;
    let mut expansions = Vec::new();
    for entry in fs::read_dir(tokens)? {
        let path = entry?.path();
        let written = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if let Some(line) = line_of(written, stem) {
            expansions.push(Expansion {
                line,
                tokens: fs::read_to_string(&path)?,
            });
        }
    }
    expansions.sort_by_key(|expansion| expansion.line);
    Ok(expansions)
}

/// The line in `<stem>_<line>.rs`, of which there may be several: `<stem>_<line>_<column>.rs`.
fn line_of(written: &str, stem: &str) -> Option<usize> {
    let place = written
        .strip_prefix(stem)?
        .strip_prefix('_')?
        .strip_suffix(".rs")?;
    let mut numbers = place.split('_').map(str::parse);
    let line = numbers.next()?.ok()?;
    numbers
        .all(|number: Result<usize, _>| number.is_ok())
        .then_some(line)
}

fn is_named(expansion: &Expansion, text: &str, name: &str) -> bool {
    name.parse() == Ok(expansion.line)
        || ["fn", "mod", "struct", "enum"].iter().any(|keyword| {
            let definition = format!("{keyword} {name}");
            text.match_indices(&definition).any(|(at, _)| {
                let is_part = |next: char| next.is_alphanumeric() || next == '_';
                !text[..at].ends_with(is_part)
                    && !text[at + definition.len()..].starts_with(is_part)
            })
        })
}

/// Items or an expression; anything else comes out as it is.
fn format_tokens(tokens: &str) -> String {
    if let Ok(file) = syn::parse_file(tokens) {
        return prettyplease::unparse(&file);
    }
    match syn::parse_file(&format!("fn expansion() {{ {tokens} }}")) {
        Ok(file) => {
            let text = prettyplease::unparse(&file);
            let body = text
                .trim_end()
                .strip_prefix("fn expansion() {\n")
                .and_then(|text| text.strip_suffix('}'));
            body.unwrap_or(&text)
                .lines()
                .map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line)))
                .collect()
        }
        Err(_) => format!("{tokens}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_in_its_target() {
        let root = std::env::temp_dir().join(format!("xtask-expand-{}", std::process::id()));
        for file in [
            "a/Cargo.toml",
            "a/src/lib.rs",
            "a/src/bin/tour/main.rs",
            "a/tests/x.rs",
            "b/Cargo.toml",
            "b/src/main.rs",
        ] {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "").unwrap();
        }
        let flags = |file: &str| {
            target(&root, &root.join(file))
                .map(|(package, flags)| format!("{package} {}", flags.join(" ")))
        };
        assert_eq!(flags("a/src/deep/er.rs").as_deref(), Some("a --lib"));
        assert_eq!(
            flags("a/src/bin/tour/cells.rs").as_deref(),
            Some("a --bin tour")
        );
        assert_eq!(
            flags("a/src/bin/cholesky.rs").as_deref(),
            Some("a --bin cholesky")
        );
        assert_eq!(flags("a/tests/x.rs").as_deref(), Some("a --test x"));
        assert_eq!(flags("b/src/part.rs").as_deref(), Some("b --bin b"));
        assert_eq!(flags("a/tests/fail/cycle.rs"), None);
        assert_eq!(flags("c/src/lib.rs"), None);
        assert!(target(&root, Path::new("elsewhere/x.rs")).is_none());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn items_and_expressions_are_formatted() {
        assert_eq!(
            format_tokens("fn f ( ) { g ( 1 ) }"),
            "fn f() {\n    g(1)\n}\n"
        );
        assert_eq!(
            format_tokens("{ let a = 1 ; a }"),
            "{\n    let a = 1;\n    a\n}\n"
        );
        assert_eq!(format_tokens("f ( ) ? + 1"), "f()? + 1\n");
        assert_eq!(format_tokens("= what"), "= what\n");
    }

    #[test]
    fn expansions_are_picked_by_line_or_name() {
        assert_eq!(line_of("tour_12.rs", "tour"), Some(12));
        assert_eq!(line_of("tour_12_5.rs", "tour"), Some(12));
        assert_eq!(line_of("tour_de_3.rs", "tour"), None);
        let expansion = Expansion {
            line: 7,
            tokens: String::new(),
        };
        assert!(is_named(&expansion, "", "7"));
        assert!(is_named(&expansion, "pub mod diamond {", "diamond"));
        assert!(!is_named(&expansion, "pub mod diamonds {", "diamond"));
    }
}

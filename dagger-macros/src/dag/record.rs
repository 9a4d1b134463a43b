//! Writes expansions to files for `cargo xtask expand`, when `DAGGER_EXPAND` names a folder.

use std::path::Path;

use proc_macro2::{Span, TokenStream};

/// Writes the expansion of the `dag!` that begins on `line` to `<folder>/<file stem>_<line>[_<item>].rs`.
///
/// A file that cannot be written is passed over: expansion never fails because of it.
pub(crate) fn expansion(tokens: &TokenStream, line: usize, item: Option<&str>) {
    let Ok(folder) = std::env::var("DAGGER_EXPAND") else {
        return;
    };
    let file = Span::call_site().file();
    let stem = Path::new(&file)
        .file_stem()
        .map_or_else(|| "unknown".into(), |stem| stem.to_string_lossy());
    let item = item.map(|item| format!("_{item}")).unwrap_or_default();
    let path = Path::new(&folder).join(format!("{stem}_{line}{item}.rs"));
    let _ = std::fs::create_dir_all(&folder);
    let _ = std::fs::write(path, tokens.to_string());
}

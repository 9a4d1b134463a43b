//! What the scheduler has learned: how long each task takes on each kind of processor, and how fast messages are.
//!
//! ```text
//! cargo run --release -p examples --bin models               # or: cargo xtask models
//! cargo run --release -p examples --bin models -- --forget   # start afresh
//! ```
//!
//! Programs under `#[dagger::main]` that run on several workers keep this between runs, in the file that `DAGGER_MODELS` names or in your cache folder.
//! `DAGGER_MODELS=off` turns that off. There is one table for each class of machines, since times on other processors, or of other
//! builds, say little.

use dagger::placement::{MODELS, Store};

fn main() -> dagger::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let forget = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--forget"] => true,
        _ => {
            return Err(dagger::Error::msg(format!(
                "unknown arguments {}; there is only --forget",
                arguments.join(" ")
            )));
        }
    };
    let Some(store) = Store::from_environment() else {
        println!("Nothing is kept: {MODELS} says `off`, or there is no cache folder.");
        return Ok(());
    };
    let path = store.path().display();
    if forget {
        if store.forget()? {
            println!("Removed {path}: the next run starts without what earlier ones have learned.");
        } else {
            println!("There is nothing to forget: no file {path}.");
        }
        return Ok(());
    }
    let classes = store.classes()?;
    if classes.is_empty() {
        println!("Nothing learned yet: there is no {path}.");
        println!(
            "Run a program on several workers, for example DAGGER_WORKERS=3 and the bin `tour`."
        );
    }
    for (class, models) in classes {
        println!("{class}\n");
        println!("{models}");
    }
    Ok(())
}

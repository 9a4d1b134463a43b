//! A main that takes arguments.
#[dagger::main]
fn main(arguments: Vec<String>) {
    println!("{arguments:?}");
}

use dagger::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

#[derive(Wire, Clone)]
struct Row<T> {
    cells: Vec<T>,
}

#[task(anywhere)]
fn nothing() {}

#[task(anywhere)]
fn sum(v: &[f64], name: &str, path: &Path, rows: &mut Vec<Row<u8>>) -> f64 {
    let _ = (name, path, rows);
    v.iter().sum()
}

#[task(anywhere, retry = 2)]
fn fallible(x: i64) -> Result<Row<i64>> {
    Ok(Row { cells: vec![x] })
}

#[task(anywhere)]
fn own_error(x: i64) -> std::result::Result<i64, std::fmt::Error> {
    Ok(x)
}

#[task(anywhere)]
fn generic<'a, T: Wire + Clone, U, const N: usize>(
    one: &'a T,
    other: U,
    many: [T; N],
    name: Cow<'_, str>,
    any: impl Wire + Send,
) -> HashMap<u32, T>
where
    U: Wire + Send,
{
    let _ = (other, many, name, any);
    [(1, one.clone())].into()
}

#[task(anywhere)]
fn never() -> ! {
    std::process::exit(0)
}

fn main() {
    #[task(anywhere)]
    fn inside(x: Option<Box<u8>>) -> Option<Box<u8>> {
        x
    }
    let _ = (nothing(), inside(None), fallible(1), own_error(2));
    let _ = sum(&[1.0], "n", Path::new("p"), &mut vec![]);
    let _ = generic(&1_u8, (), [2], "c".into(), 'x');
    if std::env::args().count() > 100 {
        never();
    }
}

//! Random arrays, the same locally and in blocks: ragged, single elements, empty, tall and wide. And the same tests again where
//! there are three workers.

#![allow(dead_code, reason = "each test program uses some of it")]

use dagger::array::*;
use ndarray::{Array2, Ix2};
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs};

/// Runs all other tests of this program again, with three workers that share nothing, in a process of their own: how many there
/// are is settled when the first task is spawned.
pub(crate) fn again_on_three_workers() {
    const NAME: &str = "all_of_this_on_three_workers";
    if std::env::var_os("DAGGER_WORKERS").is_some() {
        return;
    }
    let program = std::env::current_exe().expect("a test knows where it is");
    let output = std::process::Command::new(program)
        .args(["--skip", NAME])
        .env("DAGGER_WORKERS", "3")
        .env("DAGGER_THREADS", "2")
        .output()
        .expect("a test that runs can be run again");
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{text}{errors}");
    assert!(!text.contains(" 0 passed"), "{text}");
}

/// A local array and the same in blocks.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) local: Array2<f64>,
    pub(crate) array: DArray<f64, Ix2>,
    pub(crate) blocks: [usize; 2],
}

pub(crate) fn shape() -> impl Strategy<Value = [usize; 2]> {
    prop_oneof![
        6 => [1_usize..14, 1_usize..14],
        1 => Just([1, 1]),
        1 => [0_usize..1, 0_usize..5],
        1 => [0_usize..5, 0_usize..1],
        1 => [1_usize..3, 30_usize..60],
        1 => [30_usize..60, 1_usize..3],
        // Long enough for several stretches and pieces.
        1 => [30_usize..50, 50_usize..60],
    ]
}

pub(crate) fn blocks() -> impl Strategy<Value = [usize; 2]> {
    prop_oneof![3 => [1_usize..7, 1_usize..7], 1 => [1_usize..70, 1_usize..70]]
}

fn made(shape: [usize; 2], blocks: [usize; 2], seed: u64) -> Case {
    // Small whole numbers in quarters: sums and products of a few are exact.
    let local = Array2::from_shape_fn(shape, |(i, j)| {
        let hash = (i as u64 * 31 + j as u64 * 17 + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((hash >> 40) % 65) as f64 / 4.0 - 8.0
    });
    // Where there are several workers, on all of them in one way or other.
    let placement = match seed % 5 {
        0 => Placement::scheduler(),
        1 => Placement::block_row(),
        2 => Placement::block_column(),
        3 => Placement::cyclic(0),
        _ => Placement::cyclic(1),
    };
    let array = DArray::distribute(&local, Blocks(blocks).on(placement));
    Case {
        local,
        array,
        blocks,
    }
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    (shape(), blocks(), any::<u64>()).prop_map(|(shape, blocks, seed)| made(shape, blocks, seed))
}

/// Two arrays of the same shape in different blocks.
pub(crate) fn partner() -> impl Strategy<Value = (Case, Case)> {
    (shape(), blocks(), blocks(), any::<u64>()).prop_map(|(shape, one, other, seed)| {
        (
            made(shape, one, seed),
            made(shape, other, seed.wrapping_add(1)),
        )
    })
}

/// An empty folder of its own for files, removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// `of` stands in its name.
    pub(crate) fn new(of: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("dagger-{of}-{}-{number}", std::process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

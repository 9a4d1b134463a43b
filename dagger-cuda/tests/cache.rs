//! Compiled code on disk.

use dagger_core::kernel::source::Source;
use dagger_cuda::cache::Cache;
use dagger_cuda::driver::{Driver, Failure, Recording};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of its own for a test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("dagger-cache-test-{}-{count}", std::process::id());
        Folder(std::env::temp_dir().join(name))
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.0).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn source(code: &str) -> Source {
    Source {
        code: code.to_owned(),
        sites: Vec::new(),
    }
}

/// The code, with a compiler that may not be used.
fn without_compiler(cache: &Cache, source: &Source) -> Option<Vec<u8>> {
    let device = Recording::new(0, 0);
    device.fail("compile", 0, Failure::Other);
    cache.code(&device, source).ok()
}

#[test]
fn what_was_compiled_is_found_again() {
    let folder = Folder::new();
    let cache = Cache::new(&folder.0);
    let (one, other) = (source("int one;"), source("int other;"));
    assert_eq!(without_compiler(&cache, &one), None);
    let code = cache.code(&Recording::new(0, 0), &one).unwrap();
    assert_eq!(without_compiler(&cache, &one), Some(code));
    assert_eq!(without_compiler(&cache, &other), None);
    assert_eq!(folder.files().len(), 1);
}

#[test]
fn damaged_files_are_made_again() {
    let folder = Folder::new();
    let cache = Cache::new(&folder.0);
    let one = source("int one;");
    let device = Recording::new(0, 0);
    cache.code(&device, &one).unwrap();
    let file = folder.files().remove(0);
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    *flipped.get_mut(whole.len() / 2).unwrap() ^= 1;
    for damaged in [
        &b""[..],
        b"text",
        &whole[..whole.len() - 1],
        &whole[..20],
        &flipped,
    ] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(
            without_compiler(&cache, &one),
            None,
            "{} bytes",
            damaged.len()
        );
        cache.code(&device, &one).unwrap();
        assert!(without_compiler(&cache, &one).is_some());
    }
}

#[test]
fn a_folder_that_cannot_be_made_costs_nothing_but_time() {
    let folder = Folder::new();
    fs::write(&folder.0, "a file where the folder should be").unwrap();
    let cache = Cache::new(&folder.0);
    assert!(
        cache
            .code(&Recording::new(0, 0), &source("int one;"))
            .is_ok()
    );
    fs::remove_file(&folder.0).unwrap();
    assert!(
        Cache::none()
            .code(&Recording::new(0, 0), &source("int x;"))
            .is_ok()
    );
}

#[test]
fn without_a_device_it_is_said_why() {
    match dagger_cuda::driver::devices() {
        Ok(devices) => assert!(devices[0].architecture().starts_with("sm_")),
        Err(why) => assert!(why.contains("CUDA") || why.contains("cuInit"), "{why}"),
    }
}

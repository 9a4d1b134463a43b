//! Sources of kernels as functions of this process: compiled by the host's C++ compiler into a library, which is loaded.

use dagger_core::kernel::source::Source;
use libloading::Library;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

/// A library that is loaded.
#[derive(Debug)]
pub(super) struct HostCode {
    library: Library,
}

/// The C++ that calls an entry with arguments by their addresses.
const CALLER: &str = "
#include <utility>
template <class... P, size_t... I>
static void dg_call(void (*entry)(P...), void **arguments, unsigned blocks, unsigned threads, std::index_sequence<I...>) {
    dg_host_launch(blocks, threads, [=] { entry(*(P *)arguments[I]...); });
}
template <class... P> static void dg_call(void (*entry)(P...), void **arguments, unsigned blocks, unsigned threads) {
    dg_call(entry, arguments, blocks, threads, std::index_sequence_for<P...>());
}
";

/// The bytes of a library with the source's entries.
pub(super) fn compile(source: &Source) -> Result<Vec<u8>, String> {
    let mut text = source.for_host();
    text.push_str(CALLER);
    for (name, waits) in entries(&source.code) {
        // Entries whose threads do not wait for each other go on by as many places as there are threads, so one does it all.
        let (blocks, threads) = if waits {
            ("blocks", "threads")
        } else {
            ("1", "1")
        };
        let _ = writeln!(
            text,
            "extern \"C\" void dg_run_{name}(void **arguments, unsigned blocks, unsigned threads) {{ (void)blocks; (void)threads; dg_call(&{name}, arguments, {blocks}, {threads}); }}"
        );
    }
    let (cpp, library) = (scratch("cpp"), scratch("so"));
    std::fs::write(&cpp, text).map_err(|error| format!("{}: {error}", cpp.display()))?;
    let mut compiler = Command::new("c++");
    compiler.args([
        "-std=c++17",
        "-O0",
        "-w",
        "-ffp-contract=off",
        "-fno-strict-aliasing",
    ]);
    compiler
        .args(["-shared", "-fPIC", "-pthread", "-o"])
        .arg(&library)
        .arg(&cpp);
    let done = compiler.output();
    let bytes = match done {
        Ok(done) if done.status.success() => {
            std::fs::read(&library).map_err(|error| format!("{}: {error}", library.display()))
        }
        Ok(done) => Err(String::from_utf8_lossy(&done.stderr).into_owned()),
        Err(error) => Err(format!("there is no C++ compiler `c++`: {error}")),
    };
    // What is left behind is in the folder for temporary files.
    let _ = std::fs::remove_file(cpp);
    let _ = std::fs::remove_file(library);
    bytes
}

/// The names of the entries, and whether their threads wait for each other.
fn entries(code: &str) -> Vec<(&str, bool)> {
    let texts = code.split("extern \"C\" __global__ void ").skip(1);
    texts
        .filter_map(|text| Some((text.split_once('(')?.0, text.contains("__syncthreads"))))
        .collect()
}

/// A name of a file that nobody else has.
fn scratch(extension: &str) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("dagger-{}-{count}.{extension}", std::process::id()))
}

type Entry = unsafe extern "C" fn(*mut *mut u8, u32, u32);

impl HostCode {
    pub(super) fn load(code: &[u8]) -> Result<Self, String> {
        let path = scratch("so");
        std::fs::write(&path, code).map_err(|error| format!("{}: {error}", path.display()))?;
        // SAFETY: the library is what `compile` made of a kernel's source, whose initialisers are those of C++'s standard library.
        let library = unsafe { Library::new(&path) };
        let _ = std::fs::remove_file(path);
        let library = library.map_err(|error| error.to_string())?;
        Ok(HostCode { library })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        // SAFETY: only whether it is there is asked.
        unsafe { self.library.get::<Entry>(format!("dg_run_{name}")) }.is_ok()
    }

    /// Runs an entry; `values` holds the bytes of each argument.
    pub(super) fn run(&self, name: &str, blocks: u32, threads: u32, values: &mut [Vec<u8>]) {
        // SAFETY: `compile` makes functions of this type under these names.
        let Ok(entry) = (unsafe { self.library.get::<Entry>(format!("dg_run_{name}")) }) else {
            return;
        };
        // Aligned for every type that an argument can have.
        let mut words: Vec<Vec<u64>> = Vec::new();
        for value in values.iter() {
            let mut aligned = vec![0_u64; value.len().div_ceil(8).max(1)];
            for (word, bytes) in aligned.iter_mut().zip(value.chunks(8)) {
                let mut all = [0; 8];
                all[..bytes.len()].copy_from_slice(bytes);
                *word = u64::from_ne_bytes(all);
            }
            words.push(aligned);
        }
        let mut addresses: Vec<*mut u8> = words
            .iter_mut()
            .map(|value| value.as_mut_ptr().cast())
            .collect();
        // SAFETY: whoever launches it promises that these are its arguments and that what they point to is there (`Driver::launch`).
        unsafe { entry(addresses.as_mut_ptr(), blocks, threads) };
    }
}

//! NVRTC takes the sources of all kernels in the tests.
//!
//! Ignored by default, since it needs NVRTC and the sources that the test `kernels` leaves: `cargo xtask test --only nvrtc` sees to both.

use dagger_core::kernel::source::Source;
use dagger_cuda::compile::{compile, is_available};
use std::path::PathBuf;

const ARCHITECTURES: [&str; 2] = ["sm_80", "sm_90"];

/// The sources, by their files' names.
fn sources() -> Vec<(String, Source)> {
    let folder = std::env::var_os("DAGGER_KERNEL_SOURCES")
        .map(PathBuf::from)
        .expect("DAGGER_KERNEL_SOURCES names the folder of the sources");
    let mut sources: Vec<(String, Source)> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let code = std::fs::read_to_string(&path).expect("a source is text");
            let name = path.file_name().expect("a name").to_string_lossy();
            let sites = Vec::new();
            (name.into_owned(), Source { code, sites })
        })
        .collect();
    sources.sort_by(|a, b| a.0.cmp(&b.0));
    sources
}

#[test]
#[ignore = "needs NVRTC: `cargo xtask test --only nvrtc`"]
fn every_source_compiles() {
    assert!(is_available(), "there is no NVRTC");
    let sources = sources();
    assert!(sources.len() >= 10, "only {} sources", sources.len());
    for (name, source) in &sources {
        for architecture in ARCHITECTURES {
            let code = compile(source, architecture)
                .unwrap_or_else(|error| panic!("{name} for {architecture}: {error}"));
            assert!(code.starts_with(b"\x7fELF"), "{name} for {architecture}");
        }
    }
}

/// `a * b + c` is two roundings, and only `mul_add` is one.
#[test]
#[ignore = "needs NVRTC: `cargo xtask test --only nvrtc`"]
fn nothing_is_fused_that_was_not_written() {
    let (_, mut source) = sources()
        .into_iter()
        .find(|(name, _)| name == "loops.cu")
        .expect("the loops are there");
    let ptx = |source: &Source| {
        let text = compile(source, "compute_90").expect("it compiles");
        String::from_utf8_lossy(&text).into_owned()
    };
    // The kernels of that file have products and sums, no `mul_add`, and no function that CUDA builds from those.
    let text = ptx(&source);
    assert!(
        text.contains("mul.rn.f32") && !text.contains("fma.rn"),
        "fused"
    );
    source.code.push_str(
        "extern \"C\" __global__ void written(f32 *x) { *x = dg_mul_add(*x, 2.0f, 1.0f); }\n",
    );
    assert!(ptx(&source).contains("fma.rn.f32"));
}

#[test]
#[ignore = "needs NVRTC: `cargo xtask test --only nvrtc`"]
fn a_mistake_gives_the_compilers_log() {
    let source = Source {
        code: "extern \"C\" __global__ void f(float *x) { *x = nothing; }".to_owned(),
        sites: Vec::new(),
    };
    let error = compile(&source, "sm_90").expect_err("`nothing` is not defined");
    assert!(error.to_string().contains("nothing"), "{error}");
    assert!(error.log().is_some_and(|log| log.contains("undefined")));
    let nul = Source {
        code: "\0".to_owned(),
        sites: Vec::new(),
    };
    assert!(compile(&nul, "sm_90").is_err());
}

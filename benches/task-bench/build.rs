//! Compiles the C++ peers where what they need is found: OpenMP into the library, the plain MPI program beside it.
//!
//! Nothing here fails the build: a peer that cannot be compiled is left out, and says what to install when it is asked for.
//! `BENCHES_WITHOUT=openmp,mpi` leaves peers out on a machine that has them; `MPICXX` names another MPI compiler.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=cpp");
    println!("cargo::rerun-if-env-changed=BENCHES_WITHOUT");
    println!("cargo::rerun-if-env-changed=MPICXX");
    println!("cargo::rustc-check-cfg=cfg(openmp)");
    let without = env::var("BENCHES_WITHOUT").unwrap_or_default();
    let wanted = |peer| !without.split(',').any(|name| name == peer);
    if wanted("openmp") {
        compile_openmp();
    }
    let mpi = wanted("mpi").then(compile_mpi).flatten();
    let program = mpi.unwrap_or_default();
    println!("cargo::rustc-env=TASK_BENCH_MPI={}", program.display());
}

fn compile_openmp() {
    let mut build = cc::Build::new();
    build
        .cpp(true)
        .std("c++17")
        .opt_level(3)
        .debug(false)
        .flag("-fopenmp")
        .warnings(true)
        .cargo_warnings(false)
        .file("cpp/openmp/openmp.cpp");
    if build.try_compile("task_bench_openmp").is_ok() {
        println!("cargo::rustc-link-lib=gomp");
        println!("cargo::rustc-cfg=openmp");
    }
}

/// The program, if there is an MPI compiler that can make it.
fn compile_mpi() -> Option<PathBuf> {
    let compiler = env::var("MPICXX").unwrap_or_else(|_| "mpicxx".to_owned());
    let program = Path::new(&env::var_os("OUT_DIR")?).join("task-bench-mpi");
    let done = Command::new(compiler)
        .args(["-std=c++17", "-O3", "-Wall", "-Wextra", "-o"])
        .arg(&program)
        .arg("cpp/mpi/main.cpp")
        .output()
        .ok()?;
    done.status.success().then_some(program)
}

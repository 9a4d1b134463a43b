//! Compiles the C++ peers where their libraries are found, and notes versions for the report.
//!
//! Nothing here fails the build: a peer that cannot be compiled is left out, and its rows say what to install.
//! `BENCHES_WITHOUT=tbb,openmp` leaves peers out on a machine that has them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=cpp");
    println!("cargo::rerun-if-env-changed=BENCHES_WITHOUT");
    println!("cargo::rustc-check-cfg=cfg(tbb, openmp)");
    let tbb = Library {
        name: "tbb",
        header: "tbb/flow_graph.h",
        flags: &[],
        link: "tbb",
    };
    let openmp = Library {
        name: "openmp",
        header: "omp.h",
        flags: &["-fopenmp"],
        link: "gomp",
    };
    let without = env::var("BENCHES_WITHOUT").unwrap_or_default();
    for library in [tbb, openmp] {
        if !without.split(',').any(|name| name == library.name) && library.is_present() {
            library.compile();
        }
    }
    if env::var_os("CARGO_FEATURE_MPI").is_some() {
        compile_raw_mpi();
    }
    note_versions();
}

/// The plain MPI side of the suite `ranks`, in C, by the compiler of the MPI that the crate `mpi` takes too.
fn compile_raw_mpi() {
    println!("cargo::rerun-if-changed=c");
    println!("cargo::rerun-if-env-changed=MPICC");
    let mpicc = env::var("MPICC").unwrap_or_else(|_| "mpicc".to_owned());
    cc::Build::new()
        .compiler(mpicc)
        .file("c/raw_mpi.c")
        .opt_level(3)
        .debug(false)
        .warnings(true)
        .compile("benches_raw_mpi");
}

/// A C++ library and our files for it, `cpp/<name>/*.cpp`.
struct Library {
    name: &'static str,
    header: &'static str,
    flags: &'static [&'static str],
    link: &'static str,
}

impl Library {
    /// Whether a program that includes its header compiles and links.
    fn is_present(&self) -> bool {
        let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
        let source = out.join(format!("find_{}.cpp", self.name));
        let program = out.join(format!("find_{}", self.name));
        let text = format!("#include <{}>\nint main() {{ return 0; }}\n", self.header);
        let Ok(compiler) = compiler().try_get_compiler() else {
            return false;
        };
        if fs::write(&source, text).is_err() {
            return false;
        }
        let mut command = compiler.to_command();
        command
            .args(self.flags)
            .arg(&source)
            .arg("-o")
            .arg(program)
            .arg(format!("-l{}", self.link));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    fn compile(&self) {
        let mut build = compiler();
        for flag in self.flags {
            build.flag(flag);
        }
        let folder = Path::new("cpp").join(self.name);
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "cpp"));
        files.sort();
        build.files(files).include("cpp");
        if build.try_compile(&format!("benches_{}", self.name)).is_ok() {
            println!("cargo::rustc-link-lib={}", self.link);
            println!("cargo::rustc-cfg={}", self.name);
        } else {
            println!(
                "cargo::warning=the {} side of the benchmarks does not compile and is left out",
                self.name
            );
        }
    }
}

/// The C++ compiler with the flags of all our files. They are optimised in debug builds too: the peers' speed does
/// not depend on our profile.
fn compiler() -> cc::Build {
    let mut build = cc::Build::new();
    build
        .cpp(true)
        .std("c++17")
        .opt_level(3)
        .debug(false)
        .force_frame_pointer(false)
        .warnings(true)
        .cargo_warnings(true);
    build
}

fn note_versions() {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    println!(
        "cargo::rustc-env=BENCHES_RUSTC={}",
        first_line(Command::new(rustc).arg("--version"))
    );
    let version = match compiler().try_get_compiler() {
        Ok(compiler) => first_line(Command::new(compiler.path()).arg("--version")),
        Err(_) => "no C++ compiler".to_owned(),
    };
    println!("cargo::rustc-env=BENCHES_COMPILER={version}");

    println!("cargo::rerun-if-changed=../Cargo.lock");
    let lock = fs::read_to_string("../Cargo.lock").unwrap_or_default();
    let versions: Vec<String> = ["rayon", "chili", "dagx", "dagrs", "tokio"]
        .into_iter()
        .filter_map(|name| Some(format!("{name} {}", locked_version(&lock, name)?)))
        .collect();
    println!("cargo::rustc-env=BENCHES_CRATES={}", versions.join(", "));
}

fn first_line(command: &mut Command) -> String {
    let output = command
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    String::from_utf8_lossy(&output)
        .lines()
        .next()
        .unwrap_or("unknown")
        .to_owned()
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, entry) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    entry.split('"').next()
}

//! Runs a module's entries on the host and compares what they give with what is expected.

use super::launcher::{input, main_function};
use super::values::{Edges, canonical, parts, shown};
use dagger::kernel::source::{Elementwise, Entry, Expression, Layout, Module, Source, Term};
use dagger::kernel::{Kernel, ScalarType, Value};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::Command;

/// The elements of an array as bits.
#[derive(Clone)]
pub struct Elements {
    pub ty: ScalarType,
    pub bits: Vec<u64>,
}

/// What is expected at a place: bits, or a panic.
pub type Expected = Result<Vec<u64>, String>;

/// One launch of an entry, and what must come out.
pub(super) struct Run {
    pub(super) name: String,
    pub(super) entry: Entry,
    pub(super) count: usize,
    pub(super) sizes: Vec<u64>,
    pub(super) inputs: Vec<Elements>,
    /// Elements before the first one that inputs' pointers go to.
    pub(super) input_starts: Vec<usize>,
    pub(super) input_strides: Vec<Vec<i64>>,
    pub(super) outputs: Vec<ScalarType>,
    pub(super) output_strides: Vec<i64>,
    pub(super) blocks: u64,
    pub(super) threads: u64,
    pub(super) expected: Vec<Expected>,
    /// Units in the last place by which floats may differ.
    pub(super) tolerance: u64,
}

/// Kernels that are compiled and compared together.
pub struct Program {
    name: &'static str,
    pub module: Module,
    runs: Vec<Run>,
}

/// What a launch needs besides its entry.
pub struct Launch {
    pub sizes: Vec<u64>,
    pub inputs: Vec<Elements>,
    pub input_starts: Vec<usize>,
    pub input_strides: Vec<Vec<i64>>,
    pub outputs: Vec<ScalarType>,
    pub output_strides: Vec<i64>,
    pub blocks: u64,
    pub threads: u64,
}

impl Launch {
    pub fn new(inputs: Vec<Elements>, outputs: Vec<ScalarType>) -> Self {
        Launch {
            sizes: Vec::new(),
            input_starts: vec![0; inputs.len()],
            input_strides: vec![Vec::new(); inputs.len()],
            inputs,
            outputs,
            output_strides: Vec::new(),
            blocks: 3,
            threads: 2,
        }
    }
}

impl Program {
    pub fn new(name: &'static str) -> Self {
        Program {
            name,
            module: Module::new(),
            runs: Vec::new(),
        }
    }

    /// A kernel of one element, on all edges.
    pub fn one<A: Edges, R: Value>(&mut self, name: &str, f: impl Fn(A) -> R + Clone + 'static) {
        self.one_within(name, 0, f);
    }

    /// The same, where floats may be some units in the last place off.
    pub fn one_within<A: Edges, R: Value>(
        &mut self,
        name: &str,
        tolerance: u64,
        f: impl Fn(A) -> R + Clone + 'static,
    ) {
        let places = A::edges();
        let columns = vec![column(&places, |a| *a)];
        let kernel = known(&f, name);
        let expected = places.iter().map(|a| outcome(|| f(*a))).collect();
        self.elementwise::<R>(name, &kernel, columns, expected, tolerance);
    }

    /// A kernel of two elements, on all pairs of edges.
    pub fn two<A: Edges, B: Edges, R: Value>(
        &mut self,
        name: &str,
        f: impl Fn(A, B) -> R + Clone + 'static,
    ) {
        self.two_within(name, 0, f);
    }

    pub fn two_within<A: Edges, B: Edges, R: Value>(
        &mut self,
        name: &str,
        tolerance: u64,
        f: impl Fn(A, B) -> R + Clone + 'static,
    ) {
        let mut places = Vec::new();
        for a in A::edges() {
            places.extend(B::edges().into_iter().map(|b| (a, b)));
        }
        let columns = vec![column(&places, |p| p.0), column(&places, |p| p.1)];
        let kernel = known(&f, name);
        let expected = places.iter().map(|(a, b)| outcome(|| f(*a, *b))).collect();
        self.elementwise::<R>(name, &kernel, columns, expected, tolerance);
    }

    /// A kernel of three elements, on a good part of all triples of edges.
    pub fn three<A: Edges, B: Edges, C: Edges, R: Value>(
        &mut self,
        name: &str,
        f: impl Fn(A, B, C) -> R + Clone + 'static,
    ) {
        let mut places = Vec::new();
        for a in A::edges() {
            for b in B::edges() {
                places.extend(C::edges().into_iter().map(|c| (a, b, c)));
            }
        }
        let step = (places.len() / 20_000 + 1) | 1;
        let places: Vec<_> = places.into_iter().step_by(step).collect();
        let columns = vec![
            column(&places, |p| p.0),
            column(&places, |p| p.1),
            column(&places, |p| p.2),
        ];
        let kernel = known(&f, name);
        let expected = places
            .iter()
            .map(|(a, b, c)| outcome(|| f(*a, *b, *c)))
            .collect();
        self.elementwise::<R>(name, &kernel, columns, expected, 0);
    }

    fn elementwise<R: Value>(
        &mut self,
        name: &str,
        kernel: &Kernel,
        columns: Vec<Elements>,
        expected: Vec<Expected>,
        tolerance: u64,
    ) {
        let mut expression = Expression::new();
        let inputs: Vec<Term> = columns
            .iter()
            .map(|column| expression.input(column.ty))
            .collect();
        let result = expression
            .apply(kernel, &inputs)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let terms: Vec<Term> = match expression.parts(result) {
            Some(count) => (0..count)
                .map(|part| expression.part(result, part).unwrap())
                .collect(),
            None => vec![result],
        };
        self.expression(
            name,
            &expression,
            &terms,
            columns,
            parts::<R>(),
            expected,
            tolerance,
        );
    }

    /// An expression over contiguous arrays. A panic is expected of the first place that has one; others are not looked at then.
    #[allow(clippy::too_many_arguments)]
    pub fn expression(
        &mut self,
        name: &str,
        expression: &Expression,
        terms: &[Term],
        columns: Vec<Elements>,
        outputs: Vec<ScalarType>,
        expected: Vec<Expected>,
        tolerance: u64,
    ) {
        let entry = self.module.elementwise(&Elementwise {
            name,
            expression,
            inputs: &vec![Layout::Contiguous; columns.len()],
            outputs: &terms
                .iter()
                .map(|term| (*term, Layout::Contiguous))
                .collect::<Vec<_>>(),
            rank: 1,
        });
        let entry = entry.unwrap_or_else(|error| panic!("{name}: {error}"));
        self.launch(
            name,
            entry,
            expected.len(),
            Launch::new(columns, outputs),
            expected,
            tolerance,
        );
    }

    /// A launch of any entry.
    pub fn launch(
        &mut self,
        name: &str,
        entry: Entry,
        count: usize,
        launch: Launch,
        expected: Vec<Expected>,
        tolerance: u64,
    ) {
        self.runs.push(Run {
            name: name.to_owned(),
            entry,
            count,
            sizes: launch.sizes,
            inputs: launch.inputs,
            input_starts: launch.input_starts,
            input_strides: launch.input_strides,
            outputs: launch.outputs,
            output_strides: launch.output_strides,
            blocks: launch.blocks,
            threads: launch.threads,
            expected,
            tolerance,
        });
    }

    /// Compiles, runs and compares; or only leaves the source for NVRTC.
    pub fn check(self) {
        let source = self.module.finish().expect("the module is written");
        if let Some(folder) = std::env::var_os("DAGGER_KERNEL_SOURCES") {
            let path = PathBuf::from(folder).join(format!("{}.cu", self.name));
            std::fs::write(path, &source.code).expect("the source is kept");
            return;
        }
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(self.name);
        std::fs::create_dir_all(&folder).expect("a folder for the program");
        let file = |name: &str| folder.join(name);
        let mut text = source.for_host();
        text.push_str(&main_function(&self.runs));
        std::fs::write(file("program.cpp"), text).expect("the program is written");
        std::fs::write(file("in"), input(&self.runs)).expect("the input is written");
        let compiler = std::env::var_os("CXX").unwrap_or_else(|| "c++".into());
        let output = Command::new(&compiler)
            .args(["-std=c++17", "-O0", "-w", "-pthread", "-ffp-contract=off"])
            // What C++ leaves undefined stops the program.
            .args([
                "-fsanitize=undefined,float-cast-overflow",
                "-fno-sanitize=float-divide-by-zero",
            ])
            .arg("-fsanitize-undefined-trap-on-error")
            .args([file("program.cpp"), "-o".into(), file("program")])
            .output()
            .unwrap_or_else(|error| {
                panic!("the tests of kernels need a C++ compiler, {compiler:?}: {error}")
            });
        assert!(
            output.status.success(),
            "{}: the source does not compile:\n{}",
            self.name,
            String::from_utf8_lossy(&output.stderr)
        );
        let status = Command::new(file("program"))
            .args([file("in"), file("out")])
            .status()
            .expect("the program starts");
        let found = std::fs::read(file("out")).unwrap_or_default();
        let mistakes = compare(&self.runs, &source, &found);
        assert!(
            mistakes.is_empty(),
            "{}: {} mistakes, among them\n{}",
            self.name,
            mistakes.len(),
            mistakes[..mistakes.len().min(20)].join("\n")
        );
        assert!(
            status.success(),
            "{}: the program ended with {status}",
            self.name
        );
    }
}

/// The kernel that `f` is.
pub fn known<F: Clone + 'static>(f: &F, name: &str) -> Kernel {
    Kernel::of(f).unwrap_or_else(|| panic!("{name} is not known as a kernel"))
}

/// One array out of places.
pub fn column<P, A: Value>(places: &[P], part: impl Fn(&P) -> A) -> Elements {
    let mut bits = Vec::new();
    places.iter().for_each(|place| part(place).bits(&mut bits));
    Elements {
        ty: parts::<A>()[0],
        bits,
    }
}

/// What the body gives, or says when it panics.
pub fn outcome<R: Value>(f: impl FnOnce() -> R) -> Expected {
    thread_local! {
        static QUIET: () = std::panic::set_hook(Box::new(|info| {
            if std::thread::current().name().is_none_or(|name| !name.contains("::")) {
                eprintln!("{info}");
            } else if EXPECTED.get() == 0 {
                eprintln!("{info}");
            }
        }));
    }
    QUIET.with(|()| ());
    EXPECTED.set(EXPECTED.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(f));
    EXPECTED.set(EXPECTED.get() - 1);
    match result {
        Ok(value) => {
            let mut bits = Vec::new();
            value.bits(&mut bits);
            Ok(bits)
        }
        Err(payload) => Err(match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => {
                (*payload.downcast::<&str>().expect("a panic with a message")).to_owned()
            }
        }),
    }
}

thread_local! {
    /// How many panics may come now without being reported.
    static EXPECTED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

fn compare(runs: &[Run], source: &Source, found: &[u8]) -> Vec<String> {
    let mut mistakes = Vec::new();
    let mut rest = found;
    for run in runs {
        let size: usize = run
            .outputs
            .iter()
            .map(|ty| ty.size() * run.expected.len())
            .sum::<usize>()
            + 8;
        if rest.len() < size {
            mistakes.push(format!("{}: the program stopped here", run.name));
            return mistakes;
        }
        let (mut bytes, after) = rest.split_at(size);
        rest = after;
        let mut outputs = Vec::new();
        for ty in &run.outputs {
            let (these, those) = bytes.split_at(ty.size() * run.expected.len());
            bytes = those;
            outputs.push(these);
        }
        let word = u64::from_le_bytes(bytes.try_into().expect("the failure is left"));
        let failed = source.failure(word);
        // Whether the entry can tell where it failed.
        let panicking = run.expected.iter().position(Result::is_err);
        match (panicking, failed) {
            (None, None) => {}
            (Some(place), Some((element, site))) => {
                let said = run.expected[place].as_ref().unwrap_err();
                // Rust prints the condition of `assert!` with spaces of its own.
                let same = unspaced(said).starts_with(&unspaced(&site.message));
                if element != place as u64 || !same {
                    mistakes.push(format!(
                        "{}: the body panics at {place} with {said:?}, the source fails at {element} with {:?}",
                        run.name, site.message
                    ));
                }
            }
            (Some(place), None) => mistakes.push(format!(
                "{}: the body panics at {place} with {:?}, the source does not fail",
                run.name, run.expected[place]
            )),
            (None, Some((element, site))) => {
                mistakes.push(format!(
                    "{}: the source fails at {element}: {site:?}",
                    run.name
                ));
            }
        }
        for (place, expected) in run.expected.iter().enumerate() {
            let Ok(expected) = expected else { continue };
            for ((ty, bytes), bits) in run.outputs.iter().zip(&outputs).zip(expected) {
                let mut word = [0; 8];
                word[..ty.size()].copy_from_slice(&bytes[place * ty.size()..][..ty.size()]);
                let found = canonical(*ty, u64::from_le_bytes(word));
                let wanted = canonical(*ty, *bits);
                if found.abs_diff(wanted) > run.tolerance {
                    let at: Vec<String> = run
                        .inputs
                        .iter()
                        .filter(|input| input.bits.len() == run.expected.len())
                        .map(|input| shown(input.ty, input.bits[place]))
                        .collect();
                    mistakes.push(format!(
                        "{}({}): the body gives {}, the source {}",
                        run.name,
                        at.join(", "),
                        shown(*ty, wanted),
                        shown(*ty, found)
                    ));
                }
            }
        }
    }
    mistakes
}

fn unspaced(text: &str) -> String {
    text.split_whitespace().collect()
}

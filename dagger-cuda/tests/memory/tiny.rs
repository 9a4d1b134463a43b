//! A device with little memory, two functions for it, and what must be left of it in the end.

use dagger_cuda::driver::{Arguments, Driver, Function, Module, Outcome, Passed, Recording};
use dagger_cuda::memory::{Access, Memory};
use std::sync::Arc;

pub(super) struct Tiny {
    pub(super) driver: Arc<Recording>,
    pub(super) memory: Memory,
    module: Module,
    mix: Function,
    bump: Function,
}

/// What `mix` computes of two bytes.
pub(super) fn mixed(a: u8, b: u8) -> u8 {
    a.wrapping_mul(3).wrapping_add(b)
}

fn length(argument: &Arguments<'_>) -> usize {
    match argument {
        Arguments::Value(bytes) => u64::from_ne_bytes((*bytes).try_into().unwrap()) as usize,
        Arguments::Memory(_) => panic!("a length is passed by value"),
    }
}

impl Tiny {
    pub(super) fn new(capacity: u64, seed: u64) -> Self {
        let driver = Arc::new(Recording::new(capacity, seed));
        driver.function_body("mix", |arguments| {
            let [
                count,
                Arguments::Memory(a),
                Arguments::Memory(b),
                Arguments::Memory(out),
            ] = arguments
            else {
                panic!("mix takes a length and three pointers");
            };
            for i in 0..length(count) {
                out[i] = mixed(a[i], b[i]);
            }
        });
        driver.function_body("bump", |arguments| {
            let [count, Arguments::Memory(x)] = arguments else {
                panic!("bump takes a length and a pointer");
            };
            for x in &mut x[..length(count)] {
                *x = x.wrapping_add(1);
            }
        });
        let module = driver.load(&[]).unwrap();
        let mix = driver.function(module, "mix").unwrap();
        let bump = driver.function(module, "bump").unwrap();
        let memory = Memory::new(Arc::clone(&driver) as Arc<dyn Driver>, capacity).unwrap();
        Tiny {
            driver,
            memory,
            module,
            mix,
            bump,
        }
    }

    fn run(&self, function: Function, accesses: &[Access], length: usize) -> Outcome<()> {
        self.memory.launch(accesses, |addresses, stream| {
            let mut arguments = vec![Passed::Bytes((length as u64).to_ne_bytes().into())];
            arguments.extend(addresses.iter().map(|address| Passed::Pointer(*address)));
            // SAFETY: these are the arguments of both functions, and the blocks have so many bytes.
            unsafe { self.driver.launch(function, 1, 1, &arguments, stream) }
        })
    }

    /// `out = mixed(a, b)`, for different blocks.
    pub(super) fn mix(&self, a: u64, b: u64, out: u64, length: usize) -> Outcome<()> {
        let read = |key| Access {
            key,
            reads: true,
            writes: false,
        };
        let out = Access {
            key: out,
            reads: false,
            writes: true,
        };
        self.run(self.mix, &[read(a), read(b), out], length)
    }

    /// Adds one to each byte.
    pub(super) fn bump(&self, key: u64, length: usize) -> Outcome<()> {
        let both = Access {
            key,
            reads: true,
            writes: true,
        };
        self.run(self.bump, &[both], length)
    }

    /// Everything has been given back, and nothing was done wrong.
    pub(super) fn end(self) {
        let Tiny {
            driver,
            memory,
            module,
            ..
        } = self;
        drop(memory);
        driver.unload(module).unwrap();
        assert_eq!(driver.mistakes(), Vec::<String>::new());
        assert_eq!(
            (driver.held(), driver.objects()),
            ((0, 0), 0),
            "what is left behind"
        );
    }
}

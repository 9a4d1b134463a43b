//! A device as one of the runtime's processors: its memory, and launches of kernels.

use crate::cache::Cache;
use crate::driver::{Driver, DriverError, Function, Module, Outcome, Passed};
use crate::memory::{Access, Memory};
use dagger_core::kernel::source::{Argument, NO_FAILURE};
use dagger_core::seam::{Allocation, Device, Launch, MemorySpace, Operand, Processor, Program};
use dagger_core::{Error, Place, Result, Unit};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Threads of a block where elements are computed one by one: enough to hide memory's latency on every device.
const THREADS: u32 = 256;
/// More blocks than this do not make a grid faster: each thread takes several elements instead.
const MOST_BLOCKS: u64 = 16 * 1024;

/// A GPU, or what stands in for one.
#[derive(Debug)]
pub struct Gpu {
    place: Place,
    class: String,
    name: String,
    driver: Arc<dyn Driver>,
    memory: Memory,
    cache: Cache,
    loaded: Mutex<Loaded>,
}

/// Code on the device.
#[derive(Debug, Default)]
struct Loaded {
    /// By the text of the source: several programs can be of one.
    modules: HashMap<String, Module>,
    /// By the number of the program and the name of the entry.
    functions: HashMap<(u64, String), Function>,
}

impl Gpu {
    /// GPU `number` of worker `worker`, of whose memory at most `limit` bytes are used.
    ///
    /// # Errors
    /// What the driver says.
    pub fn new(
        driver: Arc<dyn Driver>,
        worker: usize,
        number: usize,
        limit: u64,
        cache: Cache,
    ) -> Outcome<Self> {
        let unit = Unit::Gpu(number);
        Ok(Gpu {
            place: Place { worker, unit },
            class: format!("cuda {}", driver.architecture()),
            name: driver.name(),
            memory: Memory::new(Arc::clone(&driver), limit)?,
            driver,
            cache,
            loaded: Mutex::default(),
        })
    }

    /// Its memory.
    pub fn device_memory(&self) -> &Memory {
        &self.memory
    }

    fn loaded(&self) -> MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The function of an entry; its code is compiled and loaded when it is first wanted.
    fn function(&self, program: &Program, entry: &str) -> Outcome<Function> {
        let key = (program.number(), entry.to_owned());
        // Held while it is compiled: who needs it too would have to wait anyway.
        let mut loaded = self.loaded();
        if let Some(function) = loaded.functions.get(&key) {
            return Ok(*function);
        }
        let module = match loaded.modules.get(&program.source().code) {
            Some(module) => *module,
            None => {
                let code = self.cache.code(&*self.driver, program.source())?;
                let module = self.driver.load(&code)?;
                let text = program.source().code.clone();
                loaded.modules.insert(text, module);
                module
            }
        };
        let function = self.driver.function(module, entry)?;
        loaded.functions.insert(key, function);
        Ok(function)
    }

    /// An error of a launch, with the kernel's name and line.
    fn told(&self, launch: &Launch<'_>, error: DriverError) -> Error {
        Error::msg(format!(
            "{} on {}: {error}",
            launch.program.label(),
            self.name
        ))
    }

    /// Launches, with a word for the kernel's failure if it takes one.
    fn put(&self, launch: &Launch<'_>, failure: Option<Allocation>) -> Outcome<()> {
        let function = self.function(launch.program, &launch.entry.name)?;
        let operands = || launch.inputs.iter().chain(launch.outputs);
        let mut accesses: Vec<Access> = Vec::with_capacity(operands().count() + 1);
        for (number, operand) in operands().enumerate() {
            let writes = number >= launch.inputs.len();
            accesses.push(Access {
                key: operand.allocation.key(),
                reads: !writes,
                writes,
            });
        }
        accesses.extend(failure.map(|word| Access {
            key: word.key(),
            reads: true,
            writes: true,
        }));
        let (blocks, threads) = grid(launch);
        self.memory.launch(&accesses, |addresses, stream| {
            let at = |number: usize, operand: &Operand<'_>| {
                let mut address = addresses[number];
                address.0 += operand.offset as u64;
                Passed::Pointer(address)
            };
            let outputs = launch.inputs.len();
            let mut passed = Vec::with_capacity(launch.entry.arguments.len());
            for argument in &launch.entry.arguments {
                passed.push(match argument {
                    Argument::Count => bytes(&[launch.count.to_ne_bytes()]),
                    Argument::Sizes => {
                        let sizes = launch.sizes.iter().map(|size| size.to_ne_bytes());
                        bytes(&sizes.collect::<Vec<_>>())
                    }
                    Argument::Input(input) => at(*input, &launch.inputs[*input]),
                    Argument::Output(output) => at(outputs + output, &launch.outputs[*output]),
                    Argument::InputStrides(input) => strides(&launch.inputs[*input]),
                    Argument::OutputStrides(output) => strides(&launch.outputs[*output]),
                    Argument::Uniform(ty, bits) => {
                        Passed::Bytes(bits.to_le_bytes()[..ty.size()].to_vec())
                    }
                    Argument::Failure => Passed::Pointer(addresses[addresses.len() - 1]),
                });
            }
            // SAFETY: the arguments are those that the entry lists; the blocks have the bytes that `check` has asked for, and are
            // on the device until the launch is done, which the memory sees to.
            unsafe {
                self.driver
                    .launch(function, blocks, threads, &passed, stream)
            }
        })
    }

    /// Whether the launch says all that its entry asks for.
    fn check(&self, launch: &Launch<'_>) -> Result<()> {
        let (mut rank, mut complete) = (None, true);
        for argument in &launch.entry.arguments {
            let operand = match argument {
                Argument::Input(input) | Argument::InputStrides(input) => launch.inputs.get(*input),
                Argument::Output(output) | Argument::OutputStrides(output) => {
                    launch.outputs.get(*output)
                }
                Argument::Sizes => {
                    rank = Some(launch.sizes.len());
                    continue;
                }
                _ => continue,
            };
            complete &= match (operand, argument) {
                (Some(operand), Argument::InputStrides(_) | Argument::OutputStrides(_)) => {
                    rank == Some(operand.strides.len())
                }
                (operand, _) => operand.is_some(),
            };
        }
        if complete {
            return Ok(());
        }
        Err(Error::msg(format!(
            "{}: a launch without all that `{}` takes",
            launch.program.label(),
            launch.entry.name
        )))
    }
}

/// Blocks, and threads of each.
fn grid(launch: &Launch<'_>) -> (u32, u32) {
    let most = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    match launch.shape {
        Some(shape) => (most(shape.chunks), most(shape.threads)),
        None => {
            let blocks = launch.count.div_ceil(u64::from(THREADS));
            (most(blocks.clamp(1, MOST_BLOCKS)), THREADS)
        }
    }
}

fn bytes(words: &[[u8; 8]]) -> Passed {
    Passed::Bytes(words.concat())
}

fn strides(operand: &Operand<'_>) -> Passed {
    let words = operand.strides.iter().map(|stride| stride.to_ne_bytes());
    bytes(&words.collect::<Vec<_>>())
}

impl Processor for Gpu {
    fn place(&self) -> Place {
        self.place
    }

    fn class(&self) -> &str {
        &self.class
    }

    fn thread(&self) -> Option<usize> {
        None
    }
}

impl Device for Gpu {
    fn memory(&self) -> &dyn MemorySpace {
        &self.memory
    }

    fn launch(&self, launch: &Launch<'_>) -> Result<()> {
        self.check(launch)?;
        if launch.count == 0 && launch.shape.is_none() {
            return Ok(());
        }
        if !launch.entry.arguments.contains(&Argument::Failure) {
            return self
                .put(launch, None)
                .map_err(|error| self.told(launch, error));
        }
        let word = self.memory.allocate(8)?;
        let mut left = NO_FAILURE.to_ne_bytes();
        let outcome = self.memory.write(word, 0, &left).and_then(|()| {
            self.put(launch, Some(word))
                .map_err(|error| self.told(launch, error))?;
            self.memory.read(word, 0, &mut left)
        });
        self.memory.free(word)?;
        outcome?;
        match launch.program.source().failure(u64::from_ne_bytes(left)) {
            None => Ok(()),
            Some((element, site)) => Err(Error::msg(format!(
                "kernel `{}` ({}:{}) failed at element {element}: {}",
                site.kernel, site.file, site.line, site.message
            ))),
        }
    }

    fn finish(&self) -> Result<()> {
        self.memory
            .finish()
            .map_err(|error| Error::msg(format!("{}: {error}", self.name)))
    }
}

impl Drop for Gpu {
    fn drop(&mut self) {
        // A device that has failed gives nothing back.
        let _ = self.memory.finish();
        for (_, module) in self.loaded().modules.drain() {
            let _ = self.driver.unload(module);
        }
    }
}

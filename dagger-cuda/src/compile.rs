//! From CUDA C++ to what a driver loads, by NVRTC, the compiler that comes as a library. It needs no driver and no device.

use cudarc::nvrtc::{result, sys};
use dagger_core::kernel::source::{FLAGS, Source};
use std::ffi::{CStr, CString};
use std::fmt;

/// Why a source was not compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    NoCompiler,
    NulInside,
    /// NVRTC's code, and its log.
    Rejected(String, String),
}

/// Whether NVRTC can be found: `libnvrtc.so` of CUDA 13, where the dynamic linker looks for libraries.
pub fn is_available() -> bool {
    // SAFETY: this only tries to load the library; the one initialiser of NVRTC's library has no preconditions.
    unsafe { sys::is_culib_present() }
}

/// Which NVRTC there is: `NVRTC 13.0`.
pub fn version() -> Option<String> {
    if !is_available() {
        return None;
    }
    let (mut major, mut minor) = (0, 0);
    // SAFETY: the library is there, and both numbers live through the call.
    let code = unsafe { sys::nvrtcVersion(&raw mut major, &raw mut minor) };
    code.result().ok()?;
    Some(format!("NVRTC {major}.{minor}"))
}

/// The machine code of a source for an architecture, such as `"sm_90"`; for `"compute_90"` it is PTX, as text.
///
/// # Errors
/// If there is no NVRTC, or it rejects the source; the error holds its log.
pub fn compile(source: &Source, architecture: &str) -> Result<Vec<u8>, CompileError> {
    let error = |kind| CompileError { kind };
    if !is_available() {
        return Err(error(Kind::NoCompiler));
    }
    let text = CString::new(source.code.as_str()).map_err(|_| error(Kind::NulInside))?;
    let program = Program::new(&text)?;
    let mut flags = vec![format!("--gpu-architecture={architecture}")];
    flags.extend(FLAGS.iter().map(|&flag| flag.to_owned()));
    program.compile(&flags)?;
    if architecture.starts_with("compute_") {
        program.ptx()
    } else {
        program.cubin()
    }
}

/// A program of NVRTC, destroyed at the end.
struct Program(sys::nvrtcProgram);

impl Program {
    fn new(text: &CStr) -> Result<Self, CompileError> {
        result::create_program(text, None)
            .map(Program)
            .map_err(|code| rejected(&code, String::new()))
    }

    fn compile(&self, flags: &[String]) -> Result<(), CompileError> {
        // SAFETY: the program was made by `create_program` and not yet destroyed.
        let compiled = unsafe { result::compile_program(self.0, flags) };
        compiled.map_err(|code| rejected(&code, self.log()))
    }

    fn log(&self) -> String {
        // SAFETY: as in `compile`.
        let log = unsafe { result::get_program_log(self.0) };
        let bytes: Vec<u8> = log
            .unwrap_or_default()
            .into_iter()
            .map(|byte| byte as u8)
            .take_while(|byte| *byte != 0)
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn ptx(&self) -> Result<Vec<u8>, CompileError> {
        // SAFETY: as in `compile`; it has been compiled.
        let text = unsafe { result::get_ptx(self.0) };
        let text = text.map_err(|code| rejected(&code, String::new()))?;
        Ok(text.into_iter().map(|byte| byte as u8).collect())
    }

    fn cubin(&self) -> Result<Vec<u8>, CompileError> {
        let mut size = 0;
        // SAFETY: the program is alive and compiled, and `size` lives through the call.
        let code = unsafe { sys::nvrtcGetCUBINSize(self.0, &raw mut size) };
        code.result()
            .map_err(|code| rejected(&code, String::new()))?;
        let mut bytes = vec![0u8; size];
        // SAFETY: the program is alive and compiled, and `bytes` has the room that NVRTC asked for.
        let code = unsafe { sys::nvrtcGetCUBIN(self.0, bytes.as_mut_ptr().cast()) };
        code.result()
            .map_err(|code| rejected(&code, String::new()))?;
        Ok(bytes)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // SAFETY: the program was made by `create_program`, and nothing uses it after this. A failure to destroy it leaves memory
        // behind and nothing else, so its code is of no use here.
        let _ = unsafe { result::destroy_program(self.0) };
    }
}

fn rejected(code: &result::NvrtcError, log: String) -> CompileError {
    CompileError {
        kind: Kind::Rejected(format!("{code:?}"), log),
    }
}

impl CompileError {
    /// What the compiler said, if it saw the source.
    pub fn log(&self) -> Option<&str> {
        match &self.kind {
            Kind::Rejected(_, log) => Some(log),
            _ => None,
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::NoCompiler => f.write_str(
                "there is no NVRTC to compile kernels: install CUDA 13, or set LD_LIBRARY_PATH to the folder of libnvrtc.so.13",
            ),
            Kind::NulInside => f.write_str("the source has a NUL character inside"),
            Kind::Rejected(code, log) => write!(f, "NVRTC rejects the source ({code}): {log}"),
        }
    }
}

impl std::error::Error for CompileError {}

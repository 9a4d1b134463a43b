//! What tells two builds of a program apart.
//!
//! It deliberately does not compare: ranks do that when they introduce themselves.

use crate::error::Result;
use std::hash::{DefaultHasher, Hasher};
use std::sync::OnceLock;

/// A number that two processes share if they run the very same build of a program, and practically only then. Tasks travel as offsets in
/// the program's code, which mean nothing in another.
///
/// The first call reads all of the code: some milliseconds for ten megabytes.
///
/// # Errors
/// Where the code cannot be read from memory (not on Linux) and the executable cannot be read either.
pub fn build_identity() -> Result<u64> {
    static OWN: OnceLock<u64> = OnceLock::new();
    if let Some(own) = OWN.get() {
        return Ok(*own);
    }
    let own = code()?;
    Ok(*OWN.get_or_init(|| own))
}

/// A hash of what the linker has placed in read-only memory: code and constants, where nothing depends on the address the program was
/// loaded to. Debug information is not loaded, and so not read.
#[cfg(target_os = "linux")]
fn code() -> Result<u64> {
    use std::ffi::c_void;

    /// Hashes the program's own segments; it is the first object that is listed, and the walk ends with it.
    ///
    /// # Safety
    /// The loader calls it; `data` is a `DefaultHasher` that nobody else uses meanwhile.
    unsafe extern "C" fn hash_first(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        data: *mut c_void,
    ) -> libc::c_int {
        // SAFETY: the caller's promise for `data`; `info` is valid during this call.
        let (hasher, info) = unsafe { (&mut *data.cast::<DefaultHasher>(), &*info) };
        if info.dlpi_phdr.is_null() {
            return 1;
        }
        let count = usize::from(info.dlpi_phnum);
        // SAFETY: the loader's own table of so many headers.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, count) };
        for header in headers {
            let reads = libc::PF_R | libc::PF_W;
            if header.p_type != libc::PT_LOAD || header.p_flags & reads != libc::PF_R {
                continue;
            }
            let start = (info.dlpi_addr + header.p_vaddr) as usize;
            // SAFETY: a loaded segment of this program that is readable and that nobody can write.
            let bytes = unsafe {
                std::slice::from_raw_parts(
                    std::ptr::with_exposed_provenance::<u8>(start),
                    header.p_filesz as usize,
                )
            };
            hasher.write_u64(header.p_vaddr);
            hasher.write(bytes);
        }
        1
    }

    let mut hasher = DefaultHasher::new();
    // SAFETY: the callback is given a hasher that only it uses.
    unsafe { libc::dl_iterate_phdr(Some(hash_first), (&raw mut hasher).cast()) };
    Ok(hasher.finish())
}

/// A hash of the executable.
#[cfg(not(target_os = "linux"))]
fn code() -> Result<u64> {
    let bytes = std::env::current_exe()
        .and_then(std::fs::read)
        .map_err(|error| crate::Error::start(format!("the executable cannot be read: {error}")))?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes);
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_every_time_and_hashes_something() {
        let own = build_identity().unwrap();
        assert_eq!(own, code().unwrap());
        assert_ne!(own, DefaultHasher::new().finish(), "it hashed nothing");
    }
}

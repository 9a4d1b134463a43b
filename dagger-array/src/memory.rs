//! The memory of blocks: what one array frees, the next one uses, without the system taking the pages back in between.
//!
//! A page that a process touches for the first time has to be cleared by the system, which for large arrays takes longer than the work
//! on them. By default the C library returns freed blocks of mebibytes to the system at once. Here it is told not to, and what it
//! keeps is bounded: when a large array is dropped and more than [`SHARE`] of the machine's memory lies idle in this process, all that is
//! idle goes back.
//!
//! Deliberately not here: an allocator. Blocks are plain `ndarray` arrays, freed by whoever holds them last, and a program may bring an
//! allocator of its own; then nothing here has an effect. Settings of the user's own (`GLIBC_TUNABLES` of malloc,
//! `MALLOC_TRIM_THRESHOLD_` and its kin) are left as they are. Blocks of more than 32 MiB always go back to the system: that is as far as the C
//! library's settings reach.

/// Blocks of fewer bytes are reused without anybody's help.
const LARGE: usize = 1 << 20;

/// Arrays of fewer bytes are no occasion to look at how much lies idle.
const OCCASION: usize = 64 << 20;

/// The part of the machine's memory, one in so many, that may lie idle.
const SHARE: usize = 4;

/// Room for so many elements of a block.
pub(crate) fn room<T>(elements: usize) -> Vec<T> {
    if size_of::<T>().saturating_mul(elements) >= LARGE {
        settings::keep_what_is_freed();
    }
    Vec::with_capacity(elements)
}

/// Goes with an array of so many bytes. When it is dropped, idle memory is given back if there is too much of it.
#[derive(Debug)]
pub(crate) struct Extent(pub(crate) usize);

impl Drop for Extent {
    fn drop(&mut self) {
        if self.0 >= OCCASION {
            settings::give_back_beyond(SHARE);
        }
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod settings {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{LazyLock, Once};
    use std::{env, fs, mem};

    /// Whether the C library keeps what is freed because of us, and idle memory can be given back.
    static KEEPS: AtomicBool = AtomicBool::new(false);

    pub(super) fn keep_what_is_freed() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            if set_by_the_user() {
                return;
            }
            // The largest threshold the library accepts on 64 bits, and no piece of address space smaller than what its threads' heaps are
            // made of: then these are never unmapped.
            const MIB: libc::c_int = 1 << 20;
            // SAFETY: plain settings; the library takes its own locks. One it does not accept has no effect.
            unsafe {
                libc::mallopt(libc::M_MMAP_THRESHOLD, 32 * MIB);
                libc::mallopt(libc::M_TRIM_THRESHOLD, 2047 * MIB);
                libc::mallopt(libc::M_TOP_PAD, 64 * MIB);
            }
            // Relaxed: a flag of its own; whoever does not see it yet gives nothing back this time.
            KEEPS.store(true, Ordering::Relaxed);
        });
    }

    fn set_by_the_user() -> bool {
        const OWN: [&str; 3] = [
            "MALLOC_MMAP_THRESHOLD_",
            "MALLOC_TRIM_THRESHOLD_",
            "MALLOC_TOP_PAD_",
        ];
        let tunables = env::var("GLIBC_TUNABLES").unwrap_or_default();
        tunables.contains("glibc.malloc") || OWN.iter().any(|name| env::var_os(name).is_some())
    }

    pub(super) fn give_back_beyond(share: usize) {
        // Relaxed: as above.
        if !KEEPS.load(Ordering::Relaxed) {
            return;
        }
        let Some((resident, all)) = resident().zip(*ALL) else {
            return;
        };
        if resident <= all / share || resident.saturating_sub(in_use()) <= all / share {
            return;
        }
        // SAFETY: releases pages of free memory only; the library takes its own locks.
        let released = unsafe { libc::malloc_trim(0) } != 0;
        if !released {
            // The memory is not the C library's: the program has another allocator.
            KEEPS.store(false, Ordering::Relaxed);
        }
    }

    fn page() -> usize {
        // SAFETY: asks for a constant.
        usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
    }

    /// The machine's memory in bytes.
    static ALL: LazyLock<Option<usize>> = LazyLock::new(|| {
        // SAFETY: asks for a constant.
        let pages = usize::try_from(unsafe { libc::sysconf(libc::_SC_PHYS_PAGES) }).ok()?;
        pages.checked_mul(page())
    });

    /// The bytes of memory that this process occupies.
    fn resident() -> Option<usize> {
        let counts = fs::read_to_string("/proc/self/statm").ok()?;
        let pages: usize = counts.split_ascii_whitespace().nth(1)?.parse().ok()?;
        pages.checked_mul(page())
    }

    /// The bytes that are allocated; 0 where the C library is too old to count beyond 2 GiB.
    fn in_use() -> usize {
        type Count = unsafe extern "C" fn() -> libc::mallinfo2;
        static COUNT: LazyLock<Option<Count>> = LazyLock::new(|| {
            // SAFETY: a name that ends with a zero, in all that is loaded.
            let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"mallinfo2".as_ptr()) };
            // SAFETY: a null pointer is `None`; otherwise it is the library's function of that name, which has this signature.
            unsafe { mem::transmute::<*mut libc::c_void, Option<Count>>(found) }
        });
        let Some(count) = *COUNT else { return 0 };
        // SAFETY: reads counters; the library takes its own locks.
        let counts = unsafe { count() };
        counts.uordblks.saturating_add(counts.hblkhd)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_allocated_is_counted() {
            let (before, size) = (in_use(), 24 << 20);
            let held = vec![1_u8; size];
            // Less what tests beside this one free meanwhile.
            assert!(in_use() >= before + size / 2, "{before} {}", in_use());
            assert!(resident().is_some_and(|resident| resident >= size));
            drop(held);
        }

        #[test]
        fn too_much_idle_memory_goes_back() {
            keep_what_is_freed();
            let blocks: Vec<Vec<u8>> = (0..32).map(|_| vec![1_u8; 8 << 20]).collect();
            let full = resident().unwrap();
            drop(blocks);
            let kept = resident().unwrap();
            assert!(
                kept + (64 << 20) > full,
                "freed blocks are kept: {kept} of {full}"
            );
            give_back_beyond(1 << 20);
            let left = resident().unwrap();
            assert!(left + (128 << 20) < full, "{left} of {full} are left");
        }
    }
}

/// Other systems' C libraries are left alone.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod settings {
    pub(super) fn keep_what_is_freed() {}

    pub(super) fn give_back_beyond(_share: usize) {}
}

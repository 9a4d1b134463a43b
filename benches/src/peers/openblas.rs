//! OpenBLAS and its LAPACK, if this machine has them: found when the benchmark runs, so the build needs neither.
//!
//! `BENCHES_OPENBLAS` names another library file to load.

use std::env;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::OnceLock;

use crate::harness::Failure;

/// What to install.
const HINT: &str = "libopenblas (apt install libopenblas-dev)";

/// The functions that are measured. Matrices are square, in column-major order, and hold `edge²` numbers.
pub struct OpenBlas {
    set_threads: unsafe extern "C" fn(c_int),
    gemm: Gemm,
    potrf: unsafe extern "C" fn(
        *const c_char,
        *const c_int,
        *mut f64,
        *const c_int,
        *mut c_int,
        usize,
    ),
    getrf: unsafe extern "C" fn(
        *const c_int,
        *const c_int,
        *mut f64,
        *const c_int,
        *mut c_int,
        *mut c_int,
    ),
    gesv: Gesv,
    geqrf: Geqrf,
}

type Gemm = unsafe extern "C" fn(
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    f64,
    *const f64,
    c_int,
    *const f64,
    c_int,
    f64,
    *mut f64,
    c_int,
);
type Gesv = unsafe extern "C" fn(
    *const c_int,
    *const c_int,
    *mut f64,
    *const c_int,
    *mut c_int,
    *mut f64,
    *const c_int,
    *mut c_int,
);
type Geqrf = unsafe extern "C" fn(
    *const c_int,
    *const c_int,
    *mut f64,
    *const c_int,
    *mut f64,
    *mut f64,
    *const c_int,
    *mut c_int,
);

impl OpenBlas {
    /// The library with so many threads.
    ///
    /// # Errors
    /// [`Failure::NotBuilt`] where there is none.
    pub fn with_threads(threads: usize) -> Result<&'static OpenBlas, Failure> {
        static LIBRARY: OnceLock<Option<OpenBlas>> = OnceLock::new();
        let library = LIBRARY.get_or_init(load).as_ref();
        let library = library.ok_or(Failure::NotBuilt(HINT))?;
        // SAFETY: a function of the library with this signature.
        unsafe { (library.set_threads)(int(threads)) };
        Ok(library)
    }

    /// `c ← a·b`.
    pub fn product(&self, a: &[f64], b: &[f64], c: &mut [f64], edge: usize) {
        const COLUMN_MAJOR: c_int = 102;
        const PLAIN: c_int = 111;
        square([a.len(), b.len(), c.len()], edge);
        let n = int(edge);
        // SAFETY: three matrices of the sizes that are passed, the last borrowed exclusively.
        unsafe {
            (self.gemm)(
                COLUMN_MAJOR,
                PLAIN,
                PLAIN,
                n,
                n,
                n,
                1.0,
                a.as_ptr(),
                n,
                b.as_ptr(),
                n,
                0.0,
                c.as_mut_ptr(),
                n,
            );
        }
    }

    /// The Cholesky factor, in the lower triangle.
    ///
    /// # Errors
    /// The library's own.
    pub fn cholesky(&self, a: &mut [f64], edge: usize) -> Result<(), Failure> {
        square([a.len()], edge);
        let (n, mut status) = (int(edge), 0);
        // SAFETY: a matrix of the size that is passed; the rest are single numbers that outlive the call.
        unsafe { (self.potrf)(c"L".as_ptr(), &n, a.as_mut_ptr(), &n, &mut status, 1) };
        accepted(status)
    }

    /// The LU factors with partial pivoting.
    ///
    /// # Errors
    /// The library's own.
    pub fn lu(&self, a: &mut [f64], edge: usize) -> Result<(), Failure> {
        square([a.len()], edge);
        let (n, mut status) = (int(edge), 0);
        let mut pivots = vec![0; edge];
        // SAFETY: a matrix and a list of the sizes that are passed.
        unsafe { (self.getrf)(&n, &n, a.as_mut_ptr(), &n, pivots.as_mut_ptr(), &mut status) };
        accepted(status)
    }

    /// `b ← a⁻¹·b`, for one right side.
    ///
    /// # Errors
    /// The library's own.
    pub fn solve(&self, a: &mut [f64], b: &mut [f64], edge: usize) -> Result<(), Failure> {
        square([a.len()], edge);
        assert_eq!(b.len(), edge, "one right side");
        let (n, one, mut status) = (int(edge), 1, 0);
        let mut pivots = vec![0; edge];
        // SAFETY: a matrix, a list and a vector of the sizes that are passed.
        unsafe {
            let (a, b, pivots) = (a.as_mut_ptr(), b.as_mut_ptr(), pivots.as_mut_ptr());
            (self.gesv)(&n, &one, a, &n, pivots, b, &n, &mut status);
        }
        accepted(status)
    }

    /// The QR factors, `R` in the upper triangle.
    ///
    /// # Errors
    /// The library's own.
    pub fn qr(&self, a: &mut [f64], edge: usize) -> Result<(), Failure> {
        square([a.len()], edge);
        let (n, mut status) = (int(edge), 0);
        let mut scales = vec![0.0; edge];
        let mut wanted = 0.0;
        let ask = -1;
        // SAFETY: a length of −1 asks how much work space is wanted, and touches nothing else.
        unsafe {
            let (a, scales) = (a.as_mut_ptr(), scales.as_mut_ptr());
            (self.geqrf)(&n, &n, a, &n, scales, &mut wanted, &ask, &mut status);
        }
        accepted(status)?;
        let mut space = vec![0.0; wanted as usize];
        let length = int(space.len());
        // SAFETY: a matrix, a list and work space of the sizes that are passed.
        unsafe {
            let (a, scales, space) = (a.as_mut_ptr(), scales.as_mut_ptr(), space.as_mut_ptr());
            (self.geqrf)(&n, &n, a, &n, scales, space, &length, &mut status);
        }
        accepted(status)
    }
}

fn int(length: usize) -> c_int {
    c_int::try_from(length).expect("sizes of benchmarks are small")
}

fn square<const N: usize>(lengths: [usize; N], edge: usize) {
    assert_eq!(lengths, [edge * edge; N], "square matrices");
}

fn accepted(status: c_int) -> Result<(), Failure> {
    match status {
        0 => Ok(()),
        status => Err(Failure::Broken(format!("LAPACK gives status {status}"))),
    }
}

fn load() -> Option<OpenBlas> {
    let named = env::var("BENCHES_OPENBLAS").ok();
    let name = CString::new(named.as_deref().unwrap_or("libopenblas.so.0")).ok()?;
    // SAFETY: loading a system library runs its initialisers, which start its threads.
    let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) };
    if library.is_null() {
        return None;
    }
    // SAFETY: these are the names and signatures of CBLAS and LAPACK with 32-bit integers, which this library file is known by.
    unsafe {
        Some(OpenBlas {
            set_threads: function(library, c"openblas_set_num_threads")?,
            gemm: function(library, c"cblas_dgemm")?,
            potrf: function(library, c"dpotrf_")?,
            getrf: function(library, c"dgetrf_")?,
            gesv: function(library, c"dgesv_")?,
            geqrf: function(library, c"dgeqrf_")?,
        })
    }
}

/// A function of the library.
///
/// # Safety
/// `F` is the type of the function of that name.
unsafe fn function<F: Copy>(library: *mut c_void, name: &CStr) -> Option<F> {
    const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
    // SAFETY: a library that was loaded and never is unloaded.
    let address = unsafe { libc::dlsym(library, name.as_ptr()) };
    if address.is_null() {
        return None;
    }
    // SAFETY: of the same size, and the caller's promise.
    Some(unsafe { std::mem::transmute_copy(&address) })
}

//! For those who come from NumPy, ndarray or Dagger.jl: the same things by name, side by side.
//!
//! A [`DArray`] is an array cut into `ndarray` blocks, each of which is the value of a task. Two things are new to those who come
//! from an array library that computes at once:
//!
//! * **Operations return before they are done.** Shapes are looked at, tasks are spawned, and the call is over. `collect()?`, `fetch()?` and
//!   `wait()?` wait. What went wrong comes out there, with the line of the call that it went wrong in; `check()?` asks at once whether
//!   the shapes were right.
//! * **Elementwise operators are lazy**, and a whole expression is one pass over memory. `eval()` makes an array of it; reductions (`sum()`, `max()`)
//!   take the expression as it is.
//!
//! ```
//! use dagger::array::*;
//! use dagger::prelude::*;
//! use ndarray::{Array2, Axis, Ix2, s};
//!
//! let a = DArray::<f64, Ix2>::from_fn([6, 4], Blocks([4, 2]), |(i, j)| (4 * i + j) as f64);
//! let b = (&a * 2.0 + a.map(f64::sqrt)).eval();       // np: a * 2 + np.sqrt(a)
//! let total: f64 = b.sum().fetch()?;                  // np: b.sum()
//! let columns = a.mean_axis(Axis(0));                 // np: a.mean(axis=0)
//! let centred = (&a - &columns).eval();               // np: a - a.mean(axis=0)
//! let part = a.slice(s![1..;2, ..2]);                 // np: a[1::2, :2]
//! let local: Array2<f64> = part.collect()?;
//! assert_eq!(local, ndarray::array![[4.0, 5.0], [12.0, 13.0], [20.0, 21.0]]);
//! assert_eq!(centred.sum().fetch()?, 0.0);
//! assert!(total > 2.0 * 276.0);
//! # Ok::<(), dagger::Error>(())
//! ```
//!
//! # Making arrays
//!
//! | NumPy | ndarray | Dagger.jl | here |
//! |---|---|---|---|
//! | `np.zeros((m, n))` | `Array2::zeros((m, n))` | `zeros(Blocks(p, q), m, n)` | `DArray::<f64, Ix2>::zeros([m, n], Blocks([p, q]))` |
//! | `np.ones`, `np.full` | `ones`, `from_elem` | `ones` | [`ones`](DArray::ones), [`full`](DArray::full) |
//! | `np.fromfunction(f, shape)` | `from_shape_fn` | | [`from_fn`](DArray::from_fn) |
//! | `np.arange(n)` | `Array1::range` | | `from_fn([n], blocks, \|i\| i as f64)` |
//! | `np.eye(n)` | `Array2::eye(n)` | | `from_fn([n, n], blocks, \|(i, j)\| f64::from(u8::from(i == j)))` |
//! | `rng.random(shape)` | `Array::random` of ndarray-rand | `rand(Blocks(p, q), m, n)` | [`random`](DArray::random), [`random_with`](DArray::random_with) a seed |
//! | `rng.standard_normal(shape)` | | `randn(Blocks(p, q), m, n)` | [`randn`](DArray::randn), [`randn_with`](DArray::randn_with) a seed |
//! | `dask.array.from_array(x)` | | `distribute(x, Blocks(p, q))` | [`distribute`](DArray::distribute)`(&x, Blocks([p, q]))` |
//! | `np.load`, `np.save` | ndarray-npy | | [`read_npy`](DArray::read_npy), [`write_npy`](DArray::write_npy) |
//! | `zarr.open(path)`, `da.to_zarr` | | Zarr.jl | `read_zarr`, `write_zarr` (feature `zarr`) |
//! | | | `DArray(A, AutoBlocks())` | [`Blocks::auto()`](Blocks::auto) in place of `Blocks([p, q])` |
//! | | | `domainchunks(A)`, `A.chunks` | [`layout`](DArray::layout), [`blocks`](DArray::blocks) |
//! | | | assignments such as `:blockrow`, `:cyclicrow` | `Blocks([p, q]).on(`[`Placement`]`::block_row())` |
//!
//! Random numbers depend on seed and place in the array alone: not on the blocks, the threads or the workers.
//!
//! # Reading, and changing in place
//!
//! | NumPy | ndarray | Dagger.jl | here |
//! |---|---|---|---|
//! | `np.asarray(d)` of a dask array | | `collect(A)` | [`collect`](DArray::collect)`()?` |
//! | `a.shape`, `a.ndim`, `a.size` | `shape()`, `ndim()`, `len()` | `size(A)`, `ndims(A)`, `length(A)` | [`shape`](DArray::shape), [`ndim`](DArray::ndim), [`len`](DArray::len) |
//! | `a[i, j]` | `a[[i, j]]` | `A[i, j]` | [`get`](DArray::get)`([i, j]).fetch()?` |
//! | `a[i, j] = x` | `a[[i, j]] = x` | `A[i, j] = x` | [`set`](DArray::set)`([i, j], x)?` |
//! | `a[1:5, ::2]` | `a.slice(s![1..5, ..;2])` | `view(A, 1:5, 1:2:n)` | [`slice`](DArray::slice)`(s![1..5, ..;2])` |
//! | `a[::-1]` | `a.slice(s![..;-1])` | `reverse(A)` | `a.slice(s![..;-1])` |
//! | `a[1:5] = b` | `a.slice_mut(..).assign(&b)` | `A[2:5] .= B` | [`slice_assign`](DArray::slice_assign)`(s![1..5], &b)?` |
//! | `a[:] = b` | `a.assign(&b)` | `copyto!(A, B)` | [`assign`](DArray::assign)`(&b)` |
//! | `a += b` | `a += &b` | `A .+= B` | `a += &b` |
//! | `np.copy(a)` | `a.clone()` | `copy(A)` | `a.clone()`: costs nothing until one of the two is changed |
//!
//! A clone is a value of its own, as in ndarray; nothing here is a view that changes what it was taken from.
//!
//! # Elementwise
//!
//! | NumPy | ndarray | Dagger.jl | here |
//! |---|---|---|---|
//! | `a * 2 + b` | `&a * 2.0 + &b` | `A .* 2 .+ B` | `&a * 2.0 + &b`, lazy; `.eval()` computes it |
//! | `np.sqrt(a)` | `a.mapv(f64::sqrt)` | `sqrt.(A)`, `map(sqrt, A)` | [`map`](DArray::map)`(f64::sqrt)` |
//! | `np.hypot(a, b)` | `Zip::from(&a).and(&b).map_collect(..)` | `hypot.(A, B)` | [`zip_map`](DArray::zip_map)`(&b, f64::hypot)` |
//! | `a < b`, `a == 1` | `Zip` | `A .< B`, `A .== 1` | [`lt`](DArray::lt)`(&b)`, [`equal`](DArray::equal)`(1.0)` |
//! | `np.where(m, x, y)` | `Zip` | `ifelse.(M, X, Y)` | `m.select(&x, &y)` |
//! | `np.clip(a, lo, hi)` | `a.mapv(\|x\| x.clamp(lo, hi))` | `clamp.(A, lo, hi)` | `a.map(move \|x\| x.clamp(lo, hi))` |
//! | `a[m] = 0` | `a.zip_mut_with(&m, ..)` | `A[M] .= 0` | [`zip_map_inplace`](DArray::zip_map_inplace)`(&m, \|x, m\| if m { 0.0 } else { x })` |
//! | `np.broadcast_to(a, s)` | `a.broadcast(s)` | | [`broadcast`](DArray::broadcast)`(s)`; operators do it by themselves |
//! | `a.astype(np.float32)` | `a.mapv(\|x\| x as f32)` | `Float32.(A)` | `a.map(\|x\| x as f32)` |
//!
//! Comparisons are methods, since Rust's `<` gives one `bool`. Types do not change by themselves: `i32` and `f64` are added after a `map`.
//!
//! ```
//! # use dagger::array::*; use dagger::prelude::*; use ndarray::{Ix2, array};
//! let a = DArray::distribute(&array![[1.0, -2.0], [-3.0, 4.0]], Blocks([1, 2]));
//! let (low, high) = (-1.5, 3.0);
//! let clipped = a.map(move |x: f64| x.clamp(low, high)).eval();
//! assert_eq!(clipped.collect()?, array![[1.0, -1.5], [-1.5, 3.0]]);
//! let zeros = DArray::<f64, Ix2>::zeros([2, 2], Blocks([2, 2]));
//! assert_eq!(a.lt(0.0).select(&zeros, &a).collect()?, array![[1.0, 0.0], [0.0, 4.0]]);
//! let mut mended = a.clone();
//! mended.zip_map_inplace(a.lt(0.0), |x, negative| if negative { 0.0 } else { x });
//! assert_eq!(mended.collect()?, array![[1.0, 0.0], [0.0, 4.0]]);
//! assert_eq!(a.get([1, 1]).fetch()?, 4.0);
//! # Ok::<(), dagger::Error>(())
//! ```
//!
//! # Reductions, order and counting
//!
//! | NumPy | ndarray | Dagger.jl | here |
//! |---|---|---|---|
//! | `a.sum()`, `a.prod()` | `sum`, `product` | `sum(A)`, `prod(A)` | [`sum`](DArray::sum)`().fetch()?`, [`product`](DArray::product) |
//! | `a.min()`, `a.argmax()` | ndarray-stats | `minimum(A)`, `argmax(A)` | [`min`](DArray::min), [`max`](DArray::max), [`argmin`](DArray::argmin), [`argmax`](DArray::argmax) |
//! | `a.mean()`, `a.var(ddof=1)` | `mean`, `var(1.0)` | `mean(A)`, `var(A)` | [`mean`](DArray::mean), [`var`](DArray::var)`(1.0)`, [`std`](DArray::std)`(1.0)` |
//! | `a.any()`, `a.all()` | `iter().any(..)` | `any(A)`, `all(A)` | [`any`](DArray::any), [`all`](DArray::all) |
//! | `np.linalg.norm(a)` | ndarray-linalg | `norm(A)` | [`norm`](DArray::norm) |
//! | `a.sum(axis=0)` | `a.sum_axis(Axis(0))` | `sum(A; dims=1)` | [`sum_axis`](DArray::sum_axis)`(Axis(0))`; so `mean_axis`, `min_axis`, `argmin_axis`, `any_axis` … |
//! | `functools.reduce` | `a.fold(..)` | `reduce(f, A)`, `mapreduce` | [`reduce`](DArray::reduce)`(f)`, [`fold`](DArray::fold)`(start, step, merge)` |
//! | `np.sort(v)`, `np.argsort(v)` | | `sort(V)` | [`sort`](DArray::sort), [`argsort`](DArray::argsort) |
//! | `np.sort(a, axis=0)` | | `sort(A; dims=1)` | [`sort_axis`](DArray::sort_axis)`(Axis(0))`, [`argsort_axis`](DArray::argsort_axis) |
//! | `np.unique(a, return_counts=True)` | | | [`unique`](DArray::unique), [`unique_counts`](DArray::unique_counts) |
//! | `np.quantile(a, q)`, `np.median(a)` | ndarray-stats | | [`quantile`](DArray::quantile), [`quantiles`](DArray::quantiles), [`median`](DArray::median) |
//! | `np.histogram(a, bins)` | ndarray-stats | | [`histogram`](DArray::histogram) |
//! | `np.searchsorted(v, x)` | | `searchsortedfirst` | [`searchsorted`](DArray::searchsorted)`(&x, Side::Left)` |
//!
//! A reduction gives a [`Task`](dagger_core::Task), or an array when along an axis; the value is the same to the last bit whatever the number of
//! threads and workers. A NaN wins `min` and `max`, as in NumPy. `sort` refuses NaN and says where the first is; NumPy puts them last.
//! `argmin()` gives the index itself, `(i, j)`, not a position in the flattened array.
//!
//! # Shape
//!
//! | NumPy | ndarray | Dagger.jl | here |
//! |---|---|---|---|
//! | `a.T`, `a.transpose(2, 0, 1)` | `t()`, `permuted_axes` | `transpose(A)`, `permutedims` | [`t`](DArray::t), [`permuted_axes`](DArray::permuted_axes), [`swap_axes`](DArray::swap_axes) |
//! | `a.reshape(3, 4)`, `a.ravel()` | `to_shape`, `flatten` | | [`reshape`](DArray::reshape)`([3, 4])`, [`reshape_into`](DArray::reshape_into) blocks, [`flatten`](DArray::flatten) |
//! | `a[np.newaxis]`, `np.squeeze(a)` | `insert_axis`, `remove_axis` | | [`insert_axis`](DArray::insert_axis); `a.slice(s![0, ..])` |
//! | `np.concatenate`, `np.stack` | `concatenate`, `stack` | `cat(A, B; dims)` | [`concatenate`], [`stack`] |
//! | `a.rechunk(..)` of dask | | `DArray(A, Blocks(p, q))` | [`rechunk`](DArray::rechunk)`(Blocks([p, q]))` |
//!
//! # Linear algebra
//!
//! | NumPy, SciPy | ndarray, ndarray-linalg | Dagger.jl | here |
//! |---|---|---|---|
//! | `a @ b`, `a @ v` | `a.dot(&b)` | `A * B`, `A * v` | [`dot`](DArray::dot)`(&b)` |
//! | `a @ a.T` | `a.dot(&a.t())` | `A * A'` | [`syrk`](DArray::syrk), half the work |
//! | `np.linalg.solve(a, b)` | `a.solve(&b)` | `A \ b` | [`solve`](DArray::solve)`(&b)` |
//! | `np.linalg.cholesky(a)` | `a.cholesky(UPLO::Lower)` | `cholesky(A)` | [`cholesky`](DArray::cholesky)`()`: `.l`, `.solve(&b)`, `.inv()`, `.det()` |
//! | `scipy.linalg.lu(a)` | `a.factorize()` | `lu(A)` | [`lu`](DArray::lu)`()`: `.l()`, `.u()`, `.permutation`, `.solve(&b)` … |
//! | `np.linalg.qr(a)` | `a.qr()` | `qr(A)` | [`qr`](DArray::qr)`()`: `.q()`, `.r()` |
//! | `np.linalg.lstsq(a, b)` | `a.least_squares(&b)` | `A \ b` | [`least_squares`](DArray::least_squares)`(&b)` |
//! | `np.linalg.inv(a)`, `np.linalg.det(a)` | `inv`, `det` | `inv(A)`, `det(A)` | [`inv`](DArray::inv), [`det`](DArray::det), [`sln_det`](DArray::sln_det) |
//! | `np.linalg.eigh(a)` | `a.eigh(UPLO::Lower)` | `eigen(Symmetric(A))` | [`eigh`](DArray::eigh), [`eigvalsh`](DArray::eigvalsh) |
//! | `np.linalg.svd(a, full_matrices=False)` | `a.svd(..)` | `svd(A)` | [`svd`](DArray::svd), [`singular_values`](DArray::singular_values) |
//! | `scipy.linalg.solve_triangular` | `solve_triangular` | `LowerTriangular(A) \ b` | [`solve_triangular`](DArray::solve_triangular) |
//! | `np.fft.fft(v)`, `np.fft.fftn(a)`, `np.fft.rfft(v)` | ndrustfft | `fft(A)` | [`fft`](DArray::fft)`(Axis(0))`, [`fftn`](DArray::fftn), [`rfft`](DArray::rfft) and their inverses |
//!
//! ```
//! # use dagger::array::*; use dagger::prelude::*; use ndarray::{Ix1, Ix2, Axis};
//! let x = DArray::<f64, Ix2>::randn_with(1, [200, 5], Blocks([64, 5]));
//! let truth = DArray::<f64, Ix1>::from_fn([5], Blocks([5]), |i| i as f64);
//! let y = x.dot(&truth);                                   // np: x @ truth
//! let found = x.least_squares(&y);                         // np: np.linalg.lstsq(x, y)[0]
//! assert!((&found - &truth).norm().fetch()? < 1e-12);
//! let centred = (&x - x.mean_axis(Axis(0))).eval();
//! let covariance = (centred.t().dot(&centred) / 199.0).eval(); // np: np.cov(x, rowvar=False)
//! let (variances, directions) = covariance.eigh();         // np: np.linalg.eigh(covariance)
//! assert_eq!((variances.shape(), directions.shape()), (&[5][..], &[5, 5][..]));
//! # Ok::<(), dagger::Error>(())
//! ```
//!
//! # Stencils
//!
//! | SciPy | ndarray | Dagger.jl | here |
//! |---|---|---|---|
//! | `ndimage.generic_filter(a, f, size=3, mode="wrap")` | `a.windows((3, 3))` | `@stencil A[idx] = f(@neighbors(A[idx], 1, Wrap()))` | [`stencil`](DArray::stencil)`([1, 1], Boundary::Wrap, \|u\| ..)` |
//! | `mode="nearest"` | | `Clamp()` | [`Boundary::Clamp`] |
//! | `mode="mirror"` | | `Reflect(false)` | [`Boundary::Reflect`] |
//! | `mode="constant", cval=x` | | `Pad(x)` | [`Boundary::Constant`]`(x)` |
//! | a loop of `n` sweeps | | a loop | [`sweeps`](DArray::sweeps)`(n, ..)`: several in one pass over memory, with the same bits |
//!
//! # Several workers
//!
//! The same program runs over several workers: `#[dagger::main(workers = 3)]` has them in one process, `cargo xtask mpirun -n 3 --bin NAME` as ranks over MPI.
//!
//! | dask.distributed, mpi4py | Dagger.jl | here |
//! |---|---|---|
//! | `Client(n_workers=3)` | `addprocs(3)` | `#[dagger::main(workers = 3)]` |
//! | `client.submit(f, x)` | `Dagger.@spawn f(x)` | `spawn!(f(x))` |
//! | `future.result()` | `fetch(t)` | `t.fetch()?` |
//! | `client.scatter`, `persist` | `Dagger.@mutable`, `Blocks` assignments | [`Placement`] |
//! | `workers=["a"]` | `Dagger.with_options(; scope=..)` | `with_options(Options::new().on(Scope::worker(1)), \|\| ..)` |
//!
//! # What is different on purpose
//!
//! * A shape is an array `[m, n]`, and so are blocks and positions. `Ix1`, `Ix2` … in the type say how many axes there are.
//! * There is no index by a mask or by a list of indices whose result has a length that depends on values; `select` and `zip_map_inplace` serve most
//!   uses, and [`collect`](DArray::collect) the rest.
//! * Axes are counted from 0 and given as `Axis(0)`, as in ndarray. Dagger.jl counts from 1, and its arrays are in column-major order.
//! * Matrices are `Ix2`: there is no product of stacks of matrices.
//! * What an error says names the call and its line: `elementwise operation at src/main.rs:8: shapes [4, 6] and [4, 5] do not fit together`.

#[cfg(doc)]
use crate::{Blocks, Boundary, DArray, Placement, concatenate, stack};

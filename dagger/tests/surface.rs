//! The public surface as programs write it: every form of the design once, so that a name that goes or changes is noticed.
//! What the forms mean is tested elsewhere, form by form.

#![allow(
    clippy::style,
    clippy::complexity,
    clippy::perf,
    clippy::pedantic,
    reason = "the tests write what users write"
)]

use dagger::prelude::*;
use std::path::{Path, PathBuf};

#[task]
fn add1(x: i64) -> i64 {
    x + 1
}

#[task]
fn add2(x: &i64) -> i64 {
    x + 2
}

#[task]
fn sub(a: f64, b: f64) -> f64 {
    a - b
}

#[task]
fn normalise(v: &mut Vec<f64>) {
    let sum: f64 = v.iter().sum();
    v.iter_mut().for_each(|x| *x /= sum);
}

#[derive(Debug)]
struct LoadError(PathBuf);

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} holds no numbers", self.0.display())
    }
}

impl std::error::Error for LoadError {}

#[task(priority = 2, retry = 3)]
fn load(path: &Path) -> std::result::Result<Vec<f64>, LoadError> {
    match path.to_str() {
        Some("numbers") => Ok(vec![1.0, 3.0]),
        _ => Err(LoadError(path.to_owned())),
    }
}

/// Every attribute at once.
#[task(
    name = "all of them",
    priority = 1,
    retry = 1,
    on(local),
    cost(1e3),
    occupancy = 0.5
)]
fn attributed<T: Clone + Send + 'static>(x: T) -> T
where
    T: PartialEq,
{
    x
}

#[task]
fn make(n: usize) -> Vec<f64> {
    (0..n).map(|i| i as f64).collect()
}

#[task]
fn double(v: &Vec<f64>) -> f64 {
    2.0 * v.iter().sum::<f64>()
}

#[task]
fn halve(v: &Vec<f64>) -> f64 {
    0.5 * v.iter().sum::<f64>()
}

fn on_workers(body: impl FnOnce() -> dagger::Result<()> + Send) {
    let rt = Runtime::builder().threads(2).workers(3).build().unwrap();
    rt.enter(body).unwrap();
}

#[test]
fn tasks_are_functions_still() {
    assert_eq!(add1(4), 5);
    assert_eq!(attributed("a"), "a");
    let mut v = vec![1.0, 3.0];
    normalise(&mut v);
    assert_eq!(v, [0.25, 0.75]);
}

#[test]
fn a_block_runs_now() -> dagger::Result<()> {
    let n = 5;
    let d = dag! {
        let a = make(n);
        let b = double(&a);
        let c = halve(&a);
        sub(b, c)
    }?;
    assert_eq!(d, 15.0);
    let path = Path::new("numbers");
    let shares = dag! {
        let mut v = load(path)?;
        normalise(&mut v);
        v
    }?;
    assert_eq!(shares, [0.25, 0.75]);
    let missing = Path::new("missing");
    let error = dag! {
        let v = load(missing)?;
        double(&v)
    }
    .unwrap_err();
    assert!(
        error.to_string().contains("missing holds no numbers"),
        "{error}"
    );
    Ok(())
}

#[task]
fn twice<T: Number>(x: T) -> T {
    x + x
}

#[task]
fn plus<T: Number>(x: &T) -> T {
    *x + *x
}

#[task]
fn same<T: Number>(x: &T) -> T {
    *x
}

#[task]
fn less<T: Number>(a: T, b: T) -> T {
    a - b
}

dag! {
    /// Doc comments are kept.
    pub fn diamond<T: Number>(x: T) -> T {
        let a = twice(x);
        #[on(worker = 0)] let b = plus(&a);
        #[priority(3)]    let c = same(&a);
        less(b, c)
    }
}

#[test]
fn an_item_is_a_reusable_graph() -> dagger::Result<()> {
    let y = diamond::run(3.0)?;
    assert_eq!(y, 6.0);
    assert_eq!(diamond::run(3_i64)?, 6);
    let g: &'static Graph = diamond::graph();
    assert!(g.to_dot().starts_with("digraph"));
    assert!(g.to_svg().starts_with("<svg"));
    Ok(())
}

/// Square tiles of one number each.
struct Tiles {
    n: usize,
    tiles: Vec<f64>,
}

impl std::ops::Index<(usize, usize)> for Tiles {
    type Output = f64;
    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.tiles[i * self.n + j]
    }
}

impl std::ops::IndexMut<(usize, usize)> for Tiles {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.tiles[i * self.n + j]
    }
}

#[derive(Debug)]
struct NotPositive;

impl std::fmt::Display for NotPositive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not positive definite")
    }
}

impl std::error::Error for NotPositive {}

#[task]
fn potrf(a: &mut f64) -> std::result::Result<(), NotPositive> {
    if *a > 0.0 {
        *a = a.sqrt();
        Ok(())
    } else {
        Err(NotPositive)
    }
}

#[task]
fn trsm(l: &f64, a: &mut f64) {
    *a /= *l;
}

#[task]
fn syrk(l: &f64, a: &mut f64) {
    *a -= l * l;
}

#[task]
fn gemm(l: &f64, r: &f64, a: &mut f64) {
    *a -= l * r;
}

dag! {
    fn cholesky(a: &mut Tiles, nt: usize) {
        for k in 0..nt {
            potrf(&mut a[(k, k)])?;
            for i in k + 1..nt { trsm(&a[(k, k)], &mut a[(i, k)]); }
            for i in k + 1..nt {
                syrk(&a[(i, k)], &mut a[(i, i)]);
                for j in k + 1..i { gemm(&a[(i, k)], &a[(j, k)], &mut a[(i, j)]); }
            }
        }
    }
}

fn matrix(n: usize) -> Tiles {
    let tiles = (0..n * n)
        .map(|at| {
            if at / n == at % n {
                n as f64
            } else {
                1.0 / (1 + at / n + at % n) as f64
            }
        })
        .collect();
    Tiles { n, tiles }
}

fn factor(a: &mut Tiles) {
    for k in 0..a.n {
        potrf(&mut a[(k, k)]).unwrap();
        for i in k + 1..a.n {
            let l = a[(k, k)];
            trsm(&l, &mut a[(i, k)]);
        }
        for i in k + 1..a.n {
            let l = a[(i, k)];
            syrk(&l, &mut a[(i, i)]);
            for j in k + 1..i {
                let r = a[(j, k)];
                gemm(&l, &r, &mut a[(i, j)]);
            }
        }
    }
}

#[test]
fn a_tiled_algorithm_is_its_loop_nest() -> dagger::Result<()> {
    let nt = 7;
    let mut expected = matrix(nt);
    factor(&mut expected);
    let mut a = matrix(nt);
    dag! {
        for k in 0..nt {
            potrf(&mut a[(k, k)])?;
            for i in k + 1..nt { trsm(&a[(k, k)], &mut a[(i, k)]); }
            for i in k + 1..nt {
                syrk(&a[(i, k)], &mut a[(i, i)]);
                for j in k + 1..i { gemm(&a[(i, k)], &a[(j, k)], &mut a[(i, j)]); }
            }
        }
    }?;
    assert_eq!(a.tiles, expected.tiles);
    let mut b = matrix(nt);
    let g = cholesky::prepare(&mut b, nt)?;
    g.run()?;
    drop(g);
    assert_eq!(b.tiles, expected.tiles);
    Ok(())
}

#[test]
fn tasks_are_spawned_and_awaited() {
    on_workers(|| {
        let t: Task<i64> = spawn!(add1(4));
        let u = spawn!(add2(&t));
        let v = spawn!(
            #[on(worker = 2)]
            #[priority(1)]
            add2(t)
        );
        assert_eq!(v.fetch()?, 7);
        v.wait()?;
        assert!(v.is_ready());
        assert_eq!(v.status(), Status::Finished);
        v.cancel();
        assert_eq!(fetch_all([u, v])?, [7, 7]);
        let tasks = [spawn!(add1(1)), spawn!(add1(2))];
        wait_all(&tasks)?;
        Ok(())
    });
}

#[task]
fn here() -> (usize, usize) {
    (this_worker(), this_thread())
}

#[test]
fn places_have_names() {
    on_workers(|| {
        let one = spawn!(
            #[on(worker = 1)]
            here()
        );
        let two = spawn!(
            #[on(workers = [1, 2])]
            here()
        );
        let first = spawn!(
            #[on(thread = 0)]
            here()
        );
        let local = spawn!(
            #[on(local)]
            here()
        );
        let scope = spawn!(
            #[on((Scope::worker(1) | Scope::gpu(0)) & Scope::thread(1))]
            here()
        );
        let nested = with_options(Options::new().on(Scope::worker(2)), || spawn!(here()));
        assert_eq!(one.fetch()?.0, 1);
        assert!([1, 2].contains(&two.fetch()?.0));
        assert_eq!(first.fetch()?.1, 0);
        assert_eq!(local.fetch()?.0, this_worker());
        assert_eq!(scope.fetch()?, (1, 1));
        assert_eq!(nested.fetch()?.0, 2);
        assert_eq!(workers(), 3);
        for error in [
            spawn!(
                #[on(worker = 7)]
                here()
            )
            .fetch()
            .unwrap_err(),
            spawn!(
                #[on(gpu)]
                here()
            )
            .fetch()
            .unwrap_err(),
            spawn!(
                #[on(gpu = 0)]
                here()
            )
            .fetch()
            .unwrap_err(),
        ] {
            assert!(
                error.to_string().contains("there are: workers 0 to 2"),
                "the processors there are: {error}"
            );
        }
        Ok(())
    });
}

#[cfg(feature = "array")]
mod arrays {
    use super::on_workers;
    use dagger::array::{Blocks, DArray};
    use dagger::prelude::*;
    use ndarray::{Array2, Ix1, Ix2};

    #[kernel]
    fn saxpy(#[uniform] alpha: f32, x: f32, y: f32) -> f32 {
        alpha * x + y
    }

    #[test]
    fn arrays_are_grids_of_tasks() {
        on_workers(|| {
            let a = DArray::<f64, Ix2>::random([40, 40], Blocks([10, 10]));
            let local = a.collect()?;
            let b = DArray::distribute(&local, Blocks([16, 16]));
            let s: Task<f64> = a.sum();
            assert!((s.fetch()? - local.sum()).abs() < 1e-9);
            let c = (&a * 2.0 + &b.map(f64::sqrt)).eval();
            assert_eq!(c.collect()?, &local * 2.0 + local.mapv(f64::sqrt));
            let m = a.dot(&b);
            let t = a.t();
            let r = a.reshape([8, 200]);
            assert!(
                (m.collect()? - local.dot(&local))
                    .iter()
                    .all(|d| d.abs() < 1e-9)
            );
            assert_eq!(t.collect()?, local.t());
            assert_eq!(r.shape(), [8, 200]);
            let v = DArray::<f64, Ix1>::random([100], Blocks([16]));
            let q = v.sort();
            assert!(q.collect()?.windows(2).into_iter().all(|w| w[0] <= w[1]));
            let x: Task<Array2<f64>> = a.block([2, 3]);
            assert_eq!(x.fetch()?.dim(), (10, 10));
            assert_eq!(a.blocks().dim(), (4, 4));
            let _ = (
                DArray::<f64, Ix2>::zeros([3, 3], Blocks::auto()),
                DArray::<f64, Ix2>::ones([3, 3], Blocks([2, 2])),
                DArray::<f64, Ix2>::full([3, 3], Blocks([2, 2]), 2.0),
                DArray::<f64, Ix2>::randn([3, 3], Blocks([2, 2])),
            );
            Ok(())
        });
    }

    #[test]
    fn kernels_are_functions_of_elements() -> dagger::Result<()> {
        assert_eq!(saxpy(2.0, 3.0, 1.0), 7.0);
        let x = DArray::<f32, Ix1>::full([5], Blocks([2]), 3.0);
        let y = DArray::<f32, Ix1>::ones([5], Blocks([2]));
        let z = x.zip_map(&y, saxpy::with(2.0));
        assert_eq!(z.collect()?.to_vec(), [7.0; 5]);
        Ok(())
    }
}

//! The tiled Cholesky factorisation of the design page, with one number a tile, and prepared to run again.
use dagger::prelude::*;
use std::ops::{Index, IndexMut};

struct Tiles {
    n: usize,
    tiles: Vec<f64>,
}

impl Index<(usize, usize)> for Tiles {
    type Output = f64;
    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.tiles[i * self.n + j]
    }
}

impl IndexMut<(usize, usize)> for Tiles {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.tiles[i * self.n + j]
    }
}

#[task]
fn potrf(a: &mut f64) -> std::result::Result<(), String> {
    if *a <= 0.0 {
        return Err("not positive definite".into());
    }
    *a = a.sqrt();
    Ok(())
}

#[task]
fn trsm(l: &f64, a: &mut f64) {
    *a /= l;
}

#[task]
fn syrk(l: &f64, a: &mut f64) {
    *a -= l * l;
}

#[task]
fn gemm(l: &f64, r: &f64, a: &mut f64) {
    *a -= l * r;
}

fn main() -> Result<()> {
    let nt = 3;
    let mut a = Tiles { n: nt, tiles: vec![4.0, 0.0, 0.0, 2.0, 5.0, 0.0, 2.0, 3.0, 6.0] };
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
    assert_eq!(a.tiles, [2.0, 0.0, 0.0, 1.0, 2.0, 0.0, 1.0, 1.0, 2.0]);
    Ok(())
}

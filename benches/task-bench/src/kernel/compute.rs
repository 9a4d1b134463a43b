//! Kernels that stay in registers.
//!
//! `compute_bound` is 64 independent chains of `x · x + x`. On processors with AVX2 and FMA they are 16 registers of
//! four, as in the original when it is compiled for such a processor; elsewhere the compiler vectorises as it may.
#![allow(unsafe_code)]

use std::hint::black_box;

/// How many chains `compute_bound` has.
const CHAINS: usize = 64;

/// The operations of `compute_bound`.
pub(super) fn flops(iterations: i64) -> i64 {
    2 * CHAINS as i64 * iterations + CHAINS as i64
}

/// 64 chains of multiply and add, multiplied together in the end.
#[inline]
pub(super) fn compute_bound(iterations: i64) -> f64 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { fused(iterations) };
    }
    plain(iterations)
}

fn plain(iterations: i64) -> f64 {
    let mut chains = [1.2345_f64; CHAINS];
    for _ in 0..iterations {
        for x in &mut chains {
            *x = *x * *x + *x;
        }
    }
    chains.iter().product()
}

/// # Safety
/// The processor has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn fused(iterations: i64) -> f64 {
    use std::arch::x86_64::{_mm256_fmadd_pd, _mm256_mul_pd, _mm256_set_pd};
    let mut chains = [_mm256_set_pd(1.0, 2.0, 3.0, 4.0); CHAINS / 4];
    for _ in 0..iterations {
        for x in &mut chains {
            *x = _mm256_fmadd_pd(*x, *x, *x);
        }
    }
    let product = chains
        .into_iter()
        .reduce(|product, x| _mm256_mul_pd(product, x))
        .expect("there are chains");
    bytemuck::cast::<_, [f64; 4]>(product).iter().product()
}

/// `c += a · b` on arrays of 32.
pub(super) fn compute_bound2(iterations: i64) -> f64 {
    // Opaque values, so that the loop is not one product.
    let a = black_box([1.2345_f64; 32]);
    let b = black_box([1.010_101_f64; 32]);
    let mut c = [0.0; 32];
    for _ in 0..iterations {
        for ((c, a), b) in c.iter_mut().zip(&a).zip(&b) {
            *c += a * b;
        }
    }
    c.iter().sum()
}

/// Multiplications modulo the prime 2³¹ − 1, each waiting for the one before.
pub(super) fn busy_wait(iterations: i64) -> i64 {
    (0..iterations).fold(113, |value, _| value * 139 % 2_147_483_647)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_iterations_have_the_values_of_a_calculation_by_hand() {
        assert_eq!(busy_wait(0), 113);
        assert_eq!(busy_wait(2), 113 * 139 * 139);
        // 1.2345^64 and (1 · 2 · 3 · 4)^16, before any iteration.
        assert!((plain(0) / 1.2345_f64.powi(64) - 1.0).abs() < 1e-12);
        assert!((compute_bound2(3) / (32.0 * 3.0 * 1.2345 * 1.010_101) - 1.0).abs() < 1e-12);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_fused_chains_compute_what_they_say() {
        if !(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")) {
            return;
        }
        let expected = |iterations| -> f64 {
            let mut chains = [1.0, 2.0, 3.0, 4.0_f64];
            for _ in 0..iterations {
                chains = chains.map(|x| x * x + x);
            }
            chains.iter().product::<f64>().powi(16)
        };
        for iterations in [0, 1, 2] {
            // SAFETY: checked above.
            let value = unsafe { fused(iterations) };
            assert!((value / expected(iterations) - 1.0).abs() < 1e-12);
        }
    }
}

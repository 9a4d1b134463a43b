// Floats. Square roots, sums, products, quotients and whatever else IEEE 754 rounds correctly give Rust's bits; exponentials,
// logarithms, powers and angles are as exact as the library that computes them.
template <class F> struct dg_float;
template <> struct dg_float<f32> { static constexpr u32 exponent = 0x7f800000u, sign = 0x80000000u; };
template <> struct dg_float<f64> {
    static constexpr u64 exponent = 0x7ff0000000000000ull, sign = 0x8000000000000000ull;
};
static __device__ u32 dg_to_bits(f32 x) { return __float_as_uint(x); }
static __device__ u64 dg_to_bits(f64 x) { return u64(__double_as_longlong(x)); }
template <class F> static __device__ F dg_from_bits(u64 bits);
template <> __device__ inline f32 dg_from_bits<f32>(u64 bits) { return __uint_as_float(u32(bits)); }
template <> __device__ inline f64 dg_from_bits<f64>(u64 bits) { return __longlong_as_double(i64(bits)); }

#define DG_ONE(name, single, full) \
    static __device__ f32 dg_##name(f32 x) { return single(x); } \
    static __device__ f64 dg_##name(f64 x) { return full(x); }
#define DG_TWO(name, single, full) \
    static __device__ f32 dg_##name(f32 x, f32 y) { return single(x, y); } \
    static __device__ f64 dg_##name(f64 x, f64 y) { return full(x, y); }
DG_ONE(sqrt, sqrtf, sqrt) DG_ONE(cbrt, cbrtf, cbrt)
DG_ONE(exp, expf, exp) DG_ONE(exp2, exp2f, exp2) DG_ONE(exp_m1, expm1f, expm1)
DG_ONE(ln, logf, log) DG_ONE(log2, log2f, log2) DG_ONE(log10, log10f, log10) DG_ONE(ln_1p, log1pf, log1p)
DG_ONE(sin, sinf, sin) DG_ONE(cos, cosf, cos) DG_ONE(tan, tanf, tan)
DG_ONE(asin, asinf, asin) DG_ONE(acos, acosf, acos) DG_ONE(atan, atanf, atan)
DG_ONE(sinh, sinhf, sinh) DG_ONE(cosh, coshf, cosh) DG_ONE(tanh, tanhf, tanh)
DG_ONE(asinh, asinhf, asinh) DG_ONE(acosh, acoshf, acosh) DG_ONE(atanh, atanhf, atanh)
DG_ONE(floor, floorf, floor) DG_ONE(ceil, ceilf, ceil) DG_ONE(trunc, truncf, trunc)
DG_ONE(round, roundf, round) DG_ONE(round_ties_even, rintf, rint) DG_ONE(abs, fabsf, fabs)
DG_TWO(powf, powf, pow) DG_TWO(atan2, atan2f, atan2) DG_TWO(hypot, hypotf, hypot) DG_TWO(copysign, copysignf, copysign)
DG_TWO(min, fminf, fmin) DG_TWO(max, fmaxf, fmax) DG_TWO(rem, fmodf, fmod)
#undef DG_ONE
#undef DG_TWO
static __device__ f32 dg_mul_add(f32 x, f32 y, f32 z) { return fmaf(x, y, z); }
static __device__ f64 dg_mul_add(f64 x, f64 y, f64 z) { return fma(x, y, z); }
static __device__ f32 dg_to_degrees(f32 x) { return x * 57.2957795130823208767981548141051703f; }
static __device__ f64 dg_to_degrees(f64 x) { return x * (180.0 / 3.14159265358979323846264338327950288); }
static __device__ f32 dg_to_radians(f32 x) { return x * (3.14159265358979323846264338327950288f / 180.0f); }
static __device__ f64 dg_to_radians(f64 x) { return x * (3.14159265358979323846264338327950288 / 180.0); }

// The rest is written once for both types.
#define DG_BOTH(text) text(f32) text(f64)
#define DG_FRACT(F) static __device__ F dg_fract(F x) { return x - dg_trunc(x); }
#define DG_RECIP(F) static __device__ F dg_recip(F x) { return F(1) / x; }
#define DG_SIGNUM(F) static __device__ F dg_signum(F x) { return x == x ? dg_copysign(F(1), x) : x; }
#define DG_LOG(F) static __device__ F dg_log(F x, F base) { return dg_ln(x) / dg_ln(base); }
#define DG_REM_EUCLID(F) \
    static __device__ F dg_rem_euclid(F x, F y) { \
        F r = dg_rem(x, y); \
        return r < F(0) ? r + dg_abs(y) : r; \
    }
#define DG_DIV_EUCLID(F) \
    static __device__ F dg_div_euclid(F x, F y) { \
        F q = dg_trunc(x / y); \
        return dg_rem(x, y) < F(0) ? (y > F(0) ? q - F(1) : q + F(1)) : q; \
    }
// As compiler-rt does it, which Rust calls: squares, and one reciprocal at the end.
#define DG_POWI(F) \
    static __device__ F dg_powi(F x, i32 n) { \
        u32 left = n < 0 ? 0u - u32(n) : u32(n); \
        F result = F(1); \
        for (;;) { \
            if (left & 1) result *= x; \
            left >>= 1; \
            if (left == 0) break; \
            x *= x; \
        } \
        return n < 0 ? F(1) / result : result; \
    }
#define DG_SIN_COS(F) \
    static __device__ dg_tuple<F, F> dg_sin_cos(F x) { return dg_tuple<F, F>{dg_sin(x), dg_cos(x)}; }
#define DG_CLAMP(F) \
    static __device__ F dg_clamp(F x, F low, F high) { \
        if (x < low) x = low; \
        if (x > high) x = high; \
        return x; \
    }
#define DG_CLASSES(F) \
    static __device__ bool dg_is_nan(F x) { return !(x == x); } \
    static __device__ bool dg_is_sign_negative(F x) { return (dg_to_bits(x) & dg_float<F>::sign) != 0; } \
    static __device__ bool dg_is_sign_positive(F x) { return (dg_to_bits(x) & dg_float<F>::sign) == 0; } \
    static __device__ bool dg_is_finite(F x) { return (dg_to_bits(x) & dg_float<F>::exponent) != dg_float<F>::exponent; } \
    static __device__ bool dg_is_infinite(F x) { return (dg_to_bits(x) & ~dg_float<F>::sign) == dg_float<F>::exponent; } \
    static __device__ bool dg_is_normal(F x) { return dg_is_finite(x) && (dg_to_bits(x) & dg_float<F>::exponent) != 0; } \
    static __device__ bool dg_is_subnormal(F x) { \
        return (dg_to_bits(x) & dg_float<F>::exponent) == 0 && (dg_to_bits(x) & ~dg_float<F>::sign) != 0; \
    }
DG_BOTH(DG_FRACT) DG_BOTH(DG_RECIP) DG_BOTH(DG_SIGNUM) DG_BOTH(DG_LOG) DG_BOTH(DG_REM_EUCLID) DG_BOTH(DG_DIV_EUCLID)
DG_BOTH(DG_POWI) DG_BOTH(DG_SIN_COS) DG_BOTH(DG_CLAMP) DG_BOTH(DG_CLASSES)

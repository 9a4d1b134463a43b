// Integers as in Rust's release builds: they wrap, and shift counts are taken modulo the width.
// Signed overflow is undefined in C++, so sums are made of unsigned numbers of at least 32 bits (`wide`).
template <class T> struct dg_int;
#define DG_INT(T, U, S, W, BITS, IS_SIGNED) \
    template <> struct dg_int<T> { \
        typedef U unsigned_type; \
        typedef S signed_type; \
        typedef W wide; \
        static constexpr u32 bits = BITS; \
        static constexpr bool is_signed = IS_SIGNED; \
        static __device__ T max() { return T(U(~U(0)) >> (IS_SIGNED ? 1 : 0)); } \
        static __device__ T min() { return IS_SIGNED ? T(W(1) << (BITS - 1)) : T(0); } \
    };
DG_INT(i8, u8, i8, u32, 8, true)
DG_INT(i16, u16, i16, u32, 16, true)
DG_INT(i32, u32, i32, u32, 32, true)
DG_INT(i64, u64, i64, u64, 64, true)
DG_INT(u8, u8, i8, u32, 8, false)
DG_INT(u16, u16, i16, u32, 16, false)
DG_INT(u32, u32, i32, u32, 32, false)
DG_INT(u64, u64, i64, u64, 64, false)
#undef DG_INT
#define DG_WIDE(x) typename dg_int<T>::wide(x)
#define DG_UNSIGNED typename dg_int<T>::unsigned_type

template <class T> static __device__ T dg_wrapping_add(T a, T b) { return T(DG_WIDE(a) + DG_WIDE(b)); }
template <class T> static __device__ T dg_wrapping_sub(T a, T b) { return T(DG_WIDE(a) - DG_WIDE(b)); }
template <class T> static __device__ T dg_wrapping_mul(T a, T b) { return T(DG_WIDE(a) * DG_WIDE(b)); }
template <class T> static __device__ T dg_wrapping_neg(T a) { return T(DG_WIDE(0) - DG_WIDE(a)); }
template <class T> static __device__ T dg_shl(T a, u32 n) { return T(DG_WIDE(a) << (n & (dg_int<T>::bits - 1))); }
template <class T> static __device__ T dg_shr(T a, u32 n) { return T(a >> (n & (dg_int<T>::bits - 1))); }
template <class T> static __device__ T dg_wrapping_shl(T a, u32 n) { return dg_shl(a, n); }
template <class T> static __device__ T dg_wrapping_shr(T a, u32 n) { return dg_shr(a, n); }
// The divisor is not 0, nor is the least number divided by -1: that has been checked.
template <class T> static __device__ T dg_div(T a, T b) { return T(a / b); }
template <class T> static __device__ T dg_rem(T a, T b) { return T(a % b); }
template <class T> static __device__ T dg_rem_euclid(T a, T b) {
    T r = T(a % b);
    return r < 0 ? (b < 0 ? dg_wrapping_sub(r, b) : dg_wrapping_add(r, b)) : r;
}
template <class T> static __device__ T dg_div_euclid(T a, T b) {
    T q = T(a / b);
    return T(a % b) < 0 ? (b > 0 ? T(q - 1) : T(q + 1)) : q;
}
template <class T> static __device__ T dg_div_ceil(T a, T b) { return T(a / b + (a % b != 0)); }

template <class T> static __device__ T dg_min(T a, T b) { return b < a ? b : a; }
template <class T> static __device__ T dg_max(T a, T b) { return b < a ? a : b; }
template <class T> static __device__ T dg_clamp(T x, T low, T high) { return x < low ? low : (x > high ? high : x); }
template <class T> static __device__ bool dg_clamp_fails(T, T low, T high) { return !(low <= high); }

template <class T> static __device__ T dg_saturating_add(T a, T b) {
    T s = dg_wrapping_add(a, b);
    if (!dg_int<T>::is_signed) return s < a ? dg_int<T>::max() : s;
    return T((a ^ s) & (b ^ s)) < 0 ? (a < 0 ? dg_int<T>::min() : dg_int<T>::max()) : s;
}
template <class T> static __device__ T dg_saturating_sub(T a, T b) {
    T s = dg_wrapping_sub(a, b);
    if (!dg_int<T>::is_signed) return a < b ? T(0) : s;
    return T((a ^ b) & (a ^ s)) < 0 ? (a < 0 ? dg_int<T>::min() : dg_int<T>::max()) : s;
}
template <class T> static __device__ DG_UNSIGNED dg_unsigned_abs(T a) {
    return a < 0 ? DG_UNSIGNED(DG_WIDE(0) - DG_WIDE(a)) : DG_UNSIGNED(a);
}
template <class T> static __device__ T dg_saturating_mul(T a, T b) {
    if (dg_int<T>::bits < 64 && dg_int<T>::is_signed) {
        i64 p = i64(a) * i64(b);
        return p < i64(dg_int<T>::min()) ? dg_int<T>::min() : (p > i64(dg_int<T>::max()) ? dg_int<T>::max() : T(p));
    }
    if (dg_int<T>::bits < 64) {
        u64 p = u64(a) * u64(b);
        return p > u64(dg_int<T>::max()) ? dg_int<T>::max() : T(p);
    }
    bool negative = (a < 0) != (b < 0);
    u64 x = dg_unsigned_abs(a), y = dg_unsigned_abs(b);
    u64 limit = u64(dg_int<T>::max()) + (negative ? 1 : 0);
    if (__umul64hi(x, y) != 0 || x * y > limit) return negative ? dg_int<T>::min() : dg_int<T>::max();
    return negative ? T(u64(0) - x * y) : T(x * y);
}
template <class T> static __device__ T dg_wrapping_pow(T base, u32 n) {
    T result = T(1);
    for (; n != 0; n >>= 1) {
        if (n & 1) result = dg_wrapping_mul(result, base);
        base = dg_wrapping_mul(base, base);
    }
    return result;
}
template <class T> static __device__ T dg_pow(T base, u32 n) { return dg_wrapping_pow(base, n); }
template <class T> static __device__ T dg_wrapping_abs(T a) { return a < 0 ? dg_wrapping_neg(a) : a; }
template <class T> static __device__ T dg_abs(T a) { return dg_wrapping_abs(a); }
template <class T> static __device__ DG_UNSIGNED dg_abs_diff(T a, T b) {
    return a < b ? DG_UNSIGNED(DG_WIDE(b) - DG_WIDE(a)) : DG_UNSIGNED(DG_WIDE(a) - DG_WIDE(b));
}
template <class T> static __device__ T dg_signum(T a) { return T((a > 0) - (a < 0)); }
template <class T> static __device__ bool dg_is_positive(T a) { return a > 0; }
template <class T> static __device__ bool dg_is_negative(T a) { return a < 0; }
template <class T> static __device__ DG_UNSIGNED dg_cast_unsigned(T a) { return DG_UNSIGNED(a); }
template <class T> static __device__ typename dg_int<T>::signed_type dg_cast_signed(T a) {
    return typename dg_int<T>::signed_type(a);
}

template <class T> static __device__ u32 dg_count_ones(T a) { return __popcll(u64(DG_UNSIGNED(a))); }
template <class T> static __device__ u32 dg_count_zeros(T a) { return dg_int<T>::bits - dg_count_ones(a); }
template <class T> static __device__ u32 dg_leading_zeros(T a) {
    return __clzll(i64(u64(DG_UNSIGNED(a)))) - (64 - dg_int<T>::bits);
}
template <class T> static __device__ u32 dg_leading_ones(T a) { return dg_leading_zeros(T(~a)); }
template <class T> static __device__ u32 dg_trailing_zeros(T a) {
    u64 x = u64(DG_UNSIGNED(a));
    return x == 0 ? dg_int<T>::bits : __popcll((x & (u64(0) - x)) - 1);
}
template <class T> static __device__ u32 dg_trailing_ones(T a) { return dg_trailing_zeros(T(~a)); }
template <class T> static __device__ T dg_rotate_left(T a, u32 n) {
    DG_UNSIGNED x = DG_UNSIGNED(a);
    n &= dg_int<T>::bits - 1;
    return n == 0 ? a : T(DG_UNSIGNED(DG_WIDE(x) << n) | DG_UNSIGNED(x >> (dg_int<T>::bits - n)));
}
template <class T> static __device__ T dg_rotate_right(T a, u32 n) {
    return dg_rotate_left(a, dg_int<T>::bits - (n & (dg_int<T>::bits - 1)));
}
template <class T> static __device__ T dg_reverse_bits(T a) {
    return T(DG_UNSIGNED(__brevll(u64(DG_UNSIGNED(a))) >> (64 - dg_int<T>::bits)));
}
template <class T> static __device__ T dg_swap_bytes(T a) {
    u64 x = u64(DG_UNSIGNED(a)), swapped = 0;
    for (u32 i = 0; i < dg_int<T>::bits; i += 8) swapped = swapped << 8 | (x >> i & 255);
    return T(DG_UNSIGNED(swapped));
}
template <class T> static __device__ bool dg_ilog2_fails(T a) { return a <= 0; }
template <class T> static __device__ u32 dg_ilog2(T a) { return dg_int<T>::bits - 1 - dg_leading_zeros(a); }
template <class T> static __device__ bool dg_isqrt_fails(T a) { return a < 0; }
template <class T> static __device__ T dg_isqrt(T a) {
    u64 x = u64(a), r = u64(sqrt(f64(x)));
    if (r > 0xffffffffull) r = 0xffffffffull;
    while (r * r > x) --r;
    while (r < 0xffffffffull && (r + 1) * (r + 1) <= x) ++r;
    return T(r);
}
template <class T> static __device__ bool dg_is_power_of_two(T a) { return dg_count_ones(a) == 1; }
template <class T> static __device__ T dg_next_power_of_two(T a) {
    return a <= 1 ? T(1) : dg_wrapping_add(T(dg_int<T>::max() >> dg_leading_zeros(T(a - 1))), T(1));
}

// `as` from a float: the nearest number there is towards zero, and 0 for what is none.
template <class T, class F> static __device__ T dg_saturate(F x) {
    const F end = F(u64(1) << (dg_int<T>::bits - 1)) * (dg_int<T>::is_signed ? F(1) : F(2));
    if (!(x == x)) return T(0);
    if (x >= end) return dg_int<T>::max();
    if (dg_int<T>::is_signed ? x <= -end : x <= F(0)) return dg_int<T>::min();
    return T(x);
}

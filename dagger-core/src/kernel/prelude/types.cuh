// Types by the names they have in Rust. `usize` has 64 bits, as on the hosts that devices serve.
typedef signed char i8;
typedef short i16;
typedef int i32;
typedef long long i64;
typedef long long isize;
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned long long usize;
typedef float f32;
typedef double f64;

template <class...> struct dg_tuple;
template <> struct dg_tuple<> {};
template <class A> struct dg_tuple<A> { A _0; };
template <class A, class B> struct dg_tuple<A, B> { A _0; B _1; };
template <class A, class B, class C> struct dg_tuple<A, B, C> { A _0; B _1; C _2; };
template <class A, class B, class C, class D> struct dg_tuple<A, B, C, D> { A _0; B _1; C _2; D _3; };
template <class A, class B, class C, class D, class E> struct dg_tuple<A, B, C, D, E> { A _0; B _1; C _2; D _3; E _4; };
template <class A, class B, class C, class D, class E, class F>
struct dg_tuple<A, B, C, D, E, F> { A _0; B _1; C _2; D _3; E _4; F _5; };
template <class A, class B, class C, class D, class E, class F, class G>
struct dg_tuple<A, B, C, D, E, F, G> { A _0; B _1; C _2; D _3; E _4; F _5; G _6; };
template <class A, class B, class C, class D, class E, class F, class G, class H>
struct dg_tuple<A, B, C, D, E, F, G, H> { A _0; B _1; C _2; D _3; E _4; F _5; G _6; H _7; };

template <class T, u64 N> struct dg_array {
    T at[N ? N : 1];
    static __device__ dg_array full(T value) {
        dg_array all;
        for (u64 i = 0; i < N; ++i) all.at[i] = value;
        return all;
    }
};

// The parts of tuples and arrays, to compare them one after the other.
template <int I, class T> struct dg_part;
#define DG_PART(I) \
    template <class... T> struct dg_part<I, dg_tuple<T...>> { \
        static __device__ auto of(const dg_tuple<T...> &tuple) { return tuple._##I; } \
    };
DG_PART(0) DG_PART(1) DG_PART(2) DG_PART(3) DG_PART(4) DG_PART(5) DG_PART(6) DG_PART(7)
#undef DG_PART

template <class T> static __device__ bool dg_eq(T a, T b) { return a == b; }
template <class T> static __device__ bool dg_lt(T a, T b) { return a < b; }
template <class T> static __device__ bool dg_le(T a, T b) { return a <= b; }
template <class... T> static __device__ bool dg_eq(const dg_tuple<T...> &a, const dg_tuple<T...> &b);
template <class... T> static __device__ bool dg_lt(const dg_tuple<T...> &a, const dg_tuple<T...> &b);
template <class... T> static __device__ bool dg_le(const dg_tuple<T...> &a, const dg_tuple<T...> &b);
template <class T, u64 N> static __device__ bool dg_eq(const dg_array<T, N> &a, const dg_array<T, N> &b) {
    for (u64 i = 0; i < N; ++i)
        if (!dg_eq(a.at[i], b.at[i])) return false;
    return true;
}
template <class T, u64 N> static __device__ bool dg_lt(const dg_array<T, N> &a, const dg_array<T, N> &b) {
    for (u64 i = 0; i < N; ++i)
        if (!dg_eq(a.at[i], b.at[i])) return dg_lt(a.at[i], b.at[i]);
    return false;
}
template <class T, u64 N> static __device__ bool dg_le(const dg_array<T, N> &a, const dg_array<T, N> &b) {
    for (u64 i = 0; i < N; ++i)
        if (!dg_eq(a.at[i], b.at[i])) return dg_lt(a.at[i], b.at[i]);
    return true;
}
template <int I, int N> struct dg_parts {
    template <class T> static __device__ bool eq(const T &a, const T &b) {
        return dg_eq(dg_part<I, T>::of(a), dg_part<I, T>::of(b)) && dg_parts<I + 1, N>::eq(a, b);
    }
    template <class T> static __device__ bool less(const T &a, const T &b, bool equal) {
        auto x = dg_part<I, T>::of(a);
        auto y = dg_part<I, T>::of(b);
        return dg_eq(x, y) ? dg_parts<I + 1, N>::less(a, b, equal) : dg_lt(x, y);
    }
};
template <int N> struct dg_parts<N, N> {
    template <class T> static __device__ bool eq(const T &, const T &) { return true; }
    template <class T> static __device__ bool less(const T &, const T &, bool equal) { return equal; }
};
template <class... T> static __device__ bool dg_eq(const dg_tuple<T...> &a, const dg_tuple<T...> &b) {
    return dg_parts<0, sizeof...(T)>::eq(a, b);
}
template <class... T> static __device__ bool dg_lt(const dg_tuple<T...> &a, const dg_tuple<T...> &b) {
    return dg_parts<0, sizeof...(T)>::less(a, b, false);
}
template <class... T> static __device__ bool dg_le(const dg_tuple<T...> &a, const dg_tuple<T...> &b) {
    return dg_parts<0, sizeof...(T)>::less(a, b, true);
}

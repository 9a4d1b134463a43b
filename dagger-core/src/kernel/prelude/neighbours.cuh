// The neighbours of an element. What lies outside the array is up to the boundary.
enum dg_boundary { dg_halo, dg_nearest, dg_wrap, dg_reflect, dg_constant };

// The index that stands for one outside of 0..n, -1 if none does.
template <dg_boundary B> static __device__ i64 dg_inside(i64 i, i64 n) {
    if (B == dg_halo || (i >= 0 && i < n)) return i;
    if (B == dg_nearest) return i < 0 ? 0 : n - 1;
    if (B == dg_wrap) {
        i %= n;
        return i < 0 ? i + n : i;
    }
    if (B == dg_reflect) {
        // Mirrored at the outermost elements, which are not repeated: a period of 2 n - 2.
        if (n == 1) return 0;
        const i64 period = 2 * n - 2;
        i %= period;
        if (i < 0) i += period;
        return i < n ? i : period - i;
    }
    return -1;
}

template <class T, int D, dg_boundary B> struct dg_neighbours {
    const T *data;
    T outside;
    i64 centre[D];
    i64 sizes[D];
    i64 strides[D];
    i64 radius[D];
    template <class... O> __device__ T at(O... offsets) const {
        const i64 offset[D] = {i64(offsets)...};
        i64 index = 0;
        for (int d = 0; d < D; ++d) {
            const i64 i = dg_inside<B>(centre[d] + offset[d], sizes[d]);
            if (B == dg_constant && i < 0) return outside;
            index += i * strides[d];
        }
        return data[index];
    }
    template <class... O> __device__ bool within(O... offsets) const {
        const i64 offset[D] = {i64(offsets)...};
        for (int d = 0; d < D; ++d)
            if (offset[d] < -radius[d] || offset[d] > radius[d]) return false;
        return true;
    }
};

// Where a thread is, where an element lies, and how a failure is told.
static __device__ u64 dg_thread() { return u64(blockIdx.x) * blockDim.x + threadIdx.x; }
static __device__ u64 dg_threads() { return u64(gridDim.x) * blockDim.x; }

template <int R> struct dg_sizes { u64 at[R]; };
template <int R> struct dg_strides { i64 at[R]; };

// The coordinates of the i-th element, the last dimension running fastest.
template <int R> struct dg_place {
    u64 at[R];
    __device__ dg_place(u64 i, const dg_sizes<R> &sizes) {
        for (int d = R - 1; d > 0; --d) {
            at[d] = i % sizes.at[d];
            i /= sizes.at[d];
        }
        at[0] = i;
    }
    __device__ i64 offset(const dg_strides<R> &strides) const {
        i64 offset = 0;
        for (int d = 0; d < R; ++d) offset += i64(at[d]) * strides.at[d];
        return offset;
    }
};

// The first element that failed, and where: the least of all wins.
static __device__ void dg_fail(u64 *failure, u64 element, u32 fault) { atomicMin(failure, element << 16 | fault); }

// The elements of one thread of a reduction.
struct dg_range { u64 first, end, step; };
static __device__ dg_range dg_turns(u64 n) { return dg_range{dg_thread(), n, dg_threads()}; }
static __device__ u64 dg_min_count(u64 a, u64 b) { return a < b ? a : b; }
static __device__ dg_range dg_run(u64 n) {
    const u64 chunk = (n + gridDim.x - 1) / gridDim.x;
    const u64 start = dg_min_count(n, chunk * blockIdx.x), stop = dg_min_count(n, start + chunk);
    const u64 run = (chunk + blockDim.x - 1) / blockDim.x;
    const u64 first = dg_min_count(stop, start + run * threadIdx.x);
    return dg_range{first, dg_min_count(stop, first + run), 1};
}

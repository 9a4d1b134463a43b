// What CUDA has built in, for compilers of ordinary C++: it lets a host compiler take a kernel's source.
#include <cmath>
#include <cstring>
#define __device__
#define __global__
#define __forceinline__ inline
template <class To, class From> static To dg_bit_copy(From from) {
    To to;
    std::memcpy(&to, &from, sizeof(to));
    return to;
}
static inline unsigned __float_as_uint(float x) { return dg_bit_copy<unsigned>(x); }
static inline float __uint_as_float(unsigned x) { return dg_bit_copy<float>(x); }
static inline long long __double_as_longlong(double x) { return dg_bit_copy<long long>(x); }
static inline double __longlong_as_double(long long x) { return dg_bit_copy<double>(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll((unsigned long long)x); }
static inline unsigned long long __brevll(unsigned long long x) {
    unsigned long long reversed = 0;
    for (int i = 0; i < 64; ++i) reversed |= (x >> i & 1) << (63 - i);
    return reversed;
}
static inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y) {
    return (unsigned long long)((unsigned __int128)x * y >> 64);
}

// A grid of threads: blocks one after the other, the threads of a block at once.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>
struct dg_host_index { unsigned x; };
static thread_local dg_host_index threadIdx{0}, blockIdx{0}, blockDim{1}, gridDim{1};
static std::mutex dg_host_mutex;
static std::condition_variable dg_host_all_here;
static unsigned dg_host_waiting = 0, dg_host_round = 0;
#define __shared__ static
static inline void __syncthreads() {
    std::unique_lock<std::mutex> lock(dg_host_mutex);
    const unsigned round = dg_host_round;
    if (++dg_host_waiting == blockDim.x) {
        dg_host_waiting = 0;
        ++dg_host_round;
        dg_host_all_here.notify_all();
    } else {
        while (dg_host_round == round) dg_host_all_here.wait(lock);
    }
}
static inline void atomicMin(unsigned long long *to, unsigned long long value) {
    std::lock_guard<std::mutex> lock(dg_host_mutex);
    if (value < *to) *to = value;
}
template <class F> static void dg_host_launch(unsigned blocks, unsigned threads, F entry) {
    for (unsigned block = 0; block < blocks; ++block) {
        std::vector<std::thread> all;
        for (unsigned thread = 0; thread < threads; ++thread)
            all.emplace_back([=] {
                threadIdx.x = thread;
                blockIdx.x = block;
                blockDim.x = threads;
                gridDim.x = blocks;
                entry();
            });
        for (std::thread &thread : all) thread.join();
    }
}

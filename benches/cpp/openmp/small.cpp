// A chain of tasks by `depend`, and the diamond by two tasks and `taskwait`.
#include "sample.hpp"
#include "team.hpp"

extern "C" uint64_t openmp_chain(Batch batch, int threads, uint64_t nodes, uint64_t *answer) noexcept {
    return inside(threads, [&] {
        return sample(batch, answer, [&] {
            uint64_t value = 0;
            for (uint64_t node = 0; node < nodes; ++node) {
#pragma omp task shared(value) depend(inout : value)
                value = add_one(value);
            }
#pragma omp taskwait
            return value;
        });
    });
}

extern "C" uint64_t openmp_diamond(Batch batch, int threads, Work work, uint64_t steps, uint64_t *answer) noexcept {
    return inside(threads, [&] {
        return sample(batch, answer, [&] {
            uint64_t a = work(steps), b = 0, c = 0;
#pragma omp task shared(b) firstprivate(a)
            b = a + work(steps);
            c = a + work(steps);
#pragma omp taskwait
            return b + c + work(steps);
        });
    });
}

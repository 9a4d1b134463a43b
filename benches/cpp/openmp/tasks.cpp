// Independent tasks in a `taskgroup`.
#include "sample.hpp"
#include "team.hpp"

#include <vector>

extern "C" uint64_t openmp_independent(Batch batch, int threads, uint64_t tasks, Work work, uint64_t steps,
                                       uint64_t *answer) noexcept {
    return inside(threads, [&] {
        return sample(batch, answer, [&] {
            std::vector<uint64_t> results(tasks);
#pragma omp taskgroup
            for (uint64_t task = 0; task < tasks; ++task) {
#pragma omp task shared(results) firstprivate(task)
                results[task] = task + work(steps);
            }
            uint64_t sum = 0;
            for (uint64_t result : results) {
                sum += result;
            }
            return sum;
        });
    });
}

// Independent tasks in a `task_group`.
#include "arena.hpp"
#include "sample.hpp"

#include <tbb/task_group.h>
#include <vector>

extern "C" uint64_t tbb_independent(Batch batch, int threads, uint64_t tasks, Work work, uint64_t steps,
                                    uint64_t *answer) noexcept {
    return inside(threads, [&] {
        return sample(batch, answer, [&] {
            std::vector<uint64_t> results(tasks);
            tbb::task_group group;
            for (uint64_t task = 0; task < tasks; ++task) {
                group.run([&results, task, work, steps] { results[task] = task + work(steps); });
            }
            group.wait();
            uint64_t sum = 0;
            for (uint64_t result : results) {
                sum += result;
            }
            return sum;
        });
    });
}

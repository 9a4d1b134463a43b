// OpenMP with a chosen number of threads.
#pragma once

#include <cstdint>
#include <omp.h>

// Calls `work` on one thread of a team, whose other threads take the tasks it makes. Forming the team is no part
// of a run.
template <class Run> uint64_t inside(int threads, Run work) {
    uint64_t result = 0;
    omp_set_dynamic(0);
#pragma omp parallel num_threads(threads)
#pragma omp single
    result = work();
    return result;
}

// The two OpenMP forms of Task Bench: tasks with `depend` clauses, and one `omp for` a row.
#include <chrono>
#include <cstdint>
#include <omp.h>

namespace {

// `foreign::Table` in `src/executor/openmp.rs`.
struct Table {
    uint64_t rows;
    const uint64_t *row_starts;
    const uint32_t *outputs;
    const uint32_t *first_inputs;
    const uint32_t *inputs;
    // The address of a token stands for a place in the memory.
    const uint8_t *tokens;
    const void *context;
    void (*begin)(const void *context);
    void (*execute)(const void *context, uint64_t task);
};

using Clock = std::chrono::steady_clock;

uint64_t since(Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

void make_tasks(const Table &table) {
    uint64_t tasks = table.row_starts[table.rows];
    for (uint64_t task = 0; task < tasks; ++task) {
        const uint32_t *inputs = table.inputs + table.first_inputs[task];
        uint32_t count = table.first_inputs[task + 1] - table.first_inputs[task];
        const uint8_t *tokens = table.tokens;
        uint32_t own = table.outputs[task];
#pragma omp task shared(table) firstprivate(task) depend(iterator(uint32_t i = 0 : count), in : tokens[inputs[i]]) \
    depend(inout : tokens[own])
        table.execute(table.context, task);
    }
#pragma omp taskwait
}

} // namespace

extern "C" void task_bench_openmp_tasks(int threads, uint64_t runs, Table table, uint64_t *nanoseconds) noexcept {
    omp_set_dynamic(0);
#pragma omp parallel num_threads(threads)
#pragma omp single
    for (uint64_t run = 0; run < runs; ++run) {
        table.begin(table.context);
        auto start = Clock::now();
        make_tasks(table);
        nanoseconds[run] = since(start);
    }
}

extern "C" void task_bench_openmp_rows(int threads, uint64_t runs, Table table, uint64_t *nanoseconds) noexcept {
    omp_set_dynamic(0);
#pragma omp parallel num_threads(threads)
    for (uint64_t run = 0; run < runs; ++run) {
        Clock::time_point start;
#pragma omp barrier
#pragma omp master
        {
            table.begin(table.context);
            start = Clock::now();
        }
#pragma omp barrier
        for (uint64_t row = 0; row < table.rows; ++row) {
            // Ends with a barrier.
#pragma omp for schedule(static)
            for (uint64_t task = table.row_starts[row]; task < table.row_starts[row + 1]; ++task) {
                table.execute(table.context, task);
            }
        }
#pragma omp master
        nanoseconds[run] = since(start);
    }
}

// Graphs of tasks with `depend` clauses. OpenMP keeps no graph: every run finds the dependencies anew.
#include "sample.hpp"
#include "team.hpp"

namespace {

template <unsigned K> void run(const Graph &graph);

template <> void run<1>(const Graph &graph) {
    for (uint64_t node = 0; node < graph.nodes; ++node) {
        uint32_t a = graph.inputs[node];
#pragma omp task shared(graph) firstprivate(node) depend(in : graph.slots[a]) depend(inout : graph.slots[node + 1])
        graph.run_node<1>(node);
    }
#pragma omp taskwait
}

template <> void run<2>(const Graph &graph) {
    for (uint64_t node = 0; node < graph.nodes; ++node) {
        uint32_t a = graph.inputs[2 * node], b = graph.inputs[2 * node + 1];
#pragma omp task shared(graph) firstprivate(node) depend(in : graph.slots[a], graph.slots[b]) depend(inout : graph.slots[node + 1])
        graph.run_node<2>(node);
    }
#pragma omp taskwait
}

template <> void run<3>(const Graph &graph) {
    for (uint64_t node = 0; node < graph.nodes; ++node) {
        const uint32_t *in = graph.inputs + 3 * node;
        uint32_t a = in[0], b = in[1], c = in[2];
#pragma omp task shared(graph) firstprivate(node) depend(in : graph.slots[a], graph.slots[b], graph.slots[c]) \
    depend(inout : graph.slots[node + 1])
        graph.run_node<3>(node);
    }
#pragma omp taskwait
}

} // namespace

extern "C" uint64_t openmp_version() noexcept { return _OPENMP; }

extern "C" uint64_t openmp_graph(Batch batch, int threads, Graph graph) noexcept {
    return inside(threads, [&] {
        return sample(batch, [&] {
            switch (graph.arity) {
            case 1: run<1>(graph); break;
            case 2: run<2>(graph); break;
            default: run<3>(graph); break;
            }
        });
    });
}

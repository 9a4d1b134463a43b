// Flow graphs of `continue_node`s.
#include "arena.hpp"
#include "sample.hpp"

#include <tbb/flow_graph.h>
#include <deque>
#include <optional>
#include <tbb/version.h>
#include <vector>

namespace {

using Node = tbb::flow::continue_node<tbb::flow::continue_msg>;

// A flow graph. It runs in the arena it was made in.
class Flow {
  public:
    explicit Flow(const Graph &shape) {
        for (uint64_t node = 0; node < shape.nodes; ++node) {
            switch (shape.arity) {
            case 1: add<1>(shape, node); break;
            case 2: add<2>(shape, node); break;
            default: add<3>(shape, node); break;
            }
        }
        for (uint64_t node = 0; node < shape.nodes; ++node) {
            for (uint32_t edge = shape.first_successor[node]; edge < shape.first_successor[node + 1]; ++edge) {
                tbb::flow::make_edge(nodes[node], nodes[shape.successors[edge]]);
            }
            if (shape.joins[node] == 0) {
                sources.push_back(&nodes[node]);
            }
        }
    }

    void run() {
        for (Node *source : sources) {
            source->try_put(tbb::flow::continue_msg());
        }
        graph.wait_for_all();
    }

  private:
    template <unsigned K> void add(const Graph &shape, uint64_t node) {
        nodes.emplace_back(graph, [shape, node](const tbb::flow::continue_msg &) {
            shape.run_node<K>(node);
            return tbb::flow::continue_msg();
        });
    }

    tbb::flow::graph graph;
    std::deque<Node> nodes;
    std::vector<Node *> sources;
};

struct Prepared {
    int threads;
    std::optional<Flow> flow;
};

} // namespace

extern "C" uint64_t tbb_version() noexcept { return TBB_VERSION_MAJOR * 100 + TBB_VERSION_MINOR; }

extern "C" void *tbb_graph_new(int threads, Graph shape) noexcept {
    auto *prepared = new Prepared{threads, std::nullopt};
    inside(threads, [&] { prepared->flow.emplace(shape); });
    return prepared;
}

extern "C" uint64_t tbb_graph_run(void *graph, Batch batch) noexcept {
    auto *prepared = static_cast<Prepared *>(graph);
    return inside(prepared->threads, [&] { return sample(batch, [&] { prepared->flow->run(); }); });
}

extern "C" void tbb_graph_free(void *graph) noexcept { delete static_cast<Prepared *>(graph); }

extern "C" uint64_t tbb_graph_build_and_run(Batch batch, int threads, Graph shape) noexcept {
    return inside(threads, [&] {
        return sample(batch, [&] {
            Flow flow(shape);
            flow.run();
        });
    });
}

extern "C" uint64_t tbb_graph_build(Batch batch, int threads, Graph shape) noexcept {
    return inside(threads, [&] {
        uint64_t nanoseconds = 0;
        for (uint64_t run = 0; run < batch.warm + batch.timed; ++run) {
            std::optional<Flow> flow;
            uint64_t once = sample(Batch{0, 1}, [&] { flow.emplace(shape); });
            nanoseconds += run < batch.warm ? 0 : once;
            flow->run();
        }
        return nanoseconds;
    });
}

// A chain of function nodes, and the diamond both as a flow graph and by `parallel_invoke`.
#include "arena.hpp"
#include "sample.hpp"

#include <tbb/flow_graph.h>
#include <tbb/parallel_invoke.h>
#include <deque>

using tbb::flow::continue_msg;

extern "C" uint64_t tbb_chain(Batch batch, int threads, uint64_t nodes, uint64_t *answer) noexcept {
    using Node = tbb::flow::function_node<uint64_t, uint64_t>;
    return inside(threads, [&] {
        tbb::flow::graph graph;
        std::deque<Node> chain;
        uint64_t last = 0;
        for (uint64_t node = 0; node < nodes; ++node) {
            chain.emplace_back(graph, tbb::flow::serial, [](uint64_t x) { return add_one(x); });
        }
        Node end(graph, tbb::flow::serial, [&](uint64_t x) { return last = x; });
        for (uint64_t node = 1; node < nodes; ++node) {
            tbb::flow::make_edge(chain[node - 1], chain[node]);
        }
        tbb::flow::make_edge(chain[nodes - 1], end);
        return sample(batch, answer, [&] {
            chain[0].try_put(0);
            graph.wait_for_all();
            return last;
        });
    });
}

extern "C" uint64_t tbb_diamond_graph(Batch batch, int threads, Work work, uint64_t steps, uint64_t *answer) noexcept {
    using Node = tbb::flow::continue_node<continue_msg>;
    return inside(threads, [&] {
        tbb::flow::graph graph;
        uint64_t a = 0, b = 0, c = 0, d = 0;
        Node top(graph, [&](const continue_msg &) { a = work(steps); });
        Node left(graph, [&](const continue_msg &) { b = a + work(steps); });
        Node right(graph, [&](const continue_msg &) { c = a + work(steps); });
        Node bottom(graph, [&](const continue_msg &) { d = b + c + work(steps); });
        tbb::flow::make_edge(top, left);
        tbb::flow::make_edge(top, right);
        tbb::flow::make_edge(left, bottom);
        tbb::flow::make_edge(right, bottom);
        return sample(batch, answer, [&] {
            top.try_put(continue_msg());
            graph.wait_for_all();
            return d;
        });
    });
}

extern "C" uint64_t tbb_diamond_invoke(Batch batch, int threads, Work work, uint64_t steps, uint64_t *answer) noexcept {
    return inside(threads, [&] {
        return sample(batch, answer, [&] {
            uint64_t a = work(steps), b = 0, c = 0;
            tbb::parallel_invoke([&] { b = a + work(steps); }, [&] { c = a + work(steps); });
            return b + c + work(steps);
        });
    });
}

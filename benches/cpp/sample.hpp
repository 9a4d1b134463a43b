// What all C++ peers share with the Rust side: batches, the clock, graphs, matrices.
//
// The layouts here mirror `harness::Batch`, `peers::foreign::ForeignGraph` and `fork_join::matmul::ForeignProduct`.
#pragma once

#include <chrono>
#include <cstdint>

// How often a contender runs its work in one sample.
struct Batch {
    uint64_t warm;
    uint64_t timed;
};

// Work that is done by calling back into Rust: it does so many steps and returns their number plus one.
using Work = uint64_t (*)(uint64_t steps);

// A graph of near-empty nodes; `shape.rs` says what they do.
struct Graph {
    uint64_t nodes;
    uint64_t arity;
    const uint32_t *inputs;
    const uint32_t *first_successor;
    const uint32_t *successors;
    const uint32_t *joins;
    uint64_t *slots;

    // Runs a node whose number of inputs is known at compile time.
    template <unsigned K> void run_node(uint64_t node) const {
        uint64_t sum = 1;
        for (unsigned k = 0; k < K; ++k) {
            sum += slots[inputs[node * K + k]];
        }
        slots[node + 1] += sum;
    }
};

// The product of two square matrices stored as quadrants of quadrants, down to tiles of `tile` rows.
struct Product {
    uint64_t size;
    uint64_t tile;
    const double *a;
    const double *b;
    double *c;
    // c += a * b for one tile.
    void (*leaf)(const double *a, const double *b, double *c);
};

// Keeps the compiler from leaving out what makes `value`.
template <class T> inline void keep(T &value) { asm volatile("" : "+r"(value) : : "memory"); }

// Times `work`, in nanoseconds; the answer is that of the last run.
template <class Run> uint64_t sample(Batch batch, uint64_t *answer, Run work) {
    for (uint64_t run = 0; run < batch.warm; ++run) {
        *answer = work();
        keep(*answer);
    }
    auto start = std::chrono::steady_clock::now();
    for (uint64_t run = 0; run < batch.timed; ++run) {
        uint64_t value = work();
        keep(value);
        *answer = value;
    }
    auto elapsed = std::chrono::steady_clock::now() - start;
    return std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count();
}

// Like `sample`, for work without an answer.
template <class Run> uint64_t sample(Batch batch, Run work) {
    uint64_t none = 0;
    return sample(batch, &none, [&] {
        work();
        return uint64_t(0);
    });
}

// The empty nodes of the chain and the diamond. Never inlined, like their Rust counterparts.
[[gnu::noinline]] inline uint64_t add_one(uint64_t x) { return x + 1; }

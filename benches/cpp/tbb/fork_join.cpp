// Recursive fork-join by `parallel_invoke`.
#include "arena.hpp"
#include "queens.hpp"
#include "sample.hpp"

#include <tbb/parallel_invoke.h>

namespace {

uint64_t fib(uint64_t n) {
    if (n < 2) {
        return n;
    }
    uint64_t x = 0, y = 0;
    tbb::parallel_invoke([&] { x = fib(n - 1); }, [&] { y = fib(n - 2); });
    return x + y;
}

// The sum of the `count` numbers from `first`, by ten children to a node.
uint64_t skynet(uint64_t first, uint64_t count) {
    if (count == 1) {
        return first;
    }
    uint64_t part = count / 10;
    uint64_t sum[10];
    auto child = [&](int index) { sum[index] = skynet(first + index * part, part); };
    tbb::parallel_invoke([&] { child(0); }, [&] { child(1); }, [&] { child(2); }, [&] { child(3); },
                         [&] { child(4); }, [&] { child(5); }, [&] { child(6); }, [&] { child(7); },
                         [&] { child(8); }, [&] { child(9); });
    uint64_t total = 0;
    for (uint64_t part_sum : sum) {
        total += part_sum;
    }
    return total;
}

// The solutions with a queen on one of the columns `free` of the next row.
uint64_t queens(Board board, uint32_t free) {
    if (board.full()) {
        return 1;
    }
    if (free == 0) {
        return 0;
    }
    uint32_t column = free & -free;
    uint64_t here = 0, elsewhere = 0;
    tbb::parallel_invoke(
        [&] {
            Board next = board.place(column);
            here = queens(next, next.free());
        },
        [&] { elsewhere = queens(board, free ^ column); });
    return here + elsewhere;
}

void multiply(const Product &p, uint64_t size, const double *a, const double *b, double *c) {
    if (size == p.tile) {
        p.leaf(a, b, c);
        return;
    }
    uint64_t half = size / 2, quadrant = half * half;
    for (uint64_t k = 0; k < 2; ++k) {
        auto part = [&, k](uint64_t row, uint64_t column) {
            multiply(p, half, a + (2 * row + k) * quadrant, b + (2 * k + column) * quadrant,
                     c + (2 * row + column) * quadrant);
        };
        tbb::parallel_invoke([&] { part(0, 0); }, [&] { part(0, 1); }, [&] { part(1, 0); }, [&] { part(1, 1); });
    }
}

} // namespace

extern "C" uint64_t tbb_fib(Batch batch, int threads, uint64_t n, uint64_t *answer) noexcept {
    return inside(threads, [&] { return sample(batch, answer, [&] { return fib(n); }); });
}

extern "C" uint64_t tbb_skynet(Batch batch, int threads, uint64_t leaves, uint64_t *answer) noexcept {
    return inside(threads, [&] { return sample(batch, answer, [&] { return skynet(0, leaves); }); });
}

extern "C" uint64_t tbb_nqueens(Batch batch, int threads, uint64_t n, uint64_t *answer) noexcept {
    return inside(threads, [&] {
        return sample(batch, answer, [&] {
            Board board = Board::empty(n);
            return queens(board, board.free());
        });
    });
}

extern "C" uint64_t tbb_matmul(Batch batch, int threads, Product product) noexcept {
    return inside(threads, [&] {
        return sample(batch, [&] {
            for (uint64_t i = 0; i < product.size * product.size; ++i) {
                product.c[i] = 0;
            }
            multiply(product, product.size, product.a, product.b, product.c);
        });
    });
}

// Recursive fork-join by OpenMP tasks.
#include "queens.hpp"
#include "sample.hpp"
#include "team.hpp"

namespace {

uint64_t fib(uint64_t n) {
    if (n < 2) {
        return n;
    }
    uint64_t x, y;
#pragma omp task shared(x) firstprivate(n)
    x = fib(n - 1);
    y = fib(n - 2);
#pragma omp taskwait
    return x + y;
}

// The sum of the `count` numbers from `first`, by ten children to a node.
uint64_t skynet(uint64_t first, uint64_t count) {
    if (count == 1) {
        return first;
    }
    uint64_t part = count / 10;
    uint64_t sum[10];
    for (int index = 0; index < 9; ++index) {
#pragma omp task shared(sum) firstprivate(index, first, part)
        sum[index] = skynet(first + index * part, part);
    }
    sum[9] = skynet(first + 9 * part, part);
#pragma omp taskwait
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
    uint64_t here, elsewhere;
#pragma omp task shared(here) firstprivate(board, column)
    {
        Board next = board.place(column);
        here = queens(next, next.free());
    }
    elsewhere = queens(board, free ^ column);
#pragma omp taskwait
    return here + elsewhere;
}

void multiply(const Product &p, uint64_t size, const double *a, const double *b, double *c) {
    if (size == p.tile) {
        p.leaf(a, b, c);
        return;
    }
    uint64_t half = size / 2, quadrant = half * half;
    for (uint64_t k = 0; k < 2; ++k) {
        for (uint64_t row = 0; row < 2; ++row) {
            for (uint64_t column = 0; column < 2; ++column) {
#pragma omp task shared(p) firstprivate(a, b, c, k, row, column, half, quadrant)
                multiply(p, half, a + (2 * row + k) * quadrant, b + (2 * k + column) * quadrant,
                         c + (2 * row + column) * quadrant);
            }
        }
#pragma omp taskwait
    }
}

} // namespace

extern "C" uint64_t openmp_fib(Batch batch, int threads, uint64_t n, uint64_t *answer) noexcept {
    return inside(threads, [&] { return sample(batch, answer, [&] { return fib(n); }); });
}

extern "C" uint64_t openmp_skynet(Batch batch, int threads, uint64_t leaves, uint64_t *answer) noexcept {
    return inside(threads, [&] { return sample(batch, answer, [&] { return skynet(0, leaves); }); });
}

extern "C" uint64_t openmp_nqueens(Batch batch, int threads, uint64_t n, uint64_t *answer) noexcept {
    return inside(threads, [&] {
        return sample(batch, answer, [&] {
            Board board = Board::empty(n);
            return queens(board, board.free());
        });
    });
}

extern "C" uint64_t openmp_matmul(Batch batch, int threads, Product product) noexcept {
    return inside(threads, [&] {
        return sample(batch, [&] {
            for (uint64_t i = 0; i < product.size * product.size; ++i) {
                product.c[i] = 0;
            }
            multiply(product, product.size, product.a, product.b, product.c);
        });
    });
}

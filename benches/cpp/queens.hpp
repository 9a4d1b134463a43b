// The board of the queens, as `fork_join/nqueens.rs` has it.
#pragma once

#include <cstdint>

// The rows below are still empty; the masks say which columns the queens above attack.
struct Board {
    uint32_t all;
    uint32_t columns;
    uint32_t left;
    uint32_t right;

    static Board empty(uint64_t n) { return {(1u << n) - 1, 0, 0, 0}; }

    bool full() const { return columns == all; }

    // The columns of the next row that no queen attacks.
    uint32_t free() const { return all & ~(columns | left | right); }

    // The board with a queen in the next row.
    Board place(uint32_t column) const {
        return {all, columns | column, (left | column) << 1, (right | column) >> 1};
    }
};

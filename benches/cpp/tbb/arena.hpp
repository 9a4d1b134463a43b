// oneTBB with a chosen number of threads.
#pragma once

#include <map>
#include <memory>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

// The arena of so many threads, the calling one among them. Made once, kept for good.
inline tbb::task_arena &arena(int threads) {
    static std::map<int, std::unique_ptr<tbb::task_arena>> arenas;
    auto &arena = arenas[threads];
    if (!arena) {
        arena = std::make_unique<tbb::task_arena>(threads);
    }
    return *arena;
}

// Calls `work` inside the arena: entering it is no part of a run.
template <class Run> auto inside(int threads, Run work) {
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    return arena(threads).execute(work);
}

// Task Bench in plain MPI: what somebody would write by hand for one graph, and the yardstick for ranks.
//
// Each rank owns a block of points. In every row it posts a nonblocking receive for each input from another rank and a
// nonblocking send for each output another rank needs, waits for all of them and runs its tasks. Values within a
// rank are read where they are. Every input of every task is checked.
//
// It knows the flags of the graph, the patterns without randomness, and the kernels `empty` and `compute_bound`. `-sweep`
// takes a list of iterations, `-runs` how often to run each; the first run of each is a warm-up. For each run it prints the
// iterations and the seconds.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
// Not the C++ bindings of old.
#define OMPI_SKIP_MPICXX
#define MPICH_SKIP_MPICXX
#include <mpi.h>
#include <string>
#include <vector>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

// Ends all ranks: a rank that stops alone would leave the others waiting.
[[noreturn]] void give_up(const std::string &why) {
    std::fprintf(stderr, "task-bench-mpi: %s\n", why.c_str());
    MPI_Abort(MPI_COMM_WORLD, 1);
    std::abort();
}

struct Options {
    long steps = 4, width = 4, radix = 3, period = 3, output = 16, runs = 1;
    std::string type = "trivial", kernel = "compute_bound";
    std::vector<long> sweep = {0};

    Options(int argc, char **argv) {
        for (int i = 1; i < argc; ++i) {
            std::string flag = argv[i];
            if (i + 1 == argc) {
                give_up(flag + " needs a value");
            }
            std::string value = argv[++i];
            if (flag == "-type") {
                type = value;
            } else if (flag == "-kernel") {
                kernel = value;
            } else if (flag == "-sweep") {
                sweep.clear();
                for (size_t at = 0; at < value.size();) {
                    size_t comma = std::min(value.find(',', at), value.size());
                    sweep.push_back(number(flag, value.substr(at, comma - at), 0));
                    at = comma + 1;
                }
            } else {
                named(flag) = number(flag, value, flag == "-output" ? 16 : flag == "-radix" ? 0 : 1);
            }
        }
        if (kernel != "empty" && kernel != "compute_bound") {
            give_up("-kernel " + kernel + " is not one of empty, compute_bound");
        }
    }

private:
    long &named(const std::string &flag) {
        if (flag == "-steps") return steps;
        if (flag == "-width") return width;
        if (flag == "-radix") return radix;
        if (flag == "-period") return period;
        if (flag == "-output") return output;
        if (flag == "-runs") return runs;
        give_up("unknown flag " + flag);
    }

    static long number(const std::string &flag, const std::string &text, long least) {
        char *end = nullptr;
        long value = std::strtol(text.c_str(), &end, 10);
        if (text.empty() || *end != '\0' || value < least) {
            give_up(flag + " " + text + ": not a number of at least " + std::to_string(least));
        }
        return value;
    }
};

// The points of a row: from `first`, `width` of them.
struct Row {
    long first, width;
    bool has(long point) const { return first <= point && point < first + width; }
};

struct Pattern {
    const Options &options;

    Row row(long step) const {
        long steps = options.steps, width = options.width;
        if (step < 0) return {0, 0};
        if (options.type == "dom") {
            return {std::max(0L, step + width - steps), std::min({width, step + 1, steps - step})};
        }
        if (options.type == "tree") return {0, std::min(width, 1L << std::min(step, 62L))};
        return {0, width};
    }

    long sets() const {
        if (options.type == "spread") return options.period;
        if (options.type != "fft") return 1;
        long sets = 0;
        while ((1L << sets) < options.width) ++sets;
        return std::max(sets, 1L);
    }

    long set_at(long step) const {
        return options.type == "fft" ? (step + sets() - 1) % sets() : step % sets();
    }

    // What `point` needs, in the order of its inputs.
    std::vector<long> inputs(long set, long point) const {
        const std::string &type = options.type;
        long width = options.width, radix = options.radix;
        std::vector<long> points;
        auto from_to = [&](long first, long last) {
            for (long p = std::max(first, 0L); p <= std::min(last, width - 1); ++p) points.push_back(p);
        };
        if (type == "trivial") return points;
        if (type == "no_comm") {
            from_to(point, point);
        } else if (type == "stencil_1d") {
            from_to(point - 1, point + 1);
        } else if (type == "stencil_1d_periodic") {
            from_to(point - 1, point + 1);
            if (point == 0) points.push_back(width - 1);
            if (point == width - 1) points.push_back(0);
        } else if (type == "dom") {
            from_to(point - 1, point);
        } else if (type == "tree") {
            from_to(point / 2, point / 2);
        } else if (type == "fft") {
            long far = 1L << set;
            from_to(point - far, point - far);
            from_to(point, point);
            from_to(point + far, point + far);
        } else if (type == "all_to_all") {
            from_to(0, width - 1);
        } else if (type == "nearest") {
            if (radix > 0) from_to(point - radix / 2, point + (radix - 1) / 2);
        } else if (type == "spread") {
            for (long leg = 0; leg < radix; ++leg) {
                points.push_back((point + leg * width / radix + (leg > 0 ? set : 0)) % width);
            }
        } else {
            give_up("-type " + type + " is not known here");
        }
        return points;
    }
};

// Who wrote a value. `row` holds the number of the run in its upper half.
struct Stamp {
    int64_t row, point;
};

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) double compute_fused(long iterations) {
    __m256d chains[16];
    for (auto &x : chains) x = _mm256_set_pd(1.0, 2.0, 3.0, 4.0);
    for (long i = 0; i < iterations; ++i) {
        for (auto &x : chains) x = _mm256_fmadd_pd(x, x, x);
    }
    for (int i = 1; i < 16; ++i) chains[0] = _mm256_mul_pd(chains[0], chains[i]);
    double lanes[4];
    _mm256_storeu_pd(lanes, chains[0]);
    return lanes[0] * lanes[1] * lanes[2] * lanes[3];
}
#endif

// The kernel `compute_bound`, as `src/kernel/compute.rs` has it.
double compute(long iterations) {
#if defined(__x86_64__)
    static const bool fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (fused) return compute_fused(iterations);
#endif
    double chains[64];
    for (double &x : chains) x = 1.2345;
    for (long i = 0; i < iterations; ++i) {
        for (double &x : chains) x = x * x + x;
    }
    double product = 1.0;
    for (double x : chains) product *= x;
    return product;
}

class Program {
public:
    Program(const Options &options) : options(options), pattern{options} {
        MPI_Comm_size(MPI_COMM_WORLD, &ranks);
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        first = first_of(rank);
        points = first_of(rank + 1) - first;
        // An output begins on a cache line of its own.
        stride = (options.output + 63) / 64 * 64 / sizeof(Stamp);
        for (auto &row : outputs) row.resize(points * stride);
        plan();
    }

    // One run; the seconds it took.
    double run(long iterations, int64_t number) {
        MPI_Barrier(MPI_COMM_WORLD);
        double start = MPI_Wtime();
        for (long step = 0; step < options.steps; ++step) run_row(step, iterations, number << 32);
        MPI_Barrier(MPI_COMM_WORLD);
        return MPI_Wtime() - start;
    }

    bool prints() const { return rank == 0; }

private:
    // An input of a point here: a point here, or a message.
    struct Input {
        long from;
        const Stamp *message;
    };
    struct Message {
        long from, to;
        int peer, tag;
        Stamp *buffer;
    };
    struct Set {
        std::vector<std::vector<Input>> inputs;
        std::vector<Message> receives, sends;
        std::vector<std::vector<Stamp>> buffers;
    };

    const Options &options;
    Pattern pattern;
    int ranks, rank;
    long first, points;
    size_t stride;
    std::vector<Stamp> outputs[2];
    std::vector<Set> sets;
    std::vector<MPI_Request> requests;

    long first_of(int of) const { return of * options.width / ranks; }

    bool is_here(long point) const { return first <= point && point < first + points; }

    int owner(long point) const {
        int of = 0;
        while (first_of(of + 1) <= point) ++of;
        return of;
    }

    // Tags tell apart the messages between two ranks in one row.
    int tag(long from, long to) const {
        long from_index = from - first_of(owner(from)), to_index = to - first_of(owner(to));
        long tag = from_index * (options.width / ranks + 1) + to_index;
        void *most = nullptr;
        int found = 0;
        MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &most, &found);
        if (found && tag > *static_cast<int *>(most)) give_up("-width is too large for this MPI's tags");
        return static_cast<int>(tag);
    }

    void plan() {
        for (long s = 0; s < pattern.sets(); ++s) {
            Set set;
            set.inputs.resize(points);
            for (long to = 0; to < options.width; ++to) {
                for (long from : pattern.inputs(s, to)) {
                    if (is_here(to) && is_here(from)) {
                        set.inputs[to - first].push_back({from, nullptr});
                    } else if (is_here(to)) {
                        set.buffers.emplace_back(stride);
                        Stamp *buffer = set.buffers.back().data();
                        set.receives.push_back({from, to, owner(from), tag(from, to), buffer});
                        set.inputs[to - first].push_back({from, buffer});
                    } else if (is_here(from)) {
                        set.sends.push_back({from, to, owner(to), tag(from, to), nullptr});
                    }
                }
            }
            sets.push_back(std::move(set));
        }
    }

    void run_row(long step, long iterations, int64_t run) {
        Row row = pattern.row(step), before = pattern.row(step - 1);
        Set &set = sets[pattern.set_at(step)];
        Stamp *own = outputs[step % 2].data(), *earlier = outputs[(step + 1) % 2].data();
        requests.clear();
        for (Message &m : set.receives) {
            if (row.has(m.to) && before.has(m.from)) {
                requests.emplace_back();
                MPI_Irecv(m.buffer, options.output, MPI_BYTE, m.peer, m.tag, MPI_COMM_WORLD, &requests.back());
            }
        }
        for (Message &m : set.sends) {
            if (row.has(m.to) && before.has(m.from)) {
                requests.emplace_back();
                MPI_Isend(earlier + (m.from - first) * stride, options.output, MPI_BYTE, m.peer, m.tag,
                          MPI_COMM_WORLD, &requests.back());
            }
        }
        MPI_Waitall(requests.size(), requests.data(), MPI_STATUSES_IGNORE);
        for (long point = std::max(first, row.first); point < std::min(first + points, row.first + row.width); ++point) {
            for (const Input &input : set.inputs[point - first]) {
                if (before.has(input.from)) {
                    const Stamp *value = input.message ? input.message : earlier + (input.from - first) * stride;
                    check(value, {run | (step - 1), input.from}, step, point);
                }
            }
            Stamp *output = own + (point - first) * stride;
            std::fill_n(output, options.output / sizeof(Stamp), Stamp{run | step, point});
            if (options.kernel == "compute_bound") {
                volatile double result = compute(iterations);
                static_cast<void>(result);
            }
        }
    }

    void check(const Stamp *value, Stamp expected, long step, long point) const {
        for (size_t i = 0; i < options.output / sizeof(Stamp); ++i) {
            if (value[i].row != expected.row || value[i].point != expected.point) {
                give_up("corrupted value in timestep " + std::to_string(step) + " point " + std::to_string(point));
            }
        }
    }
};

} // namespace

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    {
        Options options(argc, argv);
        Program program(options);
        int64_t number = 0;
        for (long iterations : options.sweep) {
            program.run(iterations, ++number);
            for (long i = 0; i < options.runs; ++i) {
                double seconds = program.run(iterations, ++number);
                if (program.prints()) std::printf("%ld %.9e\n", iterations, seconds);
            }
        }
    }
    MPI_Finalize();
}

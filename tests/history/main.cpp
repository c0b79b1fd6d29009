// Checks a history of publishers and streams, while rill processes and the servers of their log fail.
//
//     history --store memory|sqlite|redis|nats [--seed N] [--seeds N] [--seconds S] [--streams N] [--keep]
//
// Runs three rill processes (one with the log in memory), four publishers and N streams (default: 200) for S seconds
// (default: 15). The seed (default: 1) selects the faults, their times and the times at which the streams are cut and
// resume at any of the processes. --seeds runs several seeds. Prints the faults of each seed and the figures of its
// history. Fails if the history of a seed is wrong, see checker.hpp. --keep keeps the files of the servers, also of a
// correct history.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "history/run.hpp"

namespace {

struct arguments
{
    history::run_options run{};
    std::uint64_t seeds = 1;
    bool keeps_files = false;
};

arguments parse(int argc, char** argv)
{
    arguments a;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--keep") {
            a.keeps_files = true;
            continue;
        }
        if (++i == argc) {
            throw std::invalid_argument(std::string(name) + ": the value is missing");
        }
        const auto number = [&] { return std::stoull(argv[i]); };
        if (name == "--store") {
            a.run.store = argv[i];
        } else if (name == "--seed") {
            a.run.seed = number();
        } else if (name == "--seeds") {
            a.seeds = number();
        } else if (name == "--seconds") {
            a.run.time = std::chrono::seconds(number());
        } else if (name == "--streams") {
            a.run.streams = number();
        } else {
            throw std::invalid_argument(std::string(name) + ": unknown option");
        }
    }
    const bool is_one_process = a.run.store == "memory" || a.run.store == "faulty";
    a.run.nodes = is_one_process ? 1 : 3;
    a.run.kills_nodes = a.run.store != "faulty";
    a.run.node_program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "history_node";
    return a;
}

bool run_seed(arguments a)
{
    auto path = (std::filesystem::temp_directory_path() / "rill-history-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) {
        throw std::runtime_error("no temporary directory");
    }
    a.run.directory = path;
    std::printf(
        "store %s, seed %llu, %lld s, %zu streams\n", a.run.store.c_str(), static_cast<unsigned long long>(a.run.seed),
        static_cast<long long>(std::chrono::duration_cast<std::chrono::seconds>(a.run.time).count()), a.run.streams);
    std::fflush(stdout);
    const auto result = history::run(a.run);
    std::fputs(history::to_text(result).c_str(), stdout);
    const bool is_expected = result.is_correct() || a.run.store == "faulty";
    if (is_expected && !a.keeps_files) {
        std::filesystem::remove_all(path);
    } else {
        std::printf("the files are in %s\n", path.c_str());
    }
    std::printf("seed %llu: the history is %s\n", static_cast<unsigned long long>(a.run.seed),
                result.is_correct() ? "correct" : "WRONG");
    std::fflush(stdout);
    return result.is_correct();
}

} // namespace

int main(int argc, char** argv)
{
    try {
        auto a = parse(argc, argv);
        std::uint64_t wrong = 0;
        for (std::uint64_t i = 0; i < a.seeds; ++i, ++a.run.seed) {
            wrong += run_seed(a) ? 0 : 1;
        }
        if (a.seeds > 1) {
            std::printf("%llu of %llu histories are correct\n", static_cast<unsigned long long>(a.seeds - wrong),
                        static_cast<unsigned long long>(a.seeds));
        }
        return wrong == 0 ? 0 : 1;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "history: %s\n", e.what());
        return 1;
    }
}

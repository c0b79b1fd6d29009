// Runs each fuzz target over its corpus, as a test: fuzz_replay CORPUS_DIR. The last file that it names is the one at
// which a target has stopped it.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" {
int fuzz_chunks(const std::uint8_t* data, std::size_t size);
int fuzz_event(const std::uint8_t* data, std::size_t size);
int fuzz_form(const std::uint8_t* data, std::size_t size);
int fuzz_forwarded(const std::uint8_t* data, std::size_t size);
int fuzz_json(const std::uint8_t* data, std::size_t size);
int fuzz_last_event_id(const std::uint8_t* data, std::size_t size);
int fuzz_path_pattern(const std::uint8_t* data, std::size_t size);
int fuzz_request(const std::uint8_t* data, std::size_t size);
int fuzz_sse_parser(const std::uint8_t* data, std::size_t size);
int fuzz_target(const std::uint8_t* data, std::size_t size);
}

namespace {

namespace fs = std::filesystem;

struct fuzz_target_entry
{
    const char* name;
    int (*run)(const std::uint8_t* data, std::size_t size);
};

constexpr fuzz_target_entry targets[] = {
    {"chunks", fuzz_chunks},
    {"event", fuzz_event},
    {"form", fuzz_form},
    {"forwarded", fuzz_forwarded},
    {"json", fuzz_json},
    {"last_event_id", fuzz_last_event_id},
    {"path_pattern", fuzz_path_pattern},
    {"request", fuzz_request},
    {"sse_parser", fuzz_sse_parser},
    {"target", fuzz_target},
};

void run(const fuzz_target_entry& target, const fs::path& file)
{
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    std::ifstream in(file, std::ios::binary);
    // Of exactly this size, so that AddressSanitizer sees what reads beyond it.
    std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
    bytes.shrink_to_fit();
    target.run(bytes.data(), bytes.size());
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: fuzz_replay CORPUS_DIR\n");
        return 2;
    }
    bool complete = true;
    for (const auto& target : targets) {
        std::size_t files = 0;
        const auto directory = fs::path(argv[1]) / target.name;
        for (const auto& entry : fs::directory_iterator(directory)) {
            run(target, entry.path());
            ++files;
        }
        std::printf("%s: %zu files\n", target.name, files);
        complete = complete && files >= 10; // a corpus that is not there would show nothing
    }
    for (const auto& entry : fs::directory_iterator(argv[1])) {
        const bool known =
            std::ranges::find(targets, entry.path().filename().string(), &fuzz_target_entry::name) != std::end(targets);
        std::printf("%s", known ? "" : ("no target for " + entry.path().string() + "\n").c_str());
        complete = complete && known;
    }
    return complete ? 0 : 1;
}

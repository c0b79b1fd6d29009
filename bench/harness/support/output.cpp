#include "harness/support/output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "harness/support/text.hpp"

namespace bench {

int print_error(const std::string& message, int code)
{
    std::fprintf(stderr, "rill-bench: %s\n", message.c_str());
    return code;
}

bool write_figures(const std::string& json_file, const boost::json::object& json, const std::string& text)
{
    const bool to_stdout = json_file == "-";
    std::fputs(text.c_str(), to_stdout ? stderr : stdout);
    if (to_stdout) {
        std::printf("%s\n", to_json_text(json).c_str());
    } else if (!json_file.empty()) {
        std::ofstream file(json_file);
        file << to_json_text(json) << '\n';
        file.close();
        if (!file) {
            print_error("cannot write " + json_file + ": " + std::strerror(errno), 0);
            return false;
        }
    }
    std::fflush(stdout);
    return true;
}

} // namespace bench

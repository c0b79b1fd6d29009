#include "harness/support/files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace bench {

std::string read_file(const std::string& path)
{
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

tl::expected<void, std::string> write_file(const std::string& path, const std::string& text)
{
    std::ofstream file(path);
    file << text;
    file.close();
    return file ? tl::expected<void, std::string>()
                : tl::unexpected("cannot write " + path + ": " + std::strerror(errno));
}

std::string last_line(const std::string& file)
{
    std::ifstream in(file);
    std::string last;
    for (std::string line; std::getline(in, line);) {
        if (line.find_first_not_of(" \t\r") != line.npos) {
            last = line;
        }
    }
    return last;
}

} // namespace bench

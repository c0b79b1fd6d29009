#include "log_tail/log_file.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace log_tail {

namespace {

constexpr std::size_t block = 64 * 1024;    // maximum number of bytes in one read
constexpr std::size_t window = 1024 * 1024; // maximum number of bytes that are searched for the last lines
constexpr unsigned first_lines = 10;

} // namespace

log_file::log_file(std::string path, std::int64_t offset) : path_(std::move(path))
{
    if (open()) {
        lines_ = line_splitter(first_offset(offset));
    }
}

std::optional<line> log_file::next_line()
{
    for (;;) {
        auto line = lines_.next();
        if (line || !read_more()) {
            return line;
        }
    }
}

/// Returns whether something was read, or another file was opened.
bool log_file::read_more()
{
    const bool outdated = replaced(); // check this first, because the code below reads the rest of the old file
    if (size() < lines_.offset()) {
        lines_.restart(); // the file was truncated
    }
    const auto bytes = read(lines_.offset(), block);
    lines_.feed(bytes);
    if (!bytes.empty()) {
        return true;
    }
    if (!outdated || !open()) {
        return false;
    }
    lines_.restart();
    return true;
}

/// Opens the current file at the path. If that fails, the previous file stays open.
bool log_file::open()
{
    // O_NONBLOCK, because open() of a FIFO must not block
    rill::file_handle file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat found
    {};
    if (!file || ::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode)) {
        return false;
    }
    file_ = std::move(file);
    return true;
}

/// Returns whether the path names a file other than the open file.
bool log_file::replaced() const
{
    struct stat found
    {};
    if (::stat(path_.c_str(), &found) != 0) {
        return false;
    }
    struct stat held
    {};
    return !file_ || ::fstat(file_.get(), &held) != 0 || held.st_ino != found.st_ino || held.st_dev != found.st_dev;
}

std::uint64_t log_file::size() const
{
    struct stat held
    {};
    return file_ && ::fstat(file_.get(), &held) == 0 ? static_cast<std::uint64_t>(held.st_size) : 0;
}

std::uint64_t log_file::first_offset(std::int64_t wanted) const
{
    const auto end = size();
    const auto offset = static_cast<std::uint64_t>(wanted);
    if (wanted == 0 || (wanted > 0 && offset > end)) {
        return 0;
    }
    if (wanted > 0 && read(offset - 1, 1) == "\n") {
        return offset;
    }
    const auto begin = end - std::min<std::uint64_t>(end, window);
    return begin + begin_of_last_lines(read(begin, window), first_lines, begin == 0);
}

/// Reads up to `length` bytes. At the end of the file, reads fewer bytes.
std::string log_file::read(std::uint64_t offset, std::size_t length) const
{
    std::string bytes(length, '\0');
    std::size_t filled = 0;
    while (filled < length) {
        const auto n =
            ::pread(file_.get(), bytes.data() + filled, length - filled, static_cast<off_t>(offset + filled));
        if (n <= 0) { // the end of the file, or an error; a later read may succeed
            break;
        }
        filled += static_cast<std::size_t>(n);
    }
    bytes.resize(filled);
    return bytes;
}

} // namespace log_tail

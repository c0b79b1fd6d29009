#include "routing/open_beneath.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <vector>

namespace rill::detail {

namespace {

// O_NONBLOCK is necessary, because open() of a FIFO would otherwise block the worker.
constexpr int open_flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

// This directory is public (RFC 8615), but only in the root.
constexpr std::string_view well_known = ".well-known";

// Rejects segments with a leading dot. These are "." and "..", and files such as .git and .env, which must be private.
bool is_allowed(std::string_view segment) noexcept
{
    constexpr std::string_view forbidden("\\/\0", 3);
    return !segment.empty() && segment.front() != '.' && segment.find_first_of(forbidden) == segment.npos;
}

tl::expected<file_handle, status> open_in(const file_handle& directory, const std::string& segment, int flags)
{
    file_handle opened(::openat(directory.get(), segment.c_str(), flags));
    if (opened) {
        return opened;
    }
    const bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
    return tl::unexpected(exhausted ? status::service_unavailable : status::not_found);
}

tl::expected<open_file, status> open_last(const file_handle& directory, const std::string& name)
{
    auto opened = open_in(directory, name, open_flags);
    if (!opened) {
        return tl::unexpected(opened.error());
    }
    open_file file{.handle = std::move(*opened), .info = {}, .name = name};
    if (::fstat(file.handle.get(), &file.info) != 0) {
        return tl::unexpected(status::not_found);
    }
    return file;
}

tl::expected<open_file, status> open_index(const file_handle& directory, const std::string& index)
{
    auto file = open_last(directory, index);
    if (file && !S_ISREG(file->info.st_mode)) {
        return tl::unexpected(status::not_found);
    }
    return file;
}

std::vector<std::string> segments_of(std::string_view path)
{
    std::vector<std::string> segments;
    for (std::size_t begin = 0; begin <= path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        segments.emplace_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return segments;
}

} // namespace

tl::expected<open_file, status> open_beneath(const file_handle& root, std::string_view path, const std::string& index)
{
    auto segments = segments_of(path);
    const auto last = std::move(segments.back()); // empty if the path ends with a slash or is empty
    segments.pop_back();
    file_handle opened;
    const auto* directory = &root;
    for (const auto& segment : segments) {
        if (!is_allowed(segment) && (segment != well_known || directory != &root)) {
            return tl::unexpected(status::not_found);
        }
        auto next = open_in(*directory, segment, open_flags | O_DIRECTORY);
        if (!next) {
            return tl::unexpected(next.error());
        }
        opened = std::move(*next);
        directory = &opened;
    }
    if (last.empty()) {
        return open_index(*directory, index);
    }
    if (!is_allowed(last)) {
        return tl::unexpected(status::not_found);
    }
    auto file = open_last(*directory, last);
    if (file && S_ISDIR(file->info.st_mode)) {
        auto found = open_index(file->handle, index);
        if (found) {
            found->lacks_slash = true;
        }
        return found;
    }
    if (file && !S_ISREG(file->info.st_mode)) {
        return tl::unexpected(status::not_found);
    }
    return file;
}

} // namespace rill::detail

#include <rill/routing/static_files.hpp>

#include "core/date.hpp"
#include "http/printable.hpp"
#include "routing/conditional.hpp"
#include "routing/content_type.hpp"
#include "routing/open_beneath.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <rill/http/make_handler.hpp>
#include <stdexcept>
#include <system_error>

namespace rill {

namespace {

using detail::byte_range;
using detail::open_file;
using detail::precondition;
using detail::range_kind;
using detail::validators;

std::string hex(std::uint64_t number)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    do {
        text.insert(text.begin(), digits[number % 16]);
        number /= 16;
    } while (number != 0);
    return text;
}

// The ETag does not depend on the inode, which differs between servers that share a load balancer.
validators validators_of(const struct stat& info, const std::string& version)
{
    const auto nanoseconds = static_cast<std::uint64_t>(info.st_mtim.tv_sec) * 1'000'000'000U +
                             static_cast<std::uint64_t>(info.st_mtim.tv_nsec);
    const auto tag = hex(static_cast<std::uint64_t>(info.st_size)) + '-' + hex(nanoseconds);
    return {'"' + version + (version.empty() ? "" : "-") + tag + '"', info.st_mtim.tv_sec};
}

response part_of(open_file file, const byte_range& range, std::uint64_t size)
{
    if (range.kind == range_kind::unsatisfiable) {
        return to_response(status::range_not_satisfiable, "the file has " + std::to_string(size) + " bytes")
            .set_header("Content-Range", "bytes */" + std::to_string(size));
    }
    response r(status::ok);
    std::uint64_t offset = 0;
    std::uint64_t length = size;
    if (range.kind == range_kind::part) {
        offset = range.offset;
        length = range.length;
        r.set_status(status::partial_content);
        r.set_header("Content-Range", "bytes " + std::to_string(offset) + '-' + std::to_string(offset + length - 1) +
                                          '/' + std::to_string(size));
    }
    r.set_header("Content-Type", detail::content_type_of(file.name));
    r.set_body(file_body{std::move(file.handle), offset, length});
    return r;
}

response answer_with(const request& req, open_file file, const std::string& version)
{
    const auto now = validators_of(file.info, version);
    const auto size = static_cast<std::uint64_t>(file.info.st_size);
    response r;
    switch (detail::check_preconditions(req, now)) {
    case precondition::failed:
        return to_response(status::precondition_failed, "the file does not meet the preconditions of the request");
    case precondition::not_modified:
        r.set_status(status::not_modified);
        break;
    case precondition::passed:
        r = part_of(std::move(file), detail::requested_range(req, now, size), size);
        r.set_header("Accept-Ranges", "bytes");
        break;
    }
    r.set_header("ETag", now.etag);
    // Last-Modified must not be later than Date (RFC 9110, 8.8.2.1), even if the modification time of the file is in
    // the future.
    const std::chrono::seconds modified(std::min<std::int64_t>(now.modified, std::time(nullptr)));
    const auto date = detail::http_date(std::chrono::sys_seconds(modified));
    r.set_header("Last-Modified", {date.data(), date.size()});
    return r;
}

// Redirects to the path with a slash at the end. Relative links in an index page need this slash.
response with_slash(const request& req)
{
    std::string location;
    if (const auto path = req.path(); path.size() > 1 && (path[1] == '/' || path[1] == '\\')) {
        location = "/."; // a location that begins with two slashes would name another host
    }
    location.append(req.path()).append("/").append(req.target().substr(req.path().size()));
    return response(status::permanent_redirect).set_header("Location", location);
}

file_handle open_directory(const std::string& name)
{
    return file_handle(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/// The directory is opened by its name for each request, because a build may replace it. While no directory has this
/// name, requests use the directory that was opened at the start.
struct served_directory
{
    std::string name; ///< absolute
    file_handle at_start;
};

response serve_file(const served_directory& directory, const static_files_options& options, const request& req)
{
    if (req.method() != verb::get && req.method() != verb::head) {
        return to_response(status::method_not_allowed, "files allow only GET and HEAD")
            .set_header("Allow", "GET, HEAD");
    }
    const auto now = open_directory(directory.name);
    auto file =
        detail::open_beneath(now ? now : directory.at_start, req.path_parameter("path").value_or(""), options.index);
    if (!file) {
        const bool missing = file.error() == status::not_found;
        return to_response(file.error(), missing ? "there is no such file" : "too many files are open");
    }
    auto r = file->lacks_slash ? with_slash(req) : answer_with(req, std::move(*file), options.version);
    return std::move(r)
        .set_header("Cache-Control", options.cache_control)
        .set_header("X-Content-Type-Options", "nosniff");
}

} // namespace

handler static_files(std::string_view directory, static_files_options options)
{
    if (!std::ranges::all_of(options.version, [](char c) { return c > ' ' && c < 0x7f && c != '"'; })) {
        throw std::invalid_argument("static_files: the version '" + detail::printable(options.version) +
                                    "' must be visible ASCII without quotes");
    }
    auto name =
        // absolute, so that a change of the current directory has no effect
        std::filesystem::absolute(directory).string();
    auto opened = open_directory(name);
    if (!opened) {
        throw std::system_error(errno, std::generic_category(),
                                "static_files: cannot open the directory '" + std::string(directory) + "'");
    }
    auto served = std::make_shared<const served_directory>(served_directory{std::move(name), std::move(opened)});
    return [served = std::move(served), options = std::move(options)](request& req) {
        return detail::answer(serve_file(*served, options, req));
    };
}

} // namespace rill

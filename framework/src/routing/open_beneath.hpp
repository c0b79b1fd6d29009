#pragma once

#include <rill/http/response.hpp>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <tl/expected.hpp>

namespace rill::detail {

struct open_file
{
    file_handle handle;
    struct stat info;
    std::string name;         ///< the last segment
    bool lacks_slash = false; ///< the path is that of a directory, without a slash at its end
};

/// Opens the regular file `path` below the directory `root`. If `path` is a directory, opens `index` in it. No path
/// leads out of the root: see static_files().
/// @return the error is 404, or 503 if the process has reached its limit of open files
tl::expected<open_file, status> open_beneath(const file_handle& root, std::string_view path, const std::string& index);

} // namespace rill::detail

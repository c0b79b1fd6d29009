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
    std::string name;         ///< the last segment of the path
    bool lacks_slash = false; ///< the path names a directory and does not end with a slash
};

/// Opens the regular file `path` below the directory `root`. If `path` is a directory, opens `index` in it. No path can
/// select a file outside of the root: see static_files().
/// @return the file; or the error 404, or 503 if the process has reached its limit of open files
tl::expected<open_file, status> open_beneath(const file_handle& root, std::string_view path, const std::string& index);

} // namespace rill::detail

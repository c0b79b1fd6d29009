#pragma once

#include <rill/http/handler.hpp>
#include <string>
#include <string_view>

namespace rill {

struct static_files_options
{
    std::string index = "index.html";       ///< the file that is served for a directory
    std::string cache_control = "no-cache"; ///< a cache may keep a copy, but must ask whether it is still valid
    std::string version{};                  ///< of all files, such as a build number: part of each ETag
};

/// Serves the files below `directory` to GET and HEAD.
///
///     app.get("/", rill::static_files("public"));                  // public/index.html
///     app.get("/assets/{path...}", rill::static_files("public"));  // everything below public
///
/// The tail parameter `path` is the name of the file. Without it, and for a directory, the index is served. The path of
/// a directory must end with a slash, because relative links in the index depend on it. Without the slash the answer is
/// 308 to the path with the slash; the query stays. A route without the parameter, such as "/about", needs no slash.
///
/// Answers conditional requests (304, 412; RFC 9110, 13) from a strong ETag and Last-Modified, and requests for one
/// range (206, 416; RFC 9110, 14). A request for several ranges gets the whole file. The ETag depends on the size and
/// the time of the file, so it is the same on all servers whose copies keep the time (rsync -t, tar). If the time does
/// not change with the content, as in a reproducible build, `version` must change.
///
/// Each request looks `directory` up, so that a build may replace the directory or the symbolic link. While the name
/// does not exist, the directory that was opened by this call is served. A relative name is relative to the current
/// directory of this call.
///
/// No request reaches a file outside the directory: each segment is opened relative to its parent, from `directory` on.
/// Symbolic links, names that begin with a dot, and anything but regular files are not found (404). One such name is
/// served: `.well-known` in `directory` itself (RFC 8615).
///
/// The calling thread opens the file and does not read it. Throws std::system_error if `directory` cannot be opened,
/// and std::invalid_argument if `version` is not visible ASCII without quotes.
handler static_files(std::string_view directory, static_files_options options = {});

} // namespace rill

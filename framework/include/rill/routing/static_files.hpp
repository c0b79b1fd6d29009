#pragma once

#include <rill/http/handler.hpp>
#include <string>
#include <string_view>

namespace rill {

struct static_files_options
{
    std::string index = "index.html";       ///< the file that is served for a directory
    std::string cache_control = "no-cache"; ///< a cache may store the file, but must revalidate it
    std::string version{};                  ///< part of each ETag, e.g. a build number
};

/// Serves the files below `directory`, for GET and HEAD.
///
///     app.get("/", rill::static_files("public"));                  // public/index.html
///     app.get("/assets/{path...}", rill::static_files("public"));  // everything below public
///
/// The tail parameter `path` is the name of the file. If the route has no such parameter, or if `path` names a
/// directory, the handler serves the index. The path of a directory must end with a slash, because relative links in
/// the index depend on it. If the slash is missing, the response is a 308 redirect to the path with the slash and the
/// same query. A route without the parameter, such as "/about", needs no slash.
///
/// Answers conditional requests (304, 412; RFC 9110, 13) from a strong ETag and Last-Modified, and requests for one
/// range (206, 416; RFC 9110, 14). A request for several ranges gets the whole file. The ETag depends on the size and
/// the modification time of the file. Therefore it is the same on all servers if the copies keep the time (rsync -t,
/// tar). If the content changes but the time does not, as in a reproducible build, change `version`.
///
/// Each request opens `directory` by its name. Therefore a build may replace the directory or the symbolic link. While
/// the name does not exist, the handler serves the directory that static_files() has opened. A relative name refers to
/// the current directory at the call of static_files().
///
/// No request reaches a file outside the directory, because each segment is opened relative to its parent, beginning
/// with `directory`. The response is 404 for symbolic links, for names that begin with a dot, and for files that are
/// not regular files. The only exception is `.well-known` in `directory` itself (RFC 8615).
///
/// The worker's thread opens the file but does not read it. Throws std::system_error if `directory` cannot be opened,
/// and std::invalid_argument if `version` is not visible ASCII without quotes.
handler static_files(std::string_view directory, static_files_options options = {});

} // namespace rill

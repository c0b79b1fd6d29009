#pragma once

#include <rill/http/handler.hpp>
#include <string>
#include <string_view>

namespace rill {

struct static_files_options
{
    std::string index = "index.html";       ///< served for a directory
    std::string cache_control = "no-cache"; ///< keep a copy, but ask whether it is still good
    std::string version{};                  ///< of all files, such as a build's number: becomes a part of each ETag
};

/// A handler that serves the files below `directory` to GET and HEAD.
///
///     app.get("/", rill::static_files("public"));                  // public/index.html
///     app.get("/assets/{path...}", rill::static_files("public"));  // everything below public
///
/// The file is named by the tail parameter `path`; without one, or when it names a directory, it is the index there.
/// A path that names a directory with an index needs a slash at its end, or relative links in the index would lead
/// elsewhere: without it the answer is 308 to the path with the slash, and the query stays. A route without the
/// parameter, such as "/about", is answered under its own path: there is nothing at that path with a slash.
///
/// Answers conditional requests (304, 412; RFC 9110, 13) from a strong ETag and Last-Modified, and requests for one
/// range (206, 416; RFC 9110, 14); several ranges at once get the whole file. The ETag is made of the file's size and
/// time, and so the same on all servers whose copies keep the time (rsync -t, tar). Where the time does not change with
/// the content, as in a reproducible build, which gives all files one time, `version` must.
///
/// `directory` is looked up at each request, so that a build may remove it and make it anew, or change a symbolic link
/// that it is. While the name leads nowhere, the directory that was opened here is served. A relative name is of the
/// directory in which the program is now.
///
/// Nothing outside the directory can be reached: each segment is opened relative to the directory before, starting at
/// `directory`. Symbolic links in it, names that begin with a dot, and all but regular files are not
/// found (404). Of the names with a dot, what is below `.well-known` in `directory` itself is served (RFC 8615).
///
/// The file is opened, not read, in the calling thread. Throws std::system_error when `directory` can't be opened, and
/// std::invalid_argument for a `version` that is not visible ASCII without quotes.
handler static_files(std::string_view directory, static_files_options options = {});

} // namespace rill

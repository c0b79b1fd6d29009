#pragma once

#include <rill/client/request.hpp>
#include <string>

namespace rill::client::detail {

/// The permanent redirects of previous requests of an event_source.
///
/// In the standard, the request of a reconnect is the same object, and its URL is the last one of its redirects (WHATWG
/// HTML 9.2.3, "reestablish the connection"; Fetch, "current URL"). This is also the rule for temporary redirects. But
/// after these, RFC 9110 (15.4.3, 15.4.8) uses the original URL, so that a server can move its streams again.
struct permanent_redirect
{
    /// Changes the request. The hook of the program may have set another URL, to which the redirect does not apply.
    void apply(request& r) const;

    std::string from{};
    std::string to{};
};

} // namespace rill::client::detail

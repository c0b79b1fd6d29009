#pragma once

#include <boost/beast/http/verb.hpp>
#include <rill/http/headers.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::testing {

using verb = boost::beast::http::verb;

/// A header field of a request.
struct field
{
    std::string name;
    std::string value;
};
using fields = std::vector<field>;

/// Returns a Cookie field with one cookie.
field cookie(std::string_view name, std::string_view value);

/// A response as a client receives it.
struct response
{
    int status = 0;
    rill::headers headers{};
    std::string body{};

    /// Returns the value of the first field with this name. Returns an empty text if the response has no such field.
    std::string header(std::string_view name) const;
    /// The value of the cookie that the response sets, without its attributes. Empty if the response does not set it.
    std::string cookie(std::string_view name) const;
};

} // namespace rill::testing

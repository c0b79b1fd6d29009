#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace upstream {

/// Where another HTTP server is.
struct address
{
    std::string host = "localhost"; ///< a name or an IP address, without brackets
    std::string port = "8081";

    /// What the Host header says (RFC 9110, 7.2): an IPv6 address stands in brackets.
    std::string authority() const;
};

/// Reads "HOST", "HOST:PORT", "[IPV6]:PORT", or one of these as a URL "http://HOST:PORT/". The default port is 80.
/// Otherwise says what is wrong.
tl::expected<address, std::string> parse_address(std::string_view text);

} // namespace upstream

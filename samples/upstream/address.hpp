#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace upstream {

/// The address of another HTTP server.
struct address
{
    std::string host = "localhost"; ///< a name or an IP address, without brackets
    std::string port = "8081";

    /// Returns the value of the Host field (RFC 9110, 7.2). It has brackets around an IPv6 address.
    std::string authority() const;
};

/// Parses "HOST", "HOST:PORT", "[IPV6]:PORT", or one of these as a URL "http://HOST:PORT/". The default port is 80.
/// @return the address, or an error message
tl::expected<address, std::string> parse_address(std::string_view text);

} // namespace upstream

#pragma once

#include <cstdint>
#include <rill/core/error.hpp>
#include <string>
#include <string_view>

namespace rill::client {

/// The parts of an absolute URL that a request needs. The fragment is not one of them.
struct url
{
    /// In lower case, e.g. "http".
    std::string scheme{};
    /// In lower case. An IPv6 address is without brackets.
    std::string host{};
    /// The port of the URL, or the default port of its scheme.
    std::uint16_t port = 0;
    /// Path and query, as the request line has them. It begins with "/".
    std::string target{};

    /// Returns the value of the Host field: without the default port.
    std::string host_field() const;
    /// Returns the scheme, the host and the port (RFC 6454): "http://example.org:8080".
    std::string origin() const;
    /// Returns the whole URL.
    std::string text() const { return scheme + "://" + host_field() + target; }

    friend bool operator==(const url&, const url&) = default;
};

/// Parses an absolute URL (RFC 3986). Characters that a request line cannot hold are percent-encoded, as browsers do.
/// Fails with errc::invalid_url without a host, with user information ("user@"), or with an invalid port; with
/// errc::unsupported_scheme unless the scheme is http.
result<url> parse_url(std::string_view text);

/// Resolves a reference, such as the value of a Location field, against the URL of the request (RFC 3986, section
/// 5.2). Fails as parse_url() does.
result<url> resolve_url(const url& base, std::string_view reference);

} // namespace rill::client

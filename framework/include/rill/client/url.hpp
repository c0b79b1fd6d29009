#pragma once

#include <cstdint>
#include <rill/core/error.hpp>
#include <string>
#include <string_view>

namespace rill::client {

/// The parts of an absolute URL that a request needs. They do not include the fragment.
struct url
{
    /// In lower case, e.g. "http".
    std::string scheme{};
    /// In lower case. An IPv6 address has no brackets.
    std::string host{};
    /// The port of the URL, or the default port of its scheme.
    std::uint16_t port = 0;
    /// The path and the query, as in the request line. Begins with "/".
    std::string target{};

    /// Returns the value of the Host field. It contains the port only if this is not the default port of the scheme.
    std::string host_field() const;
    /// Returns the scheme, the host and the port (RFC 6454): "http://example.org:8080".
    std::string origin() const;
    /// Returns the whole URL.
    std::string text() const { return scheme + "://" + host_field() + target; }

    friend bool operator==(const url&, const url&) = default;
};

/// Parses an absolute URL (RFC 3986). Like browsers, percent-encodes characters that a request line cannot contain.
/// Before the query, "\" means "/" (WHATWG URL, section 4.4).
/// Fails with errc::invalid_url if the host is missing, if the port is invalid, or if there is user information
/// ("user@"). Fails with errc::unsupported_scheme if the scheme is not http.
result<url> parse_url(std::string_view text);

/// Resolves a reference, such as the value of a Location field, against the URL of the request (RFC 3986, section 5.2).
/// The errors are those of parse_url().
result<url> resolve_url(const url& base, std::string_view reference);

} // namespace rill::client

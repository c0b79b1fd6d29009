#pragma once

#include <rill/http/message.hpp>
#include <string>
#include <string_view>

namespace rill::transport {

/// What a request's target says (RFC 9112, 3.2).
struct request_target
{
    enum class form : unsigned char
    {
        invalid,
        origin,    ///< "/path?query"
        absolute,  ///< "http://authority/path?query"
        authority, ///< "host:port", with CONNECT only
        asterisk   ///< "*", with OPTIONS only
    };

    form kind = form::invalid;
    bool https = false;           ///< absolute form: the scheme
    std::string_view authority{}; ///< of absolute and authority form
    std::string_view rest{};      ///< from the path on; may be empty or begin with the query in absolute form

    /// As origin or asterisk form, what handlers see.
    std::string normalized(verb method) const;
};

/// Takes the target apart. Invalid: a form that `method` must not have, another scheme than http and https, an
/// authority that is_authority() refuses, a fragment, a space, a control or non-ASCII character, a quote, an angle
/// bracket, and in the path a backslash or a '%' without its two digits. The views are into `target`.
request_target parse_target(std::string_view target, verb method) noexcept;

/// Whether this is a host and perhaps a port, as Host must hold them (RFC 9110, 7.2): the host not empty, without
/// userinfo, an IPv6 literal well-formed, the port up to 65535. Lists are refused although names may hold commas.
bool is_authority(std::string_view text) noexcept;

} // namespace rill::transport

#pragma once

#include <rill/http/message.hpp>
#include <string>
#include <string_view>

namespace rill::transport {

/// The parts of a request target (RFC 9112, 3.2).
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

    /// The target in origin or asterisk form, as handlers see it.
    std::string normalized(verb method) const;
};

/// Parses a target. These are invalid: a form that `method` must not have; a scheme other than http and https; an
/// authority that is_authority() rejects; a fragment; a space, a control or non-ASCII character, a quote or an angle
/// bracket; in the path, a backslash or a '%' without two digits. The views of the result refer to `target`.
request_target parse_target(std::string_view target, verb method) noexcept;

/// Whether this is a valid value of Host (RFC 9110, 7.2): a host, and an optional port up to 65535. The host must not
/// be empty or have userinfo, and an IPv6 literal must be well-formed. Lists are rejected, although names may have
/// commas.
bool is_authority(std::string_view text) noexcept;

} // namespace rill::transport

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
    bool https = false;           ///< true for an absolute form with the scheme https
    std::string_view authority{}; ///< only in absolute and authority form
    std::string_view rest{};      ///< begins with the path; in absolute form, may be empty or begin with the query

    /// Returns the target in origin or asterisk form. Handlers get this form.
    std::string normalized(verb method) const;
};

/// Parses a target. The views of the result refer to `target`. These targets are invalid:
/// - a form that is not allowed with `method`
/// - a scheme other than http and https
/// - an authority that is_authority() rejects
/// - a fragment
/// - a space, a control or non-ASCII character, a quote or an angle bracket
/// - in the path, a backslash or a '%' without two hexadecimal digits
request_target parse_target(std::string_view target, verb method) noexcept;

/// Whether this is a valid value of Host (RFC 9110, 7.2): a host, and an optional port up to 65535. The host must not
/// be empty or have userinfo. An IPv6 literal must be well-formed. A comma is rejected, although a name may have
/// commas, so that a list of hosts is never valid.
bool is_authority(std::string_view text) noexcept;

} // namespace rill::transport

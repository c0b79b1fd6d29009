#include "transport/request_target.hpp"

#include <array>
#include <boost/asio/ip/address_v6.hpp>
#include <netinet/in.h>
#include <rill/core/error.hpp>
#include <rill/http/headers.hpp>

#include "http/grammar.hpp"

namespace rill::transport {

namespace {

bool is_escape(std::string_view text, std::size_t at) noexcept
{
    return at + 2 < text.size() && detail::is(text[at + 1], detail::hex_char) &&
           detail::is(text[at + 2], detail::hex_char);
}

bool is_path_and_query(std::string_view text) noexcept
{
    bool in_query = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (detail::is(c, detail::path_char)) {
            continue;
        }
        if (c == '%' && (in_query || is_escape(text, i))) {
            continue; // browsers do not encode a single '%' in a query
        }
        if (c == '?') {
            in_query = true;
        } else if (c != '\\' || !in_query) { // browsers change a backslash to a slash in paths, but not in queries
            return false;
        }
    }
    return true;
}

bool is_ipv6(std::string_view text) noexcept
{
    std::array<char, INET6_ADDRSTRLEN> address{};
    if (text.size() >= address.size()) {
        return false;
    }
    text.copy(address.data(), text.size());
    error_code ec;
    static_cast<void>(boost::asio::ip::make_address_v6(address.data(), ec));
    // Asio also accepts a zone, and it stops at a NUL. The authority of an HTTP request has neither of them.
    return !ec && text.find('%') == text.npos && text.find('\0') == text.npos;
}

bool is_name(std::string_view text) noexcept
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && is_escape(text, i)) {
            i += 2;
        } else if (!detail::is(text[i], detail::host_char)) {
            return false;
        }
    }
    return !text.empty();
}

bool is_port(std::string_view text) noexcept
{
    unsigned port = 0;
    for (const char c : text) {
        port = port * 10 + static_cast<unsigned>(c - '0');
        if (!detail::is(c, detail::digit_char) || port > 65'535) {
            return false;
        }
    }
    return true; // an empty port is also valid (RFC 3986, 3.2.3)
}

request_target parse_absolute(std::string_view target) noexcept
{
    const auto colon = target.find("://");
    const auto scheme = target.substr(0, colon);
    const bool https = iequals(scheme, "https");
    if (colon == target.npos || (!https && !iequals(scheme, "http"))) {
        return {};
    }
    target.remove_prefix(colon + 3);
    const auto end = std::min(target.find_first_of("/?"), target.size());
    const request_target parsed{.kind = request_target::form::absolute,
                                .https = https,
                                .authority = target.substr(0, end),
                                .rest = target.substr(end)};
    return is_authority(parsed.authority) && is_path_and_query(parsed.rest) ? parsed : request_target{};
}

} // namespace

bool is_authority(std::string_view text) noexcept
{
    const bool literal = text.starts_with('[');
    const auto bracket = literal ? text.find(']') : 0;
    if (bracket == text.npos) {
        return false;
    }
    const auto end = std::min(text.find(':', bracket), text.size());
    const auto host = text.substr(0, end);
    const bool valid = literal ? host.ends_with(']') && is_ipv6(host.substr(1, host.size() - 2)) : is_name(host);
    return valid && (end == text.size() || is_port(text.substr(end + 1)));
}

request_target parse_target(std::string_view target, verb method) noexcept
{
    using form = request_target::form;
    if (method == verb::connect) { // RFC 9112, 3.2.3: the port is required
        return is_authority(target) && detail::is(target.back(), detail::digit_char) && target.find(':') != target.npos
                   ? request_target{.kind = form::authority, .authority = target}
                   : request_target{};
    }
    if (target.starts_with('/')) {
        return is_path_and_query(target) ? request_target{.kind = form::origin, .rest = target} : request_target{};
    }
    if (target == "*") {
        return {.kind = method == verb::options ? form::asterisk : form::invalid, .rest = target};
    }
    return parse_absolute(target);
}

std::string request_target::normalized(verb method) const
{
    if (kind == form::absolute && rest.empty()) {
        return method == verb::options ? "*" : "/"; // RFC 9112, 3.2.4 and RFC 9110, 4.2.3
    }
    return (rest.starts_with('?') ? "/" : "") + std::string(rest);
}

} // namespace rill::transport

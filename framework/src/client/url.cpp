#include <rill/client/url.hpp>

#include <algorithm>
#include <rill/client/error.hpp>

#include "http/grammar.hpp"
#include "http/whole_number.hpp"

namespace rill::client {

namespace {

using rill::detail::all_are;
using rill::detail::host_char;

constexpr std::uint16_t http_port = 80;

std::string lower_case(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

// Returns the length of the scheme, or 0 if the text has none (RFC 3986, section 3.1).
std::size_t scheme_length(std::string_view text) noexcept
{
    const auto end = text.find_first_of(":/?#");
    if (end == text.npos || text[end] != ':' || end == 0) {
        return 0;
    }
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto is_scheme = [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    };
    return is_letter(text[0]) && std::ranges::all_of(text.substr(0, end), is_scheme) ? end : 0;
}

// Removes the fragment. Replaces "\" before the query by "/", as browsers do (WHATWG URL, section 4.4).
std::string without_backslashes(std::string_view text)
{
    std::string out(text.substr(0, text.find('#')));
    std::replace(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(std::min(out.find('?'), out.size())), '\\',
                 '/');
    return out;
}

// Percent-encodes characters that a request line cannot contain: spaces, control characters and bytes above 0x7E.
std::string encode_target(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\') {
            out += c;
        } else {
            out.append({'%', digits[byte / 16], digits[byte % 16]});
        }
    }
    return out;
}

bool is_host(std::string_view host, bool bracketed) noexcept
{
    constexpr std::string_view address_chars = "0123456789abcdefABCDEF:.";
    return !host.empty() && (bracketed ? host.find_first_not_of(address_chars) == host.npos : all_are(host, host_char));
}

// Reads "host", "host:port", "[address]" or "[address]:port".
bool read_authority(std::string_view text, url& out)
{
    const bool bracketed = text.starts_with('[');
    const auto end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (end == text.npos) {
        return false;
    }
    const auto host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    auto rest = text.substr(bracketed ? end + 1 : end);
    if (!is_host(host, bracketed)) {
        return false;
    }
    out.host = lower_case(host);
    out.port = http_port;
    if (rest.empty() || rest == ":") {
        return true;
    }
    const auto port = rest.front() == ':' ? rill::detail::whole_number<std::uint16_t>(rest.substr(1)) : std::nullopt;
    out.port = port.value_or(0);
    return out.port != 0;
}

// Removes the segments "." and ".." of a path (RFC 3986, section 5.2.4).
std::string remove_dots(std::string_view path)
{
    std::string out;
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        const auto segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        if (segment == "..") {
            out.erase(std::min(out.rfind('/'), out.size()));
        } else if (segment != ".") {
            out.append("/").append(segment);
        }
        if (path.empty() && (segment == "." || segment == "..")) {
            out += '/';
        }
    }
    return out.empty() ? "/" : out;
}

// Merges the path and the query of a reference with those of the base. The reference has no scheme and no authority.
std::string merged_target(std::string_view base, std::string_view reference)
{
    const auto base_path = base.substr(0, base.find('?'));
    const auto path = reference.substr(0, reference.find('?'));
    const auto query = reference.substr(path.size());
    if (path.empty()) {
        return query.empty() ? std::string(base) : std::string(base_path).append(query);
    }
    auto merged = path.front() == '/' ? std::string() : std::string(base_path.substr(0, base_path.rfind('/') + 1));
    return remove_dots(merged.append(path)).append(query);
}

} // namespace

std::string url::host_field() const
{
    auto text = host.find(':') == host.npos ? host : '[' + host + ']';
    return port == http_port ? text : text + ':' + std::to_string(port);
}

std::string url::origin() const
{
    return scheme + "://" + host_field();
}

result<url> parse_url(std::string_view text)
{
    const auto whole = without_backslashes(text);
    text = whole;
    const auto scheme = scheme_length(text);
    if (scheme == 0 || text.substr(scheme, 3) != "://") {
        return tl::unexpected(make_error_code(errc::invalid_url));
    }
    url out{.scheme = lower_case(text.substr(0, scheme))};
    if (out.scheme != "http") {
        return tl::unexpected(make_error_code(errc::unsupported_scheme));
    }
    text.remove_prefix(scheme + 3);
    const auto authority = text.substr(0, text.find_first_of("/?"));
    if (!read_authority(authority, out)) {
        return tl::unexpected(make_error_code(errc::invalid_url));
    }
    text.remove_prefix(authority.size());
    out.target = encode_target(text);
    if (!out.target.starts_with('/')) {
        out.target.insert(0, "/");
    }
    return out;
}

result<url> resolve_url(const url& base, std::string_view reference)
{
    const auto whole = without_backslashes(reference);
    reference = whole;
    if (scheme_length(reference) != 0) {
        return parse_url(reference);
    }
    if (reference.starts_with("//")) {
        return parse_url(base.scheme + ':' + whole);
    }
    auto out = base;
    out.target = encode_target(merged_target(base.target, reference));
    return out;
}

} // namespace rill::client

#include <rill/http/set_cookie.hpp>

#include <algorithm>
#include <rill/http/headers.hpp>

#include "http/grammar.hpp"

namespace rill {

namespace {

constexpr std::size_t max_cookie = 4096;    // bytes of the name and the value together (RFC 6265bis, section 5.6)
constexpr std::size_t max_attribute = 1024; // bytes of the value of an attribute

// Whether the character is a cookie-octet (RFC 6265bis, section 4.1.1).
constexpr bool is_cookie_octet(char c) noexcept
{
    return c > ' ' && c <= '~' && c != '"' && c != ',' && c != ';' && c != '\\';
}

constexpr bool is_path(std::string_view path) noexcept
{
    return path.starts_with('/') && path.size() <= max_attribute &&
           std::ranges::all_of(path, [](char c) { return c >= ' ' && c <= '~' && c != ';'; }) && path.back() != ' ';
}

// A host name consists of labels of letters, digits and hyphens (RFC 1123, section 2.1).
constexpr bool is_host_name(std::string_view host) noexcept
{
    if (host.empty() || host.size() > max_attribute) {
        return false;
    }
    while (!host.empty()) {
        const auto label = host.substr(0, host.find('.'));
        const bool good =
            !label.empty() && label.front() != '-' && label.back() != '-' && std::ranges::all_of(label, [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
            });
        if (!good || host.size() == label.size() + 1) { // rejects a dot at the end
            return false;
        }
        host.remove_prefix(std::min(label.size() + 1, host.size()));
    }
    return true;
}

// Browsers compare the prefixes case-insensitively (RFC 6265bis, section 5.7).
bool has_prefix(std::string_view name, std::string_view prefix) noexcept
{
    return iequals(name.substr(0, prefix.size()), prefix);
}

constexpr std::string_view name_of(same_site when) noexcept
{
    switch (when) {
    case same_site::strict:
        return "Strict";
    case same_site::none:
        return "None";
    case same_site::lax:
        break;
    }
    return "Lax";
}

} // namespace

set_cookie set_cookie::remove(std::string_view name)
{
    return set_cookie(name, "").max_age(std::chrono::seconds(0));
}

set_cookie& set_cookie::max_age(std::chrono::seconds age) & noexcept
{
    max_age_ = age;
    return *this;
}

set_cookie& set_cookie::path(std::string_view path) &
{
    path_ = path;
    return *this;
}

set_cookie& set_cookie::domain(std::string_view host) &
{
    domain_ = host;
    return *this;
}

set_cookie& set_cookie::secure(bool only) & noexcept
{
    secure_ = only;
    return *this;
}

set_cookie& set_cookie::http_only(bool only) & noexcept
{
    http_only_ = only;
    return *this;
}

set_cookie& set_cookie::same_site(rill::same_site when) & noexcept
{
    same_site_ = when;
    return *this;
}

set_cookie& set_cookie::partitioned(bool on) & noexcept
{
    partitioned_ = on;
    return *this;
}

error_code set_cookie::find_error() const noexcept
{
    if (!detail::is_token(name_)) {
        return error::invalid_cookie_name;
    }
    const bool fits = name_.size() + value_.size() <= max_cookie;
    if (!fits || !std::ranges::all_of(value_, is_cookie_octet) || !is_path(path_) ||
        !(domain_.empty() || is_host_name(domain_)))
    {
        return error::invalid_cookie_value;
    }
    const bool host = has_prefix(name_, "__Host-");
    const bool must_be_secure =
        host || has_prefix(name_, "__Secure-") || same_site_ == rill::same_site::none || partitioned_;
    if ((must_be_secure && !secure_) || (host && (path_ != "/" || !domain_.empty()))) {
        return error::invalid_cookie_attributes;
    }
    return {};
}

std::string set_cookie::scope() const
{
    std::string text = "; Path=" + path_;
    if (!domain_.empty()) {
        text += "; Domain=" + domain_;
    }
    return text;
}

result<std::string> set_cookie::text() const
{
    if (const auto found = find_error()) {
        return tl::unexpected(found);
    }
    auto text = name_ + '=' + value_ + scope();
    if (max_age_ && max_age_->count() > 0) {
        text += "; Max-Age=" + std::to_string(max_age_->count());
    } else if (max_age_) { // sends both attributes, for clients that support only one of them
        text += "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    }
    text.append("; SameSite=").append(name_of(same_site_));
    text += secure_ ? "; Secure" : "";
    text += http_only_ ? "; HttpOnly" : "";
    text += partitioned_ ? "; Partitioned" : "";
    return text;
}

bool set_cookie::replaces(std::string_view other) const
{
    const auto start = name_ + '=';
    const auto attributes = other.substr(std::min(other.find(';'), other.size()));
    const auto same_scope = scope();
    const auto rest = attributes.substr(std::min(same_scope.size(), attributes.size()));
    return other.starts_with(start) && attributes.starts_with(same_scope) && (rest.empty() || rest.starts_with(';')) &&
           (!domain_.empty() || !rest.starts_with("; Domain="));
}

} // namespace rill

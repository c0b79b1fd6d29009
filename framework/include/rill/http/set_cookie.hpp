#pragma once

#include <chrono>
#include <optional>
#include <rill/core/error.hpp>
#include <string>
#include <string_view>

namespace rill {

/// Whether a cookie is sent with requests that another site caused (RFC 6265bis, 5.6.7).
enum class same_site : unsigned char
{
    lax,    ///< only when the user follows a link to this site
    strict, ///< never
    none    ///< always; the cookie must be secure
};

/// A cookie that a response sets (RFC 6265bis, 4.1). By default it is for all paths of this host, over HTTPS only
/// (browsers take it over plain HTTP from localhost, too), hidden from scripts (HttpOnly), not sent with requests of
/// other sites (SameSite=Lax), and gone when the browser is closed:
///
///     response.set_cookie(rill::set_cookie("sid", token).max_age(24h));
///
/// What is not allowed shows in text(), and turns the response into a 500 (response::set_cookie()).
class set_cookie
{
public:
    /// @param name  a token (RFC 9110, 5.6.2). With the prefix __Secure- the cookie must be secure; with __Host- it
    /// must
    ///              also have the path / and no domain
    /// @param value visible ASCII without quotes, commas, semicolons and backslashes: encode what else there may be,
    /// e.g.
    ///              as base64url. Name and value have up to 4096 bytes
    set_cookie(std::string_view name, std::string_view value) : name_(name), value_(value) {}

    /// Ends a cookie. Path and domain must be those with which it was set.
    static set_cookie remove(std::string_view name);

    /// The cookie ends after this time; at once, if it is not positive. Browsers keep no cookie for more than 400 days.
    set_cookie& max_age(std::chrono::seconds age) & noexcept;
    /// The path and those beneath it; it begins with a slash.
    set_cookie& path(std::string_view path) &;
    /// This host name and those beneath it, instead of this host alone.
    set_cookie& domain(std::string_view host) &;
    set_cookie& secure(bool only) & noexcept;
    set_cookie& http_only(bool only) & noexcept;
    set_cookie& same_site(rill::same_site when) & noexcept;
    /// A jar of its own for each site that embeds this one (CHIPS); the cookie must be secure.
    set_cookie& partitioned(bool apart = true) & noexcept;

    set_cookie&& max_age(std::chrono::seconds age) && noexcept { return std::move(max_age(age)); }
    set_cookie&& path(std::string_view path) && { return std::move(this->path(path)); }
    set_cookie&& domain(std::string_view host) && { return std::move(domain(host)); }
    set_cookie&& secure(bool only) && noexcept { return std::move(secure(only)); }
    set_cookie&& http_only(bool only) && noexcept { return std::move(http_only(only)); }
    set_cookie&& same_site(rill::same_site when) && noexcept { return std::move(same_site(when)); }
    set_cookie&& partitioned(bool apart = true) && noexcept { return std::move(partitioned(apart)); }

    const std::string& name() const noexcept { return name_; }

    /// The value of the Set-Cookie field. Errors: error::invalid_cookie_name; error::invalid_cookie_value, also for a
    /// path or domain; error::invalid_cookie_attributes, where they contradict each other or the name's prefix.
    result<std::string> text() const;

    /// Whether a Set-Cookie field with this value is for the same cookie: name, domain and path are the same.
    bool replaces(std::string_view other) const;

private:
    error_code fault() const noexcept;
    std::string scope() const;

    std::string name_;
    std::string value_;
    std::string path_ = "/";
    std::string domain_;
    std::optional<std::chrono::seconds> max_age_;
    rill::same_site same_site_ = rill::same_site::lax;
    bool secure_ = true;
    bool http_only_ = true;
    bool partitioned_ = false;
};

} // namespace rill

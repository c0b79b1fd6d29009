#pragma once

#include <chrono>
#include <optional>
#include <rill/core/error.hpp>
#include <string>
#include <string_view>

namespace rill {

/// Whether a browser sends a cookie with requests that another site has caused (RFC 6265bis, section 5.6.7).
enum class same_site : unsigned char
{
    lax,    ///< only if the user follows a link to this site
    strict, ///< never
    none    ///< always; the cookie must be secure
};

/// A cookie that a response sets (RFC 6265bis, section 4.1). By default it is for all paths of this host and hidden
/// from scripts (HttpOnly). It is for HTTPS only, but browsers also accept it from localhost over HTTP. Browsers do not
/// send it with requests of other sites (SameSite=Lax), and delete it when the browser is closed:
///
///     response.set_cookie(rill::set_cookie("sid", token).max_age(24h));
///
/// For an invalid cookie, text() returns an error, and response::set_cookie() turns the response into a 500.
class set_cookie
{
public:
    /// @param name  a token (RFC 9110, section 5.6.2). With the prefix __Secure- the cookie must be secure. With the
    /// prefix __Host- the cookie must also have the path / and no domain.
    /// @param value  visible ASCII without quotes, commas, semicolons and backslashes. Encode other data, e.g. as
    /// base64url. Name and value together have at most 4096 bytes.
    set_cookie(std::string_view name, std::string_view value) : name_(name), value_(value) {}

    /// Returns a cookie that deletes the cookie with this name. Path and domain must be the same as in the cookie to
    /// delete.
    static set_cookie remove(std::string_view name);

    /// Sets the lifetime. A time of 0 or less deletes the cookie. Browsers limit the lifetime to 400 days.
    set_cookie& max_age(std::chrono::seconds age) & noexcept;
    /// Sets the path. It must begin with a slash. The cookie is also for all paths below it.
    set_cookie& path(std::string_view path) &;
    /// Sets a domain: the cookie is for this host name and its subdomains. By default it is for this host only.
    set_cookie& domain(std::string_view host) &;
    set_cookie& secure(bool only) & noexcept;
    set_cookie& http_only(bool only) & noexcept;
    set_cookie& same_site(rill::same_site when) & noexcept;
    /// Stores the cookie separately for each site that embeds this site (CHIPS). The cookie must be secure.
    set_cookie& partitioned(bool on = true) & noexcept;

    set_cookie&& max_age(std::chrono::seconds age) && noexcept { return std::move(max_age(age)); }
    set_cookie&& path(std::string_view path) && { return std::move(this->path(path)); }
    set_cookie&& domain(std::string_view host) && { return std::move(domain(host)); }
    set_cookie&& secure(bool only) && noexcept { return std::move(secure(only)); }
    set_cookie&& http_only(bool only) && noexcept { return std::move(http_only(only)); }
    set_cookie&& same_site(rill::same_site when) && noexcept { return std::move(same_site(when)); }
    set_cookie&& partitioned(bool on = true) && noexcept { return std::move(partitioned(on)); }

    const std::string& name() const noexcept { return name_; }

    /// Returns the value of the Set-Cookie field. Errors: error::invalid_cookie_name; error::invalid_cookie_value, also
    /// for a path or domain; error::invalid_cookie_attributes if attributes contradict each other or the prefix of the
    /// name.
    result<std::string> text() const;

    /// Whether a Set-Cookie field with this value sets the same cookie: name, domain and path are equal.
    bool replaces(std::string_view other) const;

private:
    error_code find_error() const noexcept;
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

#include <rill/routing/middleware.hpp>

#include <algorithm>
#include <rill/http/make_handler.hpp>
#include <rill/http/problem.hpp>
#include <stdexcept>

#include "http/grammar.hpp"
#include "http/ip_address.hpp"

namespace rill::middleware {

namespace {

// Returns the value of Host without its port.
std::string_view name_in(std::string_view host) noexcept
{
    const auto bracket = host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0;
    return host.substr(0, host.find(':', bracket));
}

// Converts all spellings of a name to the same form.
std::string canonical(std::string_view name)
{
    if (name.starts_with('[')) {
        const auto address =
            detail::parse_ip_address(name.substr(1, name.size() - std::min<std::size_t>(name.size(), 2)));
        return address ? '[' + address->to_string() + ']' : std::string();
    }
    std::string lower(name.substr(0, name.size() - (name.ends_with('.') ? 1 : 0)));
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

/// Returns the canonical form of a name. "*.example.org" becomes ".example.org". Throws std::invalid_argument.
std::string checked(std::string_view name)
{
    const bool below = name.starts_with("*.");
    auto known = canonical(name.substr(below ? 2 : 0));
    const bool is_name = name.starts_with('[') ? name.ends_with(']') : detail::all_are(known, detail::host_char);
    if (known.empty() || !is_name || known.front() == '.' || known.find('*') != known.npos) {
        throw std::invalid_argument(
            "hosts: '" + std::string(name) +
            "' is no host: it must have a form such as example.org, *.example.org or [::1], without a port");
    }
    return below ? '.' + known : known;
}

bool are_served(const std::vector<std::string>& names, std::string_view host)
{
    const auto asked = canonical(name_in(host));
    return std::ranges::any_of(names, [&](const std::string& name) {
        return name.front() == '.' ? asked.size() > name.size() && asked.ends_with(name) : asked == name;
    });
}

} // namespace

middleware_function hosts(std::vector<std::string> names)
{
    std::ranges::transform(names, names.begin(), [](const std::string& name) { return checked(name); });
    return [names = std::move(names)](request& req, const handler& next) {
        const auto host = req.header("Host");
        if (!host || are_served(names, *host)) {
            return next(req);
        }
        return detail::answer(to_response(
            problem{.status = status::misdirected_request, .detail = "this server does not serve this host"}));
    };
}

} // namespace rill::middleware

#include <rill/routing/middleware.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <rill/http/make_handler.hpp>
#include <stdexcept>

#include "http/grammar.hpp"
#include "http/ip_address.hpp"
#include "http/printable.hpp"
#include "http/whole_number.hpp"

namespace rill::middleware {

namespace {

bool is_scheme(std::string_view text) noexcept
{
    const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return !text.empty() && letter(text.front()) && std::ranges::all_of(text, [&](char c) {
        return letter(c) || detail::is(c, detail::digit_char) || c == '+' || c == '-' || c == '.';
    });
}

bool is_host(std::string_view text)
{
    if (text.starts_with('[') && text.ends_with(']')) {
        const auto inside = text.substr(1, text.size() - 2);
        const auto address = detail::parse_ip_address(inside);
        return address && !address->is_v4() && address->to_string() == inside;
    }
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || detail::is(c, detail::digit_char) || c == '-' || c == '.' || c == '_';
    });
}

// Rejects the default port of the scheme, because browsers omit it.
bool is_port(std::string_view text, std::string_view scheme) noexcept
{
    const auto port = detail::whole_number<std::uint16_t>(text);
    const bool is_default = (scheme == "http" && port == 80) || (scheme == "https" && port == 443);
    return port && !text.starts_with('0') && !is_default;
}

// Whether the text has the form in which browsers send an origin (RFC 6454, 6.2). Origins are compared byte by byte.
bool is_origin(std::string_view text)
{
    constexpr std::string_view mark = "://";
    const auto end = std::min(text.find(mark), text.size());
    const auto scheme = text.substr(0, end);
    const auto rest = text.substr(std::min(end + mark.size(), text.size()));
    const auto bracket = rest.starts_with('[') ? std::min(rest.find(']'), rest.size()) : 0;
    const auto colon = rest.find(':', bracket);
    return is_scheme(scheme) && is_host(rest.substr(0, colon)) &&
           (colon == rest.npos || is_port(rest.substr(colon + 1), scheme));
}

void check_names(const std::vector<std::string>& names, std::string_view what)
{
    for (const auto& name : names) {
        if (!detail::is_token(name)) {
            throw std::invalid_argument("cors: '" + detail::printable(name) + "' is no " + std::string(what));
        }
    }
}

// Rejects options that could never match, and options that would turn each response into a 500.
void check(const cors_options& options)
{
    for (const auto& origin : options.origins) {
        if (origin != "*" && origin != "null" && !is_origin(origin)) {
            throw std::invalid_argument("cors: '" + detail::printable(origin) +
                                        "' is no origin: it must have a form such as https://app.example or "
                                        "http://localhost:3000, in lower case, without a path and without the default "
                                        "port of the scheme");
        }
    }
    check_names(options.methods, "method");
    check_names(options.request_headers, "name of a request header");
    check_names(options.response_headers, "name of a response header");
    if (options.preflight_max_age.count() < 0) {
        throw std::invalid_argument("cors: preflight_max_age is negative: it must be 0 seconds or more");
    }
}

std::string joined(const std::vector<std::string>& items)
{
    std::string list;
    for (const auto& item : items) {
        list += (list.empty() ? "" : ", ") + item;
    }
    return list;
}

struct policy
{
    cors_options options;
    bool any_origin;

    bool allows(std::string_view origin) const
    {
        return any_origin || std::ranges::find(options.origins, origin) != options.origins.end();
    }

    // set() cannot fail, because the values are valid. They were checked at the start, or are equal to checked values.
    void mark(headers& fields, std::string_view origin) const
    {
        if (!any_origin) { // caches must keep one response for each origin, even for rejected origins
            (void)fields.add("Vary", "Origin");
        }
        if (!allows(origin)) {
            return;
        }
        (void)fields.set("Access-Control-Allow-Origin", any_origin ? "*" : origin);
        if (options.credentials) {
            (void)fields.set("Access-Control-Allow-Credentials", "true");
        }
    }

    void mark_answer(headers& fields, std::string_view origin) const
    {
        mark(fields, origin);
        if (!origin.empty() && allows(origin) && !options.response_headers.empty()) {
            (void)fields.set("Access-Control-Expose-Headers", joined(options.response_headers));
        }
    }

    response preflight(const request& req, std::string_view origin) const
    {
        response r(status::no_content);
        mark(r.fields(), origin);
        if (!allows(origin)) {
            return r;
        }
        const auto requested = [&](std::string_view name) { return req.fields().list(name).value_or(""); };
        const auto methods =
            options.methods.empty() ? requested("Access-Control-Request-Method") : joined(options.methods);
        const auto headers = options.request_headers.empty() ? requested("Access-Control-Request-Headers")
                                                             : joined(options.request_headers);
        r.set_header("Access-Control-Allow-Methods", methods);
        if (!headers.empty()) {
            r.set_header("Access-Control-Allow-Headers", headers);
        }
        r.set_header("Access-Control-Max-Age", std::to_string(options.preflight_max_age.count()));
        (void)r.fields().add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
        return r;
    }
};

awaitable<response> marked(std::shared_ptr<const policy> rules, request& req, const handler& next)
{
    // A copy, because the handler may change the request.
    const std::string origin(req.header("Origin").value_or(""));
    rules->mark_answer(req.answer_fields(), origin);
    auto r = co_await next(req);
    rules->mark_answer(r.fields(), origin);
    co_return r;
}

} // namespace

middleware_function cors(cors_options options)
{
    check(options);
    const bool any = std::ranges::find(options.origins, "*") != options.origins.end();
    if (any && options.credentials) {
        throw std::invalid_argument("cors: credentials require named origins, not '*'");
    }
    auto rules = std::make_shared<const policy>(policy{std::move(options), any});
    return [rules = std::move(rules)](request& req, const handler& next) {
        const auto origin = req.header("Origin");
        if (req.method() == verb::options && origin && req.header("Access-Control-Request-Method")) {
            return detail::answer(rules->preflight(req, *origin));
        }
        return marked(rules, req, next);
    };
}

} // namespace rill::middleware

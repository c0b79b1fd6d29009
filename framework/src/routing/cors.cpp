#include <rill/routing/middleware.hpp>

#include <algorithm>
#include <memory>
#include <rill/http/make_handler.hpp>
#include <stdexcept>

namespace rill {

namespace {

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

    // What is set has been checked, or compared with what was.
    void mark(headers& fields, std::string_view origin) const
    {
        if (!any_origin) { // caches must keep the answers to different origins apart, also to those not allowed
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
        r.header("Access-Control-Allow-Methods", methods);
        if (!headers.empty()) {
            r.header("Access-Control-Allow-Headers", headers);
        }
        r.header("Access-Control-Max-Age", std::to_string(options.preflight_max_age.count()));
        (void)r.fields().add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
        return r;
    }
};

awaitable<response> marked(std::shared_ptr<const policy> rules, request& req, const handler& next)
{
    // Kept here: the handler may change the request.
    const std::string origin(req.header("Origin").value_or(""));
    rules->mark_answer(req.answer_fields(), origin);
    auto r = co_await next(req);
    rules->mark_answer(r.fields(), origin);
    co_return r;
}

} // namespace

middleware cors(cors_options options)
{
    const bool any = std::ranges::find(options.origins, "*") != options.origins.end();
    if (any && options.credentials) {
        throw std::invalid_argument("cors: credentials need named origins, not '*'");
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

} // namespace rill

#pragma once

#include <rill/http/body_reader.hpp>
#include <rill/routing/middleware.hpp>
#include <rill/routing/router.hpp>

#include "support/run.hpp"

namespace router_suite {

using rill::awaitable;
using rill::handler;
using rill::middleware_function;
using rill::request;
using rill::response;
using rill::router;
using rill::status;
using rill::verb;
using rill_test::header;
using rill_test::run;
using rill_test::text;

/// A handler that responds with its name and its path parameters.
inline auto named(std::string name, std::vector<std::string> parameters = {})
{
    return [name = std::move(name), parameters = std::move(parameters)](const request& req) {
        auto answer = name;
        for (const auto& p : parameters) {
            answer += " " + p + "=[" + std::string(req.path_parameter(p).value_or("(none)")) + "]";
        }
        return answer;
    };
}

/// A middleware that appends its name to the trace before and after the handler.
inline middleware_function tracing(std::string name, std::string& trace)
{
    return [name = std::move(name), &trace](request& req, const handler& next) -> awaitable<response> {
        trace += name + "(";
        auto r = co_await next(req);
        trace += ")" + name;
        co_return r;
    };
}

inline middleware_function refusing(std::string& trace)
{
    return [&trace](request&, const handler&) -> awaitable<response> {
        trace += "refused";
        co_return response(status::forbidden);
    };
}

inline status status_of(const router& app, verb method, std::string target)
{
    return run(app, method, std::move(target)).status();
}

} // namespace router_suite

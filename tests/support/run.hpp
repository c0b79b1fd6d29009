#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <exception>
#include <optional>
#include <rill/http/handler.hpp>
#include <string>
#include <variant>

namespace rill_test {

/// Runs one coroutine to its end on a new event loop. Returns its result or throws its exception.
template <class T>
T run(rill::awaitable<T> body)
{
    boost::asio::io_context context(1);
    std::exception_ptr error;
    std::optional<T> value;
    boost::asio::co_spawn(context.get_executor(), std::move(body), [&](std::exception_ptr e, T v) {
        error = e;
        value.emplace(std::move(v));
    });
    context.run();
    if (error) {
        std::rethrow_exception(error);
    }
    BOOST_REQUIRE(value.has_value());
    return std::move(*value);
}

inline rill::response run(const rill::handler& handle, rill::request& req)
{
    return run(handle(req));
}

inline rill::response run(const rill::handler& handle, rill::verb method, std::string target)
{
    rill::request req(method, std::move(target));
    return run(handle, req);
}

/// Returns the body of a response that is not streamed and not a file.
inline const std::string& text(const rill::response& r)
{
    BOOST_REQUIRE(std::holds_alternative<std::string>(r.body()));
    return std::get<std::string>(r.body());
}

inline std::string header(const rill::response& r, std::string_view name)
{
    return std::string(r.fields().get(name).value_or("(none)"));
}

} // namespace rill_test

#pragma once

#include <chrono>
#include <rill/core/offload.hpp>
#include <rill/rill.hpp>
#include <rill/testing.hpp>
#include <string>

namespace rill_test {

using namespace std::chrono_literals;
namespace testing = rill::testing;

inline rill::awaitable<> count(rill::sse::event_stream& stream, rill::query<"ms", int> ms,
                               rill::query<"size", int> size)
{
    rill::interval every{std::chrono::milliseconds(*ms)};
    for (int i = 1;; ++i) {
        co_await every.tick();
        const auto text = std::to_string(i) + std::string(static_cast<std::size_t>(*size), '.');
        co_await stream.send({.data = text, .id = i});
    }
}

inline rill::awaitable<> three(rill::sse::event_stream& stream)
{
    for (const auto* text : {"one", "two", "three"}) {
        co_await stream.send(text);
    }
}

inline rill::awaitable<> silent(rill::sse::event_stream& stream)
{
    co_await stream.stopped();
}

inline rill::awaitable<std::string> slow()
{
    rill::interval once{30s};
    co_await once.tick();
    co_return "late";
}

/// The application of the tests of this module.
inline rill::router application()
{
    rill::router routes;
    routes.get("/hello", [] { return "hello"; });
    routes.post("/echo", [](const rill::request& r) { return std::string(r.body()); });
    routes.get("/ticks", rill::sse::endpoint(count));
    routes.get("/three", rill::sse::endpoint(three));
    routes.get("/silent", rill::sse::endpoint(silent));
    routes.get("/slow", slow);
    return routes;
}

} // namespace rill_test

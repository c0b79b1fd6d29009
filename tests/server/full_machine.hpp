#pragma once

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <future>
#include <memory>
#include <new>
#include <poll.h>
#include <rill/pubsub.hpp>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "server/fixture.hpp"

namespace full_machine {

using namespace rill_test;
using clients = std::vector<std::unique_ptr<raw_client>>;

inline rill::awaitable<> silent(rill::sse::event_stream& stream)
{
    co_await stream.send("begun");
    co_await rill::sleep_for(1h);
}

inline rill::awaitable<> sends_much(rill::sse::event_stream& stream)
{
    co_await stream.send("begun");
    const std::string much(256 * 1024, 'x');
    for (;;) {
        co_await stream.send(much);
    }
}

inline rill::router app()
{
    rill::router app;
    app.get("/hello", [] { return "hello"; });
    app.get("/silent", rill::sse::endpoint(silent, {.headers = {{"Access-Control-Allow-Origin", "*"}}}));
    app.get("/much", rill::sse::endpoint(sends_much, {.write_timeout = 1h}));
    app.get("/huge", [] { return rill::response::text(std::string(16 * 1024 * 1024, 'h')); });
    app.get("/two", rill::sse::endpoint(silent, {.max_streams = 2, .retry_after = 3s}));
    app.get("/two/again", rill::sse::endpoint(silent, {.max_streams = 2, .refusal = rill::refusal::retry_event}));
    return app;
}

inline std::unique_ptr<raw_client> ask(const running_server& server, std::string_view target, std::string_view until,
                                       std::string_view fields = {})
{
    auto c = std::make_unique<raw_client>(server.port());
    c->send("GET " + std::string(target) + " HTTP/1.1\r\nHost: t\r\n" + std::string(fields) + "\r\n");
    BOOST_TEST(c->read_until(until));
    return c;
}

/// Checks that the response is 503 with a Retry-After between `least` and twice `least` seconds.
inline void check_unavailable(raw_client& c, int least)
{
    BOOST_TEST(c.read_to_end());
    const auto& text = c.received();
    BOOST_TEST_CONTEXT(text)
    {
        BOOST_TEST(text.starts_with("HTTP/1.1 503 "));
        BOOST_TEST(text.find("Connection: close\r\n") != text.npos);
        const auto at = text.find("Retry-After: ");
        BOOST_REQUIRE(at != text.npos);
        const int seconds = std::stoi(text.substr(at + 13));
        BOOST_TEST(seconds >= least);
        BOOST_TEST(seconds <= 2 * least);
    }
}

/// Checks that the response is an event stream with `retry:`, after which an EventSource reconnects automatically.
inline void check_retry_event(raw_client& c)
{
    BOOST_TEST(c.read_to_end());
    const auto& text = c.received();
    BOOST_TEST_CONTEXT(text)
    {
        BOOST_TEST(text.starts_with("HTTP/1.1 200 "));
        BOOST_TEST(text.find("Content-Type: text/event-stream\r\n") != text.npos);
        BOOST_TEST(text.find("Connection: close\r\n") != text.npos);
        const auto body = text.substr(text.find("\r\n\r\n") + 4);
        BOOST_REQUIRE(body.starts_with("retry: "));
        BOOST_TEST(body.ends_with("\n\n"));
        BOOST_TEST(std::stoi(body.substr(7)) >= 5000);
        BOOST_TEST(std::stoi(body.substr(7)) <= 10'000);
    }
}

} // namespace full_machine

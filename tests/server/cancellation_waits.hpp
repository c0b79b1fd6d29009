#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <map>

#include "server/fixture.hpp"

using namespace rill_test;
namespace asio = rill::asio;
namespace data = boost::unit_test::data;

namespace cancellation {

/// Counts the existing frames. Stores the close reason that the last destructor has read.
struct witness
{
    static inline std::atomic<int> alive{0};
    static inline std::atomic<int> started{0};
    static inline std::atomic<rill::close_reason> last{rill::close_reason::open};

    explicit witness(rill::sse::event_stream& s) : stream(s)
    {
        ++alive;
        ++started;
    }
    witness(const witness&) = delete;
    witness& operator=(const witness&) = delete;
    ~witness()
    {
        last = stream.reason();
        --alive;
    }

    rill::sse::event_stream& stream;
};

struct nested_witness
{
    static inline std::atomic<int> alive{0};
    nested_witness() { ++alive; }
    nested_witness(const nested_witness&) = delete;
    nested_witness& operator=(const nested_witness&) = delete;
    ~nested_witness() { --alive; }
};

inline rill::awaitable<> waits_on_interval(rill::sse::event_stream& stream)
{
    witness here(stream);
    co_await stream.send("begun");
    rill::interval every{1h};
    for (;;) {
        co_await every.tick();
    }
}

inline rill::awaitable<> ticks_fast(rill::sse::event_stream& stream)
{
    witness here(stream);
    co_await stream.send("begun");
    rill::interval every{1ms};
    for (;;) {
        co_await every.tick();
        co_await stream.send("tick");
    }
}

inline rill::awaitable<> waits_on_write(rill::sse::event_stream& stream)
{
    witness here(stream);
    co_await stream.send("begun");
    const std::string much(256 * 1024, 'x');
    for (;;) {
        co_await stream.send(much);
    }
}

inline rill::awaitable<> waits_on_asio(rill::sse::event_stream& stream)
{
    witness here(stream);
    co_await stream.send("begun");
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}

inline rill::awaitable<> child(rill::sse::event_stream& stream)
{
    nested_witness here;
    co_await stream.send("begun");
    rill::interval every{1h};
    co_await every.tick();
}

inline rill::awaitable<> waits_on_child(rill::sse::event_stream& stream)
{
    witness here(stream);
    co_await child(stream);
}

inline rill::awaitable<> waits_on_first_of_two(rill::sse::event_stream& stream)
{
    using namespace asio::experimental::awaitable_operators;
    witness here(stream);
    co_await (rill::sleep_for(1h) || child(stream)); // child() sends "begun" once, so that no data is unread
}

inline rill::awaitable<> waits_on_spawned(rill::sse::event_stream& stream)
{
    witness here(stream);
    co_await stream.send("begun");
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::co_spawn(executor, rill::sleep_for(1h), asio::use_awaitable);
}

inline rill::awaitable<> waits_on_tasks(rill::sse::event_stream& stream)
{
    witness here(stream);
    co_await rill::with_task_group([&stream](rill::task_group& group) -> rill::awaitable<> {
        const auto through_asio = []() -> rill::awaitable<> {
            nested_witness task;
            asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
            co_await timer.async_wait(asio::use_awaitable);
        };
        nested_witness body;
        expect(group.spawn(through_asio()));
        expect(group.spawn(child(stream)));
        rill::interval every{1h};
        co_await every.tick();
    });
}

inline rill::awaitable<> waits_before_first_event(rill::sse::event_stream& stream)
{
    witness here(stream);
    co_await rill::sleep_for(1h);
}

inline rill::awaitable<> looks_at_errors(rill::sse::event_stream& stream)
{
    witness here(stream);
    co_await stream.send("begun");
    rill::interval every{1h};
    const auto ticked = co_await every.tick(rill::as_expected);
    expect(!ticked && ticked.error() == asio::error::operation_aborted);
}

/// @param write_timeout the default is long, so that it does not end a stream
inline rill::router app(std::chrono::milliseconds write_timeout = 1h)
{
    rill::router app;
    const rill::sse::endpoint_options options{
        .heartbeat = 0ms, .write_timeout = write_timeout, .farewell = "data: bye\n\n"};
    app.get("/interval", rill::sse::endpoint(waits_on_interval, options));
    app.get("/ticks", rill::sse::endpoint(ticks_fast, options));
    app.get("/write", rill::sse::endpoint(waits_on_write, options));
    app.get("/asio", rill::sse::endpoint(waits_on_asio, options));
    app.get("/child", rill::sse::endpoint(waits_on_child, options));
    app.get("/two", rill::sse::endpoint(waits_on_first_of_two, options));
    app.get("/spawned", rill::sse::endpoint(waits_on_spawned, options));
    app.get("/tasks", rill::sse::endpoint(waits_on_tasks, options));
    app.get("/before", rill::sse::endpoint(waits_before_first_event, options));
    app.get("/expected", rill::sse::endpoint(looks_at_errors, options));
    return app;
}

inline const std::vector<std::string> waits{"/interval", "/ticks",   "/asio",   "/child",    "/two",
                                            "/tasks",    "/spawned", "/before", "/expected", "/write"};

/// Opens a stream and waits until its handler has started and the client has received the first bytes.
inline void open(raw_client& c, const std::string& target, int started_before)
{
    c.get(target);
    BOOST_REQUIRE(eventually([&] { return witness::started > started_before; }));
    BOOST_REQUIRE(c.read_until(target == "/before" ? "\r\n\r\n" : "begun"));
}

/// Checks after all clients have disconnected that the server has released everything.
inline void check_nothing_left(running_server& server, std::size_t descriptors)
{
    BOOST_TEST(eventually([&] { return witness::alive == 0 && nested_witness::alive == 0; }));
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
    // At most as before. A sanitizer may have had a file open when the test counted the descriptors.
    BOOST_TEST(eventually([&] { return open_descriptors() <= descriptors; }));
    BOOST_TEST(server.log() == ""); // a disconnect is not an error
}

} // namespace cancellation

// When the client disconnects or the server stops, the Asio operations of a handler are cancelled. A real server runs.

#include "server/fixture.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <csignal>

using namespace rill_test;
namespace asio = rill::asio;
namespace data = boost::unit_test::data;

// A library of the user. It uses only Asio and not rill.
namespace asio_cancellation_library {

boost::asio::awaitable<void> wait_for_ever()
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::hours(1));
    co_await timer.async_wait(boost::asio::use_awaitable);
}

} // namespace asio_cancellation_library

BOOST_AUTO_TEST_SUITE(asio_cancellation)

namespace {

using asio::ip::tcp;
using error_channel = asio::experimental::channel<void(rill::error_code, std::string)>;

const tcp::endpoint any_loopback_port{asio::ip::address_v4::loopback(), 0};

/// A thread pool of the application. It outlives the server.
struct other_threads
{
    asio::thread_pool pool{2};
    ~other_threads() { pool.join(); }
};

/// Records whether the frame of a handler is destroyed, and the close reason that its destructor sees.
struct frame
{
    static inline std::atomic<int> alive{0};
    static inline std::atomic<rill::close_reason> last{rill::close_reason::open};

    explicit frame(rill::sse::event_stream& s) : stream(s) { ++alive; }
    frame(const frame&) = delete;
    frame& operator=(const frame&) = delete;
    ~frame()
    {
        last = stream.reason();
        --alive;
    }

    rill::sse::event_stream& stream;
};

rill::awaitable<void> waits_on_timer()
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}

rill::awaitable<void> waits_with_deferred()
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::deferred);
}

rill::awaitable<void> waits_with_as_tuple()
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    const auto [ec] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    expect(ec == asio::error::operation_aborted);
}

rill::awaitable<void> waits_with_redirect_error()
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    rill::error_code ec;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    expect(ec == asio::error::operation_aborted);
}

rill::awaitable<void> waits_on_both()
{
    using namespace asio::experimental::awaitable_operators;
    co_await (waits_on_timer() && waits_with_deferred());
}

rill::awaitable<void> waits_on_channel()
{
    error_channel between(co_await asio::this_coro::executor, 0);
    co_await between.async_receive(asio::use_awaitable);
}

rill::awaitable<void> waits_to_send()
{
    error_channel between(co_await asio::this_coro::executor, 0);
    co_await between.async_send({}, "to nobody", asio::use_awaitable);
}

rill::awaitable<void> waits_on_strand()
{
    auto strand = asio::make_strand(co_await asio::this_coro::executor);
    co_await asio::co_spawn(strand, waits_on_timer(), asio::use_awaitable);
}

rill::awaitable<void> waits_on_accept()
{
    tcp::acceptor acceptor(co_await asio::this_coro::executor, any_loopback_port);
    co_await acceptor.async_accept(asio::use_awaitable);
}

rill::awaitable<void> waits_on_socket()
{
    const auto ex = co_await asio::this_coro::executor;
    tcp::acceptor silent(ex, any_loopback_port);
    tcp::socket socket(ex);
    co_await socket.async_connect(silent.local_endpoint(), asio::use_awaitable);
    std::string nothing;
    co_await asio::async_read(socket, asio::dynamic_buffer(nothing), asio::use_awaitable);
}

rill::awaitable<void> waits_to_write()
{
    const auto ex = co_await asio::this_coro::executor;
    tcp::acceptor silent(ex, any_loopback_port);
    tcp::socket socket(ex);
    co_await socket.async_connect(silent.local_endpoint(), asio::use_awaitable);
    const std::string more_than_buffers(32 * 1024 * 1024, 'x');
    co_await asio::async_write(socket, asio::buffer(more_than_buffers), asio::use_awaitable);
}

rill::awaitable<void> waits_on_pipe()
{
    int ends[2];
    expect(::pipe(ends) == 0);
    const auto ex = co_await asio::this_coro::executor;
    asio::posix::stream_descriptor reader(ex, ends[0]);
    asio::posix::stream_descriptor writer(ex, ends[1]);
    co_await reader.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
}

rill::awaitable<void> waits_on_signal()
{
    asio::signal_set set(co_await asio::this_coro::executor, SIGUSR2);
    co_await set.async_wait(asio::use_awaitable);
}

rill::awaitable<void> waits_on_pool(asio::thread_pool& pool)
{
    // Without the strand, one thread of the pool could cancel the coroutine while another thread runs it.
    auto ordered = asio::make_strand(pool);
    co_await asio::co_spawn(ordered, asio_cancellation_library::wait_for_ever(), asio::use_awaitable);
}

// async_resolve() ignores the cancellation. The timer after it is cancelled.
rill::awaitable<void> waits_on_names()
{
    tcp::resolver resolver(co_await asio::this_coro::executor);
    for (;;) {
        co_await resolver.async_resolve("127.0.0.1", "80", asio::use_awaitable);
        co_await waits_on_timer();
    }
}

// With throw_if_cancelled(true) the next co_await throws, as in an ordinary Asio coroutine. It throws even if its
// operation ignores the cancellation.
rill::awaitable<void> throws_at_the_next_await()
{
    co_await asio::this_coro::throw_if_cancelled(true);
    tcp::resolver resolver(co_await asio::this_coro::executor);
    for (;;) {
        co_await resolver.async_resolve("127.0.0.1", "80", asio::use_awaitable);
    }
}

template <class Wait>
auto stream_of(Wait wait)
{
    return rill::sse::endpoint(
        [wait](rill::sse::event_stream& stream) -> rill::awaitable<> {
            frame here(stream);
            co_await stream.send("begun");
            co_await wait();
        },
        {.heartbeat = 0ms});
}

rill::router waiting(asio::thread_pool& pool)
{
    rill::router app;
    app.get("/timer", stream_of(waits_on_timer));
    app.get("/deferred", stream_of(waits_with_deferred));
    app.get("/as-tuple", stream_of(waits_with_as_tuple));
    app.get("/redirect-error", stream_of(waits_with_redirect_error));
    app.get("/both", stream_of(waits_on_both));
    app.get("/channel", stream_of(waits_on_channel));
    app.get("/send", stream_of(waits_to_send));
    app.get("/strand", stream_of(waits_on_strand));
    app.get("/accept", stream_of(waits_on_accept));
    app.get("/socket", stream_of(waits_on_socket));
    app.get("/write", stream_of(waits_to_write));
    app.get("/pipe", stream_of(waits_on_pipe));
    app.get("/signal", stream_of(waits_on_signal));
    app.get("/pool", stream_of([&pool] { return waits_on_pool(pool); }));
    app.get("/library", stream_of(asio_cancellation_library::wait_for_ever));
    app.get("/names", stream_of(waits_on_names));
    app.get("/throws", stream_of(throws_at_the_next_await));
    return app;
}

const std::vector<std::string> waits{"/timer",  "/deferred", "/as-tuple", "/redirect-error", "/both",  "/channel",
                                     "/send",   "/strand",   "/accept",   "/socket",         "/write", "/pipe",
                                     "/signal", "/pool",     "/library",  "/names",          "/throws"};

} // namespace

BOOST_DATA_TEST_CASE(a_disconnect_cancels_the_operation, data::make(waits), target)
{
    other_threads others;
    running_server server(waiting(others.pool));
    std::size_t descriptors = SIZE_MAX; // for the first client Asio may open descriptors that it keeps
    for (int i = 0; i < 2; ++i) {
        raw_client c(server.port());
        c.get(target);
        BOOST_REQUIRE(c.read_until("begun"));
        BOOST_TEST(frame::alive == 1);
        c.close();
        BOOST_TEST(eventually([] { return frame::alive == 0; }));
        BOOST_TEST((frame::last == rill::close_reason::peer_closed));
        BOOST_TEST(eventually([&] { return server.connections() == 0; }));
        BOOST_TEST(eventually([&] { return open_descriptors() <= descriptors; }));
        descriptors = open_descriptors();
    }
    BOOST_TEST(server.log() == "");
}

BOOST_DATA_TEST_CASE(a_shutdown_cancels_the_operation, data::make(waits), target)
{
    other_threads others;
    running_server server(waiting(others.pool));
    raw_client c(server.port());
    c.get(target);
    BOOST_REQUIRE(c.read_until("begun"));
    server.begin_stop();
    BOOST_TEST(c.read_to_end());
    c.close();
    server.stop();
    BOOST_TEST(frame::alive == 0);
    BOOST_TEST((frame::last == rill::close_reason::drained));
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_SUITE_END()

#include "transport/worker_context.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <linux/sockios.h>
#include <rill/core/interval.hpp>
#include <rill/http/make_handler.hpp>
#include <stdexcept>
#include <string>
#include <sys/ioctl.h>
#include <vector>

#include "transport/stage.hpp"

using namespace std::chrono_literals;
using rill_test::loopback;
using fixture = rill_test::stage;

BOOST_AUTO_TEST_SUITE(worker_context_test)

namespace {

rill::awaitable<rill::response> hello(rill::request& r)
{
    co_return rill::response::text("hello " + std::string(r.path()));
}

rill::awaitable<> ticks(rill::response_writer& out)
{
    rill::interval every(1ms);
    for (;;) {
        co_await out.write("tick\n");
        co_await every.tick();
    }
}

rill::awaitable<rill::response> stream_ticks(rill::request&)
{
    co_return rill::response::stream(ticks, "text/event-stream");
}

// A completion handler that is not a coroutine. It writes several times and then throws. From the 16th write on,
// deferred_list calls it.
struct throws_in_the_end
{
    rill::response_writer& out;
    int& thrown;
    int left = 20;

    void operator()(rill::error_code) const
    {
        if (left == 0) {
            ++thrown;
            throw std::runtime_error("from a completion handler");
        }
        out.write("x", throws_in_the_end{out, thrown, left - 1});
    }
};

const std::string get = rill_test::get("/a");

} // namespace

BOOST_AUTO_TEST_CASE(connections_are_counted_and_answered)
{
    fixture f(hello);
    loopback pair;
    f.accept(pair);
    BOOST_TEST(f.worker.connections() == 1U);
    pair.client_sends(get);
    const auto first = f.run_until_received(pair, "hello /a");
    BOOST_TEST(first.starts_with("HTTP/1.1 200 OK\r\n"));
    pair.client_sends(get);
    f.run_until_received(pair, "hello /a"); // on the same connection
    pair.close_client();
    f.run_until([&] { return f.worker.connections() == 0; });
}

BOOST_AUTO_TEST_CASE(a_disconnect_ends_the_stream)
{
    for (const bool reset : {false, true}) {
        fixture f(stream_ticks);
        loopback pair;
        f.accept(pair);
        pair.client_sends(get);
        f.run_until_received(pair, "tick");
        if (reset) {
            pair.reset_client();
        } else {
            pair.close_client();
        }
        f.run_until([&] { return f.worker.connections() == 0; });
        BOOST_REQUIRE_EQUAL(f.closed.size(), 1U);
        // A write after the FIN may cause a RST.
        BOOST_TEST((f.closed[0] == rill::close_reason::peer_reset ||
                    (!reset && f.closed[0] == rill::close_reason::peer_closed)));
    }
}

BOOST_AUTO_TEST_CASE(a_drain_ends_idle_connections_and_streams)
{
    fixture f(stream_ticks);
    loopback streaming;
    f.accept(streaming);
    streaming.client_sends(get);
    f.run_until_received(streaming, "tick");
    bool drained = false;
    f.worker.drain.on_drained = [&] { drained = true; };
    BOOST_TEST(!f.worker.draining());
    f.worker.begin_drain();
    BOOST_TEST(f.worker.draining());
    f.run_until_received(streaming, "0\r\n\r\n"); // the stream ends cleanly
    streaming.close_client();
    f.run_until([&] { return drained; });
    BOOST_TEST(f.worker.connections() == 0U);
    BOOST_REQUIRE_EQUAL(f.closed.size(), 1U);
    BOOST_TEST((f.closed[0] == rill::close_reason::drained));
}

BOOST_AUTO_TEST_CASE(a_drain_without_connections_ends_at_once)
{
    fixture f(hello);
    bool drained = false;
    f.worker.drain.on_drained = [&] { drained = true; };
    f.worker.begin_drain();
    BOOST_TEST(!drained); // the event loop reports the end later
    f.run_until([&] { return drained; });
}

BOOST_AUTO_TEST_CASE(after_an_exception_the_other_connections_continue)
{
    int thrown = 0;
    fixture f([&thrown](rill::request&) -> rill::awaitable<rill::response> {
        co_return rill::response::stream([&thrown](rill::response_writer& out) -> rill::awaitable<> {
            throws_in_the_end{out, thrown}({});
            co_await rill::sleep_for(1h);
        });
    });
    std::array<loopback, 3> pairs;
    for (auto& pair : pairs) {
        f.accept(pair);
        pair.client_sends(get);
    }
    int escaped = 0;
    while (thrown < 3) {
        try {
            f.run_until([&] { return thrown == 3; });
        } catch (const std::runtime_error&) {
            ++escaped;
        }
    }
    BOOST_TEST(escaped >= 1); // run() rethrows at least one exception
    // Each connection still detects the disconnect of its client, and ends.
    for (auto& pair : pairs) {
        pair.close_client();
    }
    f.run_until([&] { return f.worker.connections() == 0; });
    BOOST_TEST(f.closed.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_closed_connection_ends_an_accept_pause)
{
    struct pause : rill::timer_node
    {
        int ended = 0;
    } one, two;
    static constexpr rill::timer_operations kind{
        [](rill::timer_node& node, rill::error_code ec) { static_cast<pause&>(node).ended += ec ? 0 : 1; }};
    fixture f(hello);
    f.worker.timers.use_manual_clock();
    for (auto* p : {&one, &two}) {
        p->operations = &kind;
        f.worker.accept_pauses.add(*p);
    }
    loopback pair;
    f.accept(pair);
    f.worker.timers.add(one, f.worker.timers.now() + 1h); // only this pause is running
    pair.reset_client();
    const auto pass = [&](auto time) {
        f.run_until([&] { return f.worker.connections() == 0; });
        f.worker.timers.advance(time);
        f.io.restart();
        f.io.poll();
    };
    pass(1ms);
    BOOST_TEST(one.ended == 1);
    BOOST_TEST(two.ended == 0);
    f.worker.timers.add(two, f.worker.timers.now() + 1h);
    f.worker.accept_pauses.remove(two);
    loopback another;
    f.accept(another);
    another.reset_client();
    pass(1min);
    BOOST_TEST(one.ended == 1);
    BOOST_TEST(two.ended == 0);
    f.worker.timers.remove(two);
}

// If the reactor still reported the socket, it would use a deleted connection. AddressSanitizer detects that.
BOOST_AUTO_TEST_CASE(a_closed_socket_is_not_reported_while_a_child_process_has_it_open)
{
    fixture f(hello);
    f.limits.linger_timeout = 1ms;
    loopback pair;
    const int of_a_child = ::dup(pair.server); // fork() duplicates descriptors in the same way
    f.accept(pair);
    pair.client_sends("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    f.run_until_received(pair, "hello /");
    f.run_until([&] { return f.worker.connections() == 0; });
    pair.client_sends("x");
    loopback other;
    f.accept(other);
    other.client_sends("GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    f.run_until_received(other, "hello /next");
    f.run_until([&] { return f.worker.connections() == 0; });
    ::close(of_a_child);
}

BOOST_AUTO_TEST_CASE(on_own_thread_is_true_only_on_the_thread_of_the_worker)
{
    rill_test::stage s(rill::handler{});
    BOOST_TEST(s.worker.on_own_thread()); // the constructor ran here
    std::vector<bool> there;
    std::thread([&] {
        there.push_back(s.worker.on_own_thread());
        s.worker.set_own_thread();
        there.push_back(s.worker.on_own_thread());
    }).join();
    BOOST_TEST((there == std::vector{false, true}));
    BOOST_TEST(!s.worker.on_own_thread());
    s.worker.set_own_thread();
}

BOOST_AUTO_TEST_SUITE_END()

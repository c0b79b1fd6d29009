// Writes that wait, over real sockets. The client does not read until the handler waits.

#include "server/fixture.hpp"
#include "support/counted.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/error.hpp>
#include <rill/core/operators.hpp>

using namespace rill_test;
namespace asio = rill::asio;

BOOST_AUTO_TEST_SUITE(writes)

namespace {

// More than fits into the socket buffers of both sides.
constexpr std::size_t much = 8UL * 1024 * 1024;

rill::server_options patient()
{
    rill::server_options options;
    options.limits.write_timeout = 1h; // the write timeout must not end a wait
    return options;
}

template <class Body>
rill::router body_of(Body body)
{
    rill::router app;
    app.get("/", [body] { return rill::response::stream(body); });
    return app;
}

/// Returns how often the letter occurs in the body. The tests use letters that no chunk head contains.
std::size_t count(const raw_client& c, char letter)
{
    const auto& text = c.received();
    const auto body = text.begin() + static_cast<std::ptrdiff_t>(text.find("\r\n\r\n"));
    return static_cast<std::size_t>(std::count(body, text.end(), letter));
}

struct waiting_client : raw_client
{
    explicit waiting_client(running_server& server) : raw_client(server.port(), 4096) { get("/"); }
};

} // namespace

BOOST_AUTO_TEST_CASE(concurrent_writes_are_sent_in_order)
{
    std::atomic<bool> first_done{false};
    std::atomic<bool> second_done{false};
    struct task
    {
        static rill::awaitable<> writes(rill::response_writer& to, char letter, std::atomic<bool>& done)
        {
            const std::string piece(much, letter);
            co_await to.write(piece);
            done = true;
        }
    };
    running_server server(body_of([&](rill::response_writer& out) -> rill::awaitable<> {
                              co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
                                  expect(group.spawn(task::writes(out, 'x', first_done)));
                                  expect(group.spawn(task::writes(out, 'q', second_done)));
                                  co_return;
                              });
                              co_await out.write("z");
                          }),
                          patient());
    waiting_client c(server);
    BOOST_REQUIRE(c.read_until("qqqq"));
    BOOST_TEST(eventually([&] { return first_done.load(); }));
    BOOST_TEST(!second_done.load()); // its bytes do not fit into the kernel
    BOOST_REQUIRE(c.read_until("\r\n0\r\n\r\n"));
    BOOST_TEST(second_done.load());
    BOOST_TEST(count(c, 'x') == much);
    BOOST_TEST(count(c, 'q') == much);
    BOOST_TEST(count(c, 'z') == 1U);
    BOOST_TEST(c.received().find('q') > c.received().rfind('x')); // the pieces arrive in order
    BOOST_TEST(c.received().rfind('z') > c.received().rfind('q'));
}

BOOST_AUTO_TEST_CASE(a_disconnect_unwinds_all_waiting_writes)
{
    struct task
    {
        static rill::awaitable<> writes(rill::response_writer& to)
        {
            counted here;
            const std::string piece(much, 'x');
            co_await to.write(piece);
        }
    };
    running_server server(body_of([&](rill::response_writer& out) -> rill::awaitable<> {
                              co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
                                  for (int i = 0; i < 8; ++i) {
                                      expect(group.spawn(task::writes(out)));
                                  }
                                  co_return;
                              });
                          }),
                          patient());
    {
        waiting_client c(server);
        BOOST_REQUIRE(c.read_until("xxxx"));
        BOOST_TEST(eventually([] { return counted::alive() == 8; }));
    }
    BOOST_TEST(eventually([&] { return !server.reasons().empty(); }));
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST(server.reasons().size() == 1U);
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(a_cancelled_write_is_still_sent)
{
    std::atomic<std::size_t> first{9};
    running_server server(body_of([&](rill::response_writer& out) -> rill::awaitable<> {
                              using namespace asio::experimental::awaitable_operators;
                              const std::string piece(much, 'x');
                              const auto done = co_await (out.write(piece) || rill::sleep_for(20ms));
                              first = done.index();
                              co_await out.write("y");
                              co_await out.write("z");
                          }),
                          patient());
    waiting_client c(server);
    BOOST_REQUIRE(eventually([&] { return first != 9U; }));
    BOOST_TEST(first == 1U); // the timeout has cancelled the write
    BOOST_REQUIRE(c.read_until("\r\n0\r\n\r\n"));
    BOOST_TEST(count(c, 'x') == much);
    BOOST_TEST(c.received().rfind('y') > c.received().rfind('x'));
    BOOST_TEST(c.received().ends_with("1\r\ny\r\n1\r\nz\r\n0\r\n\r\n"));
    BOOST_TEST(eventually([&] { return !server.reasons().empty(); }));
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::handler_returned}));
}

// Writes that complete at once are nested. Every sixteenth write yields to the event loop, so that other streams run.
BOOST_AUTO_TEST_CASE(a_handler_that_never_waits_does_not_starve_the_others)
{
    std::atomic<bool> ends{false};
    rill::router app;
    app.get("/busy", [&] {
        return rill::response::stream([&](rill::response_writer& out) -> rill::awaitable<> {
            while (!ends) {
                co_await out.write("b");
            }
        });
    });
    app.get("/hello", [] { return "hello"; });
    running_server server(std::move(app), patient());
    raw_client busy(server.port());
    busy.get("/busy");
    bool read_all = false;
    // The client reads all the time, so that the handler never waits.
    std::thread reader([&] { read_all = busy.read_until("\r\n0\r\n\r\n"); });
    raw_client other(server.port());
    for (int i = 0; i < 10; ++i) {
        other.forget();
        other.get("/hello");
        BOOST_TEST(other.read_until("\r\n\r\nhello"));
    }
    ends = true;
    reader.join();
    BOOST_TEST(read_all);
}

// If the client reads nothing, the deadline begins with the first byte that waits. The phase of the stream does not
// matter.
BOOST_AUTO_TEST_CASE(the_write_timeout_begins_when_the_kernel_is_full)
{
    auto options = patient();
    options.limits.write_timeout = 100ms;
    running_server server(body_of([](rill::response_writer& out) -> rill::awaitable<> {
                              const std::string piece(much, 'x');
                              co_await out.write(piece, rill::as_expected);
                          }),
                          options);
    waiting_client c(server);
    BOOST_TEST(eventually([&] { return !server.reasons().empty(); }));
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::write_timeout}));
}

BOOST_AUTO_TEST_SUITE_END()

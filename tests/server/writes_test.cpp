// Writes that wait, over real sockets: the client does not read until the handler is where the test wants it.

#include "server/fixture.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/error.hpp>
#include <rill/core/operators.hpp>

using namespace rill_test;
namespace asio = rill::asio;

BOOST_AUTO_TEST_SUITE(writes)

namespace {

// More than the kernel takes on both sides.
constexpr std::size_t much = 8UL * 1024 * 1024;

rill::server_options patient()
{
    rill::server_options options;
    options.limits.write_timeout = 1h; // what waits here waits for the test
    return options;
}

template <class Body>
rill::router body_of(Body body)
{
    rill::router app;
    app.get("/", [body] { return rill::response::stream(body); });
    return app;
}

/// How many bytes of the body are the letter `c`; chunk heads have none of those the tests use.
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

BOOST_AUTO_TEST_CASE(a_second_write_beside_a_waiting_one_is_refused_its_wait)
{
    std::atomic<bool> refused{false};
    std::atomic<int> error{-1};
    running_server server(body_of([&](rill::response_writer& out) -> rill::awaitable<> {
                              co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
                                  const auto first = [](rill::response_writer& to) -> rill::awaitable<> {
                                      const std::string piece(much, 'x');
                                      co_await to.write(piece);
                                  };
                                  expect(group.spawn(first(out)));
                                  const auto second = co_await out.write("y", rill::as_expected);
                                  error = second ? 0 : second.error().value();
                                  refused = !second && second.error() == asio::error::in_progress;
                              });
                              co_await out.write("z"); // the first one's wait was not disturbed
                          }),
                          patient());
    waiting_client c(server);
    BOOST_REQUIRE(eventually([&] { return error != -1; }));
    BOOST_TEST(refused.load());
    BOOST_REQUIRE(c.read_until("\r\n0\r\n\r\n"));
    BOOST_TEST(count(c, 'x') == much);
    BOOST_TEST(count(c, 'y') == 1U); // its bytes were taken all the same, in order
    BOOST_TEST(count(c, 'z') == 1U);
    BOOST_TEST(c.received().rfind('y') > c.received().rfind('x'));
    BOOST_TEST(c.received().rfind('z') > c.received().rfind('y'));
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_the_wait_not_the_transmission)
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
    BOOST_TEST(first == 1U); // the time was up
    BOOST_REQUIRE(c.read_until("\r\n0\r\n\r\n"));
    BOOST_TEST(count(c, 'x') == much);
    BOOST_TEST(c.received().rfind('y') > c.received().rfind('x'));
    BOOST_TEST(c.received().ends_with("1\r\ny\r\n1\r\nz\r\n0\r\n\r\n"));
    BOOST_TEST(eventually([&] { return !server.reasons().empty(); }));
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::handler_returned}));
}

// Writes that complete at once nest, and every sixteenth yields to the event loop: the other stream has its turn.
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
    std::thread reader([&] { read_all = busy.read_until("\r\n0\r\n\r\n"); }); // so that its handler never waits
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

// A stream whose client takes nothing has a deadline from the first byte that waits, whichever phase it began in.
BOOST_AUTO_TEST_CASE(the_deadline_of_a_waiting_write_begins_when_the_kernel_is_full)
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

#include "client/dial.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>

#include "scripted_server.hpp"

BOOST_AUTO_TEST_SUITE(dial_test)

using namespace std::chrono_literals;
using namespace rill_test;
using boost::asio::ip::make_address;
using boost::asio::ip::tcp;
using rill::client::detail::dial;
using rill::client::detail::dial_times;
using rill::client::detail::endpoints;

namespace {

using dialed = tl::expected<tcp::socket, rill::failure>;

tcp::endpoint at(const char* address, std::uint16_t port = 80)
{
    return {make_address(address), port};
}

// Returns a port without a listener. A connect to this port fails at once.
tcp::endpoint refusing(manual_loop& loop)
{
    const tcp::acceptor acceptor(loop.context, at("127.0.0.1", 0));
    return acceptor.local_endpoint();
}

// A listener with a full queue. A connect to this listener gets no answer.
struct silent_listener
{
    explicit silent_listener(manual_loop& loop) : acceptor(loop.context)
    {
        acceptor.open(tcp::v4());
        acceptor.bind(at("127.0.0.1", 0));
        acceptor.listen(0);
        for (int i = 0; i < 4; ++i) {
            fillers.emplace_back(loop.context).async_connect(acceptor.local_endpoint(), [](rill::error_code) {});
        }
    }
    tcp::acceptor acceptor;
    std::deque<tcp::socket> fillers;
};

struct dialing
{
    std::optional<dialed> result;
    manual_loop::outcome end;
    boost::asio::cancellation_signal cancel;

    dialing(manual_loop& loop, rill::awaitable<dialed> d)
    {
        loop.start(
            [](rill::awaitable<dialed> d, std::optional<dialed>& result) -> rill::awaitable<> {
                auto r = co_await std::move(d);
                result.emplace(std::move(r));
            }(std::move(d), result),
            end, cancel);
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(families_take_turns)
{
    const auto a = at("::1", 1);
    const auto b = at("::1", 2);
    const auto c = at("127.0.0.1", 1);
    const auto d = at("127.0.0.1", 2);
    const auto e = at("127.0.0.1", 3);
    BOOST_TEST((rill::client::detail::interleave({a, b, c, d, e}) == endpoints{a, c, b, d, e}));
    BOOST_TEST((rill::client::detail::interleave({c, d, a}) == endpoints{c, a, d}));
    BOOST_TEST((rill::client::detail::interleave({c}) == endpoints{c}));
    BOOST_TEST(rill::client::detail::interleave({}).empty());
}

BOOST_AUTO_TEST_CASE(connects_to_an_address_and_to_a_name)
{
    manual_loop loop;
    scripted_server server(loop.context, {});
    for (const auto* host : {"127.0.0.1", "localhost"}) {
        dialing d(loop, dial(host, server.port(), dial_times()));
        run_until(loop, [&] { return d.end.done; });
        BOOST_REQUIRE(d.result && d.result->has_value());
        BOOST_TEST((*d.result)->remote_endpoint().port() == server.port());
    }
}

BOOST_AUTO_TEST_CASE(the_next_address_is_tried_at_once_after_a_failure)
{
    manual_loop loop;
    scripted_server server(loop.context, {});
    dialing d(loop, dial({refusing(loop), refusing(loop), at("127.0.0.1", server.port())}, "x", dial_times()));
    run_until(loop, [&] { return d.end.done; }); // does not move the clock
    BOOST_TEST((d.result && d.result->has_value()));
}

BOOST_AUTO_TEST_CASE(the_next_address_is_tried_after_the_stagger_without_an_answer)
{
    manual_loop loop;
    const silent_listener silent(loop);
    scripted_server server(loop.context, {});
    dialing d(loop, dial({silent.acceptor.local_endpoint(), at("127.0.0.1", server.port())}, "x", dial_times()));
    loop.pass(249ms);
    BOOST_TEST(server.connections == 0);
    BOOST_TEST(!d.end.done);
    loop.pass(2ms);
    run_until(loop, [&] { return d.end.done; });
    BOOST_TEST((d.result && d.result->has_value()));
}

BOOST_AUTO_TEST_CASE(fails_with_the_error_of_the_last_attempt)
{
    manual_loop loop;
    dialing d(loop, dial({refusing(loop), refusing(loop)}, "somewhere:1", dial_times()));
    run_until(loop, [&] { return d.end.done; });
    BOOST_REQUIRE((d.result && !d.result->has_value()));
    BOOST_TEST((d.result->error().code == boost::asio::error::connection_refused));
    BOOST_TEST(d.result->error().message() == "connect somewhere:1: Connection refused");
}

BOOST_AUTO_TEST_CASE(fails_without_addresses_and_without_a_name)
{
    manual_loop loop;
    dialing none(loop, dial(endpoints(), "x", dial_times()));
    run_until(loop, [&] { return none.end.done; });
    BOOST_TEST((none.result->error().code == boost::asio::error::host_not_found));
    // A label of a name has at most 63 characters. Therefore the resolver sends no request to a name server.
    dialing unknown(loop, dial(std::string(300, 'a'), 1, dial_times()));
    run_until(loop, [&] { return unknown.end.done; });
    BOOST_REQUIRE((unknown.result && !unknown.result->has_value()));
    BOOST_TEST(unknown.result->error().where.starts_with("resolve "));
}

BOOST_AUTO_TEST_CASE(gives_up_after_the_timeout)
{
    manual_loop loop;
    const silent_listener silent(loop);
    dialing d(loop, dial({silent.acceptor.local_endpoint()}, "x", {.timeout = 3s}));
    loop.pass(2999ms);
    BOOST_TEST(!d.end.done);
    loop.pass(2ms);
    BOOST_REQUIRE(d.end.done);
    BOOST_TEST((d.result->error().code == boost::asio::error::timed_out));
}

BOOST_AUTO_TEST_CASE(cancellation_ends_it_at_once)
{
    manual_loop loop;
    const silent_listener silent(loop);
    dialing d(loop, dial({silent.acceptor.local_endpoint()}, "x", dial_times()));
    BOOST_TEST(!d.end.done);
    d.cancel.emit(boost::asio::cancellation_type::terminal);
    loop.turn();
    BOOST_REQUIRE(d.end.done);
    BOOST_CHECK_THROW(std::rethrow_exception(d.end.error), boost::system::system_error);
    BOOST_TEST(!d.result.has_value());
}

// The event loop is destroyed while the coroutine waits. AddressSanitizer and LeakSanitizer detect an error.
BOOST_AUTO_TEST_CASE(the_end_of_the_event_loop_leaves_nothing)
{
    manual_loop::outcome end;
    {
        manual_loop loop;
        const silent_listener silent(loop);
        loop.start([](rill::awaitable<dialed> d) -> rill::awaitable<> { co_await std::move(d); }(
                                                     dial({silent.acceptor.local_endpoint()}, "x", dial_times())),
                   end);
    }
    BOOST_TEST(!end.done);
}

BOOST_AUTO_TEST_SUITE_END()

#include "client/connection_pool.hpp"

#include <boost/test/unit_test.hpp>

#include "support/manual_loop.hpp"

BOOST_AUTO_TEST_SUITE(connection_pool_test)

using namespace std::chrono_literals;
using rill::client::detail::connection_pool;
using rill::client::detail::transport;

namespace {

struct fake_transport final : transport
{
    fake_transport(int& alive, bool& idle) : alive(alive), idle(idle) { ++alive; }
    ~fake_transport() override { --alive; }
    rill::awaitable<rill::result<std::size_t>> read_some(boost::asio::mutable_buffer) override { co_return 0U; }
    rill::awaitable<rill::result<void>> write(std::span<const boost::asio::const_buffer>) override
    {
        co_return rill::result<void>();
    }
    void close() noexcept override {}
    bool is_idle() noexcept override { return idle; }
    int& alive;
    bool& idle;
};

struct fixture
{
    rill_test::manual_loop loop;
    connection_pool& pool = connection_pool::of(loop.context);
    int alive = 0;
    bool idle = true;

    connection_pool::owner owner(rill::client::http_options o = {})
    {
        return std::make_shared<const rill::client::http_options>(o);
    }
    void put(const connection_pool::owner& by, const std::string& origin)
    {
        pool.put(by, origin, std::make_unique<fake_transport>(alive, idle));
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(each_owner_and_each_origin_has_connections_of_its_own)
{
    fixture f;
    const auto a = f.owner();
    const auto b = f.owner();
    f.put(a, "http://x");
    BOOST_TEST((f.pool.take(b, "http://x") == nullptr));
    BOOST_TEST((f.pool.take(a, "http://y") == nullptr));
    BOOST_TEST((f.pool.take(a, "http://x") != nullptr));
    BOOST_TEST((f.pool.take(a, "http://x") == nullptr));
    BOOST_TEST((&connection_pool::of(f.loop.context) == &f.pool));
}

BOOST_AUTO_TEST_CASE(connections_that_the_server_has_closed_are_removed)
{
    fixture f;
    const auto a = f.owner();
    f.put(a, "http://x");
    f.put(a, "http://x");
    f.idle = false;
    BOOST_TEST((f.pool.take(a, "http://x") == nullptr));
    BOOST_TEST(f.alive == 0);
    f.put(a, "http://x"); // the pool does not keep it
    BOOST_TEST(f.pool.size() == 0U);
}

BOOST_AUTO_TEST_CASE(limits)
{
    fixture f;
    const auto a = f.owner({.max_idle_connections = 4, .max_idle_per_origin = 2});
    for (int i = 0; i < 5; ++i) {
        f.put(a, "http://x");
    }
    BOOST_TEST(f.pool.size() == 2U);
    f.put(a, "http://y");
    f.put(a, "http://y");
    f.put(a, "http://z");
    BOOST_TEST(f.pool.size() == 4U);
    BOOST_TEST(f.alive == 4);
    BOOST_TEST((f.pool.take(a, "http://z") != nullptr)); // the pool has closed the oldest one
    const auto none = f.owner({.max_idle_connections = 0});
    f.put(none, "http://x");
    BOOST_TEST(f.pool.size() == 3U);
}

BOOST_AUTO_TEST_CASE(connections_expire)
{
    fixture f;
    const auto a = f.owner({.keep_alive = 10s});
    f.put(a, "http://x");
    f.loop.timers.advance(6s);
    f.put(a, "http://y");
    f.loop.timers.advance(5s);
    BOOST_TEST(f.pool.size() == 1U);
    f.loop.timers.advance(6s);
    BOOST_TEST(f.pool.size() == 0U);
    BOOST_TEST(f.alive == 0);
    f.put(a, "http://x"); // the timer starts again
    f.loop.timers.advance(11s);
    BOOST_TEST(f.pool.size() == 0U);
}

BOOST_AUTO_TEST_CASE(connections_of_a_client_that_is_gone_are_closed_with_the_next_one)
{
    fixture f;
    f.put(f.owner(), "http://x");
    BOOST_TEST(f.alive == 1);
    const auto a = f.owner();
    f.put(a, "http://y");
    BOOST_TEST(f.alive == 1);
}

BOOST_AUTO_TEST_CASE(a_short_time_after_a_long_one)
{
    fixture f;
    const auto a = f.owner({.keep_alive = 1h});
    const auto b = f.owner({.keep_alive = 1s});
    f.put(a, "http://x");
    f.put(b, "http://x");
    f.loop.timers.advance(2s);
    BOOST_TEST(f.pool.size() == 1U);
}

BOOST_AUTO_TEST_CASE(connections_end_with_their_event_loop)
{
    int alive = 0;
    bool idle = true;
    connection_pool::owner owner;
    {
        fixture f;
        owner = f.owner();
        f.pool.put(owner, "http://x", std::make_unique<fake_transport>(alive, idle));
        BOOST_TEST(alive == 1);
    }
    BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(a_connector_knows_some_hosts)
{
    fixture f;
    const auto none = f.pool.connect("x");
    BOOST_TEST((none.has_value() && *none == nullptr));
    f.pool.set_connector([&f](const std::string& host) -> rill::result<std::unique_ptr<transport>> {
        if (host != "x") {
            return tl::unexpected(rill::error_code(boost::asio::error::connection_refused));
        }
        return std::make_unique<fake_transport>(f.alive, f.idle);
    });
    const auto known = f.pool.connect("x");
    BOOST_TEST((known.has_value() && *known != nullptr));
    BOOST_TEST((f.pool.connect("y").error() == boost::asio::error::connection_refused));
}

BOOST_AUTO_TEST_SUITE_END()

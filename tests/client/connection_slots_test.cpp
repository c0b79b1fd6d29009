#include "client/connection_slots.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <vector>

#include "support/manual_loop.hpp"

BOOST_AUTO_TEST_SUITE(connection_slots_test)

using namespace std::chrono_literals;
using rill::client::detail::connection_slots;
using rill_test::manual_loop;

namespace {

const connection_slots::key a{nullptr, "http://a"};
const connection_slots::key b{nullptr, "http://b"};

// One acquire(). The lease ends when the test resets it.
struct user
{
    user(manual_loop& loop, connection_slots& slots, const connection_slots::key& k, std::size_t max,
         std::chrono::milliseconds timeout = 0ms)
    {
        loop.start(
            [](user& self, connection_slots& slots, connection_slots::key k, std::size_t max,
               std::chrono::milliseconds timeout) -> rill::awaitable<> {
                auto got = co_await slots.acquire(std::move(k), max, timeout);
                if (got) {
                    self.lease.emplace(std::move(*got));
                } else {
                    self.error = got.error();
                }
            }(*this, slots, k, max, timeout),
            end, cancel);
    }

    std::optional<connection_slots::lease> lease;
    rill::error_code error;
    manual_loop::outcome end;
    boost::asio::cancellation_signal cancel;
};

struct fixture
{
    manual_loop loop;
    connection_slots slots{loop.context};
};

} // namespace

BOOST_AUTO_TEST_CASE(requests_above_the_limit_wait_in_their_order)
{
    fixture f;
    user one(f.loop, f.slots, a, 2);
    user two(f.loop, f.slots, a, 2);
    user three(f.loop, f.slots, a, 2);
    user four(f.loop, f.slots, a, 2);
    user other(f.loop, f.slots, b, 2);
    BOOST_TEST((one.lease && two.lease && other.lease));
    BOOST_TEST((!three.end.done && !four.end.done));
    BOOST_TEST(f.slots.in_use(a) == 2U);
    two.lease.reset();
    f.loop.turn();
    BOOST_TEST(three.lease.has_value());
    BOOST_TEST(!four.end.done);
    one.lease.reset();
    f.loop.turn();
    BOOST_TEST(four.lease.has_value());
    three.lease.reset();
    four.lease.reset();
    other.lease.reset();
    BOOST_TEST(f.slots.in_use(a) == 0U);
    BOOST_TEST(f.slots.in_use(b) == 0U);
}

BOOST_AUTO_TEST_CASE(without_a_limit_nothing_is_counted)
{
    fixture f;
    user one(f.loop, f.slots, a, 0);
    BOOST_TEST(one.lease.has_value());
    BOOST_TEST(f.slots.in_use(a) == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_that_waits_too_long_fails_and_leaves_its_place)
{
    fixture f;
    user one(f.loop, f.slots, a, 1);
    user two(f.loop, f.slots, a, 1, 5s);
    user three(f.loop, f.slots, a, 1);
    f.loop.timers.advance(4s);
    f.loop.turn();
    BOOST_TEST(!two.end.done);
    f.loop.timers.advance(2s);
    f.loop.turn();
    BOOST_TEST(two.end.done);
    BOOST_TEST((two.error == boost::asio::error::timed_out));
    one.lease.reset();
    f.loop.turn();
    BOOST_TEST(three.lease.has_value());
    three.lease.reset();
    BOOST_TEST(f.slots.in_use(a) == 0U);
}

BOOST_AUTO_TEST_CASE(cancellation_ends_the_wait_and_loses_no_slot)
{
    fixture f;
    user one(f.loop, f.slots, a, 1);
    user two(f.loop, f.slots, a, 1);
    user three(f.loop, f.slots, a, 1);
    two.cancel.emit(boost::asio::cancellation_type::terminal);
    f.loop.turn();
    BOOST_TEST((two.end.done && two.end.error));
    one.lease.reset(); // three gets the slot, but is cancelled before it continues
    three.cancel.emit(boost::asio::cancellation_type::terminal);
    f.loop.turn();
    BOOST_TEST(three.end.done);
    three.lease.reset();
    BOOST_TEST(f.slots.in_use(a) == 0U);
    user four(f.loop, f.slots, a, 1);
    BOOST_TEST(four.lease.has_value());
}

// AddressSanitizer and LeakSanitizer detect an error.
BOOST_AUTO_TEST_CASE(the_end_leaves_nothing)
{
    manual_loop loop;
    std::optional<connection_slots> slots(loop.context);
    user one(loop, *slots, a, 1);
    user two(loop, *slots, a, 1, 5s);
    slots->shutdown();
    one.lease.reset();
    loop.timers.advance(6s);
    loop.turn();
    BOOST_TEST(!two.end.done);
}

BOOST_AUTO_TEST_SUITE_END()

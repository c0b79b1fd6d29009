#pragma once

// The cases of spawn(). Two files include them. One tests rill's own entry coroutine. The other defines
// RILL_PUBLIC_CO_SPAWN and tests Asio's public co_spawn. Each file defines SPAWN_SUITE, the name of its suite. All
// definitions are local to the including file.
#include "core/spawn.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>
#include <rill/core/interval.hpp>
#include <stdexcept>

#include "support/manual_loop.hpp"

BOOST_AUTO_TEST_SUITE(SPAWN_SUITE) // not in an anonymous namespace: on_done() is a template argument

using namespace std::chrono_literals;
namespace asio = boost::asio;
using timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, rill::executor>;

// An owner of a coroutine, such as a connection.
struct owner : rill::detail::spawned_coroutine
{
    rill_test::manual_loop loop;
    int ended = 0;
    bool frame_was_alive = false;
    std::exception_ptr error;
    int frames = 0; // of coroutines that hold a `guard`

    static void on_done(rill::detail::spawned_coroutine& self, const std::exception_ptr& error)
    {
        auto& o = static_cast<owner&>(self);
        ++o.ended;
        o.frame_was_alive = o.frames != 0;
        o.error = error;
    }

    void spawn(rill::awaitable<> body)
    {
        rill::detail::spawn<&on_done>(loop.context, std::move(body), *this);
        loop.turn();
    }

    // Cancels the coroutine, and checks that it ends with the expected error from the event loop.
    void check_cancelled(rill::error_code expected = asio::error::operation_aborted, int turns = 10)
    {
        BOOST_REQUIRE_EQUAL(ended, 0);
        rill::detail::cancel(loop.timers, *this);
        for (int i = 0; i < turns && ended == 0; ++i) { // a race ends in several turns
            loop.turn();
        }
        for (int i = 0; i < 300 && ended == 0 && turns > 10; ++i)
        { // the public co_spawn needs repeated cancellations, at intervals
            loop.pass(1ms);
        }
        for (int i = 0; i < turns && ended == 0; ++i) {
            loop.turn();
        }
        BOOST_REQUIRE_EQUAL(ended, 1);
        BOOST_TEST(frames == 0);
        BOOST_TEST(!frame_was_alive);
        BOOST_TEST(waiting == nullptr);
        BOOST_REQUIRE(static_cast<bool>(error));
        BOOST_CHECK_EXCEPTION(std::rethrow_exception(error), boost::system::system_error,
                              [&](const auto& e) { return e.code() == expected; });
        rill::detail::cancel(loop.timers, *this); // a second cancellation does nothing
        loop.pass(5ms);
        BOOST_TEST(ended == 1);
    }
};

struct guard
{
    int& count;
    explicit guard(int& c) : count(c) { ++count; }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
    ~guard() { --count; }
};

rill::awaitable<> tick_for_ever(owner& o)
{
    const guard here(o.frames);
    rill::interval every(5ms);
    for (;;) {
        co_await every.tick();
    }
}

rill::awaitable<> wait_for_asio(owner& o)
{
    const guard here(o.frames);
    timer t(o.loop.context, 1h);
    co_await t.async_wait(rill::detail::deferred);
}

BOOST_AUTO_TEST_CASE(done_is_called_once)
{
    owner o;
    o.spawn([](owner& self) -> rill::awaitable<> {
        const guard here(self.frames);
        co_return;
    }(o));
    BOOST_TEST(o.ended == 1);
    BOOST_TEST(!o.error);
    BOOST_TEST(!o.frame_was_alive);
    BOOST_TEST(o.frames == 0);
}

BOOST_AUTO_TEST_CASE(done_is_called_once_after_waiting)
{
    owner o;
    o.spawn([](owner& self) -> rill::awaitable<> {
        const guard here(self.frames);
        co_await rill::sleep_for(5ms);
    }(o));
    BOOST_TEST(o.ended == 0);
    BOOST_TEST(o.frames == 1);
    o.loop.pass(10ms);
    BOOST_TEST(o.ended == 1);
    BOOST_TEST(!o.error);
    BOOST_TEST(o.frames == 0);
    BOOST_TEST(o.waiting == nullptr);
}

BOOST_AUTO_TEST_CASE(done_receives_the_exception)
{
    for (const bool at_once : {true, false}) {
        owner o;
        o.spawn([](owner& self, bool now) -> rill::awaitable<> {
            const guard here(self.frames);
            if (!now) {
                co_await rill::sleep_for(5ms);
            }
            throw std::runtime_error("from the handler");
        }(o, at_once));
        o.loop.pass(10ms);
        BOOST_REQUIRE_EQUAL(o.ended, 1);
        BOOST_TEST(!o.frame_was_alive);
        BOOST_REQUIRE(static_cast<bool>(o.error));
        BOOST_CHECK_THROW(std::rethrow_exception(o.error), std::runtime_error);
    }
}

BOOST_AUTO_TEST_CASE(cancelled_in_an_interval)
{
    owner o;
    o.spawn(tick_for_ever(o));
    o.loop.pass(23ms);
    o.check_cancelled();
}

BOOST_AUTO_TEST_CASE(cancelled_in_its_first_wait)
{
    owner o;
    o.spawn(tick_for_ever(o));
    o.check_cancelled();
}

BOOST_AUTO_TEST_CASE(cancelled_in_a_timer_of_asio)
{
    owner o;
    o.spawn(wait_for_asio(o));
    o.check_cancelled();
}

BOOST_AUTO_TEST_CASE(cancelled_in_an_interval_after_a_timer_of_asio)
{
    owner o;
    o.spawn([](owner& self) -> rill::awaitable<> {
        const guard here(self.frames);
        timer t(self.loop.context, 0ms);
        co_await t.async_wait(rill::detail::deferred);
        co_await tick_for_ever(self);
    }(o));
    while (o.frames < 2) {
        o.loop.turn();
    }
    o.check_cancelled();
}

BOOST_AUTO_TEST_CASE(cancelled_in_a_timer_of_asio_after_an_interval)
{
    owner o;
    o.spawn([](owner& self) -> rill::awaitable<> {
        co_await rill::sleep_for(5ms);
        co_await wait_for_asio(self);
    }(o));
    o.loop.pass(10ms);
    BOOST_REQUIRE_EQUAL(o.frames, 1);
    o.check_cancelled();
}

BOOST_AUTO_TEST_CASE(cancelled_in_a_called_coroutine)
{
    owner o;
    o.spawn([](owner& self) -> rill::awaitable<> {
        const guard here(self.frames);
        co_await tick_for_ever(self);
    }(o));
    o.loop.pass(7ms);
    BOOST_REQUIRE_EQUAL(o.frames, 2);
    o.check_cancelled();
}

BOOST_AUTO_TEST_CASE(cancelled_in_a_spawned_child)
{
    owner o;
    o.spawn([](owner& self) -> rill::awaitable<> {
        const guard here(self.frames);
        co_await asio::co_spawn(self.loop.context.get_executor(), tick_for_ever(self), asio::use_awaitable);
    }(o));
    o.loop.pass(7ms);
    BOOST_REQUIRE_EQUAL(o.frames, 2);
    o.check_cancelled();
}

BOOST_AUTO_TEST_CASE(cancelled_in_a_race)
{
    using namespace asio::experimental::awaitable_operators;
    owner o;
    o.spawn([](owner& self) -> rill::awaitable<> {
        const guard here(self.frames);
        co_await (tick_for_ever(self) || wait_for_asio(self));
    }(o));
    o.loop.pass(7ms);
    BOOST_REQUIRE_EQUAL(o.frames, 3);
    rill::detail::cancel(o.loop.timers, o);
    for (int i = 0; i < 10 && o.ended == 0; ++i) {
        o.loop.turn();
    }
    BOOST_TEST(o.ended == 1);
    BOOST_TEST(o.frames == 0);
    BOOST_TEST(static_cast<bool>(o.error)); // the operators throw their own exception if several operations fail
}

BOOST_AUTO_TEST_CASE(a_coroutine_continues_after_a_won_race)
{
    using namespace asio::experimental::awaitable_operators;
    owner o;
    int rounds = 0;
    o.spawn([](owner& self, int& n) -> rill::awaitable<> {
        const guard here(self.frames);
        for (; n < 3; ++n) {
            co_await (tick_for_ever(self) || rill::sleep_for(12ms));
        }
        co_await tick_for_ever(self);
    }(o, rounds));
    o.loop.pass(60ms);
    BOOST_TEST(rounds == 3);
    o.check_cancelled();
}

BOOST_AUTO_TEST_CASE(a_loop_that_ignores_errors_is_destroyed)
{
    owner o;
    int aborted = 0;
    o.spawn([](owner& self, int& count) -> rill::awaitable<> {
        const guard here(self.frames);
        rill::interval every(5ms);
        for (;;) {
            const auto ticked = co_await every.tick(rill::as_expected);
            if (!ticked) {
                ++count;
            }
        }
    }(o, aborted));
    o.loop.pass(7ms);
    o.check_cancelled(make_error_code(rill::error::cancellation_ignored), 200);
    BOOST_TEST(aborted > 1);
}

BOOST_AUTO_TEST_CASE(a_handler_may_disable_its_cancellation)
{
    owner o;
    o.spawn([](owner& self) -> rill::awaitable<> {
        const guard here(self.frames);
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await rill::sleep_for(20ms);
    }(o));
    o.loop.pass(5ms);
    rill::detail::cancel(o.loop.timers, o);
    o.loop.pass(5ms);
    BOOST_TEST(o.ended == 0);
    o.loop.pass(20ms);
    BOOST_TEST(o.ended == 1);
    BOOST_TEST(!o.error);
}

BOOST_AUTO_TEST_CASE(one_coroutine_after_another_on_the_same_owner)
{
    owner o;
    for (int i = 0; i < 3; ++i) {
        o.ended = 0;
        o.spawn(rill::sleep_for(5ms));
        o.loop.pass(7ms);
        BOOST_TEST(o.ended == 1);
        BOOST_TEST(!o.error);
    }
    o.ended = 0;
    o.spawn(tick_for_ever(o));
    o.loop.pass(7ms);
    o.check_cancelled();
}

// Asio allocates the new state. rill's own state is in the bottom frame.
BOOST_AUTO_TEST_CASE(cancelled_after_the_coroutine_has_reset_its_state)
{
    for (const bool twice : {false, true}) {
        owner o;
        o.spawn([](owner& self, bool again) -> rill::awaitable<> {
            const guard here(self.frames);
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            co_await rill::sleep_for(5ms);
            co_await asio::this_coro::reset_cancellation_state();
            if (again) {
                co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
            }
            co_await tick_for_ever(self);
        }(o, twice));
        o.loop.pass(12ms);
        BOOST_REQUIRE_EQUAL(o.frames, 2);
        o.check_cancelled();
    }
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_only_its_own_coroutine)
{
    owner a;
    owner b;
    a.spawn(tick_for_ever(a));
    b.spawn(tick_for_ever(b));
    a.loop.pass(7ms);
    b.loop.pass(7ms);
    a.check_cancelled();
    BOOST_TEST(b.ended == 0);
    b.check_cancelled();
}

BOOST_AUTO_TEST_SUITE_END()

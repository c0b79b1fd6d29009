#include "core/unwinder.hpp"

#include "core/spawn.hpp"
#include "support/manual_loop.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <rill/core/as_expected.hpp>
#include <rill/core/interval.hpp>
#include <rill/core/offload.hpp>
#include <rill/core/shutdown_signal.hpp>
#include <rill/core/task_group.hpp>
#include <vector>

BOOST_AUTO_TEST_SUITE(unwinder_test)

namespace asio = boost::asio;
using namespace std::chrono_literals;
using rill::detail::unwinder;

// Not in an anonymous namespace: on_done() is a template argument.
struct owner : rill::detail::spawned_coroutine
{
    rill_test::manual_loop loop;
    int ended = 0;
    int frames = 0;
    std::exception_ptr error;
    std::vector<unwinder::outcome> reports;

    owner()
    {
        unwinder::of(loop.context).on_ignored = [this](const auto&, unwinder::outcome what) {
            reports.push_back(what);
        };
    }

    static void on_done(rill::detail::spawned_coroutine& self, const std::exception_ptr& error)
    {
        auto& o = static_cast<owner&>(self);
        ++o.ended;
        o.error = error;
    }

    void start(rill::awaitable<> body)
    {
        rill::detail::spawn<&on_done>(loop.context, std::move(body), *this);
        loop.turn();
    }

    void cancel()
    {
        rill::detail::cancel(loop.timers, *this);
        for (int i = 0; i < 500 && ended == 0; ++i) {
            loop.turn();
        }
        for (int i = 0; i < 300 && ended == 0; ++i) {
            loop.pass(1ms);
        }
        for (int i = 0; i < 500 && ended == 0; ++i) {
            loop.turn();
        }
    }

    void check_destroyed()
    {
        BOOST_TEST(ended == 1);
        BOOST_TEST(frames == 0);
        BOOST_REQUIRE_EQUAL(reports.size(), 1U);
        BOOST_TEST((reports.front() == unwinder::outcome::destroyed));
        BOOST_CHECK_EXCEPTION(std::rethrow_exception(error), boost::system::system_error, [](const auto& e) {
            return e.code() == rill::make_error_code(rill::error::cancellation_ignored);
        });
        loop.pass(5ms);
        BOOST_TEST(ended == 1);
    }
};

namespace {

struct frame
{
    int& count;
    explicit frame(int& c) : count(c) { ++count; }
    frame(const frame&) = delete;
    frame& operator=(const frame&) = delete;
    ~frame() { --count; }
};

// A loop that catches every exception, as simple handlers do.
rill::awaitable<> swallow(owner& o, std::function<rill::awaitable<>()> step)
{
    const frame here(o.frames);
    for (;;) {
        try {
            co_await step();
        } catch (const std::exception&) {
            continue;
        }
    }
}

rill::awaitable<> tick(rill::interval& every)
{
    co_await every.tick();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_loop_around_a_timer_is_destroyed)
{
    owner o;
    o.start([](owner& self) -> rill::awaitable<> {
        const frame here(self.frames);
        rill::interval every(5ms);
        for (;;) {
            try {
                co_await every.tick();
            } catch (const std::exception&) {
                continue;
            }
        }
    }(o));
    o.loop.pass(20ms);
    BOOST_TEST(o.ended == 0);
    o.cancel();
    o.check_destroyed();
}

BOOST_AUTO_TEST_CASE(a_loop_around_a_child_coroutine_is_destroyed)
{
    owner o;
    rill::interval every(5ms);
    o.start(swallow(o, [&] { return tick(every); }));
    o.cancel();
    o.check_destroyed();
}

BOOST_AUTO_TEST_CASE(a_loop_that_ignores_errors_is_destroyed)
{
    owner o;
    o.start([](owner& self) -> rill::awaitable<> {
        const frame here(self.frames);
        rill::interval every(5ms);
        for (;;) {
            static_cast<void>(co_await every.tick(rill::as_expected));
        }
    }(o));
    o.cancel();
    o.check_destroyed();
}

BOOST_AUTO_TEST_CASE(a_loop_around_the_shutdown_is_destroyed)
{
    owner o;
    o.start([](owner& self) -> rill::awaitable<> {
        const frame here(self.frames);
        for (;;) {
            try {
                co_await rill::shutdown_signal::of(self.loop.context).wait();
            } catch (const std::exception&) {
                continue;
            }
        }
    }(o));
    o.cancel();
    o.check_destroyed();
}

BOOST_AUTO_TEST_CASE(a_loop_in_a_task_is_destroyed_and_its_group_ends)
{
    owner o;
    rill::interval every(5ms);
    o.start([](owner& self, rill::interval& beat) -> rill::awaitable<> {
        const frame here(self.frames);
        co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
            BOOST_TEST(group.spawn(swallow(self, [&] { return tick(beat); })));
            co_await rill::sleep_for(1h);
        });
    }(o, every));
    BOOST_TEST(o.frames == 2);
    o.cancel();
    BOOST_TEST(o.ended == 1);
    BOOST_TEST(o.frames == 0);
    BOOST_REQUIRE_EQUAL(o.reports.size(), 1U);
    BOOST_TEST((o.reports.front() == unwinder::outcome::destroyed));
}

// A coroutine that waits for an operation of Asio cannot be destroyed. But it does not block the thread, and it is
// reported.
BOOST_AUTO_TEST_CASE(a_loop_around_an_operation_of_asio_is_cancelled_repeatedly)
{
    owner o;
    int swallowed = 0;
    bool stop = false;
    asio::steady_timer timer(o.loop.context, 1h);
    o.start([](owner& self, asio::steady_timer& t, int& count, bool& ends) -> rill::awaitable<> {
        const frame here(self.frames);
        while (!ends) {
            try {
                co_await t.async_wait(asio::use_awaitable);
            } catch (const std::exception&) {
                ++count;
            }
        }
    }(o, timer, swallowed, stop));
    o.cancel();
    BOOST_TEST(o.ended == 0);
    BOOST_TEST(swallowed > 1);
    BOOST_TEST(o.reports.empty());
    o.loop.pass(6s);
    BOOST_REQUIRE_EQUAL(o.reports.size(), 1U);
    BOOST_TEST((o.reports.front() == unwinder::outcome::still_running));
    const auto before = swallowed;
    o.loop.pass(4s);
    BOOST_TEST(swallowed > before);
    BOOST_TEST(swallowed <= before + 5);
    stop = true;
    o.loop.pass(2s);
    BOOST_TEST(o.ended == 1);
    BOOST_TEST(!o.error);
    BOOST_TEST(o.reports.size() == 1U);
}

BOOST_AUTO_TEST_CASE(clean_up_with_its_own_cancellation_filter_is_not_cancelled)
{
    owner o;
    bool cleaned = false;
    o.start([](owner& self, bool& done) -> rill::awaitable<> {
        const frame here(self.frames);
        try {
            co_await rill::sleep_for(1h);
        } catch (const std::exception&) {
        }
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        rill::interval every(10ms);
        for (int i = 0; i < 200; ++i) {
            co_await every.tick();
        }
        done = true;
    }(o, cleaned));
    o.cancel();
    BOOST_TEST(!cleaned);
    BOOST_TEST(o.ended == 0);
    o.loop.pass(5s);
    BOOST_TEST(cleaned);
    BOOST_TEST(o.ended == 1);
    BOOST_TEST(!o.error);
}

BOOST_AUTO_TEST_CASE(clean_up_with_a_new_cancellation_state_is_not_cancelled)
{
    owner o;
    bool cleaned = false;
    o.start([](bool& done) -> rill::awaitable<> {
        try {
            co_await rill::sleep_for(1h);
        } catch (const std::exception&) {
        }
        co_await asio::this_coro::reset_cancellation_state();
        co_await rill::sleep_for(1s);
        done = true;
    }(cleaned));
    o.cancel();
    o.loop.pass(2s);
    BOOST_TEST(cleaned);
    BOOST_TEST(o.ended == 1);
    BOOST_TEST(o.reports.empty());
}

// A handler's own operation may complete inside the cancellation, and its completion may end the coroutine.
BOOST_AUTO_TEST_CASE(a_coroutine_may_end_inside_a_repeated_cancellation)
{
    owner o;
    std::function<void()> complete;
    o.start([](std::function<void()>& completes) -> rill::awaitable<> {
        for (int i = 0; i < 5; ++i) {
            co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
                [&completes](auto handler) {
                    auto slot = asio::get_associated_cancellation_slot(handler);
                    auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
                    slot.assign([waiting, &completes](asio::cancellation_type) {
                        completes = [waiting] { std::move (*waiting)(); };
                        const auto now = std::move(completes);
                        now();
                    });
                },
                asio::use_awaitable);
        }
    }(complete));
    o.cancel();
    o.loop.pass(6s); // the pauses between the cancellations grow
    BOOST_TEST(o.ended == 1);
    BOOST_TEST(!o.error);
}

BOOST_AUTO_TEST_CASE(each_await_after_the_cancellation_is_cancelled)
{
    owner o;
    int cancelled = 0;
    o.start([](int& count) -> rill::awaitable<> {
        for (int i = 0; i < 10; ++i) {
            const auto waited =
                co_await rill::shutdown_signal::of(co_await asio::this_coro::executor).wait(rill::as_expected);
            count += !waited ? 1 : 0;
        }
    }(cancelled));
    o.cancel();
    BOOST_TEST(cancelled == 10);
    BOOST_TEST(o.ended == 1);
    BOOST_TEST(o.reports.empty());
}

BOOST_AUTO_TEST_SUITE_END()

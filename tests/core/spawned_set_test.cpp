#include <rill/core/detail/spawned_set.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/interval.hpp>
#include <stdexcept>
#include <string>

#include "core/exception_message.hpp"
#include "core/is_aborted.hpp"
#include "support/counted.hpp"
#include "support/manual_loop.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
using rill::awaitable;
using rill_test::counted;
using rill_test::manual_loop;

BOOST_AUTO_TEST_SUITE(spawned_set_test)

namespace {

struct fixture
{
    manual_loop loop;
    std::string log;
    rill::detail::spawned_set set{this, [](void* self, bool cancelled, const std::exception_ptr& error) {
                                      static_cast<fixture*>(self)->told(cancelled, error);
                                  }};

    void told(bool cancelled, const std::exception_ptr& error)
    {
        log += cancelled ? "cancelled" : "by itself";
        log += !error                            ? ""
               : rill::detail::is_aborted(error) ? " (aborted)"
                                                 : " (" + rill::detail::exception_message(error) + ")";
        log += "; ";
    }
};

awaitable<> waits(std::chrono::milliseconds time)
{
    counted here;
    co_await rill::sleep_for(time);
}

// Waits for an operation that completes inside its cancellation. Operations of other libraries may do this.
awaitable<> ends_at_once()
{
    counted here;
    rill::detail::waiter waiter;
    co_await asio::async_initiate<const rill::detail::deferred_t, void(rill::error_code)>(
        [&waiter](auto&& handler) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            waiter.emplace(std::forward<decltype(handler)>(handler));
            slot.assign([&waiter](asio::cancellation_type_t) { waiter.complete(asio::error::operation_aborted); });
        },
        rill::detail::deferred);
}

} // namespace

BOOST_FIXTURE_TEST_CASE(each_end_is_reported_once, fixture)
{
    set.cancel(); // no coroutine runs
    set.start(loop.context, waits(5ms));
    set.start(loop.context, []() -> awaitable<> {
        co_await rill::sleep_for(2ms);
        throw std::runtime_error("its own");
    }());
    set.start(loop.context, []() -> awaitable<> { co_return; }());
    BOOST_TEST(log == "by itself; "); // this coroutine does not wait
    BOOST_TEST(set.running() == 2U);
    loop.pass(3ms);
    BOOST_TEST(log == "by itself; by itself (its own); ");
    BOOST_TEST(set.running() == 1U);
    loop.pass(3ms);
    BOOST_TEST(log == "by itself; by itself (its own); by itself; ");
    BOOST_TEST(set.running() == 0U);
    BOOST_TEST(counted::alive() == 0);
}

BOOST_FIXTURE_TEST_CASE(cancel_ends_the_running_coroutines, fixture)
{
    set.start(loop.context, waits(1ms));
    set.start(loop.context, waits(1h));
    set.start(loop.context, []() -> awaitable<> {
        rill::interval hour(1h);
        static_cast<void>(co_await hour.tick(rill::as_expected));
    }());
    loop.pass(2ms);
    set.cancel();
    BOOST_TEST(log == "by itself; "); // rill's timers complete from the event loop
    set.start(loop.context, waits(1h));
    loop.turn();
    BOOST_TEST(log == "by itself; cancelled (aborted); cancelled; ");
    BOOST_TEST(set.running() == 1U);
    set.cancel();
    loop.turn();
    BOOST_TEST(set.running() == 0U);
    BOOST_TEST(counted::alive() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_coroutine_that_ends_inside_cancel_may_start_another, fixture)
{
    set.start(loop.context, [](fixture& f) -> awaitable<> {
        struct starts_another
        {
            fixture& f;
            ~starts_another() { f.set.start(f.loop.context, waits(1h)); }
        };
        const starts_another at_end{f};
        co_await ends_at_once();
    }(*this));
    for (int i = 0; i < 20; ++i) {
        set.start(loop.context, ends_at_once());
    }
    set.cancel();
    BOOST_TEST(set.running() == 1U); // cancel() does not reach the new coroutine
    BOOST_TEST(counted::alive() == 1);
    set.cancel();
    loop.turn();
    BOOST_TEST(set.running() == 0U);
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(waiting_coroutines_end_with_the_context)
{
    int told = 0;
    rill::detail::spawned_set set(&told,
                                  [](void* count, bool, const std::exception_ptr&) { ++*static_cast<int*>(count); });
    {
        manual_loop loop;
        set.start(loop.context, waits(1h));
        BOOST_TEST(set.running() == 1U);
    }
    BOOST_TEST(told == 1);
    BOOST_TEST(set.running() == 0U);
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

#include <rill/core/offload.hpp>

#include "core/spawn.hpp"
#include "support/error_on_pool.hpp"
#include "support/manual_loop.hpp"

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <rill/core/interval.hpp>
#include <stdexcept>
#include <string>
#include <thread>

BOOST_AUTO_TEST_SUITE(offload_test)

namespace asio = boost::asio;
using namespace std::chrono_literals;
using rill_test::error_on;

// Not in an anonymous namespace: on_done() is a template argument.
struct worker : rill::detail::spawned_coroutine
{
    bool ended = false;
    std::exception_ptr error;
    asio::io_context context; // destroyed first, because its destructor may resume the coroutine

    static void on_done(rill::detail::spawned_coroutine& self, const std::exception_ptr& error)
    {
        auto& w = static_cast<worker&>(self);
        w.ended = true;
        w.error = error;
    }

    void start(rill::awaitable<> body) { rill::detail::spawn<&on_done>(context, std::move(body), *this); }

    void cancel() { rill::detail::cancel(rill::timer_service::of(context), *this); }

    void run_to_end()
    {
        while (!ended) {
            context.run_one();
        }
        if (error) {
            std::rethrow_exception(error);
        }
    }

    void run(rill::awaitable<> body)
    {
        start(std::move(body));
        run_to_end();
    }
};

namespace {

bool is_aborted(const boost::system::system_error& e)
{
    return e.code() == asio::error::operation_aborted;
}

// Keeps a pool of one thread busy.
struct blocked_pool
{
    std::promise<void> release;
    asio::thread_pool pool{1};

    blocked_pool()
    {
        asio::post(pool, [released = release.get_future().share()] { released.wait(); });
    }
    ~blocked_pool() { pool.join(); }
};

} // namespace

BOOST_AUTO_TEST_CASE(returns_the_result_to_the_worker)
{
    worker w;
    asio::thread_pool pool(1);
    w.run([](asio::thread_pool& p) -> rill::awaitable<> {
        const auto here = std::this_thread::get_id();
        std::string text = "called ";
        std::thread::id there;
        const auto result = co_await rill::offload(p, [&] {
            there = std::this_thread::get_id();
            return text + "there";
        });
        BOOST_TEST(result == "called there");
        BOOST_TEST((there != here));
        BOOST_TEST((std::this_thread::get_id() == here));
        co_await rill::sleep_for(1ms); // the coroutine runs on its worker again
    }(pool));
}

BOOST_AUTO_TEST_CASE(takes_functions_executors_strands_and_move_only_results)
{
    worker w;
    asio::thread_pool pool(2);
    w.run([](asio::thread_pool& p) -> rill::awaitable<> {
        int calls = 0;
        co_await rill::offload(p.get_executor(), [&] { ++calls; });
        auto strand = asio::make_strand(p);
        co_await rill::offload(strand, [&] { ++calls; });
        const asio::any_io_executor any = p.get_executor();
        const auto owned = co_await rill::offload(any, [] { return std::make_unique<int>(7); });
        BOOST_TEST(*owned == 7);
        const auto named = [text = std::string("a capture with a destructor")] { return text.size(); };
        BOOST_TEST(co_await rill::offload(p, named) == 27U);
        BOOST_TEST(calls == 2);
    }(pool));
}

BOOST_AUTO_TEST_CASE(a_named_function_may_own_its_captures)
{
    asio::thread_pool pool(1);
    worker w;
    w.run([](asio::thread_pool& p) -> rill::awaitable<> {
        const std::string text(100, 'x');
        const auto copied = [text] { return text + "!"; };
        const auto first = co_await rill::offload(p, copied);
        const auto second = co_await rill::offload(p, copied);
        BOOST_TEST(first == text + "!");
        BOOST_TEST(second == first);
        auto kept = [number = std::make_unique<int>(7)] { return ++*number; };
        const auto number = co_await rill::offload(p, std::ref(kept));
        BOOST_TEST(number == 8);
    }(pool));
}

BOOST_AUTO_TEST_CASE(throws_the_exception_of_the_function)
{
    worker w;
    asio::thread_pool pool(1);
    BOOST_CHECK_EXCEPTION(w.run([](asio::thread_pool& p) -> rill::awaitable<> {
        co_await rill::offload(p, [] { throw std::runtime_error("no such user"); });
    }(pool)),
                          std::runtime_error, [](const auto& e) { return e.what() == std::string("no such user"); });
}

BOOST_AUTO_TEST_CASE(is_abandoned_while_it_waits_for_a_thread)
{
    blocked_pool busy;
    std::atomic<bool> called = false;
    worker w;
    w.start([](asio::thread_pool& p, std::atomic<bool>& flag) -> rill::awaitable<> {
        co_await rill::offload(p, [&] { flag = true; });
    }(busy.pool, called));
    w.cancel();
    BOOST_CHECK_EXCEPTION(w.run_to_end(), boost::system::system_error, is_aborted);
    busy.release.set_value();
    busy.pool.join();
    BOOST_TEST(!called);
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_waits_for_a_running_function)
{
    std::promise<void> running;
    std::promise<void> release;
    bool after = false;
    asio::thread_pool pool(1);
    worker w;
    w.start([](asio::thread_pool& p, std::promise<void>& begun, std::promise<void>& goes_on,
               bool& reached) -> rill::awaitable<> {
        co_await rill::offload(p, [&] {
            begun.set_value();
            goes_on.get_future().wait();
        });
        reached = true;
        co_await rill::sleep_for(1h);
    }(pool, running, release, after));
    running.get_future().wait();
    w.cancel();
    w.context.poll();
    BOOST_TEST(!w.ended);
    release.set_value();
    BOOST_CHECK_EXCEPTION(w.run_to_end(), boost::system::system_error, is_aborted);
    BOOST_TEST(after);
}

BOOST_AUTO_TEST_CASE(a_cancelled_coroutine_offloads_nothing)
{
    blocked_pool busy;
    std::atomic<bool> called = false;
    worker w;
    w.start([](asio::thread_pool& p, std::atomic<bool>& flag) -> rill::awaitable<> {
        for (int i = 0; i < 3; ++i) {
            try {
                co_await rill::offload(p, [&] { flag = true; });
                BOOST_ERROR("it was called");
            } catch (const boost::system::system_error& e) {
                BOOST_TEST((e.code() == asio::error::operation_aborted));
            }
        }
    }(busy.pool, called));
    w.cancel();
    w.run_to_end();
    busy.release.set_value();
    busy.pool.join();
    BOOST_TEST(!called);
}

BOOST_AUTO_TEST_CASE(a_loop_that_ignores_its_cancellation_is_destroyed)
{
    blocked_pool busy;
    worker w;
    w.start([](asio::thread_pool& p) -> rill::awaitable<> {
        for (;;) {
            try {
                co_await rill::offload(p, [] {});
            } catch (const std::exception&) {
                continue;
            }
        }
    }(busy.pool));
    w.cancel();
    BOOST_CHECK_EXCEPTION(w.run_to_end(), boost::system::system_error, [](const auto& e) {
        return e.code() == rill::make_error_code(rill::error::cancellation_ignored);
    });
    busy.release.set_value();
}

BOOST_AUTO_TEST_CASE(fails_when_the_pool_stops_first)
{
    worker w;
    std::optional<asio::thread_pool> pool(std::in_place, 1);
    std::promise<void> running;
    std::promise<void> release;
    asio::post(*pool, [&] {
        running.set_value();
        release.get_future().wait();
    });
    running.get_future().wait();
    w.start([](asio::thread_pool& p) -> rill::awaitable<> { co_await rill::offload(p, [] {}); }(*pool));
    pool->stop();
    release.set_value();
    pool.reset();
    BOOST_CHECK_EXCEPTION(w.run_to_end(), boost::system::system_error,
                          [](const auto& e) { return e.code() == rill::make_error_code(rill::error::pool_stopped); });
}

BOOST_AUTO_TEST_CASE(the_end_of_the_worker_waits_for_a_running_function)
{
    asio::thread_pool pool(1);
    std::promise<void> running;
    std::atomic<bool> finished = false;
    bool unwound = false;
    {
        worker w;
        w.start([](asio::thread_pool& p, std::promise<void>& begun, std::atomic<bool>& done,
                   bool& gone) -> rill::awaitable<> {
            struct at_end
            {
                bool& flag;
                ~at_end() { flag = true; }
            } const here{gone};
            co_await rill::offload(p, [&] {
                begun.set_value();
                std::this_thread::sleep_for(20ms);
                done = true;
            });
        }(pool, running, finished, unwound));
        running.get_future().wait();
    }
    BOOST_TEST(finished);
    BOOST_TEST(unwound);
}

BOOST_AUTO_TEST_CASE(fails_on_an_executor_that_belongs_to_no_worker)
{
    asio::thread_pool pool(1);
    auto offloads = [](asio::thread_pool& p) -> rill::awaitable<> { co_await rill::offload(p, [] {}); };
    BOOST_TEST(error_on(pool, offloads(pool)) == rill::make_error_code(rill::error::foreign_executor));
}

BOOST_AUTO_TEST_CASE(many_calls_from_two_workers)
{
    asio::thread_pool pool(4);
    std::atomic<int> sum = 0;
    const auto work = [&pool, &sum] {
        worker w;
        w.run([](asio::thread_pool& p, std::atomic<int>& total) -> rill::awaitable<> {
            for (int i = 0; i < 2000; ++i) {
                total += co_await rill::offload(p, [&] { return i % 2; });
            }
        }(pool, sum));
    };
    std::thread other(work);
    work();
    other.join();
    BOOST_TEST(sum == 2000);
}

BOOST_AUTO_TEST_SUITE_END()

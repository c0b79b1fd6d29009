#include <rill/core/task_group.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <rill/core/interval.hpp>
#include <rill/core/shutdown_signal.hpp>
#include <stdexcept>
#include <string>

#include "support/manual_loop.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
using rill::awaitable;
using rill::task_group;
using rill_test::manual_loop;

namespace task_group_test {

namespace {

/// Actions of the coroutines of a test, and the number of their frames.
struct record
{
    std::string log;
    int frames = 0;
};

struct frame
{
    record& r;
    std::string on_end;

    frame(record& where, std::string text) : r(where), on_end(std::move(text)) { ++r.frames; }
    frame(const frame&) = delete;
    frame& operator=(const frame&) = delete;
    ~frame()
    {
        --r.frames;
        r.log += on_end + " ";
    }
};

awaitable<> sleeps(record& r, std::string name, std::chrono::milliseconds time)
{
    frame here(r, name);
    co_await rill::sleep_for(time);
    here.on_end += "!"; // not cancelled
}

awaitable<> throws(record& r, std::string what, std::chrono::milliseconds after)
{
    frame here(r, what);
    if (after.count() > 0) {
        co_await rill::sleep_for(after);
    }
    throw std::runtime_error(what);
}

// Waits for a timer of Asio, and needs another 5 ms to end after its cancellation.
awaitable<> lingers(record& r, std::string name)
{
    frame here(r, name);
    const auto executor = co_await asio::this_coro::executor;
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, rill::executor>
        timer(executor, 1h);
    const auto waited = co_await timer.async_wait(rill::as_expected);
    BOOST_TEST(!waited.has_value());
    co_await asio::this_coro::reset_cancellation_state();
    co_await rill::sleep_for(5ms);
    here.on_end += "!";
}

struct fixture
{
    record r;
    asio::cancellation_signal cancel; // the signal, like the record, outlives the coroutines
    manual_loop loop;
    manual_loop::outcome end;

    template <class Body>
    void start(Body body, std::size_t most = 64)
    {
        loop.start(
            [](record& rec, Body b, std::size_t limit) -> awaitable<> {
                frame here(rec, "caller");
                co_await rill::with_task_group(std::ref(b), limit);
                here.on_end += "!";
            }(r, std::move(body), most),
            end, cancel);
    }

    std::string thrown()
    {
        BOOST_REQUIRE(end.done);
        BOOST_TEST(r.frames == 0);
        try {
            if (end.error) {
                std::rethrow_exception(end.error);
            }
        } catch (const boost::system::system_error& e) {
            return e.code() == asio::error::operation_aborted ? "aborted" : e.what();
        } catch (const std::exception& e) {
            return e.what();
        }
        return "nothing";
    }
};

} // namespace

} // namespace task_group_test

BOOST_FIXTURE_TEST_SUITE(task_group_test, task_group_test::fixture)

BOOST_AUTO_TEST_CASE(the_group_waits_for_all_tasks)
{
    start([this](task_group& group) -> awaitable<> {
        BOOST_TEST(group.spawn(sleeps(r, "long", 30ms)));
        BOOST_TEST(group.spawn(sleeps(r, "short", 10ms)));
        BOOST_TEST(group.size() == 2U);
        co_await rill::sleep_for(20ms);
        BOOST_TEST(group.size() == 1U);
        r.log += "body ";
    });
    loop.pass(25ms);
    BOOST_TEST(!end.done);
    loop.pass(10ms);
    BOOST_TEST(thrown() == "nothing");
    BOOST_TEST(r.log == "short! body long! caller! ");
}

BOOST_AUTO_TEST_CASE(a_body_without_tasks_and_without_a_wait)
{
    start([](task_group& group) -> awaitable<> {
        BOOST_TEST(group.size() == 0U);
        co_return;
    });
    BOOST_TEST(thrown() == "nothing");
}

BOOST_AUTO_TEST_CASE(a_task_may_outlive_the_body_and_spawn)
{
    start([this](task_group& group) -> awaitable<> {
        const auto spawns = [](record& rec, task_group& g) -> awaitable<> {
            co_await rill::sleep_for(10ms);
            BOOST_TEST(g.spawn(sleeps(rec, "grandchild", 10ms)));
        };
        BOOST_TEST(group.spawn(spawns(r, group)));
        co_return;
    });
    loop.pass(15ms);
    BOOST_TEST(!end.done);
    loop.pass(10ms);
    BOOST_TEST(thrown() == "nothing");
    BOOST_TEST(r.log == "grandchild! caller! ");
}

BOOST_AUTO_TEST_CASE(cancel_ends_the_tasks_without_an_error)
{
    start([this](task_group& group) -> awaitable<> {
        BOOST_TEST(group.spawn(sleeps(r, "a", 1h)));
        BOOST_TEST(group.spawn(lingers(r, "b")));
        co_await rill::sleep_for(10ms);
        group.cancel();
        co_await rill::sleep_for(1ms); // the body itself is not cancelled
        r.log += "body ";
    });
    loop.pass(13ms);
    BOOST_TEST(!end.done); // b needs 5 ms to end
    loop.pass(10ms);
    BOOST_TEST(thrown() == "nothing");
    BOOST_TEST(r.log == "a body b! caller! ");
}

BOOST_AUTO_TEST_CASE(after_cancel_new_tasks_may_begin)
{
    start([this](task_group& group) -> awaitable<> {
        for (int i = 0; i < 3; ++i) {
            group.cancel();
            BOOST_TEST(group.spawn(sleeps(r, std::to_string(i), 1h)));
            co_await rill::sleep_for(2ms);
        }
        group.cancel();
    });
    loop.pass(20ms);
    BOOST_TEST(thrown() == "nothing");
    BOOST_TEST(r.log == "0 1 2 caller! ");
}

BOOST_AUTO_TEST_CASE(an_exception_of_a_task_cancels_the_others_and_is_rethrown_after_their_end)
{
    start([this](task_group& group) -> awaitable<> {
        BOOST_TEST(group.spawn(lingers(r, "slow")));
        BOOST_TEST(group.spawn(throws(r, "first", 10ms)));
        BOOST_TEST(group.spawn(throws(r, "second", 11ms)));
        co_await sleeps(r, "body", 1h);
    });
    loop.pass(12ms);
    BOOST_TEST(!end.done);
    loop.pass(10ms);
    BOOST_TEST(thrown() == "first");
    BOOST_TEST(r.log == "first body second slow! caller ");
}

BOOST_AUTO_TEST_CASE(an_exception_of_the_body_cancels_the_tasks)
{
    start([this](task_group& group) -> awaitable<> {
        BOOST_TEST(group.spawn(sleeps(r, "task", 1h)));
        throw std::runtime_error("body");
        co_return;
    });
    loop.turn();
    BOOST_TEST(thrown() == "body");
    BOOST_TEST(r.log == "task caller ");
}

BOOST_AUTO_TEST_CASE(a_task_that_throws_at_once_cancels_the_running_body)
{
    start([this](task_group& group) -> awaitable<> {
        BOOST_TEST(group.spawn(throws(r, "at once", 0ms)));
        BOOST_TEST(!group.spawn(sleeps(r, "never begun", 1ms))); // the group is ending
        co_await sleeps(r, "body", 1h);
    });
    loop.pass(1ms);
    BOOST_TEST(thrown() == "at once");
    BOOST_TEST(r.log == "at once body caller ");
}

BOOST_AUTO_TEST_CASE(cancellation_of_the_caller_reaches_all_and_waits_for_them)
{
    start([this](task_group& group) -> awaitable<> {
        BOOST_TEST(group.spawn(sleeps(r, "timer", 1h)));
        BOOST_TEST(group.spawn(lingers(r, "asio")));
        BOOST_TEST(group.spawn([](record& rec) -> awaitable<> {
            co_await rill::with_task_group([&rec](task_group& inner) -> awaitable<> {
                BOOST_TEST(inner.spawn(sleeps(rec, "nested", 1h)));
                co_return;
            });
        }(r)));
        co_await sleeps(r, "body", 1h);
    });
    loop.pass(3ms);
    cancel.emit(asio::cancellation_type::terminal);
    BOOST_TEST(r.frames == 5); // no coroutine ends inside emit()
    loop.pass(3ms);
    BOOST_TEST(!end.done);
    BOOST_TEST(r.frames == 2);
    loop.pass(10ms);
    BOOST_TEST(thrown() == "aborted");
}

BOOST_AUTO_TEST_CASE(a_task_above_the_maximum_is_refused)
{
    start(
        [this](task_group& group) -> awaitable<> {
            BOOST_TEST(group.spawn(sleeps(r, "a", 10ms)));
            BOOST_TEST(group.spawn(sleeps(r, "b", 20ms)));
            BOOST_TEST(!group.spawn(sleeps(r, "refused", 1ms)));
            co_await rill::sleep_for(15ms);
            BOOST_TEST(group.spawn(sleeps(r, "c", 1ms)));
        },
        2);
    loop.pass(30ms);
    BOOST_TEST(thrown() == "nothing");
    BOOST_TEST(r.log == "a! c! b! caller! ");
}

BOOST_AUTO_TEST_CASE(many_short_tasks_one_after_the_other)
{
    start(
        [](task_group& group) -> awaitable<> {
            for (int i = 0; i < 1000; ++i) {
                BOOST_TEST(group.spawn([]() -> awaitable<> { co_return; }()));
            }
            co_return;
        },
        1);
    loop.turn();
    BOOST_TEST(thrown() == "nothing");
}

BOOST_AUTO_TEST_CASE(a_named_body_may_own_its_captures)
{
    record r;
    manual_loop loop;
    manual_loop::outcome end;
    loop.start(
        [](record& rec) -> awaitable<> {
            const std::string text(100, 'x');
            const auto body = [&rec, text](task_group& group) -> awaitable<> {
                BOOST_TEST(group.spawn(sleeps(rec, text, 1ms)));
                co_await rill::sleep_for(2ms);
            };
            co_await rill::with_task_group(body);
            co_await rill::with_task_group(body); // the first call copied the body
        }(r),
        end);
    loop.pass(20ms);
    BOOST_TEST(end.done);
    BOOST_TEST(!end.error);
    const std::string once = std::string(100, 'x') + "! ";
    BOOST_TEST(r.log == once + once);
}

BOOST_AUTO_TEST_CASE(a_body_that_cannot_be_copied_is_passed_by_reference)
{
    manual_loop loop;
    manual_loop::outcome end;
    int seen = 0;
    loop.start(
        [](int& to) -> awaitable<> {
            auto body = [&to, value = std::make_unique<int>(7)](task_group&) -> awaitable<> {
                co_await rill::sleep_for(1ms);
                to = *value;
            };
            co_await rill::with_task_group(std::ref(body));
        }(seen),
        end);
    loop.pass(20ms);
    BOOST_TEST(end.done);
    BOOST_TEST(!end.error);
    BOOST_TEST(seen == 7);
}

BOOST_AUTO_TEST_CASE(functions_that_may_be_temporaries)
{
    const auto owner = [text = std::string()] { return text; };
    int n = 0;
    auto borrower = [&n] { return n; };
    using rill::detail::destroys_temporaries_twice;
    using rill::detail::may_be_temporary;
    static_assert(may_be_temporary<decltype(owner)> == !destroys_temporaries_twice);
    static_assert(may_be_temporary<decltype(owner)&>);
    static_assert(may_be_temporary<decltype(borrower)>);
    static_assert(may_be_temporary<decltype(std::ref(owner))>);
    BOOST_TEST(borrower() == 0);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_context_releases_all_frames)
{
    record left;
    {
        manual_loop dying;
        manual_loop::outcome never;
        dying.start(
            [](record& rec) -> awaitable<> {
                frame here(rec, "caller");
                co_await rill::with_task_group([&rec](task_group& group) -> awaitable<> {
                    BOOST_TEST(group.spawn(sleeps(rec, "task", 1h)));
                    co_await sleeps(rec, "body", 1h);
                });
            }(left),
            never);
        BOOST_TEST(left.frames == 3);
    }
    BOOST_TEST(left.frames == 0);
}

BOOST_AUTO_TEST_SUITE_END()

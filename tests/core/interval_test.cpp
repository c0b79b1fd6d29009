#include <rill/core/interval.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <vector>

#include "support/manual_loop.hpp"

using namespace std::chrono_literals;
using rill_test::manual_loop;
using clock_type = rill::timer_service::clock;

BOOST_AUTO_TEST_SUITE(interval_test)

namespace {

struct ticks
{
    manual_loop& loop;
    std::vector<std::int64_t> at{}; // ms since the beginning
    clock_type::time_point began = loop.timers.now();

    void note() { at.push_back(std::chrono::floor<std::chrono::milliseconds>(loop.timers.now() - began).count()); }
};

rill::awaitable<> beat(ticks& seen, std::chrono::milliseconds period, int count)
{
    rill::interval every(period);
    for (int i = 0; i < count; ++i) {
        co_await every.tick();
        seen.note();
    }
}

struct fixture
{
    manual_loop loop;
    ticks seen{loop};
    manual_loop::outcome end;
};

} // namespace

// The ticks of the wheel differ from those of the manual clock by a fraction of a ms, and a tick is never early. The
// manual clock moves in whole ms. Therefore a tick is seen at its time or 1 ms later. CHECK_TICKS accepts both.
#define CHECK_TICKS(seen, ...)                                                                                         \
    do {                                                                                                               \
        const std::vector<std::int64_t> expected{__VA_ARGS__};                                                         \
        BOOST_REQUIRE_EQUAL((seen).at.size(), expected.size());                                                        \
        for (std::size_t i = 0; i < expected.size(); ++i) {                                                            \
            BOOST_TEST((seen).at[i] >= expected[i]);                                                                   \
            BOOST_TEST((seen).at[i] <= expected[i] + 1);                                                               \
        }                                                                                                              \
    } while (false)

BOOST_FIXTURE_TEST_CASE(a_second_tick_at_the_same_time_is_refused, fixture)
{
    rill::interval every(20ms);
    std::vector<rill::error_code> refused;
    boost::asio::cancellation_signal cancel;
    const auto wait = [&](bool with_slot) {
        auto handler = boost::asio::bind_executor(
            loop.context.get_executor(), [&](rill::error_code ec) { ec ? refused.push_back(ec) : seen.note(); });
        with_slot ? every.tick(boost::asio::bind_cancellation_slot(cancel.slot(), handler)) : every.tick(handler);
    };
    wait(false);
    wait(true);
    BOOST_TEST(refused.empty()); // not inside tick()
    loop.turn();
    BOOST_TEST((refused == std::vector<rill::error_code>{boost::asio::error::in_progress}));
    cancel.emit(boost::asio::cancellation_type::terminal); // the refused tick has ended
    loop.pass(25ms);
    wait(false); // the schedule is unchanged
    loop.pass(25ms);
    CHECK_TICKS(seen, 20, 40);
    BOOST_TEST(refused.size() == 1U);
}

// A clean-up may send a cancellation after the tick has completed.
BOOST_FIXTURE_TEST_CASE(a_late_cancellation_does_not_end_the_next_tick, fixture)
{
    rill::interval every(20ms);
    std::vector<boost::asio::cancellation_signal> cancel(2);
    int aborted = 0;
    for (auto& signal : cancel) {
        every.tick(boost::asio::bind_cancellation_slot(
            signal.slot(), boost::asio::bind_executor(loop.context.get_executor(), [&](rill::error_code ec) {
                ec ? void(++aborted) : seen.note();
            })));
        cancel[0].emit(&signal == &cancel[0] ? boost::asio::cancellation_type::none
                                             : boost::asio::cancellation_type::terminal);
        loop.pass(21ms);
    }
    CHECK_TICKS(seen, 20, 40);
    BOOST_TEST(aborted == 0);
}

BOOST_FIXTURE_TEST_CASE(ticks_once_every_period_after_the_first_period, fixture)
{
    loop.start(beat(seen, 20ms, 5), end);
    loop.pass(200ms);
    BOOST_TEST(end.done);
    CHECK_TICKS(seen, 20, 40, 60, 80, 100);
}

BOOST_FIXTURE_TEST_CASE(the_schedule_begins_with_the_first_tick_not_with_the_interval, fixture)
{
    loop.start(
        [](ticks& s) -> rill::awaitable<> {
            rill::interval every(20ms);
            co_await rill::sleep_for(50ms);
            co_await every.tick();
            s.note();
        }(seen),
        end);
    loop.pass(200ms);
    BOOST_REQUIRE_EQUAL(seen.at.size(), 1U);
    BOOST_TEST(seen.at[0] >= 70);
    BOOST_TEST(seen.at[0] <= 72); // the sum of two timers
}

BOOST_FIXTURE_TEST_CASE(a_late_handler_does_not_shift_the_schedule, fixture)
{
    loop.start(
        [](ticks& s) -> rill::awaitable<> {
            rill::interval every(20ms);
            for (int i = 0; i < 4; ++i) {
                co_await every.tick();
                s.note();
                co_await rill::sleep_for(7ms);
            }
        }(seen),
        end);
    loop.pass(200ms);
    CHECK_TICKS(seen, 20, 40, 60, 80);
}

BOOST_FIXTURE_TEST_CASE(missed_ticks_are_skipped, fixture)
{
    loop.start(
        [](ticks& s) -> rill::awaitable<> {
            rill::interval every(20ms);
            co_await every.tick();
            s.note();
            co_await rill::sleep_for(50ms); // the ticks at 40 and 60 are missed
            co_await every.tick();
            s.note();
            co_await every.tick();
            s.note();
        }(seen),
        end);
    loop.pass(200ms);
    CHECK_TICKS(seen, 20, 80, 100);
}

BOOST_FIXTURE_TEST_CASE(a_clock_jump_causes_one_tick, fixture)
{
    loop.start(beat(seen, 20ms, 2), end);
    loop.timers.advance(1007ms);
    loop.pass(100ms);
    BOOST_TEST(end.done);
    CHECK_TICKS(seen, 1007, 1020);
}

BOOST_AUTO_TEST_CASE(a_cancelled_tick_does_not_change_the_schedule)
{
    manual_loop loop;
    ticks seen{loop};
    rill::interval every(20ms);
    boost::asio::cancellation_signal cancel;
    std::vector<rill::error_code> ends;
    const auto tick = [&] {
        every.tick(boost::asio::bind_cancellation_slot(
            cancel.slot(), boost::asio::bind_executor(loop.context.get_executor(), [&](rill::error_code ec) {
                ends.push_back(ec);
                seen.note();
            })));
    };
    tick();
    loop.pass(10ms);
    cancel.emit(boost::asio::cancellation_type::terminal);
    BOOST_TEST(ends.empty()); // not from inside emit()
    loop.turn();
    BOOST_REQUIRE_EQUAL(ends.size(), 1U);
    BOOST_TEST(ends[0] == boost::asio::error::operation_aborted);
    tick();
    loop.pass(30ms);
    CHECK_TICKS(seen, 10, 20);
    tick();
    loop.pass(30ms);
    CHECK_TICKS(seen, 10, 20, 60); // the wait begins at 40, after the tick at 40
}

BOOST_AUTO_TEST_CASE(as_expected_returns_a_value)
{
    manual_loop loop;
    bool ticked = false;
    manual_loop::outcome end;
    loop.start(
        [](bool& t) -> rill::awaitable<> {
            rill::interval every(5ms);
            const tl::expected<void, rill::error_code> result = co_await every.tick(rill::as_expected);
            t = result.has_value();
        }(ticked),
        end);
    loop.pass(10ms);
    BOOST_TEST(ticked);
}

BOOST_AUTO_TEST_CASE(works_in_a_coroutine_with_a_type_erased_executor)
{
    manual_loop loop;
    bool ticked = false;
    boost::asio::co_spawn(
        loop.context,
        [](bool& t) -> boost::asio::awaitable<void> {
            rill::interval every(5ms);
            co_await every.tick(boost::asio::use_awaitable);
            t = true;
        }(ticked),
        boost::asio::detached);
    loop.pass(10ms);
    BOOST_TEST(ticked);
}

namespace {

rill::awaitable<> one_tick(std::chrono::milliseconds period)
{
    rill::interval every(period);
    co_await every.tick();
}

} // namespace

BOOST_AUTO_TEST_CASE(works_in_a_race)
{
    using namespace boost::asio::experimental::awaitable_operators;
    manual_loop loop;
    std::vector<std::size_t> winners;
    manual_loop::outcome end;
    loop.start(
        [](std::vector<std::size_t>& w) -> rill::awaitable<> {
            for (int i = 0; i < 3; ++i) {
                const auto first = co_await (one_tick(30ms) || one_tick(10ms));
                w.push_back(first.index());
                const auto second = co_await (one_tick(10ms) || one_tick(30ms));
                w.push_back(second.index());
            }
        }(winners),
        end);
    loop.pass(100ms);
    BOOST_TEST(end.done);
    const std::vector<std::size_t> expected{1, 0, 1, 0, 1, 0};
    BOOST_TEST(winners == expected);
}

// For foreign coroutines, the prefetched addresses of later timers are null. UBSan finds arithmetic on a null pointer.
BOOST_AUTO_TEST_CASE(several_foreign_coroutines_tick_at_once)
{
    manual_loop loop;
    manual_loop::outcome ends[4];
    for (auto& end : ends) {
        loop.start(one_tick(5ms), end);
    }
    loop.pass(10ms);
    for (const auto& end : ends) {
        BOOST_TEST(end.done);
    }
}

BOOST_AUTO_TEST_CASE(a_pending_tick_completes_when_its_interval_is_destroyed)
{
    manual_loop loop;
    auto every = std::make_unique<rill::interval>(20ms);
    rill::error_code got;
    manual_loop::outcome end;
    loop.start(
        [](rill::interval& i, rill::error_code& g) -> rill::awaitable<> {
            const auto ticked = co_await i.tick(rill::as_expected);
            g = ticked ? rill::error_code() : ticked.error();
        }(*every, got),
        end);
    every.reset();
    loop.turn();
    BOOST_TEST(end.done);
    BOOST_TEST(got == boost::asio::error::operation_aborted);
    loop.pass(50ms);
}

BOOST_AUTO_TEST_CASE(a_waiting_coroutine_ends_with_its_context)
{
    struct guard
    {
        bool& gone;
        ~guard() { gone = true; }
    };
    bool gone = false;
    manual_loop::outcome end;
    {
        manual_loop loop;
        loop.start(
            [](bool& g) -> rill::awaitable<> {
                const guard here{g};
                rill::interval every(20ms);
                co_await every.tick();
            }(gone),
            end);
        BOOST_TEST(!gone);
    }
    BOOST_TEST(gone);
}

BOOST_AUTO_TEST_CASE(periods_out_of_range)
{
    BOOST_TEST((rill::interval(0ms).period() == 1ms));
    BOOST_TEST((rill::interval(-5s).period() == 1ms));
    manual_loop loop;
    ticks seen{loop};
    manual_loop::outcome end;
    loop.start(
        [](ticks& s) -> rill::awaitable<> {
            rill::interval every(rill::interval::duration::max());
            co_await every.tick();
            s.note();
        }(seen),
        end);
    manual_loop::outcome sleeper;
    loop.start(rill::sleep_for(rill::interval::duration::max()), sleeper);
    loop.pass(1000ms);
    BOOST_TEST(seen.at.empty()); // the maximum period does not overflow
    BOOST_TEST(!sleeper.done);
}

BOOST_AUTO_TEST_CASE(sleep_for_zero_or_a_negative_time_ends_in_the_next_tick)
{
    for (const auto time : {0ms, -7ms}) {
        manual_loop loop;
        manual_loop::outcome end;
        loop.start(rill::sleep_for(time), end);
        BOOST_TEST(!end.done);
        loop.pass(1ms);
        BOOST_TEST(end.done);
    }
}

BOOST_AUTO_TEST_CASE(a_tick_that_is_not_awaited_does_nothing)
{
    manual_loop loop;
    rill::interval every(20ms);
    auto operation = every.tick();
    static_cast<void>(operation);
    loop.pass(50ms);
}

// In nanoseconds, these times would overflow to negative values.
BOOST_FIXTURE_TEST_CASE(the_maximum_times_do_not_overflow, fixture)
{
    BOOST_TEST((rill::interval(std::chrono::milliseconds::max()).period() == rill::timer_service::longest_wait));
    BOOST_TEST((rill::interval(std::chrono::hours::max()).period() == rill::timer_service::longest_wait));
    BOOST_TEST((rill::interval(std::chrono::hours::min()).period() == 1ms));
    boost::asio::cancellation_signal cancel;
    loop.start(rill::sleep_for(std::chrono::hours::max()), end, cancel);
    loop.pass(50ms);
    BOOST_TEST(!end.done);
    cancel.emit(boost::asio::cancellation_type::terminal);
    loop.pass(2ms);
    BOOST_TEST(end.done);
}

BOOST_AUTO_TEST_SUITE_END()

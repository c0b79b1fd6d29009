#include <rill/core/timer_service.hpp>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using rill::error_code;
using rill::timer_node;
using rill::timer_service;
using clock_type = timer_service::clock;

BOOST_AUTO_TEST_SUITE(timer_service_test)

namespace {

// A node that records when it fired, and then runs an action.
struct probe : timer_node
{
    probe()
    {
        static constexpr rill::timer_operations timer_kind{[](timer_node& node, error_code ec) {
            auto& self = static_cast<probe&>(node);
            ++self.fired;
            self.error = ec;
            if (self.then) {
                self.then(self);
            }
        }};
        operations = &timer_kind;
    }

    int fired = 0;
    error_code error;
    std::function<void(probe&)> then;
};

struct fixture
{
    boost::asio::io_context context{1};
    timer_service& timers = timer_service::of(context);

    fixture() { timers.use_manual_clock(); }
};

// Runs random operations on a timer service, and checks which timers fire.
struct model
{
    struct entry
    {
        probe node;
        std::int64_t due = 0; // the first tick at or after the deadline
        bool pending = false;
        bool aborting = false;
    };

    fixture f;
    clock_type::time_point began = f.timers.now();
    std::vector<std::unique_ptr<entry>> entries;
    std::vector<entry*> order; // the timers of this step, in the order in which they fire
    std::mt19937_64 random{20261122};

    explicit model(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i) {
            entries.push_back(std::make_unique<entry>());
            auto* e = entries.back().get();
            e->node.then = [this, e](probe&) { order.push_back(e); };
        }
    }

    // The ticks of the wheel start a fraction of a ms before the manual clock. Therefore a timer may fire up to 1 ms
    // after its deadline.
    void add(entry& e, std::chrono::microseconds after)
    {
        e.node.error = {};
        f.timers.add(e.node, f.timers.now() + after);
        e.pending = true;
    }

    std::chrono::microseconds random_delay(int most_bits = 45)
    {
        // Delays of every magnitude use every level of the wheel.
        const auto bits = std::uniform_int_distribution<int>(0, most_bits)(random);
        return std::chrono::microseconds(static_cast<std::int64_t>(random() & ((std::uint64_t{1} << bits) - 1)));
    }

    void advance(std::chrono::microseconds by)
    {
        order.clear();
        f.timers.advance(by);
        const auto now = f.timers.now();
        clock_type::time_point previous{};
        for (auto* e : order) {
            BOOST_REQUIRE(e->pending);
            BOOST_REQUIRE(!e->aborting);
            BOOST_REQUIRE(!e->node.error);
            BOOST_REQUIRE(!e->node.linked());
            BOOST_REQUIRE(e->node.deadline <= now);           // never early
            BOOST_REQUIRE(e->node.deadline + 1ms > previous); // in the order of whole ticks
            previous = std::max(previous, e->node.deadline);
            e->pending = false;
        }
        for (const auto& e : entries) { // no timer was lost
            BOOST_REQUIRE(!e->pending || e->aborting || e->node.deadline + 1ms > now);
        }
    }

    void drain()
    {
        order.clear();
        f.context.restart();
        f.context.poll();
        for (auto* e : order) {
            BOOST_REQUIRE(e->aborting);
            BOOST_REQUIRE(e->node.error == boost::asio::error::operation_aborted);
            e->aborting = e->pending = false;
        }
        BOOST_REQUIRE(std::ranges::none_of(entries, [](const auto& e) { return e->aborting; }));
    }

    void step()
    {
        auto& e = *entries[random() % entries.size()];
        switch (random() % 8) {
        case 0:
            timer_service::remove(e.node);
            e.pending = e.aborting = false;
            BOOST_REQUIRE(!e.node.linked());
            return;
        case 1:
            if (e.pending) {
                const int before = e.node.fired;
                f.timers.abort(e.node);
                BOOST_REQUIRE_EQUAL(e.node.fired, before); // not inside abort()
                e.aborting = true;
            }
            return;
        case 2:
            return advance(random_delay(42)); // the sum of all steps stays far below the range of the clock
        case 3:
            return advance(std::chrono::microseconds(random() % 5000));
        case 4:
            return drain();
        default:
            if (!e.pending) {
                add(e, random_delay());
            }
        }
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(behaves_like_a_sorted_list)
{
    model m(200);
    for (int i = 0; i < 50'000; ++i) {
        m.step();
    }
    m.drain();
    m.advance(std::chrono::hours(24 * 365 * 3));
    BOOST_TEST(std::ranges::none_of(m.entries, [](const auto& e) { return e->pending; }));
}

BOOST_AUTO_TEST_CASE(a_timer_is_never_early_at_any_fraction_of_a_tick)
{
    for (int us = 0; us <= 2000; us += 125) {
        fixture f;
        probe p;
        f.timers.add(p, f.timers.now() + std::chrono::microseconds(us));
        for (int at = 0; at < us; at += 125) {
            BOOST_REQUIRE_EQUAL(p.fired, 0);
            f.timers.advance(125us);
        }
        f.timers.advance(2ms);
        BOOST_TEST(p.fired == 1);
        BOOST_TEST(!p.error);
    }
}

BOOST_AUTO_TEST_CASE(every_level_fires_on_its_tick)
{
    fixture f;
    f.timers.advance(12'345'678ms);
    for (const auto after : {1LL, 63LL, 64LL, 65LL, 4095LL, 4096LL, 262'143LL, 262'144LL, 16'777'217LL, 1'073'741'825LL,
                             68'719'476'737LL, 4'398'046'511'105LL})
    {
        probe p;
        f.timers.add(p, f.timers.now() + std::chrono::milliseconds(after));
        f.timers.advance(std::chrono::milliseconds(after) - 1ms);
        BOOST_TEST(p.fired == 0, after);
        f.timers.advance(2ms);
        BOOST_TEST(p.fired == 1, after);
    }
}

BOOST_AUTO_TEST_CASE(the_next_work_leads_to_each_timer)
{
    fixture f;
    BOOST_TEST((f.timers.next_work() == clock_type::time_point::max()));
    for (const auto after : {1LL, 64LL, 4095LL, 4096LL, 262'144LL, 16'777'217LL, 68'719'476'737LL}) {
        probe p;
        const auto due = f.timers.now() + std::chrono::milliseconds(after);
        f.timers.add(p, due);
        for (int step = 0; step < 20 && p.fired == 0; ++step) {
            BOOST_TEST((f.timers.next_work() <= due));
            f.timers.advance(std::max(f.timers.next_work() - f.timers.now(), clock_type::duration::zero()));
        }
        BOOST_TEST(p.fired == 1, after);
        BOOST_TEST((f.timers.now() == due)); // exactly, because the manual clock begins at a whole tick
    }
}

BOOST_AUTO_TEST_CASE(a_timer_at_the_end_of_time_never_fires)
{
    fixture f;
    probe never;
    probe soon;
    f.timers.add(never, clock_type::time_point::max());
    f.timers.add(soon, f.timers.now() + 5ms);
    f.timers.advance(std::chrono::hours(24 * 365 * 100));
    BOOST_TEST(soon.fired == 1);
    BOOST_TEST(never.fired == 0);
    timer_service::remove(never);
    BOOST_TEST(!never.linked());
}

BOOST_AUTO_TEST_CASE(a_deadline_that_has_passed_fires_in_the_next_tick)
{
    fixture f;
    f.timers.advance(100ms);
    probe p;
    f.timers.add(p, f.timers.now() - 50ms);
    BOOST_TEST(p.fired == 0);
    f.timers.advance(1ms);
    BOOST_TEST(p.fired == 1);
}

BOOST_AUTO_TEST_CASE(a_deadline_before_the_service_began)
{
    fixture f;
    f.timers.advance(63ms); // the next tick begins a block of the wheel
    for (int i = 0; i < 3; ++i) {
        probe p;
        f.timers.add(p, clock_type::time_point());
        f.timers.advance(1ms);
        BOOST_TEST(p.fired == 1);
    }
}

BOOST_AUTO_TEST_CASE(timers_of_one_tick_fire_in_the_order_they_were_added)
{
    fixture f;
    std::vector<int> order;
    std::array<probe, 5> probes;
    const auto when = f.timers.now() + 10ms;
    for (int i = 0; i < 5; ++i) {
        probes[static_cast<std::size_t>(i)].then = [&order, i](probe&) { order.push_back(i); };
        f.timers.add(probes[static_cast<std::size_t>(i)], when);
    }
    f.timers.advance(20ms);
    const std::vector<int> expected{0, 1, 2, 3, 4};
    BOOST_TEST(order == expected);
}

BOOST_AUTO_TEST_CASE(adding_from_inside_fire)
{
    fixture f;
    probe p;
    p.then = [&](probe& self) {
        if (self.fired < 100) {
            f.timers.add(self, self.deadline + 10ms);
        }
    };
    f.timers.add(p, f.timers.now() + 10ms);
    f.timers.advance(500ms);
    BOOST_TEST(p.fired >= 49); // one less if the first tick is incomplete
    BOOST_TEST(p.fired <= 50);
    f.timers.advance(10s);
    BOOST_TEST(p.fired == 100);
}

BOOST_AUTO_TEST_CASE(a_timer_that_adds_itself_for_now_does_not_spin)
{
    fixture f;
    probe p;
    p.then = [&](probe& self) { f.timers.add(self, f.timers.now() - 1s); };
    f.timers.add(p, f.timers.now());
    f.timers.advance(50ms);
    BOOST_TEST(p.fired >= 49); // once in each tick
    BOOST_TEST(p.fired <= 51);
    timer_service::remove(p);
}

BOOST_AUTO_TEST_CASE(removing_others_of_the_same_slot_while_firing)
{
    fixture f;
    std::array<probe, 4> probes;
    const auto when = f.timers.now() + 10ms;
    for (auto& p : probes) {
        f.timers.add(p, when);
    }
    probes[0].then = [&](probe&) {
        timer_service::remove(probes[1]);
        timer_service::remove(probes[3]);
    };
    f.timers.advance(20ms);
    BOOST_TEST(probes[0].fired == 1);
    BOOST_TEST(probes[1].fired == 0);
    BOOST_TEST(probes[2].fired == 1);
    BOOST_TEST(probes[3].fired == 0);
}

BOOST_AUTO_TEST_CASE(aborting_another_of_the_same_slot_while_firing)
{
    fixture f;
    std::array<probe, 2> probes;
    for (auto& p : probes) {
        f.timers.add(p, f.timers.now() + 10ms);
    }
    probes[0].then = [&](probe&) { f.timers.abort(probes[1]); };
    f.timers.advance(20ms);
    BOOST_TEST(probes[1].fired == 0);
    f.context.poll();
    BOOST_TEST(probes[1].fired == 1);
    BOOST_TEST(probes[1].error == boost::asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(abort_all_aborts_every_timer)
{
    fixture f;
    probe probes[4];
    const clock_type::duration delays[] = {1ms, 5s, 10h, 24h * 3650};
    for (std::size_t i = 0; i < std::size(probes); ++i) {
        f.timers.add(probes[i], f.timers.now() + delays[i]);
    }
    f.timers.abort_all();
    for (const auto& p : probes) {
        BOOST_TEST(p.fired == 0);
    }
    f.context.poll();
    for (const auto& p : probes) {
        BOOST_TEST(p.fired == 1);
        BOOST_TEST(p.error == boost::asio::error::operation_aborted);
    }
    f.timers.add(probes[0], f.timers.now() + 1ms); // the wheel continues
    f.timers.advance(10ms);
    BOOST_TEST(probes[0].fired == 2);
}

BOOST_AUTO_TEST_CASE(abort_fires_once_from_the_loop)
{
    fixture f;
    probe p;
    f.timers.abort(p); // not linked: nothing happens
    f.timers.add(p, f.timers.now() + 10ms);
    f.timers.abort(p);
    f.timers.abort(p);
    BOOST_TEST(p.fired == 0);
    f.timers.advance(1s);
    BOOST_TEST(p.fired == 0); // the deadline does not fire it
    f.context.poll();
    BOOST_TEST(p.fired == 1);
    BOOST_TEST(p.error == boost::asio::error::operation_aborted);
    BOOST_TEST(!p.linked());
}

BOOST_AUTO_TEST_CASE(a_node_can_be_removed_after_abort_and_before_it_fired)
{
    fixture f;
    probe p;
    f.timers.add(p, f.timers.now() + 10ms);
    f.timers.abort(p);
    timer_service::remove(p);
    f.context.poll();
    BOOST_TEST(p.fired == 0);
}

BOOST_AUTO_TEST_CASE(an_exception_out_of_fire_loses_no_other_timer)
{
    fixture f;
    std::array<probe, 3> probes;
    for (auto& p : probes) {
        f.timers.add(p, f.timers.now() + 10ms);
    }
    probes[0].then = [](probe&) { throw std::runtime_error("from fire"); };
    BOOST_CHECK_THROW(f.timers.advance(20ms), std::runtime_error);
    f.timers.advance(1ms);
    BOOST_TEST(probes[1].fired == 1);
    BOOST_TEST(probes[2].fired == 1);
}

BOOST_AUTO_TEST_CASE(an_exception_out_of_an_aborted_fire_loses_no_other_timer)
{
    fixture f;
    std::array<probe, 3> probes;
    for (auto& p : probes) {
        f.timers.add(p, f.timers.now() + 10ms);
        f.timers.abort(p);
    }
    probes[0].then = [](probe&) { throw std::runtime_error("from fire"); };
    BOOST_CHECK_THROW(f.context.run(), std::runtime_error);
    f.context.restart();
    f.context.run();
    BOOST_TEST(probes[1].fired == 1);
    BOOST_TEST(probes[2].fired == 1);
}

BOOST_AUTO_TEST_CASE(nodes_left_over_are_aborted_with_the_context)
{
    std::array<probe, 3> probes;
    {
        fixture f;
        f.timers.add(probes[0], f.timers.now() + 10ms);
        f.timers.add(probes[1], f.timers.now() + std::chrono::hours(1000));
        f.timers.add(probes[2], f.timers.now() + 10ms);
        f.timers.abort(probes[2]);
    }
    for (const auto& p : probes) {
        BOOST_TEST(p.fired == 1);
        BOOST_TEST(p.error == boost::asio::error::operation_aborted);
        BOOST_TEST(!p.linked());
    }
}

// These cases use the real clock. Their checks hold on a machine of any speed.

BOOST_AUTO_TEST_CASE(on_the_steady_clock_all_timers_fire_and_none_is_early)
{
    boost::asio::io_context context(1);
    auto& timers = timer_service::of(context);
    std::mt19937 random(7);
    // This number of timers makes the wheel combine wake-ups.
    std::vector<std::unique_ptr<probe>> probes;
    const auto began = clock_type::now();
    for (int i = 0; i < 2000; ++i) {
        probes.push_back(std::make_unique<probe>());
        probes.back()->then = [](probe& p) { BOOST_REQUIRE(clock_type::now() >= p.deadline); };
        timers.add(*probes.back(), began + std::chrono::microseconds(random() % 60'000));
    }
    context.run();
    BOOST_TEST(std::ranges::all_of(probes, [](const auto& p) { return p->fired == 1 && !p->error; }));
}

BOOST_AUTO_TEST_CASE(an_earlier_timer_added_later_does_not_wait_for_the_first)
{
    boost::asio::io_context context(1);
    auto& timers = timer_service::of(context);
    probe late;
    probe early;
    timers.add(late, timers.now() + std::chrono::hours(10));
    boost::asio::post(context, [&] { timers.add(early, timers.now() + 5ms); });
    early.then = [&](probe&) {
        timer_service::remove(late);
        context.stop();
    };
    context.run();
    BOOST_TEST(early.fired == 1);
    BOOST_TEST(late.fired == 0);
}

BOOST_AUTO_TEST_CASE(the_wheel_continues_after_an_exception_in_the_loop)
{
    boost::asio::io_context context(1);
    auto& timers = timer_service::of(context);
    probe bad;
    probe good;
    bad.then = [](probe&) { throw std::runtime_error("from fire"); };
    timers.add(bad, timers.now() + 1ms);
    timers.add(good, timers.now() + 3ms);
    BOOST_CHECK_THROW(context.run(), std::runtime_error);
    context.restart();
    context.run();
    BOOST_TEST(good.fired == 1);
}

BOOST_AUTO_TEST_CASE(a_frozen_clock_stops_the_time)
{
    boost::asio::io_context context(1);
    auto& timers = rill::timer_service::of(context);
    const auto moves = [&] {
        const auto before = timers.now();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        return timers.now() != before;
    };
    BOOST_TEST(moves());
    {
        const rill::timer_service::frozen_clock outer(timers);
        BOOST_TEST(!moves());
        {
            const rill::timer_service::frozen_clock inner(timers);
            BOOST_TEST(!moves());
        }
        BOOST_TEST(!moves());
    }
    BOOST_TEST(moves());
}

BOOST_AUTO_TEST_CASE(lateness_is_counted_in_buckets_of_powers_of_two)
{
    timer_service::lateness late;
    for (const auto t : {0ns, 1'000'000ns, 1'000'001ns, 2'000'000ns, 2'000'001ns, 4'000'000ns}) {
        late.add(t);
    }
    late.add(1h);
    BOOST_TEST(late.counts[0] == 2);
    BOOST_TEST(late.counts[1] == 2);
    BOOST_TEST(late.counts[2] == 2);
    BOOST_TEST(late.counts.back() == 1);
    BOOST_TEST((late.sum == 1h + 10'000'002ns));
}

namespace {

struct firing
{
    std::set<clock_type::time_point> moments; // at which timers fired
    std::int64_t latest = 0;                  // the maximum lateness, in ms
};

// Fires `load` timers in one tick, so that the worker is busy if `load` is at least 4. Then adds `count` timers. The
// first one has the delay `delay`, and each further one is due 1 ms later.
firing fire_after(fixture& f, int load, int count, std::chrono::milliseconds delay)
{
    auto& timers = f.timers;
    timers.advance(1ms); // the first turn also covers the time since the service was created
    std::vector<probe> before(static_cast<std::size_t>(load));
    for (auto& node : before) {
        timers.add(node, timers.now() + 1ms);
    }
    timers.advance(1ms);
    std::vector<probe> measured(static_cast<std::size_t>(count));
    firing seen;
    auto due = timers.now() + delay;
    for (auto& node : measured) {
        node.then = [&timers, &seen, due](probe&) {
            const auto late = std::chrono::duration_cast<std::chrono::milliseconds>(timers.now() - due);
            seen.moments.insert(timers.now());
            seen.latest = std::max<std::int64_t>(seen.latest, late.count());
        };
        timers.add(node, due);
        due += 1ms;
    }
    while (!std::ranges::all_of(measured, [](const probe& node) { return node.fired == 1; })) {
        timers.advance(1ms);
    }
    return seen;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_timer_of_a_busy_worker_is_punctual_by_default, fixture)
{
    const auto seen = fire_after(*this, 1000, 100, 1000ms);
    BOOST_TEST(seen.moments.size() == 100);
    BOOST_TEST(seen.latest == 0);
}

BOOST_FIXTURE_TEST_CASE(coalescing_groups_the_timers_of_a_busy_worker, fixture)
{
    timers.set_coalescing(50ms);
    const auto seen = fire_after(*this, 4, 100, 1000ms);
    BOOST_TEST(seen.moments.size() <= 3); // 100 ms contain at most three multiples of 50 ms
    BOOST_TEST(seen.latest == 49);
}

BOOST_FIXTURE_TEST_CASE(coalescing_adds_at_most_a_sixteenth_of_the_delay, fixture)
{
    timers.set_coalescing(50ms);
    const auto seen = fire_after(*this, 4, 20, 81ms);
    BOOST_TEST(seen.moments.size() <= 5); // 20 ms contain at most five multiples of 5 ms
    BOOST_TEST(seen.latest == 4);
}

BOOST_FIXTURE_TEST_CASE(coalescing_does_not_delay_the_timers_of_an_idle_worker, fixture)
{
    timers.set_coalescing(50ms);
    const auto seen = fire_after(*this, 3, 100, 1000ms);
    BOOST_TEST(seen.moments.size() == 100);
    BOOST_TEST(seen.latest == 0);
}

BOOST_FIXTURE_TEST_CASE(the_lateness_is_the_time_after_the_deadline, fixture)
{
    probe on_time;
    probe late;
    timers.add(on_time, timers.now() + 10ms);
    timers.advance(11ms);
    timers.add(late, timers.now() + 10ms);
    timers.advance(15ms);
    BOOST_TEST(on_time.fired + late.fired == 2);
    BOOST_TEST((timers.late().sum == 6ms));
    BOOST_TEST(timers.late().counts[0] == 1);
    BOOST_TEST(timers.late().counts[3] == 1); // 4 to 8 ms
}

// A coroutine's completion handler may throw. For example, it may rethrow the exception of its coroutine.
BOOST_AUTO_TEST_CASE(nodes_that_throw_at_the_end_of_the_context)
{
    probe probes[3];
    {
        fixture f;
        for (auto& p : probes) {
            p.then = [](probe&) { throw std::runtime_error("from fire"); };
            f.timers.add(p, f.timers.now() + 1h);
        }
    }
    for (const auto& p : probes) {
        BOOST_TEST(p.fired == 1);
        BOOST_TEST((p.error == boost::asio::error::operation_aborted));
    }
}

BOOST_AUTO_TEST_CASE(timers_on_a_grid_fire_together_and_never_early)
{
    fixture f;
    std::vector<clock_type::time_point> fired;
    std::array<probe, 4> timers;
    const auto began = f.timers.now();
    const std::array delays{1ms, 99ms, 100ms, 101ms};
    for (std::size_t i = 0; i < timers.size(); ++i) {
        timers[i].then = [&](probe& p) {
            fired.push_back(f.timers.now());
            BOOST_TEST((p.deadline <= f.timers.now()));
        };
        f.timers.add_on_grid(timers[i], began + delays[i], 50ms);
        BOOST_TEST((timers[i].deadline >= began + delays[i]));
        BOOST_TEST((timers[i].deadline < began + delays[i] + 51ms));
    }
    for (int ms = 0; ms < 200; ++ms) {
        f.timers.advance(1ms);
    }
    BOOST_REQUIRE(fired.size() == 4U);
    const std::vector<clock_type::time_point> times(fired.begin(), std::unique(fired.begin(), fired.end()));
    BOOST_TEST(times.size() <= 3U);
    for (const auto when : times) {
        BOOST_TEST((when - times.front()) % 50ms == 0ms);
    }
    BOOST_TEST(f.timers.late().sum.count() < 4'000'000); // the grid does not count as lateness
}

BOOST_AUTO_TEST_CASE(a_timer_on_a_grid_may_be_far_away)
{
    fixture f;
    probe timer;
    f.timers.add_on_grid(timer, f.timers.after(std::chrono::milliseconds::max()), 250ms);
    f.timers.advance(1h);
    BOOST_TEST(timer.fired == 0);
    f.timers.remove(timer);
}

BOOST_AUTO_TEST_SUITE_END()

#include "redis/append_queue.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace rill::redis::detail;
using clock_type = append_queue::clock;

BOOST_AUTO_TEST_SUITE(redis_append_queue_test)

namespace {

struct fixture
{
    rill::redis::backplane_options options;
    std::vector<rill::result<rill::pubsub::log_id>> results;

    pending_append event(std::size_t bytes, clock_type::time_point since = clock_type::now())
    {
        entry_words words;
        words.text = std::string(bytes, 'x');
        return {std::move(words), [this](const auto& result) { results.push_back(result); }, since};
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(only_the_first_waiting_event_wakes_the_thread, fixture)
{
    log_state state(options);
    append_queue queue(state);
    BOOST_TEST(queue.push(event(1)).value());
    BOOST_TEST(!queue.push(event(1)).value());
    BOOST_TEST(queue.take().size() == 2U);
    BOOST_TEST(queue.push(event(1)).value());
    BOOST_TEST(queue.pending() == 3U);
}

BOOST_FIXTURE_TEST_CASE(events_above_the_limits_are_refused, fixture)
{
    options.max_pending_events = 2;
    options.max_pending_bytes = 10;
    log_state state(options);
    append_queue queue(state);
    const auto overloaded = rill::make_error_code(rill::error::log_overloaded);
    BOOST_TEST(queue.push(event(9)).has_value());
    BOOST_TEST((queue.push(event(2)).error() == overloaded));
    BOOST_TEST(queue.push(event(1)).has_value());
    BOOST_TEST((queue.push(event(0)).error() == overloaded));
    auto taken = queue.take();
    BOOST_TEST((queue.push(event(0)).error() == overloaded)); // taken events still count
    queue.finish(std::move(taken[0]), std::string("7"));
    BOOST_TEST(queue.push(event(9)).has_value());
    BOOST_TEST((results.at(0).value() == "7"));
}

BOOST_FIXTURE_TEST_CASE(one_event_may_exceed_the_limit_of_bytes, fixture)
{
    options.max_pending_bytes = 10;
    log_state state(options);
    append_queue queue(state);
    BOOST_TEST(queue.push(event(100)).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_batch_is_limited, fixture)
{
    options.max_batch = 2;
    log_state state(options);
    append_queue queue(state);
    for (const std::size_t bytes : {3, 4, 5, 2'000'000, 6}) {
        BOOST_REQUIRE(queue.push(event(bytes)).has_value());
    }
    BOOST_TEST(queue.take().size() == 2U);
    auto second = queue.take();
    BOOST_TEST(second.size() == 1U); // the next one would exceed 1 MiB
    queue.put_back(std::move(second));
    BOOST_TEST(queue.take().at(0).words.text.size() == 5U);
    BOOST_TEST(queue.take().at(0).words.text.size() == 2'000'000U);
    BOOST_TEST(queue.take().size() == 1U);
    BOOST_TEST(queue.take().empty());
}

BOOST_FIXTURE_TEST_CASE(old_events_expire, fixture)
{
    log_state state(options);
    append_queue queue(state);
    const auto now = clock_type::now();
    BOOST_REQUIRE(queue.push(event(1, now)).has_value());
    BOOST_REQUIRE(queue.push(event(1, now + std::chrono::hours(1))).has_value());
    queue.expire(now);
    BOOST_REQUIRE(results.size() == 1);
    BOOST_TEST((results[0].error() == rill::make_error_code(rill::error::log_unavailable)));
    BOOST_TEST(queue.pending() == 1U);
    BOOST_TEST(state.stats().append_failures == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

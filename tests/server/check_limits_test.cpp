#include <boost/test/unit_test.hpp>
#include <rill/server/server.hpp>

BOOST_AUTO_TEST_SUITE(check_limits)

namespace {

using namespace std::chrono_literals;

/// What listen() says to changed options; empty when it listens.
template <class Change>
std::string complaint(Change change)
{
    rill::server_options options;
    options.port = 0;
    change(options);
    const auto listening = rill::server({}, options).listen();
    return listening ? std::string() : listening.error();
}

} // namespace

BOOST_AUTO_TEST_CASE(what_can_be_is_taken)
{
    BOOST_TEST(complaint([](auto&) {}) == "");
    BOOST_TEST(complaint([](auto& o) {
                   o.limits.body_grace = 0ms;
                   o.limits.body_min_rate = 0;
                   o.limits.linger_timeout = 0ms;
                   o.limits.acknowledge_timeout = 0ms;
                   o.capacity.retry_after = 0ms;
                   o.capacity.refusal = rill::refusal::retry_event;
               }) == "");
}

BOOST_AUTO_TEST_CASE(what_can_not_be_is_named_with_its_value_and_what_may_be)
{
    BOOST_TEST(complaint([](auto& o) { o.limits.target_bytes = 0; }) ==
               "limits.target_bytes = 0: must be from 1 to 4294967295");
    BOOST_TEST(complaint([](auto& o) { o.limits.head_bytes = 1UL << 33; }) ==
               "limits.head_bytes = 8589934592: must be from 1 to 4294967295");
    BOOST_TEST(complaint([](auto& o) { o.limits.head_timeout = 0ms; }) ==
               "limits.head_timeout = 0 ms: must be more than 0 ms");
    BOOST_TEST(complaint([](auto& o) { o.limits.body_grace = -1ms; }) ==
               "limits.body_grace = -1 ms: must be 0 ms or more");
    BOOST_TEST(complaint([](auto& o) { o.limits.write_timeout = -5s; }) ==
               "limits.write_timeout = -5000 ms: must be more than 0 ms");
    BOOST_TEST(complaint([](auto& o) { o.capacity.retry_after = -1ms; }) ==
               "capacity.retry_after = -1 ms: must be 0 ms or more");
    BOOST_TEST(complaint([](auto& o) { o.capacity.refusal = static_cast<rill::refusal>(7); }) ==
               "capacity.refusal = 7: must be from 0 to 1");
    BOOST_TEST(complaint([](auto& o) { o.threads = static_cast<unsigned>(-1); }) ==
               "threads = 4294967295: must be from 0 to 1024");
    // What is added to the present time would be over at once.
    BOOST_TEST(complaint([](auto& o) { o.limits.idle_timeout = std::chrono::milliseconds::max(); }) ==
               "limits.idle_timeout = 9223372036854775807 ms: must be 3153600000000 ms or less");
    BOOST_TEST(complaint([](auto& o) { o.drain_timeout = std::chrono::milliseconds::max(); }) ==
               "drain_timeout = 9223372036854775807 ms: must be 3153600000000 ms or less");
    BOOST_TEST(complaint([](auto& o) { o.drain_timeout = -1ms; }) == "drain_timeout = -1 ms: must be 0 ms or more");
    BOOST_TEST(complaint([](auto& o) { o.drain_spread = -1ms; }) == "drain_spread = -1 ms: must be 0 ms or more");
    BOOST_TEST(complaint([](auto& o) { o.unready_time = -1ms; }) == "unready_time = -1 ms: must be 0 ms or more");
    BOOST_TEST(complaint([](auto& o) { o.timer_coalescing = -1ms; }) ==
               "timer_coalescing = -1 ms: must be 0 ms or more");
}

BOOST_AUTO_TEST_SUITE_END()

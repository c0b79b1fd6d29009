#include "server/check_limits.hpp"

#include <boost/test/unit_test.hpp>
#include <rill/http/response.hpp>
#include <rill/server/server.hpp>
#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(check_limits)

namespace {

using namespace std::chrono_literals;

rill::awaitable<rill::response> answers(rill::request&)
{
    co_return rill::response();
}

/// What a server says to changed options; empty when it takes them.
template <class Change>
std::string complaint(Change change)
{
    constexpr std::string_view who = "server_options: ";
    rill::server_options options;
    change(options);
    try {
        const rill::server server(answers, options);
        return "";
    } catch (const std::invalid_argument& e) {
        const std::string text = e.what();
        return text.starts_with(who) ? text.substr(who.size()) : "another one: " + text;
    }
}

template <class Change>
std::string supervisors_complaint(Change change)
{
    rill::supervisor_options options;
    change(options);
    try {
        rill::check_limits(options);
        return "";
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(what_can_be_is_taken)
{
    BOOST_TEST(complaint([](auto&) {}) == "");
    BOOST_TEST(complaint([](auto& o) {
                   o.limits.body_grace = 0ms;
                   o.limits.min_body_rate = 0;
                   o.limits.linger_timeout = 0ms;
                   o.limits.acknowledge_timeout = 0ms;
                   o.capacity.retry_after = 0ms;
                   o.capacity.refusal = rill::refusal::retry_event;
               }) == "");
}

BOOST_AUTO_TEST_CASE(what_can_not_be_is_named_with_its_value_and_what_may_be)
{
    BOOST_TEST(complaint([](auto& o) { o.limits.max_target_bytes = 0; }) ==
               "limits.max_target_bytes = 0: must be from 1 to 4294967295");
    BOOST_TEST(complaint([](auto& o) { o.limits.max_head_bytes = 1UL << 33; }) ==
               "limits.max_head_bytes = 8589934592: must be from 1 to 4294967295");
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
    BOOST_TEST(complaint([](auto& o) { o.readiness_delay = -1ms; }) == "readiness_delay = -1 ms: must be 0 ms or more");
    BOOST_TEST(complaint([](auto& o) { o.timer_coalescing = -1ms; }) ==
               "timer_coalescing = -1 ms: must be 0 ms or more");
    BOOST_TEST(complaint([](auto& o) { o.backlog = 0; }) == "backlog = 0: must be 1 or more");
    BOOST_TEST(complaint([](auto& o) {
                   o.background = {[]() -> rill::awaitable<> { co_return; }, nullptr};
               }) == "background[1] = an empty function: must be a coroutine");
}

BOOST_AUTO_TEST_CASE(a_server_without_a_handler_can_not_be)
{
    BOOST_CHECK_EXCEPTION(rill::server({}, {}), std::invalid_argument,
                          [](const auto& e) { return e.what() == std::string("server: the handler is empty"); });
}

BOOST_AUTO_TEST_CASE(the_options_of_a_supervisor)
{
    BOOST_TEST(supervisors_complaint([](auto&) {}) == "");
    BOOST_TEST(supervisors_complaint([](auto& o) {
                   o.initial_backoff = o.max_backoff = o.backoff_reset_after = o.hang_timeout = o.stop_timeout = 0ms;
                   o.processes = 1024;
               }) == "");
    BOOST_TEST(supervisors_complaint([](auto& o) { o.processes = 0; }) ==
               "supervisor_options: processes = 0: must be from 1 to 1024");
    BOOST_TEST(supervisors_complaint([](auto& o) { o.initial_backoff = -1ms; }) ==
               "supervisor_options: initial_backoff = -1 ms: must be 0 ms or more");
    BOOST_TEST(supervisors_complaint([](auto& o) { o.max_backoff = -1ms; }) ==
               "supervisor_options: max_backoff = -1 ms: must be 0 ms or more");
    BOOST_TEST(supervisors_complaint([](auto& o) { o.backoff_reset_after = -1ms; }) ==
               "supervisor_options: backoff_reset_after = -1 ms: must be 0 ms or more");
    BOOST_TEST(supervisors_complaint([](auto& o) { o.hang_timeout = -1ms; }) ==
               "supervisor_options: hang_timeout = -1 ms: must be 0 ms or more");
    // Added to the present time it would be over at once, and the workers killed.
    BOOST_TEST(supervisors_complaint([](auto& o) { o.stop_timeout = std::chrono::milliseconds::max(); }) ==
               "supervisor_options: stop_timeout = 9223372036854775807 ms: must be 3153600000000 ms or less");
}

BOOST_AUTO_TEST_SUITE_END()

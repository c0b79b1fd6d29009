#include "server/serving/check_server_options.hpp"

#include <boost/test/unit_test.hpp>
#include <rill/http/response.hpp>
#include <rill/server/server.hpp>
#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(check_server_options_test)

namespace {

using namespace std::chrono_literals;

rill::awaitable<rill::response> answers(rill::request&)
{
    co_return rill::response();
}

/// Returns the error of a server with the changed options. Returns an empty text if the options are valid.
template <class Change>
std::string error_of(Change change)
{
    constexpr std::string_view structure = "server_options: ";
    rill::server_options options;
    change(options);
    try {
        const rill::server server(answers, options);
        return "";
    } catch (const std::invalid_argument& e) {
        const std::string text = e.what();
        return text.starts_with(structure) ? text.substr(structure.size()) : "another one: " + text;
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(zero_is_allowed_where_it_has_a_meaning)
{
    BOOST_TEST(error_of([](auto&) {}) == "");
    BOOST_TEST(error_of([](auto& o) {
                   o.limits.body_grace = 0ms;
                   o.limits.min_body_rate = 0;
                   o.limits.linger_timeout = 0ms;
                   o.limits.tcp_user_timeout = 0ms;
                   o.capacity.retry_after = 0ms;
                   o.capacity.refusal = rill::refusal::retry_event;
               }) == "");
}

BOOST_AUTO_TEST_CASE(an_error_names_the_option_its_value_and_the_allowed_values)
{
    BOOST_TEST(error_of([](auto& o) { o.limits.max_target_bytes = 0; }) ==
               "limits.max_target_bytes = 0: must be from 1 to 4294967295");
    BOOST_TEST(error_of([](auto& o) { o.limits.max_head_bytes = 1UL << 33; }) ==
               "limits.max_head_bytes = 8589934592: must be from 1 to 4294967295");
    BOOST_TEST(error_of([](auto& o) { o.limits.head_timeout = 0ms; }) ==
               "limits.head_timeout = 0 ms: must be more than 0 ms");
    BOOST_TEST(error_of([](auto& o) { o.limits.body_grace = -1ms; }) ==
               "limits.body_grace = -1 ms: must be 0 ms or more");
    BOOST_TEST(error_of([](auto& o) { o.limits.write_timeout = -5s; }) ==
               "limits.write_timeout = -5000 ms: must be more than 0 ms");
    BOOST_TEST(error_of([](auto& o) { o.capacity.retry_after = -1ms; }) ==
               "capacity.retry_after = -1 ms: must be 0 ms or more");
    BOOST_TEST(error_of([](auto& o) { o.capacity.refusal = static_cast<rill::refusal>(7); }) ==
               "capacity.refusal = 7: must be from 0 to 1");
    BOOST_TEST(error_of([](auto& o) { o.threads = static_cast<unsigned>(-1); }) ==
               "threads = 4294967295: must be from 0 to 1024");
    // The sum with the current time would overflow, and the timeout would expire at once.
    BOOST_TEST(error_of([](auto& o) { o.limits.idle_timeout = std::chrono::milliseconds::max(); }) ==
               "limits.idle_timeout = 9223372036854775807 ms: must be 3153600000000 ms or less");
    BOOST_TEST(error_of([](auto& o) { o.drain_timeout = std::chrono::milliseconds::max(); }) ==
               "drain_timeout = 9223372036854775807 ms: must be 3153600000000 ms or less");
    BOOST_TEST(error_of([](auto& o) { o.drain_timeout = -1ms; }) == "drain_timeout = -1 ms: must be 0 ms or more");
    BOOST_TEST(error_of([](auto& o) { o.drain_spread = -1ms; }) == "drain_spread = -1 ms: must be 0 ms or more");
    BOOST_TEST(error_of([](auto& o) { o.readiness_delay = -1ms; }) == "readiness_delay = -1 ms: must be 0 ms or more");
    BOOST_TEST(error_of([](auto& o) { o.timer_coalescing = -1ms; }) ==
               "timer_coalescing = -1 ms: must be 0 ms or more");
    BOOST_TEST(error_of([](auto& o) { o.backlog = 0; }) == "backlog = 0: must be 1 or more");
    BOOST_TEST(error_of([](auto& o) {
                   o.background = {[]() -> rill::awaitable<> { co_return; }, nullptr};
               }) == "background[1] = an empty function: must be a coroutine");
}

BOOST_AUTO_TEST_CASE(a_server_without_a_handler_is_an_error)
{
    BOOST_CHECK_EXCEPTION(rill::server({}, {}), std::invalid_argument,
                          [](const auto& e) { return e.what() == std::string("server: the handler is empty"); });
}

BOOST_AUTO_TEST_SUITE_END()

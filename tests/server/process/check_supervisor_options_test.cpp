#include "server/process/check_supervisor_options.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(check_supervisor_options_test)

namespace {

using namespace std::chrono_literals;

/// Returns the error for the changed options. Returns an empty text if the options are valid.
template <class Change>
std::string error_of(Change change)
{
    rill::supervisor_options options;
    change(options);
    try {
        rill::check_options(options);
        return "";
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(an_error_names_the_option_its_value_and_the_allowed_values)
{
    BOOST_TEST(error_of([](auto&) {}) == "");
    BOOST_TEST(error_of([](auto& o) {
                   o.initial_backoff = o.max_backoff = o.backoff_reset_after = o.hang_timeout = o.stop_timeout = 0ms;
                   o.processes = 1024;
               }) == "");
    BOOST_TEST(error_of([](auto& o) { o.processes = 0; }) ==
               "supervisor_options: processes = 0: must be from 1 to 1024");
    BOOST_TEST(error_of([](auto& o) { o.initial_backoff = -1ms; }) ==
               "supervisor_options: initial_backoff = -1 ms: must be 0 ms or more");
    BOOST_TEST(error_of([](auto& o) { o.max_backoff = -1ms; }) ==
               "supervisor_options: max_backoff = -1 ms: must be 0 ms or more");
    BOOST_TEST(error_of([](auto& o) { o.backoff_reset_after = -1ms; }) ==
               "supervisor_options: backoff_reset_after = -1 ms: must be 0 ms or more");
    BOOST_TEST(error_of([](auto& o) { o.hang_timeout = -1ms; }) ==
               "supervisor_options: hang_timeout = -1 ms: must be 0 ms or more");
    // The sum with the current time would overflow, and the supervisor would kill the workers at once.
    BOOST_TEST(error_of([](auto& o) { o.stop_timeout = std::chrono::milliseconds::max(); }) ==
               "supervisor_options: stop_timeout = 9223372036854775807 ms: must be 3153600000000 ms or less");
}

BOOST_AUTO_TEST_SUITE_END()

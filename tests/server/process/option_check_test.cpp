#include "server/process/option_check.hpp"

#include <boost/test/unit_test.hpp>
#include <rill/core/timer_service.hpp>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(option_check_test)

namespace {

using namespace std::chrono_literals;

const rill::option_check checked("options");

template <class Check>
std::string error_of(Check check)
{
    try {
        check();
        return "";
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(ranges_include_both_ends)
{
    const auto error = [](std::size_t value) { return error_of([=] { checked.in_range("a", value, 2, 4); }); };
    BOOST_TEST(error(1) == "options: a = 1: must be from 2 to 4");
    BOOST_TEST(error(2) == "");
    BOOST_TEST(error(4) == "");
    BOOST_TEST(error(5) == "options: a = 5: must be from 2 to 4");
}

BOOST_AUTO_TEST_CASE(times_are_checked)
{
    BOOST_TEST(error_of([] { checked.positive("b", 0ms); }) == "options: b = 0 ms: must be more than 0 ms");
    BOOST_TEST(error_of([] { checked.positive("b", 1ms); }) == "");
    BOOST_TEST(error_of([] { checked.not_negative("b", -1ms); }) == "options: b = -1 ms: must be 0 ms or more");
    BOOST_TEST(error_of([] { checked.not_negative("b", 0ms); }) == "");
    static constexpr std::chrono::milliseconds max = rill::timer_service::longest_wait;
    BOOST_TEST(error_of([] { checked.positive("b", max); }) == "");
    const std::string allowed = "must be " + std::to_string(max.count()) + " ms or less";
    BOOST_TEST(error_of([] { checked.positive("b", max + 1ms); }).ends_with(allowed));
    BOOST_TEST(error_of([] { checked.not_negative("b", max + 1ms); }).ends_with(allowed));
}

BOOST_AUTO_TEST_SUITE_END()

#include "server/operations/repeat_limiter.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "server/operations/log_line.hpp"

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(repeat_limiter_test)

namespace {

std::string texts(const std::vector<rill::repeat_limiter::line>& lines)
{
    std::string all;
    for (const auto& line : lines) {
        all += std::string(to_string(line.level)) + ' ' + line.text + '|';
    }
    return all;
}

constexpr auto error = rill::log_level::error;

} // namespace

BOOST_AUTO_TEST_CASE(repeats_are_suppressed_and_counted)
{
    rill::repeat_limiter limiter(2);
    const rill::repeat_limiter::time start{};
    BOOST_TEST(texts(limiter.put(error, "stream 1 failed", start)) == "error stream 1 failed|");
    BOOST_TEST(texts(limiter.put(error, "stream 22 failed", start)) == "error stream 22 failed|");
    BOOST_TEST(texts(limiter.put(error, "stream 333 failed", start + 10ms)) == "");
    BOOST_TEST(texts(limiter.put(error, "stream 4 failed", start + 999ms)) == "");
    BOOST_TEST(texts(limiter.put(rill::log_level::info, "other", start + 999ms)) == "info other|");
    BOOST_TEST(texts(limiter.put(rill::log_level::info, "other", start + 1s)) ==
               "error 2 more like: stream 4 failed|info other|");
    BOOST_TEST(texts(limiter.put(error, "stream 5 failed", start + 1s)) == "error stream 5 failed|");
    BOOST_TEST(texts(limiter.flush()) == "");
    for (const auto* text : {"stream 5 failed", "stream 5 failed", "stream 6 failed"}) {
        limiter.put(error, text, start + 1s);
    }
    BOOST_TEST(texts(limiter.flush()) == "error 1 more like: stream 6 failed|");
}

BOOST_AUTO_TEST_CASE(an_unlimited_number_of_kinds_passes_without_memory_growth)
{
    rill::repeat_limiter limiter(1);
    for (std::size_t i = 0; i < 10 * rill::repeat_limiter::max_kinds; ++i) {
        BOOST_TEST(limiter.put(error, std::string(i + 1, 'x'), {}).size() == 1);
    }
    BOOST_TEST(limiter.put(error, std::string(10 * rill::repeat_limiter::max_kinds, 'x'), {}).size() == 1);
    BOOST_TEST(limiter.put(error, "x", {}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

#include "http/jitter.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <thread>

using namespace std::chrono_literals;
using rill::detail::jitter;

BOOST_AUTO_TEST_SUITE(jitter_test)

BOOST_AUTO_TEST_CASE(stays_within_its_bounds)
{
    jitter s(0xffff'ffff);
    for (int i = 0; i < 10'000; ++i) {
        const auto t = s.next(1s, 500ms);
        BOOST_REQUIRE(t >= 1s);
        BOOST_REQUIRE(t <= 1500ms);
    }
    BOOST_TEST((s.next(2s, 0ms) == 2s));
}

// For any seed, each hundredth of the range gets nearly the same number of values.
BOOST_AUTO_TEST_CASE(spreads_values_evenly)
{
    for (const std::uint32_t start : {0U, 1U, 0x8000'0000U, 0xdead'beefU}) {
        jitter s(start);
        std::array<int, 100> hundredths{};
        for (int i = 0; i < 5000; ++i) {
            ++hundredths[static_cast<std::size_t>(s.next(0ms, 10'000ms).count() / 100)];
        }
        const auto [least, most] = std::minmax_element(hundredths.begin(), hundredths.end());
        BOOST_TEST(*least >= 48);
        BOOST_TEST(*most <= 52);
    }
}

BOOST_AUTO_TEST_CASE(each_thread_has_its_own_seed)
{
    const auto mine = jitter::of_this_thread().next(0ms, 1h);
    std::chrono::milliseconds theirs{};
    std::thread([&] { theirs = jitter::of_this_thread().next(0ms, 1h); }).join();
    BOOST_TEST((mine != theirs)); // equal in one of 3.6 million runs
}

BOOST_AUTO_TEST_CASE(the_maximum_time_does_not_overflow)
{
    constexpr auto longest = std::chrono::milliseconds::max();
    rill::detail::jitter s(7);
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST((s.next(longest, longest) == longest));
        BOOST_TEST((s.next(longest, std::chrono::milliseconds(0)) == longest));
        BOOST_TEST((s.next(std::chrono::milliseconds(0), longest) >= std::chrono::milliseconds(0)));
    }
}

BOOST_AUTO_TEST_SUITE_END()

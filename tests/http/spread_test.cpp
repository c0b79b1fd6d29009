#include <rill/http/detail/spread.hpp>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <thread>

using namespace std::chrono_literals;
using rill::detail::spread;

BOOST_AUTO_TEST_SUITE(spread_test)

BOOST_AUTO_TEST_CASE(stays_within_its_bounds)
{
    spread s(0xffff'ffff);
    for (int i = 0; i < 10'000; ++i) {
        const auto t = s.next(1s, 500ms);
        BOOST_REQUIRE(t >= 1s);
        BOOST_REQUIRE(t <= 1500ms);
    }
    BOOST_TEST((s.next(2s, 0ms) == 2s));
}

// Whatever it begins with: nearly as many in each hundredth as if they had been dealt out.
BOOST_AUTO_TEST_CASE(spreads_a_crowd_evenly)
{
    for (const std::uint32_t start : {0U, 1U, 0x8000'0000U, 0xdead'beefU}) {
        spread s(start);
        std::array<int, 100> hundredths{};
        for (int i = 0; i < 5000; ++i) {
            ++hundredths[static_cast<std::size_t>(s.next(0ms, 10'000ms).count() / 100)];
        }
        const auto [least, most] = std::minmax_element(hundredths.begin(), hundredths.end());
        BOOST_TEST(*least >= 48);
        BOOST_TEST(*most <= 52);
    }
}

BOOST_AUTO_TEST_CASE(threads_begin_apart)
{
    const auto mine = spread::here().next(0ms, 1h);
    std::chrono::milliseconds theirs{};
    std::thread([&] { theirs = spread::here().next(0ms, 1h); }).join();
    BOOST_TEST((mine != theirs)); // the same once in 3.6 million times
}

BOOST_AUTO_TEST_CASE(the_longest_time_is_no_short_one)
{
    constexpr auto longest = std::chrono::milliseconds::max();
    rill::detail::spread s(7);
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST((s.next(longest, longest) == longest));
        BOOST_TEST((s.next(longest, std::chrono::milliseconds(0)) == longest));
        BOOST_TEST((s.next(std::chrono::milliseconds(0), longest) >= std::chrono::milliseconds(0)));
    }
}

BOOST_AUTO_TEST_SUITE_END()

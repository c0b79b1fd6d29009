#include "core/bounded_add.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <thread>

BOOST_AUTO_TEST_SUITE(bounded_add_test)

BOOST_AUTO_TEST_CASE(adds_only_what_fits)
{
    std::atomic<std::size_t> sum = 0;
    BOOST_TEST(rill::detail::bounded_add(sum, 6, 10));
    BOOST_TEST(!rill::detail::bounded_add(sum, 5, 10));
    BOOST_TEST(sum == 6U);
    BOOST_TEST(rill::detail::bounded_add(sum, 4, 10));
    BOOST_TEST(!rill::detail::bounded_add(sum, 1, 10));
    BOOST_TEST(rill::detail::bounded_add(sum, 0, 10));
    BOOST_TEST(sum == 10U);
    BOOST_TEST(!rill::detail::bounded_add(sum, 0, 9)); // the sum is above a lowered limit
    BOOST_TEST(!rill::detail::bounded_add(sum, SIZE_MAX, SIZE_MAX));
    BOOST_TEST(sum == 10U);
}

BOOST_AUTO_TEST_CASE(no_thread_sees_more_than_the_limit)
{
    constexpr std::size_t max = 3;
    std::atomic<std::size_t> sum = 0;
    std::atomic<bool> above = false;
    const auto work = [&] {
        for (int i = 0; i < 20'000; ++i) {
            if (rill::detail::bounded_add(sum, 2, max)) {
                above = above || sum > max;
                sum -= 2;
            }
            above = above || sum > max;
        }
    };
    {
        const std::jthread one(work);
        const std::jthread other(work);
    }
    BOOST_TEST(!above);
    BOOST_TEST(sum == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

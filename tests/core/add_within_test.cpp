#include <rill/core/detail/add_within.hpp>

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <thread>

BOOST_AUTO_TEST_SUITE(add_within_test)

BOOST_AUTO_TEST_CASE(what_fits_is_added_and_nothing_else)
{
    std::atomic<std::size_t> sum = 0;
    BOOST_TEST(rill::detail::add_within(sum, 6, 10));
    BOOST_TEST(!rill::detail::add_within(sum, 5, 10));
    BOOST_TEST(sum == 6U);
    BOOST_TEST(rill::detail::add_within(sum, 4, 10));
    BOOST_TEST(!rill::detail::add_within(sum, 1, 10));
    BOOST_TEST(rill::detail::add_within(sum, 0, 10));
    BOOST_TEST(sum == 10U);
    BOOST_TEST(!rill::detail::add_within(sum, 0, 9)); // of a limit that has been lowered
    BOOST_TEST(!rill::detail::add_within(sum, SIZE_MAX, SIZE_MAX));
    BOOST_TEST(sum == 10U);
}

BOOST_AUTO_TEST_CASE(nobody_sees_more_than_the_limit)
{
    constexpr std::size_t most = 3;
    std::atomic<std::size_t> sum = 0;
    std::atomic<bool> above = false;
    const auto work = [&] {
        for (int i = 0; i < 20'000; ++i) {
            if (rill::detail::add_within(sum, 2, most)) {
                above = above || sum > most;
                sum -= 2;
            }
            above = above || sum > most;
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

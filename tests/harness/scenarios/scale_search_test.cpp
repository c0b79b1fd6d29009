#include <boost/test/unit_test.hpp>
#include <harness/scenarios/scale_search.hpp>
#include <string>

using bench::scale_search;

BOOST_AUTO_TEST_SUITE(scale_search_test)

namespace {

/// Returns the numbers that the search tries if the server holds up to `limit` streams.
std::string tried(scale_search& search, std::uint32_t limit)
{
    std::string numbers;
    for (int i = 0; i < 100; ++i) {
        const auto next = search.next();
        if (!next) {
            return numbers;
        }
        numbers += (numbers.empty() ? "" : " ") + std::to_string(*next);
        search.record(*next <= limit);
    }
    return "no end";
}

} // namespace

BOOST_AUTO_TEST_CASE(the_search_doubles_up_to_the_maximum)
{
    scale_search search(1000, 5000, 0.1);
    BOOST_TEST(tried(search, UINT32_MAX) == "1000 2000 4000 5000");
    BOOST_TEST(search.highest_held() == 5000U);
    BOOST_TEST(!search.lowest_broken().has_value());
}

BOOST_AUTO_TEST_CASE(the_search_bisects_to_the_limit)
{
    scale_search search(1000, 1'000'000, 0.1);
    BOOST_TEST(tried(search, 5300) == "1000 2000 4000 8000 6000 5000 5500");
    BOOST_TEST(search.highest_held() == 5000U);
    BOOST_TEST(search.lowest_broken().value() == 5500U);
}

BOOST_AUTO_TEST_CASE(the_search_goes_down_if_the_first_number_fails)
{
    scale_search search(1000, 1'000'000, 0.1);
    BOOST_TEST(tried(search, 130) == "1000 500 250 125 187 156 140 132");
    BOOST_TEST(search.highest_held() == 125U);
}

BOOST_AUTO_TEST_CASE(the_search_ends_at_one_stream)
{
    scale_search search(1000, 1'000'000, 0.1);
    tried(search, 0);
    BOOST_TEST(search.highest_held() == 0U);
    BOOST_TEST(search.lowest_broken().value() == 1U);
}

BOOST_AUTO_TEST_CASE(any_limit_is_found_within_the_precision)
{
    for (std::uint32_t limit = 1; limit < 3'000'000; limit += limit / 3 + 1) {
        scale_search search(1000, 4'000'000, 0.05);
        tried(search, limit);
        BOOST_TEST(search.highest_held() <= limit);
        BOOST_TEST(search.lowest_broken().value() > limit);
        const auto distance = search.lowest_broken().value() - search.highest_held();
        BOOST_TEST((distance <= 0.05 * search.highest_held() || distance == 1), limit);
    }
}

BOOST_AUTO_TEST_CASE(the_largest_numbers_do_not_overflow)
{
    scale_search search(UINT32_MAX, UINT32_MAX, 0.1);
    BOOST_TEST(tried(search, UINT32_MAX) == std::to_string(UINT32_MAX));
    scale_search most(3'000'000'000, UINT32_MAX, 0.1);
    BOOST_TEST(tried(most, UINT32_MAX) == "3000000000 4294967295");
}

BOOST_AUTO_TEST_SUITE_END()

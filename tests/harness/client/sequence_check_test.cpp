#include <boost/test/unit_test.hpp>
#include <harness/client/sequence_check.hpp>
#include <string>
#include <vector>

using bench::sequence_check;
using verdict = sequence_check::verdict;

BOOST_AUTO_TEST_SUITE(sequence_check_test)

namespace {

std::string letters(const std::vector<std::uint64_t>& numbers, bool is_dense = true)
{
    sequence_check check;
    std::string found;
    for (const auto number : numbers) {
        const auto one = is_dense ? check.check(number) : check.check_order(number);
        found += one.what == verdict::in_order ? "." : one.what == verdict::repeated ? "r" : "o";
        found += one.missing > 0 ? "-" + std::to_string(one.missing) : "";
        found += one.was_missing ? "+" : "";
    }
    return found;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_sequence_may_begin_with_any_number)
{
    BOOST_TEST(letters({1, 2, 3}) == "...");
    BOOST_TEST(letters({0, 1}) == "..");
    BOOST_TEST(letters({1'000'000'000'000, 1'000'000'000'001}) == "..");
}

BOOST_AUTO_TEST_CASE(missing_numbers_are_counted)
{
    BOOST_TEST(letters({1, 3, 4}) == "..-1.");
    BOOST_TEST(letters({1, 1001}) == "..-999");
}

BOOST_AUTO_TEST_CASE(repeated_numbers_are_detected)
{
    BOOST_TEST(letters({1, 1, 2}) == ".r.");
    BOOST_TEST(letters({1, 2, 3, 1}) == "...r");
}

BOOST_AUTO_TEST_CASE(a_late_number_is_removed_from_the_missing_numbers)
{
    BOOST_TEST(letters({1, 3, 2, 4}) == "..-1o+.");
    BOOST_TEST(letters({1, 3, 2, 2}) == "..-1o+r");
}

BOOST_AUTO_TEST_CASE(a_number_before_the_first_is_out_of_order)
{
    BOOST_TEST(letters({2, 1, 3}) == ".o+.");
}

BOOST_AUTO_TEST_CASE(the_check_remembers_64_numbers)
{
    BOOST_TEST(letters({1, 64, 1, 2}) == "..-62ro+");
    BOOST_TEST(letters({1, 65, 1, 2}) == "..-63oo+"); // 1 is too old to be detected as a repetition
    BOOST_TEST(letters({1, 1000, 999}) == "..-998o+");
}

BOOST_AUTO_TEST_CASE(check_order_ignores_gaps)
{
    BOOST_TEST(letters({5, 7, 100, 100, 99, 101}, false) == "...ro.");
}

BOOST_AUTO_TEST_SUITE_END()

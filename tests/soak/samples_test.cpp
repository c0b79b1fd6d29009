#include "soak/samples.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(soak_samples_test)

namespace {

/// Returns three groups of values, one for each level. Each group has `each` values.
std::vector<double> levels(std::size_t each, double first, double second, double third)
{
    std::vector<double> all(each, first);
    all.insert(all.end(), each, second);
    all.insert(all.end(), each, third);
    return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(growth_is_the_difference_between_the_thirds)
{
    const auto descriptors = levels(4, 100, 500, 120);
    const auto flat = [&](double last) {
        return rill_soak::samples{levels(4, 10'000, 90'000, last), descriptors}.is_flat();
    };
    BOOST_TEST(flat(10'000));
    BOOST_TEST(flat(12'023)); // the limit: 10 % and 1 MiB
    BOOST_TEST(!flat(12'025));
    BOOST_TEST(!(rill_soak::samples{levels(4, 1, 1, 1), levels(4, 100, 100, 121)}).is_flat());
}

BOOST_AUTO_TEST_CASE(few_samples_have_no_result)
{
    BOOST_TEST(!(rill_soak::samples{levels(3, 1, 1, 1), levels(3, 1, 1, 1)}).count());
    BOOST_TEST((rill_soak::samples{levels(4, 1, 1, 1), levels(4, 1, 1, 1)}).count());
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>
#include <harness/plot_scale.hpp>

using bench::plot_scale;
using bench::readable;
using bench::readable_tick;
using bench::spread_labels;

BOOST_AUTO_TEST_SUITE(plot_scale_test)

namespace {

void check_ticks(const plot_scale& scale, std::size_t at_most, const std::vector<double>& expected)
{
    const auto ticks = scale.ticks(at_most);
    BOOST_REQUIRE_EQUAL(ticks.size(), expected.size());
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        BOOST_TEST(ticks[i] == expected[i], boost::test_tools::tolerance(1e-9));
    }
}

void check_places(const std::vector<double>& wanted, double gap, const std::vector<double>& expected)
{
    const auto places = spread_labels(wanted, gap, 0, 100);
    BOOST_TEST(places == expected, boost::test_tools::per_element());
}

} // namespace

BOOST_AUTO_TEST_CASE(a_linear_axis_begins_at_zero_and_ends_at_a_round_number)
{
    const auto scale = plot_scale::linear(108'307, 10, 110);
    BOOST_TEST(!scale.is_logarithmic());
    BOOST_TEST(scale.lowest() == 0);
    BOOST_TEST(scale.highest() == 150'000);
    BOOST_TEST(scale.at(0) == 10);
    BOOST_TEST(scale.at(75'000) == 60);
    BOOST_TEST(scale.at(150'000) == 110);
    check_ticks(scale, 6, {0, 50'000, 100'000, 150'000});
    check_ticks(plot_scale::linear(1, 0, 100), 6, {0, 0.2, 0.4, 0.6, 0.8, 1});
}

BOOST_AUTO_TEST_CASE(an_axis_without_values_is_one_all_the_same)
{
    BOOST_TEST(plot_scale::linear(0, 0, 100).highest() == 1);
    BOOST_TEST(plot_scale::fitting({}, 0, 100).at(1) == 100);
    BOOST_TEST(plot_scale::fitting({0, -5}, 0, 100).at(-5) == 0);
}

BOOST_AUTO_TEST_CASE(a_logarithmic_axis_has_equal_distances_for_equal_ratios)
{
    const auto scale = plot_scale::logarithmic(12, 9'000, 0, 300);
    BOOST_TEST(scale.lowest() == 10);
    BOOST_TEST(scale.highest() == 10'000);
    BOOST_TEST(scale.at(10) == 0);
    BOOST_TEST(scale.at(100) == 100, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(scale.at(1000) == 200, boost::test_tools::tolerance(1e-9));
    check_ticks(scale, 6, {10, 100, 1000, 10'000});
}

BOOST_AUTO_TEST_CASE(what_lies_outside_an_axis_is_drawn_at_its_end)
{
    const auto scale = plot_scale::logarithmic(10, 1000, 0, 200);
    BOOST_TEST(scale.at(0) == 0);
    BOOST_TEST(scale.at(-3) == 0);
    BOOST_TEST(scale.at(1e9) == 200);
}

BOOST_AUTO_TEST_CASE(a_short_logarithmic_axis_has_finer_ticks)
{
    check_ticks(plot_scale::logarithmic(3, 80, 0, 100), 6, {2, 5, 10, 20, 50, 100});
    check_ticks(plot_scale::logarithmic(0.001, 1000, 0, 100), 4, {0.001, 0.1, 10, 1000});
    BOOST_TEST(plot_scale::logarithmic(5, 5, 0, 100).highest() == 50);
}

BOOST_AUTO_TEST_CASE(axes_can_go_upwards)
{
    const auto scale = plot_scale::linear(10, 276, 66);
    BOOST_TEST(scale.at(0) == 276);
    BOOST_TEST(scale.at(10) == 66);
}

BOOST_AUTO_TEST_CASE(the_range_of_the_values_chooses_the_axis)
{
    BOOST_TEST(!plot_scale::fitting({10, 300}, 0, 100).is_logarithmic());
    BOOST_TEST(plot_scale::fitting({10, 301}, 0, 100).is_logarithmic());
    BOOST_TEST(!plot_scale::fitting({0, 300}, 0, 100).is_logarithmic()); // 0 says nothing of the range
}

BOOST_AUTO_TEST_CASE(an_axis_between_two_values_ends_with_them)
{
    const auto scale = plot_scale::between(1000, 16'000, 0, 100);
    BOOST_TEST(scale.at(1000) == 0);
    BOOST_TEST(scale.at(4000) == 50, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(scale.at(16'000) == 100);
    BOOST_TEST(plot_scale::between(7, 7, 0, 100).at(7) == 50, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(values_have_the_digits_that_mean_something)
{
    BOOST_TEST(readable(1'234'567.8) == "1,234,568");
    BOOST_TEST(readable(96'823.4) == "96,823");
    BOOST_TEST(readable(726.6) == "727");
    BOOST_TEST(readable(99.94) == "99.9");
    BOOST_TEST(readable(99.96) == "100");
    BOOST_TEST(readable(12.34) == "12.3");
    BOOST_TEST(readable(1) == "1.00");
    BOOST_TEST(readable(0.7) == "0.70");
    BOOST_TEST(readable(0.0914) == "0.091");
    BOOST_TEST(readable(0.00312) == "0.0031");
    BOOST_TEST(readable(0) == "0.00");
    BOOST_TEST(readable(-1234) == "-1,234");
    BOOST_TEST(readable(-0.5) == "-0.50");
}

BOOST_AUTO_TEST_CASE(ticks_are_short)
{
    BOOST_TEST(readable_tick(0) == "0");
    BOOST_TEST(readable_tick(0.2) == "0.2");
    BOOST_TEST(readable_tick(0.001) == "0.001");
    BOOST_TEST(readable_tick(500) == "500");
    BOOST_TEST(readable_tick(15'000) == "15k");
    BOOST_TEST(readable_tick(1'500'000) == "1.5M");
}

BOOST_AUTO_TEST_CASE(labels_that_have_room_stay)
{
    check_places({10, 30, 50}, 15, {10, 30, 50});
    check_places({}, 15, {});
}

BOOST_AUTO_TEST_CASE(labels_that_would_overlap_part_around_their_middle)
{
    check_places({50, 50}, 10, {45, 55});
    check_places({50, 52, 54}, 10, {42, 52, 62});
    check_places({54, 50, 52}, 10, {62, 42, 52}); // the order of the values, not of the list
    check_places({50, 58, 70}, 10, {49, 59, 70});
}

BOOST_AUTO_TEST_CASE(labels_stay_on_the_axis_while_there_is_room)
{
    check_places({0, 1}, 10, {0, 10});
    check_places({99, 100}, 10, {90, 100});
    check_places({0, 0, 0, 0}, 40, {0, 40, 80, 120});
}

BOOST_AUTO_TEST_SUITE_END()

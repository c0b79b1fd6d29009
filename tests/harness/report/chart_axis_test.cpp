#include <boost/test/unit_test.hpp>
#include <harness/report/chart_axis.hpp>

using bench::chart_axis;

BOOST_AUTO_TEST_SUITE(chart_axis_test)

namespace {

bool has(const chart_axis& axis, const std::string& part)
{
    return axis.script("x").find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_linear_axis_begins_at_0_and_ends_at_a_round_value)
{
    BOOST_TEST(has(chart_axis({10, 97}), "set xrange [0:100]\nset xtics ('0' 0, '20' 20, '40' 40, '60' 60, '80' 80, "
                                         "'100' 100)"));
    BOOST_TEST(has(chart_axis({1500}), "('0' 0, '500' 500, '1k' 1000, '1.5k' 1500)"));
    BOOST_TEST(has(chart_axis({0.5}), "'0.5' 0.5)"));
}

BOOST_AUTO_TEST_CASE(a_logarithmic_axis_has_whole_decades)
{
    const chart_axis axis({0.5, 2000});
    BOOST_TEST(axis.is_logarithmic());
    BOOST_TEST(has(axis, "set logscale x\nset xrange [0.1:10000]\n"));
    BOOST_TEST(has(axis, "('0.1' 0.1, '1' 1, '10' 10, '100' 100, '1k' 1000, '10k' 10000)"));
    BOOST_TEST(axis.clamped(-1) == 0.1);
    BOOST_TEST(axis.clamped(7) == 7);
}

BOOST_AUTO_TEST_CASE(an_axis_without_values_is_complete)
{
    BOOST_TEST(has(chart_axis({}), "unset logscale x\nset xrange [0:1]"));
    BOOST_TEST(has(chart_axis({0, -3}), "set xrange [0:1]"));
    BOOST_TEST(chart_axis({}).clamped(0) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

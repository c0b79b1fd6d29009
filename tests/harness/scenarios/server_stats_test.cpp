#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>
#include <harness/scenarios/server_stats.hpp>

BOOST_AUTO_TEST_SUITE(server_stats_test)

namespace {

std::string counts_in(const std::string& text)
{
    const auto counts = bench::parse_stats(text);
    return counts ? boost::json::serialize(*counts) : counts.error();
}

} // namespace

BOOST_AUTO_TEST_CASE(close_reasons_are_selected)
{
    BOOST_TEST(counts_in(R"({"published":7,"evicted_slow":1,"timed_out":0})") == R"({"evicted_slow":1,"timed_out":0})");
    for (const auto* bad : {"", "[]", "{}", R"({"published":7})", R"({"timed_out":"many"})", R"({"timed_out":-1})"}) {
        BOOST_TEST(counts_in(bad).find("have no evicted_slow") != std::string::npos, bad);
    }
}

BOOST_AUTO_TEST_CASE(the_difference_of_two_counts)
{
    const boost::json::object before{{"evicted_slow", 2}, {"timed_out", 5}};
    const boost::json::object now{{"evicted_slow", 2}, {"evicted_full", 1}, {"timed_out", 8}};
    const auto meanwhile = bench::difference(now, before);
    BOOST_TEST(boost::json::serialize(meanwhile) == R"({"evicted_full":1,"timed_out":3})");
    BOOST_TEST(bench::sum_of(meanwhile) == 4U);
    BOOST_TEST(bench::sum_of(bench::difference(now, now)) == 0U);
    BOOST_TEST(bench::sum_of(bench::difference(now, {})) == 11U);
}

BOOST_AUTO_TEST_SUITE_END()

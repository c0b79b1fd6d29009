#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <harness/scenarios/topic_options.hpp>
#include <map>
#include <set>

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(topic_options_test)

namespace {

struct fixture
{
    bench::topic_options options;
    fixture()
    {
        options.load.url = "http://127.0.0.1:8080";
        options.topics = 7;
        options.bytes = 20;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_url_without_a_path_is_the_bench_server, fixture)
{
    const std::string expected = "http://127.0.0.1:8080/topics/{topic}?of=7&us=40000&bytes=20";
    BOOST_TEST(options.at(25).url == expected);
    options.load.url += "/";
    BOOST_TEST(options.at(25).url == expected);
    BOOST_TEST(options.stats_path(25) == "/topics/stats?of=7&us=40000&bytes=20");
    BOOST_TEST(options.fault() == "");
}

BOOST_FIXTURE_TEST_CASE(another_path_has_placeholders, fixture)
{
    options.load.url = "http://127.0.0.1:8080/{topics}/{topic}/{us}/{us}";
    BOOST_TEST(options.at(0.5).url == "http://127.0.0.1:8080/7/{topic}/2000000/2000000");
    BOOST_TEST(options.stats_path(1) == ""); // without --stats the path is unknown
    options.stats = "/count?{us}";
    BOOST_TEST(options.stats_path(1) == "/count?1000000");
    BOOST_TEST(options.fault() == "");
}

BOOST_FIXTURE_TEST_CASE(the_period_follows_from_the_rate, fixture)
{
    BOOST_TEST((options.at(3).period == 333'333us)); // in microseconds, as in the request to the server
    BOOST_TEST((options.at(1000).period == 1ms));
    BOOST_TEST(!options.at(1000).no_schedule);
    BOOST_TEST(options.at(1001).no_schedule); // too short for a schedule; only ids show losses
    BOOST_TEST((bench::period_of(1e9) == 1us));
    const auto plan = bench::make_plan(options.at(1001), 20'000);
    BOOST_TEST((plan.value().period == 0s));
}

BOOST_FIXTURE_TEST_CASE(topics_must_be_in_the_url, fixture)
{
    options.load.url = "http://127.0.0.1:8080/news";
    BOOST_TEST(options.fault().find("{topic}") != std::string::npos);
    options.topics = 1;
    BOOST_TEST(options.fault() == "");
    options.stats = "stats";
    BOOST_TEST(options.fault().find("--stats") == 0U);
}

BOOST_FIXTURE_TEST_CASE(ids_rise_by_the_number_of_topics, fixture)
{
    BOOST_TEST(options.completed({}).id_step == 7U);
    BOOST_TEST(options.completed({}).topics == 7U);
    options.id_step = 1;
    BOOST_TEST(options.completed({}).id_step == 1U);
}

BOOST_AUTO_TEST_CASE(streams_and_frozen_streams_are_spread_evenly)
{
    const bench::load_plan plan{.stalled_share = 0.01, .topics = 100};
    std::map<std::uint32_t, int> streams;
    std::set<std::uint32_t> stalled;
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        ++streams[plan.topic_of(i)];
        if (plan.is_stalled(i)) {
            stalled.insert(plan.topic_of(i));
        }
    }
    BOOST_TEST(streams.size() == 100U);
    BOOST_TEST(std::all_of(streams.begin(), streams.end(), [](const auto& each) { return each.second == 100; }));
    BOOST_TEST(stalled.size() == 100U);
    BOOST_TEST(bench::load_plan{}.topic_of(17) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

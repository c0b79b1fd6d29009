#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>
#include <dashboard/app.hpp>
#include <dashboard/sampler.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <rill/testing.hpp>
#include <vector>

namespace dashboard_test {

namespace {

namespace testing = rill::testing;

struct fixture
{
    rill::pubsub::channel figures = dashboard::make_channel();
    testing::server server;

    /// @param proc the directory that the sampler reads. Empty: there is no sampler.
    explicit fixture(std::string proc = {}) : server(dashboard::app(figures), options(std::move(proc))) {}

    testing::options options(std::string proc) const
    {
        testing::options o;
        if (!proc.empty()) {
            o.server.background = {[this, proc = std::move(proc)] {
                return dashboard::sample(figures, {.period = std::chrono::milliseconds(10), .proc = proc});
            }};
        }
        return o;
    }
};

struct with_sampler : fixture
{
    with_sampler() : fixture("/proc") {}
};

struct without_proc : fixture
{
    without_proc() : fixture("/nowhere") {}
};

boost::json::value next(testing::stream& client, std::string_view name)
{
    for (;;) {
        const auto event = client.next();
        if (event.name == name) {
            return boost::json::parse(event.data);
        }
    }
}

} // namespace

} // namespace dashboard_test

BOOST_FIXTURE_TEST_SUITE(dashboard_test, dashboard_test::fixture)

BOOST_FIXTURE_TEST_CASE(shows_this_machine, dashboard_test::with_sampler)
{
    auto client = server.open("/figures");
    BOOST_TEST(client.head().header("content-type") == "text/event-stream");
    for (auto cpu = next(client, "cpu"); cpu.at("busy").as_array().size() < 3; cpu = next(client, "cpu")) {
    }
    const auto cpu = next(client, "cpu");
    BOOST_TEST(!cpu.at("cores").as_array().empty());
    for (const auto& value : cpu.at("busy").as_array()) {
        BOOST_TEST(value.to_number<int>() >= 0);
        BOOST_TEST(value.to_number<int>() <= 1000);
    }
    BOOST_TEST(cpu.at("known").as_bool());
    const auto memory = next(client, "memory");
    BOOST_TEST(memory.at("known").as_bool());
    const auto used = memory.at("used").as_array().back().to_number<std::uint64_t>();
    BOOST_TEST(used > 0U);
    BOOST_TEST(used < memory.at("total").to_number<std::uint64_t>());
    BOOST_TEST(next(client, "network").at("loopback").is_array());
    const auto streams = next(client, "streams");
    BOOST_TEST(streams.at("viewers").as_array().back().to_number<int>() == 1);
    BOOST_TEST(streams.at("period").to_number<int>() == 10);
    BOOST_TEST(streams.at("resident").to_number<std::uint64_t>() > 0U);
}

BOOST_FIXTURE_TEST_CASE(unknown_figures_are_marked_as_unknown, dashboard_test::without_proc)
{
    auto client = server.open("/figures");
    for (const auto* name : {"cpu", "memory", "network"}) {
        const auto figures = next(client, name);
        BOOST_TEST(!figures.at("known").as_bool(), name);
    }
    const auto streams = next(client, "streams");
    BOOST_TEST(streams.at("viewers").as_array().back().to_number<int>() <= 1);
    BOOST_TEST(streams.at("resident").to_number<std::uint64_t>() == 0U);
}

BOOST_FIXTURE_TEST_CASE(many_viewers_share_one_sampler, dashboard_test::with_sampler)
{
    std::vector<rill::testing::stream> viewers;
    for (int i = 0; i < 20; ++i) {
        viewers.push_back(server.open("/figures"));
    }
    for (auto& viewer : viewers) {
        while (next(viewer, "streams").at("viewers").as_array().back().to_number<int>() != 20) {
        }
    }
    viewers.clear();
    auto client = server.open("/figures");
    while (next(client, "streams").at("viewers").as_array().back().to_number<int>() != 1) {
    }
}

BOOST_AUTO_TEST_CASE(several_machines_publish_to_one_log)
{
    const auto log = std::make_shared<rill::pubsub::memory_backplane>();
    const auto first = dashboard::make_channel(log);
    const auto second = dashboard::make_channel(log);
    testing::options options;
    for (const auto& [name, channel] : {std::pair("first", first), std::pair("second", second)}) {
        options.server.background.emplace_back([name = std::string(name), channel = channel] {
            return dashboard::sample(channel, {.period = std::chrono::milliseconds(10), .machine = name});
        });
    }
    testing::server both(dashboard::app(first), options);
    both.advance(std::chrono::seconds(1));
    auto viewer = both.open("/figures"); // begins with the newest event of each key
    std::vector<std::string> machines;
    for (int i = 0; i < 8; ++i) {
        const auto event = viewer.next();
        if (event.name == "cpu") {
            machines.emplace_back(boost::json::parse(event.data).at("machine").as_string().c_str());
        }
    }
    std::sort(machines.begin(), machines.end());
    BOOST_TEST(machines == std::vector<std::string>({"first", "second"}));
}

BOOST_AUTO_TEST_CASE(a_new_viewer_gets_the_latest_event_of_each_key)
{
    for (int i = 0; i < 10; ++i) {
        for (const auto* key : {"cpu", "memory"}) {
            BOOST_REQUIRE(figures.publish(std::string(key) + std::to_string(i), key).has_value());
        }
    }
    auto client = server.open("/figures");
    BOOST_TEST(client.next().data == "cpu9");
    BOOST_TEST(client.next().data == "memory9");
}

BOOST_AUTO_TEST_CASE(a_viewer_that_reconnects_gets_only_new_events)
{
    BOOST_REQUIRE(figures.publish("a1", "a").has_value());
    const auto seen = figures.publish("b1", "b").value();
    BOOST_REQUIRE(figures.publish("b2", "b").has_value());
    BOOST_REQUIRE(figures.publish("b3", "b").has_value());
    auto client = server.open("/figures", {{"Last-Event-ID", seen}});
    BOOST_REQUIRE(figures.publish("a2", "a").has_value());
    BOOST_TEST(client.next().data == "b3");
    BOOST_TEST(client.next().data == "a2");
}

BOOST_AUTO_TEST_CASE(has_a_page)
{
    const auto page = server.get("/");
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.header("content-type") == "text/html; charset=utf-8");
}

BOOST_AUTO_TEST_SUITE_END()

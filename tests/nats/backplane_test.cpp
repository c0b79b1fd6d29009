#include <rill/nats/backplane.hpp>

#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(nats_backplane_test)

namespace {

using namespace rill_test;
using rill::error;

std::uint64_t number(const rill::result<rill::pubsub::log_id>& id)
{
    BOOST_REQUIRE_MESSAGE(id.has_value(), (id ? std::string() : id.error().message()));
    return std::stoull(*id);
}

} // namespace

BOOST_AUTO_TEST_CASE(appends_delivers_and_reads_the_past)
{
    const nats_server server;
    const auto log = open_log(quick_options({server.url()}));
    recording_reader reader;
    log->tail(reader, {});
    BOOST_REQUIRE(eventually([&] { return reader.has_begun(); }));
    const auto first = number(pending_append(*log, "one", "a/b").get());
    BOOST_TEST(number(pending_append(*log, "two", "a.b").get()) == first + 1);
    BOOST_TEST(number(pending_append(*log, "three", "").get()) == first + 2);
    BOOST_REQUIRE(eventually([&] { return reader.count('e') == 3; }));
    BOOST_TEST(reader.calls()[0].number == first - 1);
    BOOST_TEST(reader.calls()[1].topic == "a/b");
    BOOST_TEST(reader.calls()[1].number == first);
    BOOST_TEST(reader.calls()[2].topic == "a.b");
    BOOST_TEST(reader.calls()[3].topic.empty());
    BOOST_TEST((reader.data() == std::vector<std::string>{"one", "two", "three"}));

    const auto page = read_after(*log, {.after = std::to_string(first)});
    BOOST_REQUIRE(page.has_value());
    BOOST_TEST(page->events.size() == 2U);
    BOOST_TEST(page->events[0].event.data() == "two");
    BOOST_TEST(page->at_end);
    BOOST_TEST(page->end.number == first + 2);
    log->stop(reader);
    const auto stats = log->stats();
    BOOST_TEST(stats.appended == 3U);
    BOOST_TEST(stats.pending_appends == 0U);
    BOOST_TEST(stats.connected);
}

BOOST_AUTO_TEST_CASE(continues_after_a_restart_of_the_server)
{
    nats_server server;
    const auto log = open_log(quick_options({server.url()}));
    recording_reader reader;
    log->tail(reader, {});
    BOOST_REQUIRE(eventually([&] { return reader.has_begun(); }));
    const auto first = number(pending_append(*log, "one").get());
    server.end();
    const pending_append during(*log, "two");
    server.launch();
    BOOST_TEST(number(during.get()) > first);
    BOOST_REQUIRE(eventually([&] { return reader.count('e') == 2; }));
    BOOST_TEST(reader.count('g') == 0U);
    BOOST_TEST(log->stats().reconnects == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

#include "nats/tail_reader.hpp"

#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(nats_tail_reader_test)

namespace {

using namespace rill_test;

struct stage
{
    stage() : options(quick_options({server.url()})), log(open_log(options)) {}

    std::uint64_t append(std::string_view data) const { return std::stoull(pending_append(*log, data).get().value()); }
    void begin(std::size_t max_past_events = 0)
    {
        log->tail(reader, {.max_past_events = max_past_events});
        BOOST_REQUIRE(eventually([&] { return reader.has_begun(); }));
    }
    bool receives(std::size_t events) const
    {
        return eventually([&] { return reader.count('e') == events; });
    }

    nats_server server;
    rill::nats::backplane_options options;
    recording_reader reader;
    std::shared_ptr<rill::pubsub::backplane> log;
};

} // namespace

BOOST_AUTO_TEST_CASE(begins_some_events_before_the_end)
{
    stage s;
    for (const auto* data : {"1", "2", "3", "4"}) {
        s.append(data);
    }
    s.begin(2);
    BOOST_REQUIRE(s.receives(2));
    BOOST_TEST((s.reader.data() == std::vector<std::string>{"3", "4"}));
    BOOST_TEST(s.reader.calls()[0].number + 1 == s.reader.calls()[1].number);
}

BOOST_AUTO_TEST_CASE(skips_messages_that_are_no_events)
{
    stage s;
    s.begin();
    const auto other = plain_session(s.options);
    other->publish("test.events.x.y", "of another program");
    other->publish("test.events.x", "\xff");
    other->publish("test.events.%41", "not the spelling of a topic");
    BOOST_REQUIRE(s.receives(1));
    BOOST_TEST(s.reader.calls().back().topic == "x/y");
    const auto id = s.append("next");
    BOOST_REQUIRE(s.receives(2));
    BOOST_TEST(s.reader.calls().back().number == id);
    BOOST_TEST(s.reader.count('g') == 0U);
}

BOOST_AUTO_TEST_CASE(tells_about_removed_events)
{
    stage s;
    for (const auto* data : {"1", "2", "3"}) {
        s.append(data);
    }
    request(*plain_session(s.options), "$JS.API.STREAM.MSG.DELETE.TEST", R"({"seq":2})");
    s.begin(3);
    BOOST_REQUIRE(s.receives(2));
    const auto calls = s.reader.calls();
    BOOST_REQUIRE(calls.size() == 4U);
    BOOST_TEST(calls[1].data == "1");
    BOOST_TEST(calls[2].kind == 'g');
    BOOST_TEST(calls[2].number + 1 == calls[3].number);
    BOOST_TEST(calls[3].data == "3");
}

BOOST_AUTO_TEST_CASE(tells_about_a_stream_that_was_created_again)
{
    stage s;
    s.begin();
    const auto before = s.append("1");
    BOOST_REQUIRE(s.receives(1));
    request(*plain_session(s.options), "$JS.API.STREAM.DELETE.TEST");
    BOOST_REQUIRE(eventually([&] { return s.reader.count('g') == 1; }));
    BOOST_TEST(s.reader.calls().back().number > before);
    const auto after = s.append("2");
    BOOST_TEST(after > s.reader.calls()[2].number);
    BOOST_REQUIRE(s.receives(2));
    BOOST_TEST(s.reader.calls().back().number == after);
    BOOST_TEST(s.log->stats().gaps == 1U);
    BOOST_TEST((read_after(*s.log, {.after = std::to_string(before)}).error() == rill::error::unknown_event_id));
}

BOOST_AUTO_TEST_CASE(tells_about_lost_events)
{
    stage s;
    s.begin();
    s.append("1");
    BOOST_REQUIRE(s.receives(1));
    s.server.save();
    const auto lost = s.append("2");
    BOOST_REQUIRE(s.receives(2));
    s.server.return_to_saved();
    const auto next = s.append("3");
    BOOST_REQUIRE(eventually([&] { return s.reader.data().back() == "3"; }));
    BOOST_TEST(s.reader.count('g') == 1U);
    const auto calls = s.reader.calls();
    BOOST_TEST(calls[calls.size() - 2].kind == 'g');
    BOOST_TEST(calls[calls.size() - 2].number > lost);
    BOOST_TEST(calls.back().number == next);
    BOOST_TEST((read_after(*s.log, {.after = std::to_string(lost)}).error() == rill::error::unknown_event_id));
}

BOOST_AUTO_TEST_CASE(a_reader_stops_itself)
{
    stage s;
    struct : rill::pubsub::backplane::reader
    {
        void on_begin(const rill::pubsub::log_position&) override { begun = true; }
        void on_event(rill::pubsub::event_draft, std::string_view, std::uint64_t) override
        {
            ++events;
            log->stop(*this);
        }
        void on_gap(const rill::pubsub::log_position&) override {}

        rill::pubsub::backplane* log = nullptr;
        std::atomic<bool> begun = false;
        std::atomic<int> events = 0;
    } once;
    once.log = s.log.get();
    s.log->tail(once, {});
    s.begin();
    BOOST_REQUIRE(eventually([&] { return once.begun.load(); }));
    s.append("1");
    s.append("2");
    BOOST_REQUIRE(s.receives(2));
    BOOST_REQUIRE(eventually([&] { return once.events == 1; }));
    s.log.reset();
    BOOST_TEST(once.events == 1);
}

BOOST_AUTO_TEST_SUITE_END()

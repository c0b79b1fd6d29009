#include "nats/stream_guard.hpp"

#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(nats_stream_guard_test)

namespace {

using namespace rill_test;
using rill::nats::stream_guard;
using identity = stream_guard::identity;

struct stage
{
    stage() : options(quick_options({server.url()})), open(plain_session(options)) {}

    stream_guard make() { return {options, options.subject_prefix, [this](rill::log_level, std::string_view) { ++reports; }}; }
    std::uint64_t append()
    {
        return static_cast<std::uint64_t>(request(*open, "test.events.t", "data").at("seq").to_number<std::uint64_t>());
    }
    std::int64_t time_of(std::uint64_t sequence) { return natsMsg_GetTime(open->message("TEST", sequence)->get()); }
    void connect() { open = plain_session(options); }

    nats_server server;
    rill::nats::backplane_options options;
    std::shared_ptr<rill::nats::session> open;
    int reports = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(creates_the_stream_once)
{
    stage s;
    auto first = s.make();
    const auto info = first.check(*s.open);
    BOOST_REQUIRE(info.has_value());
    BOOST_TEST(info->last == 0U);
    BOOST_TEST(s.append() == 1U);
    auto second = s.make();
    BOOST_TEST(second.check(*s.open)->epoch == info->epoch);
    BOOST_TEST(second.check(*s.open)->last == 1U);
    BOOST_TEST(s.reports == 0);
}

BOOST_AUTO_TEST_CASE(refuses_a_stream_of_another_kind)
{
    stage s;
    request(*s.open, "$JS.API.STREAM.CREATE.TEST", R"({"name":"TEST","subjects":["other"]})");
    auto guard = s.make();
    const auto info = guard.check(*s.open);
    BOOST_REQUIRE(!info.has_value());
    BOOST_TEST(info.error().text == "the stream has no subject test.events");
}

BOOST_AUTO_TEST_CASE(compares_events)
{
    stage s;
    auto guard = s.make();
    guard.check(*s.open).value();
    s.append();
    s.append();
    const auto time = s.time_of(2);
    BOOST_TEST((guard.compare(*s.open, 2, time).value() == identity::same));
    BOOST_TEST((guard.compare(*s.open, 2, time + 1).value() == identity::different));
    request(*s.open, "$JS.API.STREAM.PURGE.TEST");
    BOOST_TEST((guard.compare(*s.open, 2, time).value() == identity::removed));
}

BOOST_AUTO_TEST_CASE(moves_a_stream_that_has_lost_its_newest_events)
{
    for (const bool is_longer : {false, true}) {
        for (const bool is_received : {false, true}) {
            stage s;
            auto guard = s.make();
            const auto epoch = guard.check(*s.open)->epoch;
            s.append();
            s.server.save();
            s.connect();
            const auto newest = s.append();
            if (is_received) {
                guard.received(epoch, newest, s.time_of(newest));
            } else {
                guard.acknowledged(epoch, newest, "id of the event");
            }
            s.server.return_to_saved();
            s.connect();
            if (is_longer) { // other events have the sequences of the lost ones
                s.append();
                s.append();
            }
            const auto moved = guard.check(*s.open);
            BOOST_REQUIRE(moved.has_value());
            BOOST_TEST(moved->epoch == epoch);
            BOOST_TEST(moved->first > newest + 1000);
            BOOST_TEST(moved->last + 1 == moved->first);
            BOOST_TEST(s.reports == 1);
            BOOST_TEST(guard.newest().sequence == 0U);
            BOOST_TEST(s.append() == moved->first);
            BOOST_TEST(guard.check(*s.open)->first == moved->first); // only once
            BOOST_TEST(s.reports == 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(accepts_a_stream_whose_events_were_removed)
{
    stage s;
    auto guard = s.make();
    const auto epoch = guard.check(*s.open)->epoch;
    const auto newest = s.append();
    guard.received(epoch, newest, s.time_of(newest));
    request(*s.open, "$JS.API.STREAM.PURGE.TEST");
    BOOST_TEST(guard.check(*s.open)->last == newest);
    BOOST_TEST(s.reports == 0);
}

BOOST_AUTO_TEST_CASE(accepts_a_new_stream_with_larger_numbers)
{
    stage s;
    auto guard = s.make();
    const auto epoch = guard.check(*s.open)->epoch;
    const auto newest = s.append();
    guard.received(epoch, newest, s.time_of(newest));
    request(*s.open, "$JS.API.STREAM.DELETE.TEST");
    const auto info = guard.check(*s.open);
    BOOST_REQUIRE(info.has_value());
    BOOST_TEST(info->epoch > epoch + newest);
    BOOST_TEST(guard.newest().epoch == info->epoch);
    BOOST_TEST(s.reports == 0);
}

BOOST_AUTO_TEST_CASE(moves_a_new_stream_with_smaller_numbers)
{
    stage s;
    auto guard = s.make();
    const auto epoch = guard.check(*s.open)->epoch;
    // As if the old stream had assigned more than a million numbers per second.
    const std::uint64_t many = 3'600'000'000;
    guard.received(epoch, many, 1);
    request(*s.open, "$JS.API.STREAM.DELETE.TEST");
    const auto info = guard.check(*s.open);
    BOOST_REQUIRE(info.has_value());
    BOOST_TEST(info->number(info->first) > epoch + many);
    BOOST_TEST(s.reports == 1);
}

BOOST_AUTO_TEST_SUITE_END()

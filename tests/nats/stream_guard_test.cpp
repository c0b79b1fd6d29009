#include "nats/stream_guard.hpp"

#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(nats_stream_guard_test)

namespace {

using namespace rill_test;
using rill::nats::stream_guard;

struct stage
{
    stage() : options(quick_options({server.url()})), open(plain_session(options)) {}

    stream_guard make()
    {
        return {options, options.subject_prefix, [this](rill::log_level, std::string_view) { ++reports; }};
    }
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
    const auto now = first.check(*s.open);
    BOOST_REQUIRE_MESSAGE(now.has_value(), (now ? std::string() : now.error().text));
    BOOST_TEST(now->info.last == 0U);
    BOOST_TEST(s.append() == 1U);
    auto second = s.make();
    BOOST_TEST(second.check(*s.open)->info.created == now->info.created);
    BOOST_TEST(second.check(*s.open)->info.last == 1U);
    BOOST_TEST(second.check(*s.open)->table->text() == now->table->text());
    BOOST_TEST(now->table->epochs().size() == 1U);
    BOOST_TEST(s.reports == 0);
}

BOOST_AUTO_TEST_CASE(refuses_a_stream_of_another_kind)
{
    stage s;
    request(*s.open, "$JS.API.STREAM.CREATE.TEST", R"({"name":"TEST","subjects":["other"]})");
    auto guard = s.make();
    const auto now = guard.check(*s.open);
    BOOST_REQUIRE(!now.has_value());
    BOOST_TEST(now.error().text == "the stream has no subject test.events");
}

BOOST_AUTO_TEST_CASE(begins_an_epoch_after_a_restart)
{
    stage s;
    auto guard = s.make();
    const auto before = guard.check(*s.open).value();
    const auto newest = s.append();
    const auto number = before.table->number(newest);
    guard.received(number, newest, s.time_of(newest));
    s.server.shut_down();
    s.server.launch();
    s.connect();
    const auto now = guard.check(*s.open).value();
    BOOST_TEST(now.table->number(newest) == number);
    BOOST_TEST(now.table->number(newest + 1) > number + 1);
    BOOST_TEST(now.table->sequence(number, now.info).value_or(0) == newest); // nothing is lost
    auto other = s.make();
    BOOST_TEST(other.check(*s.open)->table->text() == now.table->text());
    BOOST_TEST(s.reports == 0);

    // A process that knows no event cannot exclude that the server has lost some.
    s.server.shut_down();
    s.server.launch();
    s.connect();
    auto third = s.make();
    const auto unsure = third.check(*s.open).value();
    BOOST_TEST(!unsure.table->sequence(number, unsure.info).has_value());
}

BOOST_AUTO_TEST_CASE(detects_lost_events)
{
    for (const bool is_longer : {false, true}) {
        for (const bool is_received : {false, true}) {
            stage s;
            auto guard = s.make();
            guard.check(*s.open).value();
            s.append();
            s.server.save();
            s.connect();
            const auto before = guard.check(*s.open).value();
            const auto newest = s.append();
            const auto number = before.table->number(newest);
            if (is_received) {
                guard.received(number, newest, s.time_of(newest));
            } else {
                BOOST_TEST(guard.acknowledged(newest, "id of the event") == number);
            }
            s.server.return_to_saved();
            s.connect();
            if (is_longer) { // another process appends first, and assigns the sequence of the lost event
                auto other = s.make();
                other.check(*s.open).value();
                BOOST_TEST(s.append() == newest);
            }
            const auto now = guard.check(*s.open).value();
            BOOST_TEST(s.reports == 1);
            BOOST_TEST(now.table->number(newest) > number);
            BOOST_TEST(!now.table->sequence(number, now.info).has_value());
            BOOST_TEST(!now.table->sequence(before.table->number(1), now.info).has_value());
            BOOST_TEST(now.table->sequence_after_loss(number, now.info) == newest - 1);
            BOOST_TEST(now.table->sequence(now.table->position_before(newest), now.info).value_or(99) == newest - 1);
            BOOST_TEST(guard.newest().sequence == 0U);
            BOOST_TEST(guard.check(*s.open)->table->text() == now.table->text()); // only once
            BOOST_TEST(s.reports == 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(accepts_a_stream_whose_events_were_removed)
{
    stage s;
    auto guard = s.make();
    const auto before = guard.check(*s.open).value();
    const auto newest = s.append();
    guard.received(before.table->number(newest), newest, s.time_of(newest));
    request(*s.open, "$JS.API.STREAM.PURGE.TEST");
    BOOST_TEST(guard.check(*s.open)->info.last == newest);
    BOOST_TEST(s.reports == 0);
}

BOOST_AUTO_TEST_CASE(a_new_stream_has_larger_numbers)
{
    stage s;
    auto guard = s.make();
    const auto before = guard.check(*s.open).value();
    // As if the old stream had assigned more than a million numbers per second.
    const auto number = before.table->number(3'600'000'000);
    guard.received(number, 3'600'000'000, 1);
    request(*s.open, "$JS.API.STREAM.DELETE.TEST");
    const auto now = guard.check(*s.open).value();
    BOOST_TEST(now.info.created > before.info.created);
    BOOST_TEST(now.table->number(1) > number);
    BOOST_TEST(!now.table->sequence(number, now.info).has_value());
    BOOST_TEST(guard.newest().created == now.info.created);
    BOOST_TEST(guard.version() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

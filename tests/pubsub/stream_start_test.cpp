#include "pubsub/stream_start.hpp"

#include "store_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(stream_start_test)

namespace {

/// A log with opaque IDs. It can report that it holds past events.
struct opaque_log final : backplane
{
    reader* to = nullptr;
    int count = 0;
    bool has_past = true;

    void tail(reader& r, const tail_options&) override { (to = &r)->on_begin({.id = "begin"}); }
    void stop(reader&) override {}
    bool holds_past() const noexcept override { return has_past; }
    rill::result<log_id> append(event_draft event, const append_options&, appended) override
    {
        to->on_event(std::move(event), "k" + std::to_string(++count), 0);
        return log_id();
    }
};

struct stage
{
    std::shared_ptr<opaque_log> log = std::make_shared<opaque_log>();
    topic_store store;
    filter_pointer filter;

    explicit stage(channel_options options = {})
        : store({.channel = std::move(options)}, log), filter(subscribe(store, {pattern("a")}))
    {}
    ~stage() { store.unsubscribe(std::move(filter)); }
    void publish_to(std::string_view topic) { BOOST_REQUIRE(publish(store, topic, {.data = "x"}, {}).has_value()); }
    start_point start(std::string_view id) { return find_start(store, *filter, id, UINT64_MAX); }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_known_id_resumes)
{
    stage s;
    s.publish_to("a");
    s.publish_to("a");
    BOOST_TEST(s.start("k1").resumed);
    BOOST_TEST(s.start("k1").position.seen == 1U);
    BOOST_TEST(s.start("begin").position.seen == 0U);
    BOOST_TEST(s.start({}).position.seen == 2U); // without history
    BOOST_TEST(id_at(s.store, *s.filter, 1) == "k1");
}

BOOST_AUTO_TEST_CASE(an_unknown_id_needs_a_backfill_or_gets_a_gap)
{
    stage s;
    s.publish_to("a");
    const auto start = s.start("x");
    BOOST_TEST(start.needs_backfill);
    BOOST_TEST(start.requested_until == UINT64_MAX);
    BOOST_TEST(s.store.stats().gaps == 0U);
    s.log->has_past = false;
    BOOST_TEST(bool(s.start("x").gap));
    BOOST_TEST(s.store.stats().gaps == 1U);
}

BOOST_AUTO_TEST_CASE(after_a_backfill)
{
    stage s({.replay = {.max_events = 2}});
    for (const auto* topic : {"a", "b", "a", "a", "a"}) {
        s.publish_to(topic);
    }
    const auto after = [&](std::string_view id, std::string_view topic) {
        return find_start_after(s.store, *s.filter, {.after = log_id(id), .topic = std::string(topic)});
    };
    BOOST_TEST(!after("x", "a").has_value());
    BOOST_TEST(!after("k1", "a").has_value()); // the next event of the topic is not held
    BOOST_TEST(after("k3", "a")->position.seen == 3U);
    s.publish_to("b");
    s.publish_to("c");
    BOOST_TEST(after("k6", "b")->position.seen == 6U); // an ID of a topic that the stream does not want
}

BOOST_AUTO_TEST_CASE(a_failed_backfill)
{
    stage s({.on_unknown_id = unknown_id::reject});
    s.publish_to("a");
    const auto without = [&](rill::error_code why, bool has_begun) {
        return find_start_without(s.store, *s.filter, {.after = "x", .has_begun = has_begun, .failure = why});
    };
    BOOST_TEST(without(rill::error::unknown_event_id, false).rejected);
    BOOST_TEST(s.store.stats().backfill_failures == 0U);
    BOOST_TEST(bool(without(rill::error::too_slow, true).gap)); // the stream has begun and cannot be refused
    BOOST_TEST(s.store.stats().backfill_failures == 1U);
    BOOST_TEST(s.store.stats().gaps == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

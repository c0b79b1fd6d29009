#include "pubsub/topic_store.hpp"

#include "store_stage.hpp"
#include "support/manual_loop.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(topic_store_test)

namespace {

/// A log that uses the key of an event as its ID. Events without a key get the IDs r1, r2...
struct remote_log final : backplane
{
    reader* to = nullptr;
    int count = 0;

    void tail(reader& r, const tail_options&) override { to = &r; }
    void stop(reader&) override { to = nullptr; }
    rill::result<log_id> append(event_draft event, const append_options&, appended) override
    {
        const auto id = event.key().empty() ? "r" + std::to_string(++count) : std::string(event.key());
        to->on_event(std::move(event), id, 0);
        return log_id();
    }
};

/// A log whose ids are numbers. The test calls its reader.
struct numbers_log final : backplane
{
    reader* to = nullptr;

    bool ids_are_numbers() const noexcept override { return true; }
    void tail(reader& r, const tail_options&) override { to = &r; }
    void stop(reader&) override { to = nullptr; }
    rill::result<log_id> append(event_draft, const append_options&, appended) override { return log_id(); }
    void events(std::uint64_t first, std::uint64_t last)
    {
        for (auto n = first; n <= last; ++n) {
            to->on_event(std::move(*event_draft::make({.data = "x"}, "a")), std::to_string(n), n);
        }
    }
};

struct numbers_stage
{
    std::shared_ptr<numbers_log> log = std::make_shared<numbers_log>();
    topic_store store{{}, log};
    filter_pointer a = subscribe(store, {pattern("a")});

    ~numbers_stage() { store.unsubscribe(std::move(a)); }
    start_point start(std::string_view id) { return find_start(store, *a, id, UINT64_MAX); }
    /// The IDs and notices that a stream with this last event ID gets.
    std::string resume(std::string_view id)
    {
        const auto from = start(id);
        std::string text = from.gap ? "lost" : "";
        for (auto seen = from.position.seen;;) {
            std::vector<found_event> found;
            static_cast<void>(collect(store, *a, {seen, seen}, store.newest(), 1, found));
            if (found.empty()) {
                return text;
            }
            seen = found.front().sequence;
            const bool is_gap = found.front().event.kind() == event_kind::gap;
            text.append(text.empty() ? "" : " ").append(is_gap ? "gap" : found.front().event.id());
        }
    }
};

struct counting_consumer final : event_consumer
{
    int runs = 0;
    void run() override { ++runs; }
};

} // namespace

BOOST_AUTO_TEST_CASE(unsent_bytes_are_bounded)
{
    const auto store = make_store({.channel = {.max_unsent_bytes = 100}});
    BOOST_TEST(store->unsent().acquire(60));
    BOOST_TEST(!store->unsent().acquire(60));
    BOOST_TEST(store->stats().unsent_bytes == 60U);
    BOOST_TEST(store->unsent().acquire(40));
    store->unsent().release(100);
    BOOST_TEST(store->stats().unsent_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_gap_in_the_log_itself_is_an_event)
{
    const auto remote = std::make_shared<remote_log>();
    const auto store = std::make_shared<topic_store>(store_settings{}, remote);
    BOOST_REQUIRE(publish(*store, "a", {.data = "x"}, {}).has_value());
    remote->to->on_gap({.id = "r1"});
    BOOST_REQUIRE(publish(*store, "a", {.data = "x"}, {}).has_value());
    auto a = subscribe(*store, {pattern("a")});
    std::vector<found_event> found;
    static_cast<void>(collect(*store, *a, {}, 100, 10, found)); // ends at the gap
    BOOST_REQUIRE_EQUAL(found.size(), 2U);
    static_cast<void>(collect(*store, *a, {.seen = found.back().sequence, .known_lost = 0}, 100, 10, found));
    BOOST_REQUIRE_EQUAL(found.size(), 3U);
    BOOST_TEST(found[0].event.id() == "r1");
    BOOST_TEST((found[1].event.kind() == event_kind::gap));
    BOOST_TEST(found[2].event.id() == "r2");
    store->unsubscribe(std::move(a));
}

// The log has lost events after 103, and has skipped all numbers up to 200.
BOOST_AUTO_TEST_CASE(a_client_that_has_an_event_of_the_lost_range_gets_the_notice)
{
    numbers_stage s;
    s.log->to->on_begin({});
    s.log->events(1, 103);
    s.log->to->on_gap({"200", 200});
    for (const auto* id : {"103", "105", "110", "150", "199"}) {
        BOOST_TEST(s.resume(id) == "gap", id);
    }
    BOOST_TEST(s.resume("200") == "");
    BOOST_TEST(s.resume("102") == "103 gap");
    s.log->events(201, 202);
    for (const auto* id : {"103", "105", "110", "150", "199"}) {
        BOOST_TEST(s.resume(id) == "gap 201 202", id);
    }
    BOOST_TEST(s.resume("200") == "201 202");
    BOOST_TEST(s.resume("201") == "202");
    std::vector<found_event> found;
    static_cast<void>(collect(s.store, *s.a, {150, 150}, s.store.newest(), 1, found));
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_TEST(found[0].event.id() == "200"); // the client resumes after the gap
    BOOST_TEST(found[0].event.data() == R"({"requested":"103","oldest":null})");
}

// Between two merged gaps, a stream may miss events that are held. It never gets events without the notice.
BOOST_AUTO_TEST_CASE(many_gaps_are_merged)
{
    numbers_stage s;
    s.log->to->on_begin({});
    std::string expected = "gap";
    for (std::uint64_t n = 1; n <= 30; ++n) {
        s.log->events(10 * n, 10 * n);
        s.log->to->on_gap({std::to_string(10 * n + 5), 10 * n + 5});
        if (n > 15) { // 16 gaps are held
            expected.append(" " + std::to_string(10 * n) + " gap");
        }
    }
    BOOST_TEST(s.resume("154") == expected);
    BOOST_TEST("gap " + s.resume("155") == expected);
    BOOST_TEST(s.resume("10") == "lost " + expected);
}

// A log that connects late reports its position after the first streams have begun.
BOOST_AUTO_TEST_CASE(a_log_that_begins_after_the_first_streams)
{
    numbers_stage s;
    BOOST_TEST(s.store.newest() == 0U);
    BOOST_TEST(id_at(s.store, *s.a, 0) == "");
    const auto early = s.start({});
    BOOST_TEST(early.position.seen == 0U);
    BOOST_TEST(bool(s.start("50").gap)); // this log holds no past
    s.log->to->on_begin({"100", 100});
    BOOST_TEST(s.store.newest() == 100U);
    BOOST_TEST(id_at(s.store, *s.a, 100) == "100");
    s.log->events(101, 102);
    std::vector<found_event> found;
    const auto outcome = collect(s.store, *s.a, early.position, s.store.newest(), 10, found);
    BOOST_TEST(!outcome.lost);
    BOOST_TEST(found.size() == 2U);
    BOOST_TEST(s.resume("100") == "101 102");
    BOOST_TEST(s.resume("99") == "lost 101 102");
}

// A client would send such an ID back in a header, and the server would refuse each of its requests.
BOOST_AUTO_TEST_CASE(an_id_that_a_client_could_not_send_back_is_omitted)
{
    topic_store store({}, std::make_shared<remote_log>());
    auto a = subscribe(store, {pattern("a")});
    for (const std::string bad : {" b", "b ", "b\x7f", "b\nid: c"}) {
        BOOST_REQUIRE(publish(store, "a", {.data = "x"}, {.key = bad}).has_value());
    }
    BOOST_REQUIRE(publish(store, "a", {.data = "x"}, {.key = "good"}).has_value());
    std::vector<found_event> found;
    static_cast<void>(collect(store, *a, {}, store.newest(), 100, found));
    BOOST_REQUIRE_EQUAL(found.size(), 5U);
    for (std::size_t i = 0; i != 4; ++i) {
        BOOST_TEST(found[i].event.bytes() == "data: x\n\n");
    }
    BOOST_TEST(found[4].event.bytes() == "data: x\nid: good\n\n");
    store.unsubscribe(std::move(a));
}

// Each worker gets one message. It stands for all events until the worker takes them.
BOOST_AUTO_TEST_CASE(messages_to_workers)
{
    manual_loop loops[2];
    const auto store = make_store();
    std::shared_ptr<counting_consumer> consumers[2];
    std::shared_ptr<worker_outbox> outboxes[2];
    for (const std::size_t i : {0, 1}) {
        consumers[i] = std::make_shared<counting_consumer>();
        outboxes[i] = std::make_shared<worker_outbox>(rill::mailbox::of(loops[i].context).get_address());
        outboxes[i]->set_consumer(consumers[i]);
        BOOST_TEST(store->attach(outboxes[i]) == 0U);
    }
    std::uint64_t newest = 0;
    for (int round = 1; round <= 3; ++round) {
        for (int n = 0; n < (round == 3 ? 20 : 1); ++n) {
            BOOST_REQUIRE(publish(*store, "a", {.data = "x"}, {}).has_value());
            ++newest;
        }
        for (const std::size_t i : {0, 1}) {
            loops[i].turn();
            BOOST_TEST(consumers[i]->runs == round);
            std::vector<queued_event> events;
            skipped_by_topic skipped;
            BOOST_TEST(store->take(*outboxes[i], events, skipped) == newest);
            BOOST_TEST(events.size() == (round == 3 ? 20U : 1U));
        }
    }
    outboxes[0]->stats.delivered = 7;
    store->detach(outboxes[0]);
    BOOST_TEST(store->stats().delivered == 7U);
    BOOST_REQUIRE(publish(*store, "a", {.data = "x"}, {}).has_value());
    loops[0].turn();
    BOOST_TEST(consumers[0]->runs == 3);
    store->detach(outboxes[1]);
}

BOOST_AUTO_TEST_SUITE_END()

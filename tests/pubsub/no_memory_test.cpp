// Each allocation fails once. Nothing is lost without a notice, and nothing leaks.

#include <boost/asio/bind_executor.hpp>
#include <cstdlib>
#include <map>
#include <new>
#include <rill/pubsub/hub.hpp>

#include "late_process.hpp"
#include "pubsub/direct_stream.hpp"
#include "pubsub/dispatcher.hpp"
#include "pubsub/snapshot_runner.hpp"
#include "snapshot_stage.hpp"
#include "support/failing_memory.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(no_memory_test)

namespace {

/// Calls `f` and lets the allocation with this number fail. @return whether there was such an allocation
template <class F>
bool without_memory(long number, F&& f)
{
    allocation_failed = false;
    allocations_left = number;
    try {
        f();
    } catch (const std::bad_alloc&) { // the expected error
    }
    allocations_left = -1;
    return allocation_failed;
}

constexpr std::size_t much = 1024UL * 1024; // reserved in the writer, so that the writer does not allocate

} // namespace

BOOST_AUTO_TEST_CASE(a_failed_subscription_leaves_no_state)
{
    int first = 0;
    int last = 0;
    pubsub::hub h({.channel = {.replay = {.max_events = 2},
                               .history = pubsub::everything,
                               .on_first_subscriber = [&](std::string_view) { ++first; },
                               .on_last_subscriber = [&](std::string_view) { ++last; }}});
    for (int i = 0; i < 5; ++i) {
        BOOST_REQUIRE(h.publish("a", "x").has_value());
    }
    const std::vector<std::string> wanted{"a", "a topic with a long name/b", "c/*"};
    long failures = 0;
    for (const std::string_view id : {"", "1", "x"}) {
        for (const std::string name : {"", "somebody with a long name, too"}) {
            for (long number = 0;; ++number) {
                const bool more = without_memory(number, [&] { static_cast<void>(h.subscribe(wanted, id, name)); });
                BOOST_TEST(h.stats().subscribers == 0U);
                BOOST_TEST(h.subscribers("a") == 0U);
                BOOST_TEST(h.names("a").empty());
                BOOST_TEST(first == last);
                if (!more) {
                    break;
                }
                ++failures;
            }
        }
    }
    BOOST_TEST(failures > 50);
}

BOOST_AUTO_TEST_CASE(a_failed_stream_leaves_no_state)
{
    const pubsub::hub h;
    const auto& store = h.store();
    manual_loop loop;
    const auto state = std::make_shared<pubsub::detail::endpoint_state>(store, rill::sse::endpoint_options{});
    coroutine_client other(loop, h.subscribe("other")); // a second stream of the worker
    for (long number = 0;; ++number) {
        std::vector<pubsub::topic_pattern> wanted{*pubsub::topic_pattern::parse("a"),
                                                  *pubsub::topic_pattern::parse("b"),
                                                  *pubsub::topic_pattern::parse("c/*")};
        auto entry = store->subscribe(std::move(wanted), {});
        BOOST_REQUIRE(entry.has_value());
        pubsub::detail::stream_start start(*store, *entry->filter, {}, entry->newest, false);
        BOOST_REQUIRE(state->try_enter());
        std::unique_ptr<pubsub::detail::direct_stream> made;
        const bool more = without_memory(number, [&] {
            auto& worker = pubsub::detail::dispatcher::of(loop.context, store);
            made = std::make_unique<pubsub::detail::direct_stream>(state, std::move(entry->filter), std::move(start),
                                                                   worker, false);
        });
        if (!made) {
            state->leave();
        }
        if (entry->filter) {
            store->unsubscribe(std::move(entry->filter));
        }
        made.reset();
        BOOST_TEST(h.stats().subscribers == 1U);
        BOOST_TEST(h.subscribers("a") == 0U);
        if (!more) {
            BOOST_TEST(number > 5);
            break;
        }
    }
    other.cut();
}

BOOST_AUTO_TEST_CASE(a_failure_of_the_first_stream_does_not_affect_the_next_one)
{
    for (long number = 0;; ++number) {
        pubsub::hub h;
        manual_loop loop;
        bool more = false;
        {
            auto first = h.subscribe("a");
            more = without_memory(number, [&] {
                first.next(boost::asio::bind_executor(loop.context.get_executor(),
                                                      [](rill::error_code, const pubsub::encoded_event&) {}));
            });
            BOOST_TEST((!more || first.ended() || number == 0));
        }
        coroutine_client next(loop, h.subscribe("a"));
        BOOST_REQUIRE(h.publish("a", "x").has_value());
        loop.turn();
        BOOST_TEST(parse_events(next.out.sent).size() == 1U);
        next.cut();
        if (!more) {
            BOOST_TEST(number > 3);
            break;
        }
    }
}

// After a failed allocation, events are delivered at once or together with the next event.
BOOST_AUTO_TEST_CASE(published_events_arrive_in_order)
{
    pubsub::hub h({.channel = {.replay = {.max_events = 20}}, .idle = std::chrono::milliseconds(0)},
                  std::make_shared<pubsub::memory_backplane>(pubsub::memory_backplane::settings{.first_id = 1}));
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    manual_loop loop;
    const auto client = [&](std::string_view target) {
        auto made = std::make_unique<direct_client>(loop, route, std::string_view(), std::string(target));
        made->out.sent.reserve(much);
        return made;
    };
    const auto one = client("/?topics=a");
    const auto slow = client("/?topics=a");
    const auto all = client("/?topics=a,**");
    std::size_t published = 0;
    std::size_t of_a = 0;
    const auto publish = [&](const std::string& topic, int count) {
        for (; count != 0; --count) {
            BOOST_REQUIRE(h.publish(topic, "x").has_value());
            ++published;
            of_a += topic == "a" ? 1 : 0;
        }
    };
    const auto check = [&](const direct_client& c, std::size_t expected) {
        const auto events = parse_events(c.out.sent);
        BOOST_TEST(events.size() == expected);
        std::uint64_t last = 0;
        for (const auto& e : events) {
            BOOST_REQUIRE_MESSAGE(!e.id.empty(), e.name);
            BOOST_REQUIRE(std::stoull(e.id) > last);
            last = std::stoull(e.id);
        }
    };
    long failures = 0;
    for (long number = 0;; ++number) {
        publish("a", 3);
        publish("b" + std::to_string(number), 1);
        publish("a", 1);
        (number % 2 != 0 ? slow->out.block() : void());
        const bool more = without_memory(number, [&] { loop.turn(); });
        slow->out.unblock();
        loop.turn();
        publish("a", 1);
        loop.turn();
        loop.turn();
        check(*one, of_a);
        check(*slow, of_a);
        check(*all, published);
        if (!more) {
            break;
        }
        ++failures;
    }
    BOOST_TEST(failures > 3);
    for (const auto* c : {&one, &slow, &all}) {
        (*c)->cut();
    }
}

// The test publishes more events than the outbox holds.
BOOST_AUTO_TEST_CASE(dropped_events_are_reported)
{
    for (long number = 0;; ++number) {
        auto c = counted({.replay = {.max_events = 5}, .slow = pubsub::slow_policy::drop_oldest});
        const auto route = rill::make_handler(rill::sse::endpoint(c));
        manual_loop loop;
        direct_client one(loop, route);
        direct_client other(loop, route);
        one.out.sent.reserve(much);
        other.out.sent.reserve(much);
        publish(c, 20);
        const bool more = without_memory(number, [&] { loop.turn(); });
        publish(c, 1);
        loop.turn();
        for (auto* client : {&one, &other}) {
            std::size_t known = 0;
            for (const auto& e : parse_events(client->out.sent)) {
                known += e.name == "dropped" ? std::stoul(e.data.substr(e.data.find(':') + 1)) : 1;
            }
            BOOST_TEST(known == 21U, client->got());
            BOOST_TEST(client->got().ends_with("20 21"));
            client->cut();
        }
        if (!more) {
            BOOST_TEST(number > 3);
            break;
        }
    }
}

BOOST_AUTO_TEST_CASE(the_past_is_complete_or_a_gap_is_reported)
{
    for (long number = 0;; ++number) {
        late_process p;
        direct_client client(p.loop, p.route, shared_log::id_of(10));
        client.out.sent.reserve(much);
        p.loop.turn();
        p.plane->pending() != 0 ? p.plane->answer() : void();
        const bool more = without_memory(number, [&] { p.loop.turn(); });
        p.append(1);
        p.plane->deliver();
        p.answer_all();
        const auto got = numbers(client.out.sent);
        BOOST_TEST((got == range(11, 201) || got.find("gap") != got.npos), got);
        client.cut();
        if (!more) {
            BOOST_TEST(number > 0);
            break;
        }
    }
}

BOOST_AUTO_TEST_CASE(a_failed_append_does_not_change_a_replay_buffer)
{
    using pubsub::detail::replay_buffer;
    const auto make = [](const std::string& id, std::string_view key) {
        return std::move(*pubsub::event_draft::make({.data = "x"}, {}, key)).finish(id);
    };
    for (const auto ids : {replay_buffer::id_kind::numbers, replay_buffer::id_kind::opaque}) {
        replay_buffer buffer({.limits = {.max_events = 8}, .latest_per_key = true, .ids = ids});
        std::map<std::string, std::uint64_t> latest;
        std::uint64_t sequence = 0;
        for (int round = 0; round < 200; ++round) {
            const auto key = "key " + std::to_string(round % 6);
            const auto e = make(std::to_string(++sequence), key);
            const auto before = buffer.size();
            if (without_memory(round % 5, [&] { buffer.append(e, sequence, {}); })) {
                BOOST_TEST(buffer.size() == before);
                continue;
            }
            latest[key] = sequence;
            BOOST_TEST(buffer.size() == latest.size());
            BOOST_TEST(buffer.newest()->sequence == sequence);
            for (const auto* held = buffer.oldest(); held != nullptr; held = buffer.at_or_after(held->at + 1)) {
                BOOST_TEST(latest.at(std::string(held->event.key())) == held->sequence);
            }
        }
    }
}

// The stream gets the snapshot and each later event, or ends. The calls and their results are freed.
BOOST_AUTO_TEST_CASE(a_client_that_joins)
{
    long failures = 0;
    int complete = 0;
    for (long number = 0;; ++number) {
        snapshot_stage f;
        auto client = std::make_unique<direct_client>(f.loop, f.route);
        client->out.sent.reserve(much);
        const bool more = without_memory(number, [&] { f.loop.turn(); });
        f.turns();
        f.publish(1);
        f.turns();
        const bool has_ended = client->out.ended != rill::close_reason::open;
        const auto got = client->got();
        BOOST_TEST((has_ended || got == "state0 1" || got.empty()), got);
        complete += got == "state0 1" ? 1 : 0;
        client->cut();
        client.reset();
        f.turns();
        f.loop.pass(std::chrono::milliseconds(1100));
        BOOST_TEST(f.c.store()->snapshots()->size() == 0U);
        BOOST_TEST(pubsub::detail::snapshot_runner::of(f.loop.context).size() == 0U);
        if (!more) {
            BOOST_TEST(got == "state0 1");
            break;
        }
        ++failures;
    }
    BOOST_TEST(failures > 10);
    BOOST_TEST(complete > 1);
}

BOOST_AUTO_TEST_SUITE_END()

#include <thread>

#include "testing/backplane_contract/cases.hpp"
#include "testing/backplane_contract/history_check.hpp"

namespace rill::testing::contract {

namespace {

append_pointer append_with_key(trial& t, pubsub::backplane& log, const std::string& key)
{
    const auto data = t.next_data();
    return t.append(log, {.data = data}, "contract", {}, key);
}

void expect_same_id(const trial& t, const append_call& first, const append_call& second)
{
    t.expect(t.await(first) == verdict::acknowledged, "expected an acknowledgment, came " + describe(first));
    t.expect(t.await(second) == verdict::acknowledged, "expected an acknowledgment, came " + describe(second));
    t.expect(first.id() == second.id(), "expected the id of the first append with the same idempotency key, came " +
                                            describe(second) + " after " + describe(first));
}

void check_events(trial& t, const recorder& reader, std::size_t count)
{
    t.settle();
    check_history(t);
    const auto came = reader.events().size() - t.logs().size(); // settle() appends one event per connection
    t.expect(came == count, "expected " + std::to_string(count) + " events for as many idempotency keys, came " +
                                std::to_string(came));
}

void same_connection(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    for (const std::string key : {"first", "second", "\u00fcber key", "a:b/c d"}) {
        const auto first = append_with_key(t, *log, key);
        t.await(*first);
        expect_same_id(t, *first, *append_with_key(t, *log, key));
        expect_same_id(t, *first, *append_with_key(t, *log, key));
    }
    check_events(t, reader, 4);
}

void other_connection(trial& t)
{
    const auto log = t.open();
    const auto other = t.open();
    const auto& reader = t.tail(log);
    t.tail(other);
    const auto first = append_with_key(t, *log, "shared");
    t.await(*first);
    expect_same_id(t, *first, *append_with_key(t, *other, "shared"));
    const auto later = t.open();
    expect_same_id(t, *first, *append_with_key(t, *later, "shared"));
    check_events(t, reader, 1);
}

void at_one_time(trial& t)
{
    constexpr int rounds = 10;
    const auto& reader = t.tail(t.open());
    t.open();
    t.open();
    for (int round = 0; round != rounds; ++round) {
        const auto key = "round " + std::to_string(round);
        std::vector<append_pointer> calls(2 * t.logs().size());
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i != calls.size(); ++i) {
            threads.emplace_back([&, i] { calls[i] = append_with_key(t, *t.logs()[i % t.logs().size()], key); });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        for (const auto& call : calls) {
            expect_same_id(t, *calls.front(), *call);
        }
    }
    check_events(t, reader, rounds);
}

void no_key(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    for (int i = 0; i != 3; ++i) {
        t.append_acknowledged(*log);
        t.expect(t.await(*append_with_key(t, *log, "key " + std::to_string(i))) == verdict::acknowledged,
                 "expected an acknowledgment of an event with a new idempotency key");
    }
    check_events(t, reader, 6);
}

// The append with the unknown outcome may have been successful. The retry must not append a second event.
void retry_after_interruption(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    t.append_acknowledged(*log);
    std::vector<append_pointer> first;
    for (int i = 0; i != 5; ++i) {
        first.push_back(append_with_key(t, *log, "retry " + std::to_string(i)));
    }
    t.faults().interrupt();
    for (int i = 5; i != 10; ++i) {
        first.push_back(append_with_key(t, *log, "retry " + std::to_string(i)));
    }
    t.faults().restore();
    t.append_until_acknowledged(*log);
    for (const auto& call : first) {
        t.await(*call);
        const auto again = append_with_key(t, *log, call->key());
        t.expect(t.await(*again) == verdict::acknowledged, "expected an acknowledgment, came " + describe(*again));
        t.expect(call->outcome() != verdict::acknowledged || call->id() == again->id(),
                 "expected the id of the first append, came " + describe(*again) + " after " + describe(*call));
    }
    t.settle();
    const auto events = reader.events();
    for (const auto& call : t.appends()) {
        std::size_t count = 0;
        for (const auto& other : t.appends()) {
            if (!call->key().empty() && other->key() == call->key()) {
                for (const auto& event : events) {
                    count += event.data == other->event().data ? 1U : 0U;
                }
            }
        }
        t.expect(count <= 1, "expected one event for an idempotency key, came " + std::to_string(count) + " for " +
                                 quoted(call->key()));
    }
}

} // namespace

std::vector<case_entry> idempotency_cases()
{
    return {
        {"a second append with the same idempotency key appends nothing", {need::idempotency_keys}, same_connection},
        {"an idempotency key is known to all connections", {need::idempotency_keys}, other_connection},
        {"appends with the same idempotency key at the same time append one event",
         {need::idempotency_keys},
         at_one_time},
        {"appends with different idempotency keys, or without one, append each event",
         {need::idempotency_keys},
         no_key},
        {"a retry after an interruption does not double the event",
         {need::idempotency_keys, need::interrupt},
         retry_after_interruption}};
}

} // namespace rill::testing::contract

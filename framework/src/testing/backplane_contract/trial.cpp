#include "testing/backplane_contract/trial.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

namespace rill::testing::contract {

trial::trial(const backplane_fixture& fixture, std::uint64_t seed) : fixture_(fixture), seed_(seed), random_(seed)
{
    fixture_.create();
}

// A case that has failed leaves its connections open. Readers must end before their memory.
trial::~trial()
{
    try {
        close_all();
    } catch (...) { // the case reports its own failure
        logs_.clear();
    }
}

log_pointer trial::open()
{
    auto log = fixture_.open();
    expect(log != nullptr, "backplane_fixture::open() returned a null pointer");
    return logs_.emplace_back(std::move(log));
}

recorder& trial::start_tail(const log_pointer& log, std::size_t max_past_events)
{
    auto& added = readers_.emplace_back(std::make_unique<recorder>(log->ids_are_numbers()), log);
    log->tail(*added.reader, {.max_past_events = max_past_events});
    return *added.reader;
}

recorder& trial::tail(const log_pointer& log, std::size_t max_past_events)
{
    auto& reader = start_tail(log, max_past_events);
    await_begin(reader);
    return reader;
}

void trial::await_begin(const recorder& reader) const
{
    expect(reader.wait([](const recorder::entries& entries) { return !entries.empty(); }, patience()),
           "expected on_begin() of a reader, none came in time");
}

void trial::stop(const recorder& reader)
{
    const auto found =
        std::ranges::find_if(readers_, [&reader](const reading& r) { return r.reader.get() == &reader; });
    if (found != readers_.end() && found->log) {
        found->log->stop(*found->reader);
        found->reader->mark_stopped();
        found->log.reset();
    }
}

std::string trial::next_data()
{
    const std::lock_guard lock(mutex_);
    return "event " + std::to_string(++events_);
}

append_pointer trial::append(pubsub::backplane& log, const sse::event& e, std::string_view topic,
                             std::string_view event_key, std::string key)
{
    auto draft = pubsub::event_draft::make(e, topic, event_key);
    if (!draft) {
        throw std::logic_error("an event of the contract is not valid: " + draft.error().message());
    }
    auto call = append_call::start(log, std::move(*draft), std::move(key));
    const std::lock_guard lock(mutex_);
    return appends_.emplace_back(std::move(call));
}

append_pointer trial::append_acknowledged(pubsub::backplane& log, std::string_view topic)
{
    const auto data = next_data();
    auto call = append(log, {.data = data}, topic);
    expect(await(*call) == verdict::acknowledged, "expected an acknowledgment, came " + describe(*call));
    return call;
}

std::vector<append_pointer> trial::append_many(pubsub::backplane& log, std::size_t count)
{
    std::vector<append_pointer> calls;
    for (std::size_t i = 0; i != count; ++i) {
        calls.push_back(append_acknowledged(log));
    }
    return calls;
}

append_pointer trial::append_until_acknowledged(pubsub::backplane& log)
{
    const auto end = std::chrono::steady_clock::now() + patience();
    for (;;) {
        const auto data = next_data();
        auto call = append(log, {.data = data});
        if (await(*call) == verdict::acknowledged) {
            return call;
        }
        expect(std::chrono::steady_clock::now() < end,
               "expected appends to work again, came " + describe(*call) + " until the end of the patience");
        std::this_thread::sleep_for(std::chrono::milliseconds(10)); // no busy loop; the outcome does not depend on it
    }
}

verdict trial::await(const append_call& append) const
{
    const auto outcome = append.wait(patience());
    expect(outcome != verdict::pending, "expected an outcome, none came in time: " + describe(append));
    return outcome;
}

void trial::await_all() const
{
    for (const auto& call : appends()) {
        await(*call);
    }
}

void trial::settle()
{
    await_all();
    std::vector<append_pointer> last;
    for (const auto& log : logs_) {
        last.push_back(append_until_acknowledged(*log));
    }
    for (const auto& r : readers_) {
        for (const auto& call : last) {
            if (r.log) {
                await_event(*r.reader, *call);
            }
        }
    }
}

void trial::await_event(const recorder& reader, const append_call& append) const
{
    if (reader.wait_for_data(append.event().data, patience())) {
        return;
    }
    const auto earlier = reader.violation(); // the probable cause
    expect(earlier.empty(), earlier);
    fail("expected each acknowledged event at each reader, a reader has not received it in time: " + describe(append));
}

void trial::close(log_pointer& log)
{
    if (std::ranges::count(logs_, log) > 1) { // the fixture returns the same object for all connections
        logs_.erase(std::ranges::find(logs_, log));
        log.reset();
        return;
    }
    std::vector<recorder*> left;
    for (auto& r : readers_) {
        if (r.log == log) {
            r.log.reset();
            left.push_back(r.reader.get());
        }
    }
    logs_.erase(std::ranges::find(logs_, log));
    const std::weak_ptr<pubsub::backplane> weak = log;
    destroy(std::move(log));
    log.reset();
    for (auto* reader : left) {
        if (const auto kept = weak.lock()) { // the fixture keeps the object
            kept->stop(*reader);
        }
        reader->mark_stopped();
    }
}

// The fixture may keep the object. Then nothing is destroyed.
void trial::destroy(log_pointer log)
{
    std::vector<append_pointer> own;
    for (const auto& call : appends()) {
        if (call->log() == log.get()) {
            call->mark_log_closing();
            own.push_back(call);
        }
    }
    const std::weak_ptr<pubsub::backplane> weak = log;
    log.reset();
    if (weak.expired()) {
        for (const auto& call : own) {
            call->mark_log_destroyed();
        }
    }
}

void trial::close_all()
{
    for (auto& r : readers_) {
        if (r.log) {
            stop(*r.reader);
        }
    }
    while (!logs_.empty()) {
        auto log = std::move(logs_.back());
        logs_.pop_back();
        destroy(std::move(log));
    }
}

void trial::finish()
{
    await_all();
    close_all();
    for (const auto& r : readers_) {
        const auto rule = r.reader->violation();
        expect(rule.empty(), rule);
    }
    for (const auto& call : appends()) {
        const auto rule = call->violation();
        expect(rule.empty(), rule);
    }
}

std::vector<append_pointer> trial::appends() const
{
    const std::lock_guard lock(mutex_);
    return appends_;
}

std::vector<const recorder*> trial::readers() const
{
    std::vector<const recorder*> found;
    for (const auto& r : readers_) {
        found.push_back(r.reader.get());
    }
    return found;
}

std::size_t trial::random(std::size_t bound)
{
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
}

void trial::fail(const std::string& message) const
{
    throw contract_violation(message + " (seed " + std::to_string(seed_) + ")");
}

} // namespace rill::testing::contract

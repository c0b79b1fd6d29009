#include "pubsub/snapshot_reader.hpp"

#include <utility>

#include "pubsub/snapshot_runner.hpp"
#include "pubsub/stream_start.hpp"
#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

namespace {

// If the store drops the events after a snapshot before the stream has got it, the stream gets a newer one. If that
// happens again, the limits of the store are too small for the application.
constexpr std::uint8_t max_attempts = 3;

// Streams with the same topics have the same key. A name may contain any character. Therefore its size precedes it.
std::string key_of(const topic_filter& filter)
{
    std::string key;
    const auto add = [&key](std::string_view name) {
        key.append(std::to_string(name.size())).append(1, ':').append(name);
    };
    for (const auto* topic : filter.topics) {
        add(topic->name);
    }
    key.append(1, '/');
    for (const auto& pattern : filter.patterns) {
        add(pattern.text());
    }
    return key;
}

} // namespace

snapshot_reader::~snapshot_reader()
{
    leave();
}

encoded_event snapshot_reader::next(topic_store& store, const mailbox::address& worker, ready_list& ready)
{
    store_ = &store;
    ready_ = &ready;
    if (now_ == state::waiting && snapshot_) {
        accept();
    }
    while (now_ == state::idle && store.read(owner->filter(), [](const history& past) { return past.has_begun(); })) {
        join(worker);
    }
    if (now_ != state::reading) {
        return {};
    }
    const auto& events = owner->kind == subscriber_kind::writer ? snapshot_->pieces : snapshot_->events;
    auto event = at_ == events.size() ? encoded_event() : events[at_++];
    if (at_ == events.size()) {
        now_ = state::ended;
    }
    return event;
}

void snapshot_reader::join(const mailbox::address& worker)
{
    const auto& filter = owner->filter();
    if (attempts_++ == max_attempts) {
        fail(error::unknown_event_id);
        snapshot_runner::report_failure(*store_, filter.kind,
                                        "the channel does not hold all events after the position of the snapshot");
        return;
    }
    const auto& limits = store_->kinds().options(filter.kind).snapshot_use;
    calls_ = store_->snapshots();
    auto found = calls_->join(key_of(filter), {weak_from_this(), worker}, [&](const taken_snapshot& taken) {
        const auto later = store_->read(filter, [&](const history& past) { return past.count_after(taken.sequence); });
        return taken.sequence >= at_least_ && later && *later <= limits.max_later_events;
    });
    call_ = std::move(found.call);
    snapshot_ = std::move(found.snapshot);
    now_ = state::waiting;
    if (snapshot_) {
        accept();
    }
}

bool snapshot_reader::begin(const snapshot_calls::call_pointer& call)
{
    if (owner == nullptr) {
        return false;
    }
    snapshot_runner::of(ready_->context()).run(*store_, call, owner->filter());
    return true;
}

void snapshot_reader::arrive(snapshot_outcome outcome)
{
    if (owner == nullptr || owner->now == subscriber::state::ended || now_ != state::waiting) {
        return;
    }
    if (outcome) {
        snapshot_ = std::move(*outcome);
    } else {
        fail(outcome.error());
    }
    ready_->make_ready(*owner);
}

void snapshot_reader::accept()
{
    auto& b = *owner->backlog;
    const auto start = find_start_at(*store_, owner->filter(), snapshot_->sequence);
    if (!start || snapshot_->sequence < at_least_) {
        snapshot_.reset();
        calls_->forget(call_);
        now_ = state::idle;
        return;
    }
    b.position = start->position;
    b.requested_until = start->requested_until;
    b.events = b.bytes = 0;
    call_.reset();
    now_ = state::reading;
}

void snapshot_reader::fail(error_code why) noexcept
{
    failure_ = why;
    now_ = state::failed;
}

void snapshot_reader::leave() noexcept
{
    if (now_ == state::waiting && call_) {
        calls_->leave(call_);
    }
}

} // namespace rill::pubsub::detail

#include "pubsub/stream_start.hpp"

namespace rill::pubsub::detail {

namespace {

/// Whether the log has assigned the id of a client. Otherwise it may be a number of another log.
enum class id_state : unsigned char
{
    confirmed,
    likely, ///< the log could not be asked
    unknown,
};

// The sequence number up to which the client has all events of its topics. 0 if it is not known.
std::uint64_t received_until(const history& past, std::string_view id, id_state state)
{
    const auto sequence = past.sequence_of(id).value_or(0);
    if (sequence <= past.newest() || state == id_state::confirmed) {
        return sequence;
    }
    return state == id_state::likely ? past.newest() : 0;
}

void expire(const topic_store& store, const history& past, const topic_filter& filter)
{
    const auto now = store.now();
    past.topics().for_each(filter, [&](topic_state& topic) { topic.buffer.expire(now); });
}

start_point counted(topic_store& store, start_point start)
{
    if (start.gap) {
        store.starts.gaps.fetch_add(1, std::memory_order_relaxed);
    }
    return start;
}

} // namespace

start_point find_start(topic_store& store, const topic_filter& filter, std::string_view last_event_id,
                       std::uint64_t entered, bool joins)
{
    const auto& options = store.kinds().options(filter.kind);
    const bool snapshots = joins && options.snapshot;
    auto start = store.read(filter, [&](const history& past) -> start_point {
        expire(store, past, filter);
        if (last_event_id.empty()) {
            return snapshots ? past.start_with_snapshot(unknown_id::reset, last_event_id)
                             : past.start(unknown_id::reset, last_event_id, options, entered);
        }
        const auto sequence = past.sequence_of(last_event_id);
        if (sequence && *sequence <= past.newest() && past.holds_all_after(*sequence)) {
            return past.resume(*sequence);
        }
        if (store.plane().holds_past()) {
            return {.requested_until = UINT64_MAX, .needs_backfill = true};
        }
        if (snapshots) {
            return past.start_with_snapshot(options.on_unknown_id, last_event_id);
        }
        return past.start(options.on_unknown_id, last_event_id, options, entered,
                          received_until(past, last_event_id, id_state::unknown));
    });
    return counted(store, std::move(start));
}

std::optional<start_point> find_start_at(const topic_store& store, const topic_filter& filter, std::uint64_t sequence)
{
    return store.read(filter, [&](const history& past) -> std::optional<start_point> {
        expire(store, past, filter);
        return sequence <= past.newest() && past.holds_all_after(sequence) ? std::optional(past.resume(sequence))
                                                                           : std::nullopt;
    });
}

std::optional<start_point> find_start_after(const topic_store& store, const topic_filter& filter,
                                            const backfill_progress& done)
{
    return store.read(filter, [&](const history& past) -> std::optional<start_point> {
        auto sequence = past.sequence_of(done.after);
        if (!sequence) { // the event may belong to a topic that the stream does not select
            if (const auto* topic = past.topics().find(done.topic)) {
                sequence = topic->buffer.sequence_of(done.after);
            }
        }
        return sequence && *sequence <= past.newest() && past.holds_all_after(*sequence)
                   ? std::optional(past.resume(*sequence))
                   : std::nullopt;
    });
}

start_point find_start_without(topic_store& store, const topic_filter& filter, const backfill_progress& failed)
{
    if (failed.failure != error::unknown_event_id) {
        store.starts.backfill_failures.fetch_add(1, std::memory_order_relaxed);
    }
    const auto& options = store.kinds().options(filter.kind);
    const auto how = failed.has_begun ? unknown_id::gap : options.on_unknown_id;
    const auto state = failed.has_begun                            ? id_state::confirmed
                       : failed.failure == error::unknown_event_id ? id_state::unknown
                                                                   : id_state::likely;
    return counted(store, store.read(filter, [&](const history& past) {
        if (failed.joins && options.snapshot) {
            return past.start_with_snapshot(how, failed.after);
        }
        return past.start(how, failed.after, options, failed.entered, received_until(past, failed.after, state));
    }));
}

log_id id_at(const topic_store& store, const topic_filter& filter, std::uint64_t seen)
{
    return store.read(filter, [&](const history& past) { return past.id_at(seen); });
}

} // namespace rill::pubsub::detail

#pragma once

#include <deque>
#include <mutex>
#include <rill/pubsub/backplane.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rill::pubsub {

/// A log in the memory of one process. Channels hold their past themselves. The log holds a past only if
/// settings::max_past_events is set. Thread-safe.
class memory_backplane final : public backplane
{
public:
    enum class id_source : unsigned char
    {
        counter, ///< ids are numbers that increase by one; a published event must not have an id
        /// Every event has an id from its publisher. The id must be greater than the previous id of the whole log. A
        /// longer id is greater than a shorter id. Ids of equal length are compared byte by byte. This order is correct
        /// for decimal numbers, and for ids of a fixed length that begin with the time (ULID, UUIDv7).
        publisher,
    };

    struct settings
    {
        id_source ids = id_source::counter;
        /// The first id of the counter. 0: the present time in microseconds. With 0, a client that reconnects after a
        /// restart with an older id gets a `gap` notice.
        std::uint64_t first_id = 0;
        /// Maximum number of events that the log copies and holds for read_after(). Use it if some channels join the
        /// log later than others, or if they hold fewer events.
        std::size_t max_past_events = 0;
        /// Maximum number of idempotency keys that the log remembers. It remembers the keys of the newest events that
        /// have a key. 0: no check.
        std::size_t max_idempotency_keys = 10'000;
    };

    memory_backplane() : memory_backplane(settings{}) {}
    explicit memory_backplane(settings s);

    bool ids_are_numbers() const noexcept override { return counts(); }

    /// Errors: error::event_id_refused for an id that is missing, not allowed, or does not increase.
    result<log_id> append(event_draft event, const append_options& options, appended done) override;
    bool holds_past() const noexcept override { return settings_.max_past_events != 0; }
    /// Calls `done` before it returns. With id_source::publisher, the page also has events of other topics.
    void read_after(read_request request, past_read done) override;
    /// Begins with the newest of the past events that the log holds.
    void tail(reader& r, const tail_options& options) override;
    void stop(reader& r) override;
    /// All appends count as faster than the first of append_latency_bounds, because they need no I/O.
    backplane_stats stats() const override;

private:
    result<log_id> next_id(const event_draft& event);
    void keep(const event_draft& event, const log_id& id, std::uint64_t number);
    void remember_key(std::string_view key, const log_id& id);
    result<page> page_after(const read_request& request) const;

    bool counts() const noexcept { return settings_.ids == id_source::counter; }

    settings settings_;
    mutable std::mutex mutex_;
    std::vector<reader*> readers_;
    std::uint64_t next_ = 0;
    log_id last_;
    std::deque<past_event> past_;
    log_id before_past_; ///< the id of the event before the oldest one in past_
    std::uint64_t appended_ = 0;
    std::uint64_t append_failures_ = 0;

    struct known_key
    {
        std::string key;
        log_id id;
    };
    std::deque<known_key> keys_; ///< idempotency keys, in the order of their events
    std::unordered_map<std::string_view, const known_key*> ids_by_key_;
};

} // namespace rill::pubsub

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <rill/pubsub/encoded_event.hpp>
#include <rill/pubsub/options.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rill::pubsub::detail {

/// The newest events of a topic, in their order. A reader keeps only a position. So nothing is copied for a slow client
/// or for one that comes back. No I/O and no clock: the time is passed in.
///
/// Every event has a position and a sequence number. The position increases by one with each event. The sequence number
/// increases too, but may skip: the topics of a hub share the sequence, which so orders their events.
///
/// Not thread-safe.
class replay_buffer
{
public:
    using clock = std::chrono::steady_clock;
    using position = std::uint64_t;

    enum class id_kind : unsigned char
    {
        numbers, ///< an id is the decimal form of the sequence number, and needs no lookup
        opaque,
    };

    struct settings
    {
        replay_limits limits{};
        /// An event replaces the older event of the same key: only the latest event of each key is held.
        bool latest_per_key = false;
        id_kind ids = id_kind::numbers;
        /// The past is unknown up to this sequence number: a client that has seen less has missed something.
        std::uint64_t start = 0;
    };

    struct entry
    {
        encoded_event event; ///< empty after a newer event has replaced it
        position at = 0;
        std::uint64_t sequence = 0;
        std::uint64_t bytes_before = 0; ///< the size of all events before this one, including dropped ones
        clock::time_point when{};
    };

    explicit replay_buffer(const settings& s);

    /// Appends an event, and drops the events that exceed the limits. Amortized O(1).
    /// @param sequence  must be greater than all sequence numbers before
    position append(encoded_event e, std::uint64_t sequence, clock::time_point now);

    /// Drops events that are too old.
    void expire(clock::time_point now);

    /// The position of the next event. Positions begin at 1.
    position end() const noexcept { return end_; }

    /// The oldest event at or after `p` that is held; nullptr if there is none. O(1), or O(log n) if events were
    /// replaced.
    const entry* at_or_after(position p) const noexcept;
    const entry* oldest() const noexcept { return at_or_after(0); }
    const entry* newest() const noexcept;
    /// The newest event up to that sequence number that is held; nullptr if there is none. O(log n).
    const entry* newest_until(std::uint64_t sequence) const noexcept;

    /// The position at which a reader continues that has every event up to `sequence`. None if an event after that is
    /// lost.
    std::optional<position> after(std::uint64_t sequence) const noexcept;

    /// The sequence number of an id. If ids are numbers, its value. Otherwise the sequence number of the event that has
    /// the id, if the event is in the buffer or was until recently.
    std::optional<std::uint64_t> sequence_of(std::string_view id) const;

    /// The number whose decimal form is exactly this text.
    static std::optional<std::uint64_t> number_of(std::string_view id) noexcept;

    /// The position after the newest event that was dropped. A reader before it has lost something. Replaced events do
    /// not count.
    position lost_until() const noexcept { return lost_until_; }

    /// The same as a sequence number: a reader that has every event up to it has lost nothing.
    std::uint64_t lost_sequence() const noexcept { return lost_sequence_; }

    /// The position of the oldest of the newest `events` that are held. O(events), plus the replaced events between
    /// them.
    position last(std::size_t events) const noexcept;

    /// The size of the events between two positions, including replaced ones.
    std::uint64_t bytes_between(position from, position until) const noexcept;

    std::size_t size() const noexcept { return live_; }   ///< the number of events that are held
    std::size_t bytes() const noexcept { return bytes_; } ///< the memory that they take

private:
    using iterator = std::deque<entry>::const_iterator;

    iterator find(position p) const noexcept;
    void replace(std::string_view key);
    void drop_oldest();
    void drop_replaced();
    void remember_id(std::string_view id, std::uint64_t sequence);
    std::uint64_t bytes_up_to(position p) const noexcept;

    settings settings_;
    clock::duration max_age_;   ///< 0: no limit
    std::deque<entry> entries_; ///< the first one is not replaced
    std::size_t live_ = 0;
    std::size_t bytes_ = 0;
    position end_ = 1;
    position lost_until_ = 0;
    std::uint64_t lost_sequence_;
    std::uint64_t total_bytes_ = 0;

    std::unordered_map<std::string_view, position> latest_; ///< by key, whose text belongs to the event

    struct known_id
    {
        std::string id;
        std::uint64_t sequence;
    };
    std::deque<known_id> known_ids_; ///< opaque ids; as many as events are allowed, and one more
    std::unordered_map<std::string_view, std::uint64_t> sequences_;
};

} // namespace rill::pubsub::detail

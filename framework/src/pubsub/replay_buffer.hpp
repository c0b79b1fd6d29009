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

/// The newest events of a topic, in order. A reader keeps only a position. Therefore nothing is copied for a slow
/// client or for a client that reconnects. The buffer does no I/O and reads no clock. The caller passes the time.
///
/// Every event has a position and a sequence number. The position increases by one with each event. The sequence number
/// increases too, but may skip numbers. The topics of a hub share one sequence, which therefore orders the events of
/// all topics.
///
/// Not thread-safe.
class replay_buffer
{
public:
    using clock = std::chrono::steady_clock;
    using position = std::uint64_t;

    enum class id_kind : unsigned char
    {
        numbers, ///< an id is the decimal form of the sequence number; no lookup is necessary
        opaque,
    };

    struct settings
    {
        replay_limits limits{};
        /// An event replaces the older event of the same key. Then only the latest event of each key is held.
        bool latest_per_key = false;
        id_kind ids = id_kind::numbers;
        /// Events up to this sequence number are unknown. A client that has received less has missed something.
        std::uint64_t start = 0;
    };

    struct entry
    {
        encoded_event event; ///< empty after a newer event has replaced it
        position at = 0;
        std::uint64_t sequence = 0;
        std::uint64_t bytes_before = 0; ///< the size of all earlier events, including dropped ones
        clock::time_point when{};
    };

    explicit replay_buffer(const settings& s);

    /// Appends an event. Then drops the events that exceed the limits. Amortized O(1).
    /// @param sequence  must be greater than the previous sequence number
    position append(encoded_event e, std::uint64_t sequence, clock::time_point now);

    /// Drops events that are too old.
    void expire(clock::time_point now);

    /// The position of the next event. Positions begin at 1.
    position end() const noexcept { return end_; }

    /// Returns the oldest held event at or after `p`, or nullptr if no such event is held. O(1), or O(log n) after
    /// events were replaced.
    const entry* at_or_after(position p) const noexcept;
    const entry* oldest() const noexcept { return at_or_after(0); }
    const entry* newest() const noexcept;
    /// Returns the newest held event with at most this sequence number, or nullptr if no such event is held. O(log n).
    const entry* newest_until(std::uint64_t sequence) const noexcept;

    /// The position at which a reader continues after it has received every event up to `sequence`. None if a later
    /// event is lost.
    std::optional<position> after(std::uint64_t sequence) const noexcept;

    /// The sequence number of an id. If ids are numbers, this is the value of the id. Otherwise the buffer must hold
    /// the event with the id, or must have held it recently.
    std::optional<std::uint64_t> sequence_of(std::string_view id) const;

    /// Parses a decimal number without leading zeros. None for any other text.
    static std::optional<std::uint64_t> number_of(std::string_view id) noexcept;

    /// The position after the newest event that was dropped. A reader at an earlier position has lost events. Replaced
    /// events do not count.
    position lost_until() const noexcept { return lost_until_; }

    /// The same limit as a sequence number. A reader that has received every event up to it has lost nothing.
    std::uint64_t lost_sequence() const noexcept { return lost_sequence_; }

    /// The position at which the newest `events` held events begin. O(events), plus the replaced events between them.
    position last(std::size_t events) const noexcept;

    /// The size of the events between two positions, including replaced ones.
    std::uint64_t bytes_between(position from, position until) const noexcept;

    std::size_t size() const noexcept { return live_; }   ///< the number of events that are held
    std::size_t bytes() const noexcept { return bytes_; } ///< the memory that the held events take

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

    /// the position of the latest event of each key; the event owns the text of the key
    std::unordered_map<std::string_view, position> latest_;

    struct known_id
    {
        std::string id;
        std::uint64_t sequence;
    };
    std::deque<known_id> known_ids_; ///< opaque ids of the newest events, and of one event before them
    std::unordered_map<std::string_view, std::uint64_t> sequences_;
};

} // namespace rill::pubsub::detail

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <rill/pubsub/encoded_event.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rill::pubsub {

/// How much of a channel's past is held: for clients that come back, and for those that are slow.
struct replay_limits
{
    std::size_t events = 4096;              ///< at least 1
    std::size_t bytes = 40UL * 1024 * 1024; ///< of memory; the newest event is held in any case
    std::chrono::milliseconds age{0};       ///< 0: any
};

/// The newest events of a channel, in their order. Readers keep a position, and nothing else: what a slow or returning
/// client is still to get is not copied for it. No I/O, no clock: the time is passed in.
///
/// Every event has a position, which rises by one with each, and a sequence number, which rises with each but may skip:
/// channels of one hub share the sequence, so that it also orders events of different channels.
///
/// Not thread-safe.
class replay_buffer
{
public:
    using clock = std::chrono::steady_clock;
    using position = std::uint64_t;

    enum class id_kind : unsigned char
    {
        numbers, ///< an id is the decimal form of the event's sequence number: nothing needs to be looked up
        opaque,
    };

    struct settings
    {
        replay_limits limits{};
        /// An event replaces the older one of the same key: only the latest of each key is held.
        bool latest_per_key = false;
        id_kind ids = id_kind::numbers;
        /// The sequence number up to which the past is unknown: who has seen less than that has missed something.
        std::uint64_t start = 0;
    };

    struct entry
    {
        encoded_event event; ///< none, once a newer one has replaced it
        position at = 0;
        std::uint64_t sequence = 0;
        std::uint64_t bytes_before = 0; ///< what all events before this one took, ever
        clock::time_point when{};
    };

    explicit replay_buffer(const settings& s);

    /// Adds the newest event and drops what is too much or too old. O(1) amortised.
    /// @param sequence greater than all before
    position append(encoded_event e, std::uint64_t sequence, clock::time_point now);

    /// Drops what is too old.
    void expire(clock::time_point now);

    /// Drops the oldest events until at most `bytes` are held.
    void shrink(std::size_t bytes);

    /// The position that the next event will have. Positions begin at 1.
    position end() const noexcept { return end_; }

    /// The oldest event that is held at `p` or behind it; none if there is none. O(1), and O(log n) where events were
    /// replaced.
    const entry* at_or_after(position p) const noexcept;
    const entry* oldest() const noexcept { return at_or_after(0); }
    const entry* newest() const noexcept;
    /// The newest event that is held up to that sequence number; none if there is none. O(log n).
    const entry* newest_until(std::uint64_t sequence) const noexcept;

    /// Where a reader goes on that has seen everything up to `sequence`; none when something behind it is lost.
    std::optional<position> after(std::uint64_t sequence) const noexcept;

    /// The sequence number of an id: with numbers, its value; otherwise that of an event that is, or was not long ago,
    /// in the buffer. None when there was none, as far as is known here.
    std::optional<std::uint64_t> sequence_of(std::string_view id) const;

    /// The number that has exactly this decimal form.
    static std::optional<std::uint64_t> number_of(std::string_view id) noexcept;

    /// The position behind the newest event that was dropped unreplaced: a reader before it has lost something.
    position lost_until() const noexcept { return lost_until_; }

    /// The same as a sequence number: who has seen everything up to it has lost nothing.
    std::uint64_t lost_sequence() const noexcept { return lost_sequence_; }

    /// The position of the oldest of the newest `events` that are held. O(events), not counted replaced ones between
    /// them.
    position last(std::size_t events) const noexcept;

    /// Events and bytes between two positions, replaced ones included.
    std::uint64_t bytes_between(position from, position until) const noexcept;

    std::size_t size() const noexcept { return live_; }   ///< events that are held
    std::size_t bytes() const noexcept { return bytes_; } ///< of memory that they take

private:
    using iterator = std::deque<entry>::const_iterator;

    iterator find(position p) const noexcept;
    void replace(std::string_view key);
    void drop_oldest();
    void drop_replaced();
    void remember_id(std::string_view id, std::uint64_t sequence);
    std::uint64_t bytes_up_to(position p) const noexcept;

    settings settings_;
    clock::duration oldest_age_; ///< 0: any
    std::deque<entry> entries_;  // the first one is always live
    std::size_t live_ = 0;
    std::size_t bytes_ = 0;
    position end_ = 1;
    position lost_until_ = 0;
    std::uint64_t lost_sequence_;
    std::uint64_t total_bytes_ = 0;

    std::unordered_map<std::string_view, position> latest_; // by key; the text is the event's

    struct known_id
    {
        std::string id;
        std::uint64_t sequence;
    };
    std::deque<known_id> known_ids_; // opaque ones, as many as there may be events
    std::unordered_map<std::string_view, std::uint64_t> sequences_;
};

} // namespace rill::pubsub

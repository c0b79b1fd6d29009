#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <rill/pubsub/backplane.hpp>
#include <vector>

#include "redis/entry.hpp"
#include "redis/log_state.hpp"

namespace rill::redis::detail {

/// Holds the readers of a log and the position of each reader. A new reader first gets the past events. When it has
/// reached the live position, it gets each event from the feed.
///
/// add() and remove() are thread-safe. Only the thread of the log calls the other functions. They lock the mutex while
/// they call a reader.
class readers
{
public:
    explicit readers(log_state& state) : state_(state) {}

    void add(pubsub::backplane::reader& target, std::size_t max_past_events);
    void remove(pubsub::backplane::reader& target);

    /// Returns the number of the last event that the feed has passed on. Returns 0 if the feed has not begun.
    std::uint64_t live_position() const noexcept { return live_position_; }
    /// Returns the epoch of this event.
    std::uint64_t epoch() const noexcept { return epoch_; }
    /// Sets the epoch and the position at which the feed begins.
    void begin_live(std::uint64_t epoch, std::uint64_t position);
    /// Reports a gap to the live readers that lack an event up to this number. The caller has found that the server no
    /// longer holds these events.
    void skip_to(std::uint64_t number);
    /// Passes entries of the feed to the readers that have reached the live position.
    void pass_live(const std::vector<stream_entry>& entries);

    /// Describes a reader that has not reached the live position.
    struct behind
    {
        unsigned ticket = 0; ///< identifies the reader
        bool has_begun = false;
        std::uint64_t position = 0;
        std::size_t max_past_events = 0;
    };
    /// Returns the oldest reader that has not reached the live position. Returns nothing if all readers have reached
    /// it.
    std::optional<behind> next_behind();
    /// Tells the reader that it begins at this position.
    void begin(unsigned ticket, std::uint64_t position);
    /// Passes past entries up to the live position to the reader.
    void pass_past(unsigned ticket, const std::vector<stream_entry>& entries);
    /// Reports a gap to the reader, which then continues at the live position. The caller has found that the server
    /// does not hold the events after the position of the reader.
    void skip_past(unsigned ticket);

private:
    struct subscription
    {
        pubsub::backplane::reader* target = nullptr;
        behind progress{};
        bool is_live = false;
    };

    subscription* find(unsigned ticket) noexcept;
    void gap(subscription& to, std::uint64_t number);
    void pass(subscription& to, const stream_entry& entry);
    void join_if_reached(subscription& one);

    log_state& state_;
    std::mutex mutex_;
    std::vector<subscription> all_;
    unsigned tickets_ = 0;
    std::uint64_t live_position_ = 0;
    std::uint64_t epoch_ = 0;
};

} // namespace rill::redis::detail

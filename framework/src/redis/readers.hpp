#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <rill/pubsub/backplane.hpp>
#include <vector>

#include "redis/entry.hpp"
#include "redis/log_state.hpp"

namespace rill::redis::detail {

/// The readers of a log, each with its position. A new reader is behind: it gets the past events first. When it has
/// reached the live position, it gets each event from the feed.
///
/// remove() is thread-safe, and add() too. All other functions run on the thread of the log. The mutex is held while a
/// reader is called.
class readers
{
public:
    explicit readers(log_state& state) : state_(state) {}

    void add(pubsub::backplane::reader& target, std::size_t max_past_events);
    void remove(pubsub::backplane::reader& target);

    /// The number of the last event that the feed has passed on. 0: the feed has not begun.
    std::uint64_t live_position() const noexcept { return live_position_; }
    /// The epoch of this event.
    std::uint64_t epoch() const noexcept { return epoch_; }
    /// The feed begins at this position, in this epoch.
    void begin_live(std::uint64_t epoch, std::uint64_t position);
    /// Events up to this number are no longer on the server.
    void skip_to(std::uint64_t number);
    /// Passes entries of the feed to the readers that have reached the live position.
    void pass_live(const std::vector<stream_entry>& entries);

    /// A reader that has not reached the live position.
    struct behind
    {
        unsigned ticket = 0; ///< identifies the reader
        bool has_begun = false;
        std::uint64_t position = 0;
        std::size_t max_past_events = 0;
    };
    std::optional<behind> next_behind();
    void begin(unsigned ticket, std::uint64_t position);
    /// Passes past entries to the reader, up to the live position.
    void pass_past(unsigned ticket, const std::vector<stream_entry>& entries);
    /// The server does not hold the events after the reader's position. The reader continues at the live position.
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
